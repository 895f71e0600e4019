/** A run of training, from its job to its report. It goes on where it was when its folder holds a checkpoint. */
import path from 'node:path';
import type { BackendName, Figures } from '../api-training.ts';
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
import { partsOf, readableParts, splitOf } from './parts.ts';
import type { TrainingParts } from './parts.ts';
import { Pictures } from './pictures.ts';
import { planOf } from './plan.ts';
import type { TrainingPlan } from './plan.ts';
import { RegionMaxima } from './region-maxima.ts';
import type { RunListener, TrainingReport } from './report.ts';
import { describeToChoose, resultOf, validationPrecision } from './result.ts';
import { PointsFile, writeWhole } from './run-folder.ts';
import { safeNegatives } from './safe-negatives.ts';
import type { SafeNegatives } from './safe-negatives.ts';
import { withWeights, writeModel } from './tuned-model.ts';
import { createViewSource } from './views.ts';
import type { ViewSource } from './views.ts';

/** Bytes of decoded pictures in memory: a thousand, about. */
const pictureBytes = 600e6;
/** Milliseconds from one checkpoint to the next. */
const checkpointInterval = 30_000;
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
  readonly unreadable: ReadonlySet<number>;
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
  readonly stopped: Exclude<Figures['stopped'], 'cancelled'>;
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
    const drawn = partsOf(job);
    checkMemory(planOf(job.settings, drawn.albums.length));
    backend = await anyBackend(checkpoint?.state.backend ?? job.settings.backend);
    views = await createViewSource(parent, job.settings.depth, pictures, {
      seed: job.settings.seed,
      places: [...new Set([...job.albums.flatMap(({ photos }) => photos), ...job.others])],
      folder: job.folder,
      maxima,
      report: (done, total) => listener.progress({ phase: 'preparing', done, total }),
      signal,
    });
    const unreadable = new Set([...views.unreadable.keys(), ...(checkpoint?.state.unreadable ?? [])]);
    const parts = readableParts(drawn, unreadable);
    const plan = planOf(job.settings, parts.albums.length);
    const split = splitOf(job, parts);
    await writeWhole(path.join(job.folder, runFiles.split), JSON.stringify(split));
    listener.split(split);
    listener.began(backend.name, backend.device, plan.steps);
    const session = {
      job,
      parent,
      parts,
      plan,
      unreadable,
      pictures,
      maxima,
      views,
      backend,
      listener,
      signal,
    };
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
  const free = Math.round(process.availableMemory() / 1e6);
  if (free < megabytes) throw new AkinError('training-memory', { needed: megabytes, free });
}

async function learn(session: Session, checkpoint: Checkpoint | null): Promise<Learnt> {
  const { job, parent, parts, plan, listener, signal, views, backend } = session;
  const { settings } = job;
  const safe = await safeNegativesOf(session);
  const learner = new Learner(backend.tf, { parent, settings, plan, parts, views, safe });
  const begun = performance.now() - 1000 * (checkpoint?.state.seconds ?? 0);
  const stopping = new EarlyStopping(plan.patience, plan.slack, checkpoint?.state.stopping);
  const collapse = collapseWatch(session, checkpoint);
  let best = bestWeights(checkpoint);
  let collapsed = false;
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
        unreadable: [...session.unreadable],
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
      const { point, signs } = await learner.next(signal);
      const failure = backend.failure();
      if (failure) throw failure;
      collapsed = collapse.note(signs);
      if (collapsed) break;
      const isMeasured = learner.step % plan.measureEvery === 0 || learner.step === plan.steps;
      const whole = { ...point, heldOut: isMeasured ? await measure() : null };
      await points.append(whole);
      listener.point(whole);
      listener.progress({ phase: 'training', done: learner.step, total: plan.steps });
      if (performance.now() - saved < checkpointInterval) continue;
      await save();
      saved = performance.now();
    }
    const useBest = best && (collapsed || !stopping.isGoodEnough);
    if (collapsed && !useBest) {
      // Resumed, it would come to the same.
      await removeCheckpoint(job.folder);
      throw new AkinError('training-collapsed', { step: learner.step });
    }
    if (!collapsed) await save();
    const stopped = stopping.isTime ? 'no-gain' : null;
    return {
      tuned: useBest ? withWeights(parent, best!) : await learner.model(),
      steps: learner.step,
      stopped: collapsed ? 'collapsed' : stopped,
      seconds: (performance.now() - begun) / 1000,
    };
  } catch (error) {
    if (signal.aborted && points) await save();
    throw error;
  } finally {
    await points?.close();
    learner.dispose();
  }
}

/** Null where photos outside the albums are no negatives. The same for a run that is resumed. */
async function safeNegativesOf(session: Session): Promise<SafeNegatives | null> {
  const { job, parent, parts, pictures, listener } = session;
  if (!job.settings.unlabelled || parts.othersTraining.length === 0) return null;
  const albums = parts.albums.map(({ training }) => training);
  const places = [...albums.flat(), ...parts.othersTraining];
  const descriptors = await describeToChoose(parent, pictures, places, {
    ...measuring(session),
    report: (done, total) => listener.progress({ phase: 'preparing', done, total }),
  });
  const judged = job.judgements.filter(({ same }) => same).map(({ photos }) => photos);
  // Who is tied to a held-out photo shows what its album does, too.
  const held = parts.albums.flatMap(({ training, validation, heldOut }) =>
    [...validation, ...heldOut].map((photo) => [photo, training[0]!] as const),
  );
  const { copies } = job;
  return safeNegatives({
    albums,
    others: parts.othersTraining,
    copies,
    same: [...judged, ...held],
    descriptors,
  });
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
  const { margin, loss } = job.settings;
  const { albumsPerBatch, photosPerAlbum } = plan;
  const chance = (photosPerAlbum - 1) / (albumsPerBatch * photosPerAlbum - 1);
  const flat = (margin === 'soft' ? Math.LN2 : margin) * (loss === 'triplet' ? 0.5 : 1);
  return new CollapseWatch(flat, chance, checkpoint?.state.collapse);
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
