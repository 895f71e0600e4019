import { beforeEach, expect, test, vi } from 'vitest';
import { EngineStandIn } from './engine-stand-in.ts';

// The bridge is looked up when its module loads.
const engine = new EngineStandIn();
const { addToAlbum, albumsFromJudgements, mergeAlbums } =
  await import('../../../renderer/state/album-changes.ts');
const { toasts } = await import('../../../renderer/state/toasts.svelte.ts');

/** The photos of each album. */
let albums: Map<number, number[]>;

beforeEach(() => {
  engine.asked.length = 0;
  toasts.shown = [];
  albums = new Map([
    [1, [10, 11]],
    [2, [20]],
  ]);
  const album = (id: number) => ({ id, name: `Album ${id}`, photos: albums.get(id)!.length, cover: null });
  engine.ready['albums.list'] = () => [...albums.keys()].map(album);
  engine.ready['albums.photos'] = ({ albumId }) => ({ ids: albums.get(Number(albumId)), aspects: [] });
});

test('albums that were made go, and those that grew are as before, when that is undone', async () => {
  engine.ready['albums.from-judgements'] = () => {
    albums.set(2, [20, 21, 22]).set(3, [30]);
    return { albumIds: [2, 3], photos: 3 };
  };
  await albumsFromJudgements();
  expect(toasts.shown[0]!.text).toBe('2 albums made or filled up with 3 photos.');
  toasts.shown[0]!.action!.run();
  const removed = await engine.next('albums.remove');
  expect(removed.params).toEqual({ albumId: 3 });
  removed.answer({});
  const taken = await engine.next('albums.take');
  expect(taken.params).toEqual({ albumId: 2, photoIds: [21, 22] });
  taken.answer({});
  await vi.waitFor(() => expect(toasts.shown.at(-1)!.text).toBe('The albums are as they were before.'));
});

test('where there is nothing to make albums of, that is said', async () => {
  engine.ready['albums.from-judgements'] = () => ({ albumIds: [], photos: 0 });
  await albumsFromJudgements();
  expect(toasts.shown.map(({ text, action }) => [text, action])).toEqual([
    ['Nothing to add. Say “Same” of a search’s results first.', undefined],
  ]);
});

test('only photos that were not in the album are added, and taken out again', async () => {
  const added = addToAlbum(1, [11, 12]);
  const add = await engine.next('albums.add');
  expect(add.params).toEqual({ albumId: 1, photoIds: [12] });
  add.answer({});
  await added;
  toasts.shown[0]!.action!.run();
  expect((await engine.next('albums.take')).params).toEqual({ albumId: 1, photoIds: [12] });
});

test('a merger is undone', async () => {
  const merged = mergeAlbums([2, 1]);
  const merge = await engine.next('albums.merge');
  expect(merge.params).toEqual({ albumIds: [2, 1] });
  merge.answer({ id: 2, name: 'Album 2', photos: 3, cover: null });
  await merged;
  toasts.shown[0]!.action!.run();
  expect((await engine.next('albums.unmerge')).params).toEqual({ albumId: 2 });
});
