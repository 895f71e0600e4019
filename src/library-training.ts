/** Runs of training on a library: one at a time, in a process of its own, each in a folder of its own. */
import { EventEmitter } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import type { EventData, Result } from './api.ts';
import { runSchema, splitSchema, trainingSettingsSchema } from './api-training.ts';
import type {
  BackendState,
  Decision,
  Readiness,
  Run,
  Split,
  TrainingProgress,
  TrainingSource,
  TrainingWishes,
} from './api-training.ts';
import type { Catalog } from './catalog/catalog.ts';
import type { RunChanges, RunRow } from './catalog/runs.ts';
import { AkinError, asAkinError } from './errors.ts';
import { ProgressMeter } from './ingest/progress-meter.ts';
import { maximaFileOf } from './library-describing.ts';
import type { ModelRecord } from './library-model-folders.ts';
import type { LibraryModels } from './library-models.ts';
import { jobOf, jobOfToday, readinessOf } from './library-readiness.ts';
import { runFiles, trainingJobSchema } from './training/job.ts';
import type { TrainingJob } from './training/job.ts';
import { trainingReportSchema } from './training/report.ts';
import type { PhaseProgress, RunListener, TrainingReport } from './training/report.ts';
import { discardRun, readPoints, readSound, writeWhole } from './training/run-folder.ts';
import { TrainingProcess } from './training/training-process.ts';
import { backendStates, tryBackends } from './training/backends/backend-states.ts';
import type { TriedBackend } from './training/backends/backend-states.ts';

/** What runs need of the versions of the model. */
export type TrainingModels = Pick<LibraryModels, 'activeId' | 'folderOf' | 'adopt' | 'use'>;

interface Events {
  progress: [TrainingProgress];
  point: [EventData<'training.point'>];
  /** Runs came or changed. */
  changed: [];
  /** What went wrong and nobody waits for. */
  notice: [AkinError];
}

/** The run that goes on. */
interface Live {
  readonly runId: number;
  readonly process: TrainingProcess;
  readonly meter: ProgressMeter;
  step: number;
  progress: TrainingProgress | null;
  /** Resolves when it has ended, and is kept as that. */
  ended: Promise<void>;
}

export class LibraryTraining extends EventEmitter<Events> {
  readonly #catalog: Catalog;
  readonly #models: TrainingModels;
  #live: Live | null = null;
  /** A run is about to begin. */
  #beginning = false;
  #closing = false;
  #backends: Promise<TriedBackend[]> | null = null;
  /** Decisions are taken one after the other. */
  #decided: Promise<unknown> = Promise.resolve();

  constructor(catalog: Catalog, models: TrainingModels) {
    super();
    this.#catalog = catalog;
    this.#models = models;
  }

  /** For when the library opens: what was going on when it was closed or crashed ended without being told. */
  async repair(): Promise<void> {
    for (const { id, state } of this.#catalog.runs.list()) {
      if (state !== 'preparing' && state !== 'training' && state !== 'interrupted') continue;
      const report = await this.#report(id);
      if (report) this.#change(id, doneBy(report));
      else if (state !== 'interrupted') await this.#interrupted(id, {});
    }
    await this.#freeDiscarded();
  }

