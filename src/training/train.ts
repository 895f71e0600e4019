/** A run of training, from its job to its report. It goes on where it was when its folder holds a checkpoint. */
import { freemem } from 'node:os';
import path from 'node:path';
import type { BackendName } from '../api-training.ts';
import { pictureSide } from '../descriptor/scales.ts';
import { AkinError } from '../errors.ts';
import { readModel } from '../model/model-folder.ts';
import type { Model } from '../model/model-folder.ts';
import type { Backend } from './backends/backend.ts';
import { openBackend } from './backends/open-backend.ts';
import { readCheckpoint, removeCheckpoint, writeCheckpoint } from './checkpoint.ts';
import type { Checkpoint } from './checkpoint.ts';
import { CollapseWatch } from './collapse.ts';
import { EarlyStopping } from './early-stopping.ts';
import { runFiles } from './job.ts';
import type { TrainingJob } from './job.ts';
import { Learner } from './learner.ts';
import { partsOf, splitOf } from './parts.ts';
import type { TrainingParts } from './parts.ts';
import { Pictures } from './pictures.ts';
import { planOf } from './plan.ts';
import type { TrainingPlan } from './plan.ts';
import { RegionMaxima } from './region-maxima.ts';
import type { RunListener, TrainingReport } from './report.ts';
import { resultOf, validationPrecision } from './result.ts';
import { PointsFile, writeWhole } from './run-folder.ts';
import { withWeights, writeModel } from './tuned-model.ts';
import { createViewSource } from './views.ts';
import type { ViewSource } from './views.ts';

/** Bytes of decoded pictures in memory: a thousand, about. */
const pictureBytes = 600e6;
/** Milliseconds from one checkpoint to the next. */
const checkpointInterval = 30_000;
/** Measurements without a better one before it is time to stop, and points that few photos cannot tell apart. */
const patience = 3;
const slack = 1;
/** Backends from the fastest to the one that runs everywhere. */
const preference: readonly BackendName[] = ['tensorflow', 'webgpu', 'wasm'];
/** Weights of the best measurement so far, beside the latest in a checkpoint. */
const bestPrefix = 'best.';

/** All that a run has open. */
interface Session {
  readonly job: TrainingJob;
  readonly parent: Model;
  readonly parts: TrainingParts;
  readonly plan: TrainingPlan;
  readonly pictures: Pictures;
  readonly maxima: RegionMaxima;
  readonly views: ViewSource;
  readonly backend: Backend;
  readonly listener: RunListener;
  readonly signal: AbortSignal;
}

/** What the steps came to. */
interface Learnt {
  readonly tuned: Model;
  readonly steps: number;
  readonly stopped: 'no-gain' | null;
  readonly seconds: number;
}

/**
 * Trains, measures, and leaves report and proposed model in the run's folder.
 * @param signal leaves a checkpoint, from which the next call goes on
 * @throws AkinError `training-*`, `run-damaged`, `model-*`; what the signal throws
 */
export async function train(
  job: TrainingJob,
  listener: RunListener,
  signal: AbortSignal,
): Promise<TrainingReport> {
  const checkpoint = await readCheckpoint(job.folder);
  const parent = await readModel(job.modelFolder);
  const longSide = pictureSide(parent.settings);
  const pictures = new Pictures(job.photos, { longSide, limitBytes: pictureBytes });
  const maxima = new RegionMaxima(parent, pictures, { cacheFile: job.cacheFile });
  let views: ViewSource | undefined;
  let backend: Backend | undefined;
  try {
    backend = await anyBackend(checkpoint?.state.backend ?? job.settings.backend);
    const places = [...new Set([...job.albums.flatMap(({ photos }) => photos), ...job.others])];
    views = await createViewSource(parent, job.settings.depth, pictures, {
      seed: job.settings.seed,
      places,
      folder: job.folder,
      maxima,
      report: (done, total) => listener.progress({ phase: 'preparing', done, total }),
      signal,
    });
    const parts = partsOf(
      job,
      new Set([...views.unreadable.keys(), ...(checkpoint?.state.unreadable ?? [])]),
    );
    const plan = planOf(job.settings, parts.albums.length);
    checkMemory(plan);
    const split = splitOf(job, parts);
    await writeWhole(path.join(job.folder, runFiles.split), JSON.stringify(split));
    listener.split(split);
    listener.began(backend.name, backend.device, plan.steps);
    const session = { job, parent, parts, plan, pictures, maxima, views, backend, listener, signal };
    return await finish(session, await learn(session, checkpoint));
  } catch (error) {
    throw backend?.failure() ?? error;
  } finally {
    await views?.close();
    await maxima.release();
    await backend?.close();
  }
}

/** @throws AkinError `training-no-backend` */
async function anyBackend(wanted: BackendName | null): Promise<Backend> {
  const reasons: string[] = [];
  for (const name of wanted === null ? preference : [wanted]) {
    try {
      return await openBackend(name);
    } catch (error) {
      reasons.push(error instanceof Error ? error.message : String(error));
    }
  }
  throw new AkinError('training-no-backend', { reason: reasons.join(' ') });
}

