import { beforeEach, expect, test, vi } from 'vitest';
import { EngineStandIn } from './engine-stand-in.ts';

// The bridge is looked up when its module loads.
const engine = new EngineStandIn();
const { Answer } = await import('../../../renderer/state/answer.svelte.ts');
const { MatchView } = await import('../../../renderer/state/match-view.svelte.ts');
const { findProof } = await import('../../../renderer/state/proof.ts');
const { queryWith } = await import('../../../renderer/state/search-query.ts');
const { Search } = await import('../../../renderer/state/search.svelte.ts');
const { librarySettings } = await import('../../../renderer/state/library-settings.svelte.ts');

const box = [0.25, 0.25, 0.5, 0.5] as [number, number, number, number];
const found = [0.1, 0.2, 0.3, 0.4] as [number, number, number, number];

beforeEach(() => {
  engine.asked.length = 0;
  const refinement = { regional: 'off', expansion: 'off', augmentation: false, verification: false } as const;
  librarySettings.current = { refinement, scales: 'one', effects: {} };
  engine.ready['photos.get'] = ({ photoId }) => ({ id: photoId });
});

async function viewOf(...parts: { photoId: number; box?: typeof box }[]) {
  const search = new Search(queryWith(parts));
  const run = await engine.next('search.run');
  const match = { score: 0.5, tier: 'same-scene' };
  run.answer({
    matches: [
      { ...match, photoId: 1, box, verified: 12 },
      { ...match, photoId: 2 },
      { ...match, photoId: 3, verified: 0 },
    ],
    aspects: [1, 1, 1],
    milliseconds: 1,
  });
  await vi.waitFor(() => expect(search.state).toBe('done'));
  return { search, view: new MatchView(search) };
}

test('knows the query from its results, and the box it was searched with', async () => {
  const { view } = await viewOf({ photoId: 9, box });
  expect([view.isQuery({ photoId: 9 }), view.isQuery({ photoId: 1 })]).toEqual([true, false]);
  expect([view.queryBox({ photoId: 9 }), view.queryBox({ photoId: 1 })]).toEqual([box, null]);
  expect((await viewOf({ photoId: 9 })).view.queryBox({ photoId: 9 })).toBeNull();
});

test('shows the box of the result until a finer one is found, for who stays with the photo', async () => {
  const { search, view } = await viewOf({ photoId: 9, box });
  expect([view.boxOf(1), view.boxOf(2)]).toEqual([box, null]);
  view.localise(2)();
  view.localise(1);
  const asked = await engine.next('search.localise');
  expect(asked.params, 'the photo that was only passed is not asked about').toEqual({
    query: { photoId: 9, box },
    photoIds: [1],
  });
  asked.answer([{ photoId: 1, box: found }]);
  await vi.waitFor(() => expect(view.boxOf(1)).toEqual(found));
  expect(search.boxes.get(1), 'the grid shows it as well').toEqual(found);

  view.localise(2);
  (await engine.next('search.localise')).refuse('photo-missing');
  await vi.waitFor(() => expect(view.boxOf(2)).toBeNull());
});

test('keeps the heat-map of the query while that of the next photo is worked out', async () => {
  const { view } = await viewOf({ photoId: 9, box });
  const map = (value: number) => ({ width: 1, height: 1, values: Float32Array.of(value) });
  view.compare(1);
  const first = await engine.next('search.heat');
  expect(first.params).toEqual({ query: { photoId: 9, box }, photoId: 1 });
  first.answer({ query: map(1), photo: map(0.5) });
  await vi.waitFor(() => expect(view.heat.value?.photo).toEqual(map(0.5)));
  view.compare(2);
  expect([view.heat.value, view.queryHeat]).toEqual([null, map(1)]);
  (await engine.next('search.heat')).refuse('photo-missing');
  await vi.waitFor(() => expect(view.heat.error?.code).toBe('photo-missing'));
});

test('several photos have neither box nor heat-map of one of them', async () => {
  const { view } = await viewOf({ photoId: 9 }, { photoId: 8 });
  expect(view.part).toBeNull();
  expect([view.isQuery({ photoId: 8 }), view.isQuery({ photoId: 1 })]).toEqual([true, false]);
  view.localise(1);
  view.compare(1);
  expect(view.heat.running).toBe(false);
});

test('goes through the verified results and the one that is looked at', async () => {
  const { search, view } = await viewOf({ photoId: 9 });
  expect(view.verifiedAmong([1, 2, 3], 3)).toEqual([1, 3]);
  search.verified.set(2, 20);
  search.verified.set(1, 0);
  expect(view.verifiedAmong([1, 2, 3], 2)).toEqual([2]);
});

test('an answer to an earlier question is not heard', async () => {
  const answer = new Answer<number>();
  const settle: ((value: number) => void)[] = [];
  const ask = () => new Promise<number>((resolve) => settle.push(resolve));
  const asked = [answer.ask(ask), answer.ask(ask)];
  settle[1]?.(2);
  settle[0]?.(1);
  await Promise.all(asked);
  expect([answer.value, answer.running]).toEqual([2, false]);
  const late = answer.ask(ask);
  answer.forget();
  settle[2]?.(3);
  await late;
  expect([answer.value, answer.running]).toEqual([null, false]);
});

test('the proof is that of the part that agrees best', async () => {
  const agreeing: Record<number, number> = { 7: 9, 8: 30, 9: 30 };
  engine.ready['search.evidence'] = ({ query }) => ({
    verified: agreeing[(query as { photoId: number }).photoId],
    pairs: new Float32Array(),
    outline: null,
  });
  const parts = [{ photoId: 7 }, { photoId: 8 }, { photoId: 9 }];
  const proof = await findProof(parts, 1);
  expect(proof.part).toBe(parts[1]);
  expect(proof.evidence.verified).toBe(30);
});
