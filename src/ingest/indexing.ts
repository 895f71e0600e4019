/**
 * The indexing pipeline: crawl -> compare with the catalog -> read, hash, decode -> describe in batches -> write.
 *
 * Several files are read and decoded at a time on libvips' threads while a batch is described; whoever fills a batch
 * waits until it is described and written, which bounds memory and lets the slowest stage set the pace. Every batch
 * is one transaction, and what remains to be done is what the catalog lacks: a run that is killed at any moment is
 * continued by the next one.
 */
import { EventEmitter } from 'node:events';
import { availableParallelism } from 'node:os';
import type { Progress } from '../api.ts';
import { displayPath } from '../catalog/path-bytes.ts';
import type { PictureDescriber } from '../descriptor/describe.ts';
import { AkinError, asAkinError } from '../errors.ts';
import type { DescribedPhoto, IndexStore, Outcome } from './index-store.ts';
import { Moves } from './moves.ts';
import { Pass } from './pass.ts';
import type { PassOptions } from './pass.ts';
import { ProgressMeter } from './progress-meter.ts';
import { scanFolder } from './scan.ts';
import type { ScanResult, Task } from './scan.ts';

export interface IndexingOptions {
  store: IndexStore;
  /** Called once, when the first photo is ready to be described: a scan that finds nothing new needs no model. */
  describer: () => Promise<PictureDescriber>;
  /** The longest side of the pictures that the model wants. */
  longSide: number;
  /** Files in work at a time. */
  lanes?: number;
  /** Pictures described at a time. Default: 1, which is fastest on a processor, where caches are small. */
  batchLength?: number;
}

export interface IndexingSummary {
  /** Photos that are new, changed or described anew, copies among them. */
  indexed: number;
  unchanged: number;
  /** Photos whose file was moved, renamed or touched. */
  moved: number;
  removed: number;
  failed: number;
  /** Described photos a second, from the first file to the last. */
  photosPerSecond: number;
  cancelled: boolean;
  /** What stopped the run before its end: a full disk, a read-only library. */
  error: AkinError | null;
}

/** What one write changed in the library. */
export interface Changes {
  described: readonly DescribedPhoto[];
  /** Photos that are elsewhere now; their descriptors stay. */
  moved: readonly number[];
  removed: readonly number[];
}

interface IndexingEvents {
  progress: [Progress];
  changes: [Changes];
  /** A folder is missing or unreadable, or the run was stopped by an error. */
  notice: [AkinError];
}

interface Run {
  controller: AbortController;
  summary: IndexingSummary;
  finished: Promise<IndexingSummary>;
}

const progressInterval = 200;

/**
 * While a picture is described, this thread cannot hand out work: enough files must be on their way by then to keep
 * libvips' threads busy.
 */
const usualLanes = 4 + 4 * availableParallelism();

export class Indexing extends EventEmitter<IndexingEvents> {
  readonly #options: PassOptions & Pick<IndexingOptions, 'store'>;
  #run: Run | null = null;
  #again = false;
  #lastSummary: IndexingSummary = emptySummary();
  #resume: { promise: Promise<void>; resolve: () => void } | null = null;
  #progress: Progress = { phase: 'idle', done: 0, total: 0, failed: 0, rate: 0, etaSeconds: null };
  #meter = new ProgressMeter();
  #lastEmitted = 0;