/** @throws AkinError `training-memory` */
function checkMemory({ megabytes }: TrainingPlan): void {
  const free = Math.round(freemem() / 1e6);
  if (free < megabytes) throw new AkinError('training-memory', { needed: megabytes, free });
}

async function learn(session: Session, checkpoint: Checkpoint | null): Promise<Learnt> {
  const { job, parent, parts, plan, listener, signal, views, backend } = session;
  const { settings } = job;
  const learner = new Learner(backend.tf, { parent, settings, plan, parts, views });
  const begun = performance.now() - 1000 * (checkpoint?.state.seconds ?? 0);
  const stopping = new EarlyStopping(patience, slack, checkpoint?.state.stopping);
  const collapse = collapseWatch(session, checkpoint);
  let best = bestWeights(checkpoint);
  let points: PointsFile | undefined;
  const save = async () => {
    await points!.sync();
    const { batches, tensors } = await learner.state();
    for (const [name, values] of best ?? []) tensors.set(bestPrefix + name, values);
    await writeCheckpoint(job.folder, {
      state: {
        step: learner.step,
        steps: plan.steps,
        backend: backend.name,
        seconds: (performance.now() - begun) / 1000,
        batches,
        stopping: stopping.state,
        collapse: collapse.state,
        unreadable: [...views.unreadable.keys()],
      },
      tensors,
    });
  };
  const measure = async (): Promise<number | null> => {
    const precision = await validationPrecision(
      await learner.model(),
      parts,
      session.pictures,
      measuring(session),
    );
    if (precision === null) return null;
    stopping.note(learner.step, precision);
    if (stopping.isBest) best = await learner.weights();
    return precision;
  };
  try {
    if (checkpoint) restoreLearner(learner, checkpoint);
    points = await PointsFile.open(job.folder, learner.step);
    if (!checkpoint) await measure();
    let saved = performance.now();
    while (learner.step < plan.steps && !stopping.isTime) {
      const { point, signs } = await learner.next(signal).catch(async (error: unknown) => {
        if (signal.aborted) await save();
        throw error;
      });
      const failure = backend.failure();
      if (failure) throw failure;
      if (collapse.note(signs)) throw new AkinError('training-collapsed', { step: learner.step });
      const isMeasured = learner.step % plan.measureEvery === 0 || learner.step === plan.steps;
      const whole = { ...point, heldOut: isMeasured ? await measure() : null };
      await points.append(whole);
      listener.point(whole);
      listener.progress({ phase: 'training', done: learner.step, total: plan.steps });
      if (performance.now() - saved < checkpointInterval) continue;
      await save();
      saved = performance.now();
    }
    await save();
    const tuned = stopping.isGoodEnough || !best ? await learner.model() : withWeights(parent, best);
    return {
      tuned,
      steps: learner.step,
      stopped: stopping.isTime ? 'no-gain' : null,
      seconds: (performance.now() - begun) / 1000,
    };
  } finally {
    await points?.close();
    learner.dispose();
  }
}

async function finish(session: Session, learnt: Learnt): Promise<TrainingReport> {
  const { job, parent, parts, pictures, backend, listener } = session;
  const begun = performance.now();
  const { model, figures, examples } = await resultOf(
    job,
    parts,
    pictures,
    parent,
    learnt.tuned,
    measuring(session),
  );
  listener.progress({ phase: 'saving', done: 0, total: 1 });
  await writeModel(path.join(job.folder, runFiles.model), model, parent.version + 1);
  const report: TrainingReport = {
    backend: backend.name,
    device: backend.device,
    steps: learnt.steps,
    figures: {
      ...figures,
      stopped: learnt.stopped,
      seconds: learnt.seconds + (performance.now() - begun) / 1000,
    },
    examples,
  };
  await writeWhole(path.join(job.folder, runFiles.report), JSON.stringify(report));
  await removeCheckpoint(job.folder);
  return report;
}

function measuring({ job, maxima, listener, signal }: Session) {
  return {
    maxima: job.settings.depth === 'head' ? maxima : null,
    report: (done: number, total: number) => listener.progress({ phase: 'measuring', done, total }),
    signal,
  };
}

function collapseWatch({ job, plan }: Session, checkpoint: Checkpoint | null): CollapseWatch {
  const { margin } = job.settings;
  const { albumsPerBatch, photosPerAlbum } = plan;
  const chance = (photosPerAlbum - 1) / (albumsPerBatch * photosPerAlbum - 1);
  return new CollapseWatch(margin === 'soft' ? Math.LN2 : margin, chance, checkpoint?.state.collapse);
}

/** @throws AkinError `run-damaged` */
function restoreLearner(learner: Learner, { state, tensors }: Checkpoint): void {
  try {
    learner.restore(state.step, state.batches, tensors);
  } catch (error) {
    const reason = 'its checkpoint is of another run';
    throw new AkinError('run-damaged', { reason }, { cause: error });
  }
}

function bestWeights(checkpoint: Checkpoint | null): Map<string, Float32Array> | null {
  const entries = [...(checkpoint?.tensors ?? [])].filter(([name]) => name.startsWith(bestPrefix));
  return entries.length === 0
    ? null
    : new Map(entries.map(([name, values]) => [name.slice(bestPrefix.length), values]));
}
