import { beforeEach, expect, test, vi } from 'vitest';
import type { Match, SearchResult } from '../../../src/api-search.ts';
import { EngineStandIn } from './engine-stand-in.ts';

// The bridge is looked up when its module loads.
const engine = new EngineStandIn();
const { Search } = await import('../../../renderer/state/search.svelte.ts');
const { OpenedPicture } = await import('../../../renderer/state/opened-picture.svelte.ts');
const { librarySettings } = await import('../../../renderer/state/library-settings.svelte.ts');
const { askWithParts, queryWith } = await import('../../../renderer/state/search-query.ts');

beforeEach(() => {
  engine.asked.length = 0;
  engine.ready['search.cancel'] = () => ({});
  setVerification(false);
});

function setVerification(verification: boolean): void {
  const refinement = { regional: 'off', expansion: 'off', augmentation: false, verification } as const;
  librarySettings.current = { refinement, scales: 'one', effects: {} };
}

function resultOf(...ids: number[]): SearchResult {
  const matches = ids.map((photoId): Match => ({
    photoId,
    score: 1 / photoId,
    similarity: 1 / photoId,
    tier: 'same-scene',
  }));
  return { matches, aspects: ids.map(() => 1), milliseconds: 7 };
}

function idsOf(result: SearchResult | null): number[] | undefined {
  return result?.matches.map(({ photoId }) => photoId);
}

function verified(key: unknown, photoId: number, points: number) {
  return { key, photoId, verified: points, score: 1, done: 1, total: 2, rate: 3, etaSeconds: 1 };
}

const query = queryWith([{ photoId: 9 }]);

test('asks with the parts and the terms of the query', async () => {
  const box = [0, 0, 0.5, 0.5] as [number, number, number, number];
  void new Search({
    ...queryWith([{ photoId: 9, box }, { photoId: 8 }]),
    unlike: [{ photoId: 7 }],
    filter: { formats: ['png'] },
    collapse: true,
  });
  expect((await engine.next('search.run')).params).toEqual({
    query: [{ photoId: 9, box }, { photoId: 8 }],
    unlike: [{ photoId: 7 }],
    filter: { formats: ['png'] },
    refinement: {},
    collapse: true,
    sort: 'score',
    limit: 200,
  });
});

test('an answer to earlier terms is not shown, whenever it comes', async () => {
  const search = new Search(query);
  const first = await engine.next('search.run');
  search.change({ sort: 'date' });
  const second = await engine.next('search.run');
  expect(second.params).toMatchObject({ sort: 'date' });
  second.answer(resultOf(2));
  await vi.waitFor(() => expect(search.state).toBe('done'));
  first.answer(resultOf(1));
  await Promise.resolve();
  expect(idsOf(search.result)).toEqual([2]);
});

test('what was found stays while the terms change; a failure can be tried again', async () => {
  const search = new Search(query);
  (await engine.next('search.run')).answer(resultOf(1, 2));
  await vi.waitFor(() => expect(search.state).toBe('done'));
  search.change({ filter: { formats: ['png'] }, sort: 'date' });
  expect(search.state).toBe('running');
  expect(search.sort, 'of what was found').toBe('score');
  expect(idsOf(search.result)).toEqual([1, 2]);
  (await engine.next('search.run')).refuse('photo-unknown');
  await vi.waitFor(() => expect(search.state).toBe('failed'));
  expect(search.error?.code).toBe('photo-unknown');
  void search.run();
  (await engine.next('search.run')).answer(resultOf(3));
  await vi.waitFor(() => expect(idsOf(search.result)).toEqual([3]));
  expect(search.error).toBeNull();
});

test('marks come at once, the order when it disturbs nobody', async () => {
  setVerification(true);
  const search = new Search(query);
  (await engine.next('search.run')).answer(resultOf(1, 2, 3));
  await vi.waitFor(() => expect(search.state).toBe('done'));
  expect(engine.asked, 'nobody looks yet').toEqual([]);
  const leave = search.enter();
  const verifying = await engine.next('search.verify');
  engine.tell('search.verified', verified(Number(verifying.params['key']) - 1, 1, 99));
  engine.tell('search.verified', verified(verifying.params['key'], 2, 40));
  expect([...search.verified], 'only what this search is told').toEqual([[2, 40]]);
  expect(search.verification).toMatchObject({ done: 1, total: 2, rate: 3, etaSeconds: 1 });

  verifying.answer({ ...resultOf(2, 1, 3), milliseconds: 900 });
  await vi.waitFor(() => expect(search.verificationState).toBe('done'));
  expect(idsOf(search.result)).toEqual([1, 2, 3]);
  search.takeOrder();
  expect(idsOf(search.result)).toEqual([2, 1, 3]);
  expect(search.result?.milliseconds, 'how long the first answer took').toBe(7);
  expect(search.reordered).toBeNull();
  leave();
});

