import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Figures, Run, TrainingPoint } from '../../../src/api-training.ts';
import { trainingSettingsSchema } from '../../../src/api-training.ts';
import { EngineStandIn } from './engine-stand-in.ts';

// The bridge is looked up when its module loads.
const engine = new EngineStandIn();
const { RunView } = await import('../../../renderer/state/run-view.svelte.ts');
const { toasts } = await import('../../../renderer/state/toasts.svelte.ts');

const figures: Figures = {
  heldOutAlbums: { queries: 9, before: 60, after: 64, interval: [1, 7] },
  newPhotos: null,
  ownAlbums: null,
  kept: null,
  share: 1,
  tuned: { heldOutAlbums: 64, newPhotos: null, kept: null },
  better: true,
  stopped: null,
  seconds: 30,
};

let now: Run;
let points: TrainingPoint[] = [];
let view: InstanceType<typeof RunView>;
let stop = () => {};

function run(changes: Partial<Run> = {}): Run {
  return {
    id: 7,
    state: 'training',
    settings: trainingSettingsSchema.parse({}),
    parentId: 0,
    startedAt: 0,
    endedAt: null,
    backend: 'wasm',
    device: 'Processor',
    step: 0,
    steps: 300,
    error: null,
    figures: null,
    decision: null,
    modelId: null,
    ...changes,
  };
}

function point(step: number, loss = 1 / step): TrainingPoint {
  return { step, loss, top1: 0.5, precision: 0.5, active: 1, norm: 1, learningRate: 1e-3, heldOut: null };
}

function steps(): number[] {
  return view.points.map(({ step }) => step);
}

beforeEach(async () => {
  engine.asked.length = 0;
  toasts.shown = [];
  now = run();
  points = [];
  engine.ready['training.run'] = () => ({ run: now, points, split: null, progress: null });
  view = new RunView(7);
  stop = view.start();
  await vi.waitFor(() => expect(view.run).toBe(now));
});

afterEach(() => stop());

async function hasEnded() {
  now = run({ state: 'done', figures });
  engine.tell('training.changed', {});
  (await engine.next('training.examples')).answer({ improved: [], worse: [] });
  await vi.waitFor(() => expect(view.examples).not.toBeNull());
}

test('grows by the points that are told of it, and of no other run', async () => {
  points = [point(1), point(2)];
  engine.tell('training.changed', {});
  await vi.waitFor(() => expect(steps()).toEqual([1, 2]));
  engine.tell('training.point', { runId: 8, point: point(9) });
  engine.tell('training.point', { runId: 7, point: point(3) });
  engine.tell('training.point', { runId: 7, point: point(4) });
  await vi.waitFor(() => expect(steps()).toEqual([1, 2, 3, 4]));
});

test('steps that a resumed run takes again count as they are the second time', async () => {
  for (const step of [1, 2, 3, 4]) engine.tell('training.point', { runId: 7, point: point(step, 1) });
  await vi.waitFor(() => expect(steps()).toEqual([1, 2, 3, 4]));
  for (const step of [3, 4, 5]) engine.tell('training.point', { runId: 7, point: point(step, 2) });
  await vi.waitFor(() => expect(steps()).toEqual([1, 2, 3, 4, 5]));
  expect(view.points.map(({ loss }) => loss)).toEqual([1, 1, 2, 2, 2]);
});

test('a point that comes before the answer is in it only once', async () => {
  engine.tell('training.point', { runId: 7, point: point(2) });
  points = [point(1), point(2)];
  engine.tell('training.changed', {});
  await vi.waitFor(() => expect(steps()).toEqual([1, 2]));
  engine.tell('training.point', { runId: 7, point: point(3) });
  await vi.waitFor(() => expect(steps()).toEqual([1, 2, 3]));
});

test('a result that was discarded comes back by undo', async () => {
  await hasEnded();
  void view.discard();
  const discard = await engine.next('training.decide');
  expect(discard.params).toEqual({ runId: 7, decision: 'discarded' });
  now = run({ state: 'done', figures, decision: 'discarded' });
  discard.answer(now);
  await vi.waitFor(() => expect(toasts.shown.at(-1)?.text).toBe('The result was discarded.'));
  expect(view.run?.decision).toBe('discarded');

  toasts.shown.at(-1)!.action!.run();
  const undo = await engine.next('training.decide');
  expect(undo.params).toEqual({ runId: 7, decision: null });
  now = run({ state: 'done', figures });
  undo.answer(now);
  await vi.waitFor(() => expect(toasts.shown.at(-1)?.text).toBe('The result is there again.'));
  expect(view.run?.decision).toBeNull();
});

test('an accepted result is named, and a kept one as the user wants', async () => {
  await hasEnded();
  const accepted = view.accept();
  const accept = await engine.next('training.decide');
  expect(accept.params).toMatchObject({ runId: 7, decision: 'accepted', name: view.nameNow() });
  now = run({ state: 'done', figures, decision: 'accepted', modelId: 3 });
  accept.answer(now);
  expect(await accepted).toBe(true);
  expect(view.run?.modelId).toBe(3);

  const kept = view.keep('Bridges');
  const keep = await engine.next('training.decide');
  expect(keep.params).toEqual({ runId: 7, decision: 'kept', name: 'Bridges' });
  keep.refuse('disk-full');
  await expect(kept, 'the dialog shows why').rejects.toMatchObject({ code: 'disk-full' });
});

test('what the engine refuses is said, and leaves everything as it was', async () => {
  await hasEnded();
  const accepted = view.accept();
  expect(view.busy).toBe('decide');
  (await engine.next('training.decide')).refuse('disk-full');
  expect(await accepted).toBe(false);
  expect(view.busy).toBeNull();
  expect(view.run?.decision).toBeNull();
  expect(toasts.shown).toHaveLength(1);
});

test('a run that is not there is told apart from an engine that comes back', async () => {
  engine.ready['training.run'] = () => Promise.reject({ code: 'engine-gone', message: '', details: {} });
  engine.tell('training.changed', {});
  engine.ready['training.run'] = () => Promise.reject({ code: 'run-unknown', message: '', details: {} });
  expect(view.error).toBeNull();
  engine.tell('training.changed', {});
  await vi.waitFor(() => expect(view.error?.code).toBe('run-unknown'));
  engine.ready['training.run'] = () => ({ run: now, points, split: null, progress: null });
  engine.tell('engine.state', { state: 'ready' });
  await vi.waitFor(() => expect(view.error).toBeNull());
});