  readiness(source: TrainingSource): Readiness {
    return readinessOf(this.#catalog, source);
  }

  /** What runs can be on, in the order of preference. */
  async backends(): Promise<BackendState[]> {
    const { albums } = this.readiness('albums');
    // Beside a run everything is slower than it is, and the run too.
    if (this.#live) return backendStates(await (this.#backends ?? tryBackends(null)), albums);
    this.#backends ??= tryBackends(this.#models.folderOf(this.#models.activeId));
    return backendStates(await this.#backends, albums);
  }

  /** Newest first. */
  runs(): Run[] {
    return this.#catalog.runs.list().map((row) => this.#told(row));
  }

  /** @throws AkinError `run-unknown` */
  async run(runId: number): Promise<Result<'training.run'>> {
    const run = this.#told(this.#get(runId));
    const folder = this.#folderOf(runId);
    const split: Split | null = await readSound(path.join(folder, runFiles.split), splitSchema);
    const progress = this.#live?.runId === runId ? this.#live.progress : null;
    return { run, points: await readPoints(folder), split, progress };
  }

  /** Queries that a run improved, and that it made worse. @throws AkinError `run-unknown`, `run-undecided` */
  async examples(runId: number): Promise<TrainingReport['examples']> {
    this.#get(runId);
    const report = await this.#report(runId);
    if (!report) throw new AkinError('run-undecided');
    return report.examples;
  }

  /** @throws AkinError `training-running`, `training-too-little`, `training-disk-full`, `model-version-unknown` */
  start(wishes: TrainingWishes): Promise<Run> {
    return this.#begin(async () => {
      const settings = trainingSettingsSchema.parse(wishes);
      await this.#freeDiscarded();
      const { activeId } = this.#models;
      const modelFolder = this.#models.folderOf(activeId);
      const job = jobOf(this.#catalog, settings, { folder: '', modelFolder, cacheFile: this.#cacheFile });
      const runId = this.#catalog.decide(() => this.#catalog.runs.create(settings, activeId, Date.now()));
      const folder = this.#folderOf(runId);
      try {
        await mkdir(folder, { recursive: true });
        const whole = { ...job, folder };
        await writeWhole(path.join(folder, runFiles.job), JSON.stringify(whole));
        return this.#launch(runId, whole);
      } catch (error) {
        this.#catalog.decide(() => this.#catalog.runs.remove(runId));
        await rm(folder, { recursive: true, force: true });
        throw error;
      }
    });
  }

  /**
   * Goes on with a run that did not end well, from its checkpoint, or from the beginning where it has none.
   * @throws AkinError `run-unknown`, `training-running`, `run-damaged`, `model-version-unknown`; `bad-request` for a
   *   run that is done
   */
  resume(runId: number): Promise<Run> {
    return this.#begin(async () => {
      const { state, parentId } = this.#get(runId);
      if (state === 'done') throw new AkinError('bad-request', { reason: 'the run is done' });
      const folder = this.#folderOf(runId);
      const job = await readSound(path.join(folder, runFiles.job), trainingJobSchema);
      if (!job) throw new AkinError('run-damaged', { reason: 'what it was to do is not kept any more' });
      // Library and program may lie elsewhere by now.
      const modelFolder = this.#models.folderOf(parentId);
      const here = { ...job, folder, modelFolder, cacheFile: this.#cacheFile };
      const begun = { state: 'preparing', endedAt: null, error: null, decision: null } as const;
      this.#catalog.decide(() => this.#catalog.runs.change(runId, begun));
      return this.#launch(runId, jobOfToday(this.#catalog, here));
    });
  }

  /** Ends the run that goes on; it can be resumed. */
  cancel(): Record<string, never> {
    this.#live?.process.cancel();
    return {};
  }

  /** Of the process that trains; undefined while none does. */
  get processId(): number | undefined {
    return this.#live?.process.pid;
  }

  /** Waits until no run goes on. */
  async finished(): Promise<void> {
    await this.#live?.ended;
  }

  /**
   * Makes a version of a run's model, and uses it where it is accepted; or discards the run, which null takes back.
   * @throws AkinError `run-unknown`; `run-undecided` when there is no model; `bad-request` for what cannot be taken back
   */
  async decide(runId: number, decision: Decision | null, name?: string): Promise<Run> {
    const decided = this.#decided.then(() => this.#decide(runId, decision, name));
    this.#decided = decided.catch(() => undefined);
    return decided;
  }

  /** Ends what goes on: it can be resumed when the library is opened again. */
  async close(): Promise<void> {
    this.#closing = true;
    await this.#decided;
    await this.#live?.process.close();
    await this.#live?.ended;
    await this.#freeDiscarded();
  }

  async #decide(runId: number, decision: Decision | null, name?: string): Promise<Run> {
    const { state, versionId, decision: before, parentId } = this.#get(runId);
    if (decision === null || decision === 'discarded') {
      if (versionId !== null) throw new AkinError('bad-request', { reason: 'the run has a version' });
      if (state === 'preparing' || state === 'training') throw new AkinError('run-undecided');
      if (decision !== before) this.#change(runId, { decision });
      return this.#told(this.#get(runId));
    }
    let modelId = versionId;
    if (modelId === null) {
      const report = state === 'done' ? await this.#report(runId) : null;
      // A discarded run is freed at last.
      if (!report || !this.#has(runId, runFiles.model)) throw new AkinError('run-undecided');
      const made = path.join(this.#folderOf(runId), runFiles.model);
      const record = await this.#record(runId, report);
      const version = await this.#models.adopt(made, { name: name ?? `Run ${runId}`, parentId, record });
      modelId = version.id;
    }
    this.#change(runId, { versionId: modelId, decision });
    if (decision === 'accepted') await this.#models.use(modelId);
    return this.#told(this.#get(runId));
  }

  /** What a version remembers of its run. */
  async #record(runId: number, report: TrainingReport): Promise<ModelRecord> {
    const { settings } = this.#told(this.#get(runId));
    const split = await readSound(path.join(this.#folderOf(runId), runFiles.split), splitSchema);
    const albums = (split?.trainingAlbums ?? []).map(({ name, training }) => ({
      name,
      photos: training.length,
    }));
    const { backend, device, figures } = report;
    return { settings, albums, backend, device, figures };
  }

  async #begin(work: () => Promise<Run>): Promise<Run> {
    if (this.#live || this.#beginning || this.#closing) throw new AkinError('training-running');
    this.#beginning = true;
    try {
      return await work();
    } finally {
      this.#beginning = false;
    }
  }

  #launch(runId: number, job: TrainingJob): Run {
    if (this.#closing) throw new AkinError('cancelled');
    const process = new TrainingProcess(job, this.#listener(runId));
    const live: Live = {
      runId,
      process,
      meter: new ProgressMeter(),
      step: this.#get(runId).step,
      progress: null,
      ended: Promise.resolve(),
    };
    this.#live = live;
    live.ended = this.#follow(live).catch((error: unknown) => void this.emit('notice', asAkinError(error)));
    this.emit('changed');
    return this.#told(this.#get(runId));
  }

  #listener(runId: number): RunListener {
    return {
      began: (backend, device, steps) => {
        try {
          this.#change(runId, { state: 'training', backend, device, steps });
        } catch (error) {
          this.emit('notice', asAkinError(error));
        }
      },
      // It lies in the run's folder by now.
      split: () => this.emit('changed'),
      progress: (progress) => this.#progressed(progress),
      point: (point) => {
        if (this.#live) this.#live.step = point.step;
        this.emit('point', { runId, point });
      },
    };
  }

  #progressed({ phase, done, total }: PhaseProgress): void {
    const live = this.#live;
    if (!live) return;
    if (live.progress?.phase !== phase) live.meter.reset();
    live.progress = { runId: live.runId, phase, ...live.meter.progress(done, total) };
    this.emit('progress', live.progress);
  }

  /** Keeps how a run ends. */
  async #follow({ runId, process }: Live): Promise<void> {
    let error: AkinError | null = null;
    try {
      await process.ended;
    } catch (thrown) {
      error = asAkinError(thrown);
    }
    const report = await this.#report(runId);
    const { step } = this.#live!;
    this.#live = null;
    if (report) return this.#change(runId, doneBy(report));
    const why = error ?? new AkinError('training-stopped', { reason: 'its report cannot be read' });
    if (why.code === 'cancelled') {
      return this.#closing
        ? this.#interrupted(runId, {})
        : this.#change(runId, { state: 'cancelled', endedAt: Date.now(), step });
    }
    const { code, message, details } = why;
    const told = { error: { code, message, details: { ...details } }, step };
    if (code === 'training-stopped' && (this.#closing || this.#has(runId, runFiles.state))) {
      return this.#interrupted(runId, this.#closing ? {} : told);
    }
    this.#change(runId, { state: 'failed', endedAt: Date.now(), ...told });
  }

  async #interrupted(runId: number, changes: RunChanges): Promise<void> {
    const points = await readPoints(this.#folderOf(runId));
    const step = points.at(-1)?.step ?? 0;
    this.#change(runId, { step, ...changes, state: 'interrupted', endedAt: Date.now() });
  }

  #has(runId: number, name: string): boolean {
    return existsSync(path.join(this.#folderOf(runId), name));
  }

  /** Of a run that has ended well. */
  async #report(runId: number): Promise<TrainingReport | null> {
    return readSound(path.join(this.#folderOf(runId), runFiles.report), trainingReportSchema);
  }

  /** What the user does not want any more need not lie about; the curves stay. */
  async #freeDiscarded(): Promise<void> {
    for (const { id, decision, versionId } of this.#catalog.runs.list()) {
      if (decision === 'discarded' && versionId === null) await discardRun(this.#folderOf(id));
    }
  }

  #change(runId: number, changes: RunChanges): void {
    this.#catalog.decide(() => this.#catalog.runs.change(runId, changes));
    this.emit('changed');
  }

  #get(runId: number): RunRow {
    const row = this.#catalog.runs.get(runId);
    if (!row) throw new AkinError('run-unknown');
    return row;
  }

  #told({ versionId, ...row }: RunRow): Run {
    const step = this.#live?.runId === row.id ? this.#live.step : row.step;
    return runSchema.parse({ ...row, step, modelId: versionId });
  }

  #folderOf(runId: number): string {
    return path.join(this.#catalog.library, 'runs', String(runId));
  }

  get #cacheFile(): string {
    return maximaFileOf(this.#catalog.library);
  }
}

function doneBy({ backend, device, steps, figures }: TrainingReport): RunChanges {
  return { state: 'done', endedAt: Date.now(), error: null, backend, device, step: steps, figures };
}
