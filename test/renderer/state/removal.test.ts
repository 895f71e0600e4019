import { beforeEach, expect, test, vi } from 'vitest';
import type { DuplicateGroupSummary } from '../../../src/api-duplicates.ts';
import { EngineStandIn } from './engine-stand-in.ts';

// The bridge is looked up when its module loads.
const engine = new EngineStandIn();
const { duplicates } = await import('../../../renderer/state/duplicates.svelte.ts');
const { removal } = await import('../../../renderer/state/removal.svelte.ts');
const { toasts } = await import('../../../renderer/state/toasts.svelte.ts');

let groups: DuplicateGroupSummary[] = [];
let stop = () => {};

function group(keeper: number, ...removable: number[]): DuplicateGroupSummary {
  const sizes = removable.map((id) => 1000 * id);
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  const photos = removable.length + 1;
  return { id: keeper, keeper, aspect: 1, photos, bytes, removable, sizes, certainty: 0.9 };
}

function progress(phase: 'idle' | 'verifying') {
  return { phase, done: 0, total: 9, rate: 0, etaSeconds: null };
}

beforeEach(async () => {
  stop();
  engine.asked.length = 0;
  toasts.shown = [];
  groups = [group(1, 2, 3), group(4, 5)];
  engine.ready['duplicates.list'] = () => ({ groups, photos: 5, bytes: 10_000 });
  engine.ready['duplicates.progress'] = () => ({ ...progress('idle'), asked: true, groups: groups.length });
  engine.ready['removal.list'] = () => [];
  stop = duplicates.start();
  duplicates.show({ kind: 'near-duplicate', strictness: 0.5 });
  await duplicates.refresh();
  removal.clear();
});

function marked(): number[] {
  return [...removal.marked.keys()].sort((a, b) => a - b);
}

test('nothing is marked at first; a group is, and its photos with their sizes', () => {
  expect(marked()).toEqual([]);
  removal.toggleGroup(1);
  expect(marked()).toEqual([2, 3]);
  expect(removal.bytes).toBe(5000);
  removal.toggle(3, 3000);
  expect(marked()).toEqual([2]);
  removal.toggleGroup(99);
  expect(marked()).toEqual([2]);
});

test('rules mark what the engine proposes, with the sizes of the groups', async () => {
  void removal.selectByRules();
  const asked = await engine.next('removal.propose');
  expect(asked.params).toEqual({ kind: 'near-duplicate', strictness: 0.5 });
  asked.answer({ photoIds: [2, 3, 5], bytes: 10_000 });
  await vi.waitFor(() => expect(marked()).toEqual([2, 3, 5]));
  expect(removal.bytes).toBe(10_000);
  expect(toasts.shown.at(-1)!.text).toContain('3 photos');
});

test('each kind has its own marks, and what left its group loses its mark', async () => {
  removal.toggleGroup(1);
  removal.toggleGroup(4);
  duplicates.show({ kind: 'same-scene' });
  await duplicates.refresh();
  expect(marked()).toEqual([]);
  groups = [group(1, 2)];
  duplicates.show({ kind: 'near-duplicate' });
  await duplicates.refresh();
  expect(marked()).toEqual([2]);
});

test('other rules mark anew only where all was marked', async () => {
  removal.toggleGroup(1);
  await removal.follow(() => Promise.resolve());
  expect(engine.asked).toEqual([]);

  removal.toggleGroup(4);
  const followed = removal.follow(async () => {
    groups = [group(2, 1, 3), group(4, 5)];
    await duplicates.refresh();
  });
  (await engine.next('removal.propose')).answer({ photoIds: [1, 3, 5], bytes: 9000 });
  await followed;
  expect(marked()).toEqual([1, 3, 5]);
});

test('photos go to the trash, and come back by the notice', async () => {
  removal.toggleGroup(1);
  removal.mergeMetadata = true;
  void removal.remove('trash');
  const asked = await engine.next('removal.trash');
  expect(asked.params).toEqual({
    kind: 'near-duplicate',
    strictness: 0.5,
    photoIds: [2, 3],
    mergeMetadata: true,
  });
  expect(removal.busy).toBe(true);
  void removal.remove('trash');
  groups = [group(4, 5)];
  const entry = { id: 7, at: 0, way: 'trash', folder: null, photos: 1, bytes: 2000, undoable: true };
  const failure = { photoId: 3, path: '/p/3.jpg', code: 'removal-changed', reason: 'changed' };
  asked.answer({ removal: entry, failed: [failure] });
  await vi.waitFor(() => expect(removal.busy).toBe(false));
  expect(engine.asked, 'one removal at a time').toEqual([]);
  await vi.waitFor(() => expect(toasts.shown).toHaveLength(1));
  expect(toasts.shown[0]!.text).toMatch(/^1 photo moved to trash, 2 kB freed/);
  expect(removal.failed).toEqual({ title: '1 photo was left alone', failed: [failure] });
  expect(marked()).toEqual([]);

  groups = [group(1, 2, 3), group(4, 5)];
  toasts.shown[0]!.action!.run();
  const undo = await engine.next('removal.undo');
  expect(undo.params).toEqual({ removalId: 7 });
  undo.answer({ restored: 1, failed: [] });
  await vi.waitFor(() => expect(toasts.shown.at(-1)!.text).toBe('1 photo is back.'));
  expect(marked(), 'what is back is not to be removed again').toEqual([]);
});

test('what the engine refuses is told, and what was marked stays so', async () => {
  removal.toggleGroup(4);
  void removal.remove('trash');
  (await engine.next('removal.trash')).refuse('removal-busy');
  await vi.waitFor(() => expect(toasts.shown).toHaveLength(1));
  expect(toasts.shown[0]!.serious).toBe(true);
  expect(marked()).toEqual([5]);
});

test('the answer for another kind is not shown as this one', async () => {
  delete engine.ready['duplicates.list'];
  duplicates.show({ kind: 'identical' });
  const first = await engine.next('duplicates.list');
  duplicates.show({ kind: 'same-scene' });
  first.answer({ groups: [group(1, 2)], photos: 2, bytes: 2000 });
  const second = await engine.next('duplicates.list');
  expect(second.params).toMatchObject({ kind: 'same-scene' });
  expect(duplicates.shownKind).toBe('near-duplicate');
  second.answer({ groups: [], photos: 0, bytes: 0 });
  await vi.waitFor(() => expect(duplicates.shownKind).toBe('same-scene'));
  expect(duplicates.result!.groups).toEqual([]);
});

test('photos are no duplicates until that is undone', async () => {
  const dismissed = duplicates.dismiss([1, 2, 3]);
  const asked = await engine.next('duplicates.dismiss');
  expect(asked.params).toEqual({ photoIds: [1, 2, 3] });
  asked.answer({ dismissalId: 12 });
  expect(await dismissed).toBe(true);
  toasts.shown[0]!.action!.run();
  const undo = await engine.next('duplicates.undismiss');
  expect(undo.params).toEqual({ dismissalId: 12 });
  undo.answer({});
  await vi.waitFor(() => expect(toasts.shown.at(-1)!.text).toBe('The photos are shown as duplicates again.'));
});
