import { beforeEach, expect, test, vi } from 'vitest';
import { EngineStandIn } from './engine-stand-in.ts';

// The bridge is looked up when its module loads.
const engine = new EngineStandIn();
const { PhotoJudgements } = await import('../../../renderer/state/photo-judgements.svelte.ts');

let known: { photoId: number; same: boolean }[] = [];

beforeEach(() => {
  engine.asked.length = 0;
  known = [{ photoId: 2, same: true }];
  engine.ready['judgements.of'] = () => known;
});

async function listening(): Promise<InstanceType<typeof PhotoJudgements>> {
  const judgements = new PhotoJudgements(1);
  judgements.listen();
  await vi.waitFor(() => expect(judgements.of(2)).toBe(true));
  return judgements;
}

test('what is said of some photos is said of all, and taken back once it is said of all', async () => {
  const judgements = await listening();
  const told = judgements.say([1, 2, 3], true);
  expect([...judgements.others]).toEqual([
    [2, true],
    [3, true],
  ]);
  for (const photoId of [2, 3]) {
    const set = await engine.next('judgements.set');
    expect(set.params).toEqual({ photoIds: [1, photoId], same: true });
    set.answer({});
  }
  known = [2, 3].map((photoId) => ({ photoId, same: true }));
  expect(await told).toEqual({ said: true, photos: 2 });

  const again = judgements.say([2, 3], true);
  for (const photoId of [2, 3]) {
    const set = await engine.next('judgements.set');
    expect(set.params).toEqual({ photoIds: [1, photoId], same: null });
    set.answer({});
  }
  known = [];
  expect(await again).toEqual({ said: null, photos: 2 });
  expect(judgements.of(2)).toBeNull();
});

test('what the engine does not take is not shown for long', async () => {
  const judgements = await listening();
  const told = judgements.say([2, 3], false);
  expect(judgements.of(2)).toBe(false);
  (await engine.next('judgements.set')).refuse('photo-unknown');
  await told;
  expect([judgements.of(2), judgements.of(3)]).toEqual([true, null]);
});

test('judgements made elsewhere are heard of, but not those that are under way here', async () => {
  const judgements = await listening();
  known = [{ photoId: 4, same: false }];
  engine.tell('judgements.changed', {});
  await vi.waitFor(() => expect([...judgements.others]).toEqual([[4, false]]));
  const told = judgements.say([5], true);
  engine.tell('judgements.changed', {});
  expect(judgements.of(5)).toBe(true);
  known = [...known, { photoId: 5, same: true }];
  (await engine.next('judgements.set')).answer({});
  await told;
  expect(judgements.of(5)).toBe(true);
});