  constructor(options: IndexingOptions) {
    super();
    let describer: Promise<PictureDescriber> | null = null;
    this.#options = {
      lanes: usualLanes,
      batchLength: 1,
      ...options,
      describer: () => (describer ??= options.describer()),
    };
  }

  get progress(): Progress {
    return this.#progress;
  }

  /** Scans all folders and indexes what is new. While a run goes on, another one follows it. */
  start(): void {
    if (this.#run) {
      this.#again = true;
      return;
    }
    const run: Run = {
      controller: new AbortController(),
      summary: emptySummary(),
      finished: Promise.resolve(this.#lastSummary),
    };
    this.#run = run;
    run.finished = this.#perform(run);
  }

  /** Lets the files in work finish, and then rests until `resume`. */
  pause(): void {
    if (!this.#run || this.#resume) return;
    let resolve = (): void => undefined;
    const promise = new Promise<void>((settle) => (resolve = settle));
    this.#resume = { promise, resolve };
    this.#report({ phase: 'paused', rate: 0, etaSeconds: null }, true);
  }

  resume(): void {
    if (!this.#resume) return;
    this.#resume.resolve();
    this.#resume = null;
    this.#meter.reset();
    this.#report({ phase: this.#progress.total > 0 ? 'indexing' : 'scanning' }, true);
  }

  /** Ends the run soon; what is in work is still written. A later `start` continues where it ended. */
  cancel(): void {
    this.#again = false;
    this.#run?.controller.abort();
    this.resume();
  }

  /** Resolves when nothing runs any more, with what the last run did. */
  async idle(): Promise<IndexingSummary> {
    while (this.#run) await this.#run.finished;
    return this.#lastSummary;
  }

  async #perform(run: Run): Promise<IndexingSummary> {
    const { summary, controller } = run;
    // Everything that follows `start` happens after its caller has had time to listen.
    await Promise.resolve();
    try {
      await this.#index(summary, controller.signal);
    } catch (error) {
      const reported = asAkinError(error);
      if (reported.code === 'cancelled') summary.cancelled = true;
      else summary.error = reported;
    }
    summary.cancelled ||= controller.signal.aborted;
    this.#lastSummary = summary;
    this.#run = null;
    this.#resume = null;
    this.#report({ phase: 'idle', rate: 0, etaSeconds: null }, true);
    if (summary.error) this.emit('notice', summary.error);
    if (this.#again) {
      this.#again = false;
      this.start();
    }
    return summary;
  }

  async #index(summary: IndexingSummary, signal: AbortSignal): Promise<void> {
    this.#meter.reset();
    this.#report({ phase: 'scanning', done: 0, total: 0, failed: 0, rate: 0, etaSeconds: null }, true);
    const { tasks, gone } = await this.#scan(summary, signal);
    const moves = new Moves(gone);
    // Files that are surely deleted leave at once; one that may have been moved waits for the new files' hashes.
    this.#remove(moves.takeDeleted(new Set(tasks.map(({ size }) => size))), summary);
    if (tasks.length > 0) await this.#work(tasks, moves, summary, signal);
    if (!signal.aborted) this.#remove(moves.takeRest(), summary);
  }

  async #scan(summary: IndexingSummary, signal: AbortSignal): Promise<Pick<ScanResult, 'tasks' | 'gone'>> {
    const { store } = this.#options;
    const tasks: ScanResult['tasks'] = [];
    const gone: ScanResult['gone'] = [];
    let before = 0;
    for (const folder of store.folders()) {
      await this.#rest(signal);
      try {
        const result = await scanFolder(
          store,
          folder,
          (found) => this.#report({ done: before + found }),
          signal,
        );
        before += result.unchanged + result.tasks.length;
        summary.unchanged += result.unchanged;
        for (const task of result.tasks) tasks.push(task);
        for (const file of result.gone) gone.push(file);
        store.setFolderState(folder.id, 'ready');
        for (const { path } of result.unreadable) {
          this.emit(
            'notice',
            new AkinError('folder-unreadable', { path: displayPath(`${folder.path}/${path}`) }),
          );
        }
      } catch (error) {
        if (!(error instanceof AkinError)) throw error;
        if (error.code !== 'folder-missing' && error.code !== 'folder-unreadable') throw error;
        store.setFolderState(folder.id, error.code === 'folder-missing' ? 'missing' : 'unreadable');
        this.emit('notice', error);
      }
    }
    return { tasks, gone };
  }

  async #work(
    tasks: readonly Task[],
    moves: Moves,
    summary: IndexingSummary,
    signal: AbortSignal,
  ): Promise<void> {
    this.#report({ phase: 'indexing', done: 0, total: tasks.length }, true);
    const begun = performance.now();
    const pass = new Pass(this.#options, moves, {
      rest: async () => this.#rest(signal),
      settled: (outcomes, described) => this.#settle(outcomes, described, summary),
    });
    try {
      await pass.run(tasks, signal);
    } finally {
      summary.photosPerSecond = (summary.indexed * 1000) / (performance.now() - begun);
    }
  }

  #settle(
    outcomes: readonly (Outcome | null)[],
    described: readonly DescribedPhoto[],
    summary: IndexingSummary,
  ): void {
    const moved = outcomes.flatMap((outcome) => (outcome?.kind === 'moved' ? [outcome.photoId] : []));
    const removed: number[] = [];
    for (const outcome of outcomes) {
      if (outcome?.kind !== 'failed') continue;
      summary.failed++;
      if (outcome.photoId !== null && !outcome.keep) removed.push(outcome.photoId);
    }
    summary.indexed += described.length;
    summary.moved += moved.length;
    summary.removed += removed.length;
    if (described.length + moved.length + removed.length > 0)
      this.emit('changes', { described, moved, removed });
    this.#report({ done: this.#progress.done + outcomes.length, failed: summary.failed });
  }

  #remove(files: ScanResult['gone'], summary: IndexingSummary): void {
    if (files.length === 0) return;
    const photoIds = files.flatMap(({ photoId }) => (photoId === null ? [] : [photoId]));
    this.#options.store.remove(
      photoIds,
      files.filter(({ photoId }) => photoId === null),
    );
    summary.removed += photoIds.length;
    if (photoIds.length > 0) this.emit('changes', { described: [], moved: [], removed: photoIds });
  }

  /** Resolves at once, or when a pause ends. */
  async #rest(signal: AbortSignal): Promise<void> {
    while (this.#resume && !signal.aborted) await this.#resume.promise;
  }

  /** Updates the progress, and passes it on unless that happened just before; `now` passes it on in any case. */
  #report(change: Partial<Progress>, now = false): void {
    const time = performance.now();
    this.#progress = { ...this.#progress, ...change };
    if (this.#resume && change.phase !== 'idle') this.#progress.phase = 'paused';
    if (!now && time - this.#lastEmitted < progressInterval) return;
    this.#lastEmitted = time;
    const { phase, done, total } = this.#progress;
    if (phase === 'indexing') {
      Object.assign(this.#progress, this.#meter.progress(done, total, time));
    }
    this.emit('progress', this.#progress);
  }
}

function emptySummary(): IndexingSummary {
  return {
    indexed: 0,
    unchanged: 0,
    moved: 0,
    removed: 0,
    failed: 0,
    photosPerSecond: 0,
    cancelled: false,
    error: null,
  };
}
