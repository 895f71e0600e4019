import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { BackendState, Readiness, Run, TrainingSource } from '../../../src/api-training.ts';
import { trainingSettingsSchema } from '../../../src/api-training.ts';
import { EngineStandIn } from './engine-stand-in.ts';

// The bridge is looked up when its module loads.
const engine = new EngineStandIn();
const { training } = await import('../../../renderer/state/training.svelte.ts');
const { toasts } = await import('../../../renderer/state/toasts.svelte.ts');

let runs: Partial<Run>[] = [];
let stop = () => {};

function readiness(source: TrainingSource, albums: number): Readiness {
  const judgements = { same: 0, different: 0 };
  const nothing = { leftOut: [], overlaps: [], contradictions: [] };
  return { source, albums, photos: 4 * albums, enough: true, advice: 'fine', judgements, ...nothing };
}

function backend(name: BackendState['backend'], seconds: BackendState['seconds'], available = true) {
  return { backend: name, device: name, available, reason: available ? '' : 'not here', seconds };
}

function asked(name: string): number {
  return engine.asked.filter((request) => request.name === name).length;
}

beforeEach(async () => {
  engine.asked.length = 0;
  toasts.shown = [];
  runs = [];
  for (const name of Object.keys(engine.ready)) delete engine.ready[name];
  engine.ready['training.runs'] = () => runs;
  training.settings = trainingSettingsSchema.parse({});
  training.readiness = training.refused = training.backends = null;
  stop = training.start();
  await vi.waitFor(() => expect(training.runs).toBe(runs));
});

afterEach(() => stop());

test('begins with what the engine would take by itself', () => {
  expect(training.isUsual).toBe(true);
  training.change({ steps: 20, depth: 'last' });
  expect(training.isUsual).toBe(false);
  training.setBack();
  expect(training.settings).toEqual(trainingSettingsSchema.parse({ depth: 'last' }));
});

test('asks one thing at a time, and once more for what came meanwhile', async () => {
  const looking = [training.look(), training.look(), training.look()];
  expect([asked('training.readiness'), asked('training.backends')]).toEqual([1, 1]);
  (await engine.next('training.readiness')).answer(readiness('albums', 6));
  (await engine.next('training.readiness')).answer(readiness('albums', 7));
  await vi.waitFor(() => expect(training.readiness?.albums).toBe(7));
  (await engine.next('training.backends')).answer([]);
  (await engine.next('training.backends')).answer([]);
  await Promise.all(looking);
  expect(engine.asked).toEqual([]);
});

test('an answer about what is not wanted any more is dropped', async () => {
  engine.ready['training.backends'] = () => [];
  void training.look();
  const albums = await engine.next('training.readiness');
  expect(albums.params).toEqual({ source: 'albums' });
  training.change({ source: 'places' });
  const looking = training.look();
  albums.answer(readiness('albums', 6));
  const places = await engine.next('training.readiness');
  expect(training.readiness).toBeNull();
  expect(places.params).toEqual({ source: 'places' });
  places.answer(readiness('places', 9));
  await looking;
  await vi.waitFor(() => expect(training.readiness?.source).toBe('places'));
});

test('what is refused is said where the answer would be, and does not hold back the rest', async () => {
  void training.look();
  (await engine.next('training.readiness')).refuse('catalog-damaged');
  await vi.waitFor(() => expect(training.refused?.code).toBe('catalog-damaged'));
  (await engine.next('training.backends')).answer([backend('wasm', null)]);
  await vi.waitFor(() => expect(training.backends).toHaveLength(1));
  const again = training.look();
  (await engine.next('training.readiness')).answer(readiness('albums', 6));
  (await engine.next('training.backends')).answer([]);
  await again;
  expect(training.refused).toBeNull();
});

test('the fastest backend is that of the depth, among those that work', async () => {
  training.backends = [
    backend('tensorflow', { head: 1, last: 1, full: 1 }, false),
    backend('webgpu', { head: 60, last: 70, full: 80 }),
    backend('wasm', { head: 20, last: 700, full: 9000 }),
  ];
  expect(training.fastestFor('head')?.backend).toBe('wasm');
  expect(training.fastestFor('full')?.backend).toBe('webgpu');
  expect(training.backendFor('full')?.backend).toBe('webgpu');
  training.change({ backend: 'wasm' });
  expect(training.backendFor('full')?.backend).toBe('wasm');
  training.change({ backend: 'tensorflow' });
  expect(training.backendFor('full'), 'not here').toBeNull();
});

test('a run that is refused is said, and another one can be begun', async () => {
  training.change({ steps: 20 });
  const refused = training.begin();
  expect(training.starting).toBe(true);
  const start = await engine.next('training.start');
  expect(start.params).toEqual(trainingSettingsSchema.parse({ steps: 20 }));
  start.refuse('training-too-little');
  expect(await refused).toBeNull();
  expect(training.starting).toBe(false);
  expect(toasts.shown).toHaveLength(1);

  const begun = training.begin();
  runs = [{ id: 4, state: 'preparing' }];
  (await engine.next('training.start')).answer({ id: 4 });
  expect(await begun).toBe(4);
  expect(training.running?.id).toBe(4);
});

test('tells which run goes on, and which waits for a decision', async () => {
  const figures = {} as Run['figures'];
  runs = [
    { id: 3, state: 'failed', figures: null, decision: null },
    { id: 2, state: 'done', figures, decision: null },
    { id: 1, state: 'done', figures, decision: 'kept' },
  ];
  engine.tell('training.changed', {});
  await vi.waitFor(() => expect(training.undecided?.id).toBe(2));
  expect(training.running).toBeNull();
});

test('a judgement that was taken back is given again by undo', async () => {
  void training.takeBack({ photoIds: [1, 2], same: false });
  const taken = await engine.next('judgements.set');
  expect(taken.params).toEqual({ photoIds: [1, 2], same: null });
  taken.answer({});
  await vi.waitFor(() => expect(toasts.shown).toHaveLength(1));
  toasts.shown[0]!.action!.run();
  const given = await engine.next('judgements.set');
  expect(given.params).toEqual({ photoIds: [1, 2], same: false });
});
