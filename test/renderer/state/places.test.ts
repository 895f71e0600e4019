import { beforeEach, expect, test, vi } from 'vitest';
import type { Place } from '../../../src/api.ts';
import { EngineStandIn } from './engine-stand-in.ts';

// The bridge is looked up when its module loads.
const engine = new EngineStandIn();
const { places } = await import('../../../renderer/state/places.svelte.ts');
const { toasts } = await import('../../../renderer/state/toasts.svelte.ts');

let list: Place[] = [];

function place(id: number, photos: number, name: string | null = null): Place {
  return { id, name, photos, cover: id, from: 0, to: 0, latitude: null, longitude: null };
}

function progress(phase: 'idle' | 'building', done = 0) {
  return { phase, done, total: 9, rate: 0, etaSeconds: null };
}

beforeEach(async () => {
  engine.asked.length = 0;
  toasts.shown = [];
  list = [place(1, 4, 'Tower'), place(2, 3, 'Bridge'), place(3, 2)];
  engine.ready['places.list'] = () => list;
  engine.ready['places.progress'] = () => progress('idle');
  engine.ready['places.photos'] = ({ placeId }) => ({ ids: [10 * Number(placeId)], aspects: [1] });
  engine.ready['places.build'] = () => ({});
  engine.ready['places.cancel'] = () => ({});
  places.start();
  await vi.waitFor(() => expect(places.list).toBe(list));
});

test('a merger is undone place by place, each with its name', async () => {
  void places.merge([1, 2, 3]);
  const merge = await engine.next('places.merge');
  expect(merge.params).toEqual({ placeIds: [1, 2, 3] });
  list = [place(1, 9, 'Tower')];
  merge.answer(list[0]);
  await vi.waitFor(() => expect(toasts.shown).toHaveLength(1));

  toasts.shown[0]!.action!.run();
  const first = await engine.next('places.split');
  expect(first.params).toEqual({ placeId: 1, photoIds: [20] });
  first.answer(place(2, 3));
  const named = await engine.next('places.rename');
  expect(named.params).toEqual({ placeId: 2, name: 'Bridge' });
  named.answer(place(2, 3, 'Bridge'));
  const second = await engine.next('places.split');
  expect(second.params).toEqual({ placeId: 1, photoIds: [30] });
  second.answer(place(3, 2));
  (await engine.next('places.rename')).answer(place(3, 2));
  const last = await engine.next('places.rename');
  expect(last.params).toEqual({ placeId: 1, name: 'Tower' });
  last.answer(place(1, 4, 'Tower'));
  await vi.waitFor(() => expect(toasts.shown.at(-1)!.text).toBe('The places are apart again.'));
});

test('a photo that was split off, and is in no place since, comes back', async () => {
  void places.split(1, [10]);
  const split = await engine.next('places.split');
  expect(split.params).toEqual({ placeId: 1, photoIds: [10] });
  split.answer(place(1, 3, 'Tower'));
  await vi.waitFor(() => expect(toasts.shown).toHaveLength(1));
  toasts.shown[0]!.action!.run();
  expect((await engine.next('places.merge')).params).toEqual({ placeIds: [1], photoIds: [10] });
});

test('a place of two photos comes back with its name, though a split left nothing of it', async () => {
  list = [place(1, 2, 'Tower')];
  engine.tell('places.changed', { places: 1 });
  await vi.waitFor(() => expect(places.list).toBe(list));
  void places.split(1, [10]);
  const split = await engine.next('places.split');
  list = [];
  split.answer(place(1, 2, 'Tower'));
  await vi.waitFor(() => expect(toasts.shown).toHaveLength(1));
  toasts.shown[0]!.action!.run();
  const merge = await engine.next('places.merge');
  expect(merge.params).toEqual({ placeIds: [], photoIds: [10] });
  merge.answer(place(4, 2));
  expect((await engine.next('places.rename')).params).toEqual({ placeId: 4, name: 'Tower' });
});

test('what the engine refuses is told, and offers no undoing', async () => {
  void places.split(1, [10]);
  (await engine.next('places.split')).refuse('place-unknown');
  await vi.waitFor(() => expect(toasts.shown).toHaveLength(1));
  expect(toasts.shown[0]).toMatchObject({ serious: true, text: 'That place is no longer in the library.' });
  expect(toasts.shown[0]!.action).toBeUndefined();
});

test('photos count as compared when the work ended by itself, not when it was stopped', async () => {
  await places.build();
  expect(places.progress.phase).toBe('building');
  await places.cancel();
  engine.tell('places.progress', progress('idle'));
  expect(places.built).toBe(false);
  await places.build();
  engine.tell('places.progress', progress('building', 8));
  expect(places.progress.done).toBe(8);
  engine.tell('places.progress', progress('idle'));
  expect(places.built).toBe(true);
});