test('leaving calls the verification off, and coming back begins it again', async () => {
  setVerification(true);
  const cancelled = vi.fn(() => ({}));
  engine.ready['search.cancel'] = cancelled;
  const search = new Search(query);
  (await engine.next('search.run')).answer(resultOf(1, 2));
  await vi.waitFor(() => expect(search.state).toBe('done'));
  const leave = search.enter();
  const first = await engine.next('search.verify');
  leave();
  expect(cancelled).toHaveBeenCalledExactlyOnceWith({ key: first.params['key'] });
  first.refuse('cancelled');
  search.enter()();
  const second = await engine.next('search.verify');
  expect(second.params['key']).not.toBe(first.params['key']);
});

test('what the user stopped stays stopped until they go on', async () => {
  setVerification(true);
  const search = new Search(query);
  (await engine.next('search.run')).answer(resultOf(1, 2));
  await vi.waitFor(() => expect(search.state).toBe('done'));
  search.enter();
  await engine.next('search.verify');
  search.stopVerification();
  search.enter();
  expect(search.verificationState).toBe('stopped');
  expect(engine.asked).toEqual([]);
  void search.verify();
  (await engine.next('search.verify')).refuse('internal');
  await vi.waitFor(() => expect(search.verificationState).toBe('failed'));
  expect(idsOf(search.result), 'the results are still there').toEqual([1, 2]);
});

test('boxes are refined a few at a time, for what is in view last', async () => {
  const search = new Search(query);
  (await engine.next('search.run')).answer(resultOf(1, 2));
  await vi.waitFor(() => expect(search.state).toBe('done'));
  search.localise([1, 2, 3, 4, 5, 6, 7, 8]);
  const first = await engine.next('search.localise');
  expect(first.params).toEqual({ query: { photoId: 9 }, photoIds: [1, 2, 3, 4, 5, 6] });
  search.localise([5, 20, 21]);
  expect(engine.asked, 'one at a time').toEqual([]);
  first.answer([{ photoId: 1, box: [0, 0, 1, 1] }]);
  const second = await engine.next('search.localise');
  expect(second.params['photoIds'], 'neither what is known nor what is out of view').toEqual([20, 21]);
  expect([search.boxes.get(1), search.boxes.get(2)]).toEqual([[0, 0, 1, 1], null]);
  second.refuse('internal');
  await vi.waitFor(() => expect(search.boxes.get(21)).toBeNull());
});

test('a picture is read once, and again when the engine has forgotten it', async () => {
  const picture = new OpenedPicture(new File(['jpeg'], 'a.jpg'), 'a.jpg');
  let opened = 0;
  engine.ready['pictures.open'] = ({ name, content }) => {
    opened += 1;
    expect([name, content]).toEqual(['a.jpg', new TextEncoder().encode('jpeg')]);
    return { pictureId: opened, thumbnail: new Uint8Array([1]), width: 2, height: 1 };
  };
  const used: unknown[] = [];
  const ask = (parts: unknown) => {
    used.push(parts);
    return used.length === 2
      ? // As it comes over the bridge.

        Promise.reject({ code: 'picture-forgotten', message: '', details: {} })
      : Promise.resolve('found');
  };
  await askWithParts([{ picture }, { photoId: 3 }], ask);
  expect(await askWithParts([{ picture }], ask)).toBe('found');
  expect(used).toEqual([[{ pictureId: 1 }, { photoId: 3 }], [{ pictureId: 1 }], [{ pictureId: 2 }]]);
});

test('a picture that cannot be read is an error, and may be tried again', async () => {
  const picture = new OpenedPicture(new File(['?'], 'b.jpg'), 'b.jpg');
  engine.ready['pictures.open'] = () => {
    throw { code: 'photo-damaged', message: '', details: {} };
  };
  const ask = () => Promise.resolve('found');
  await expect(askWithParts([{ picture }], ask)).rejects.toMatchObject({ code: 'photo-damaged' });
  engine.ready['pictures.open'] = () => ({
    pictureId: 1,
    thumbnail: new Uint8Array(),
    width: 1,
    height: 1,
  });
  expect(await askWithParts([{ picture }], ask)).toBe('found');
});
