/** The search for duplicates in the background. */
import { EventEmitter } from 'node:events';
import type { DuplicatesProgress } from './api-duplicates.ts';
import { AkinError, asAkinError } from './errors.ts';
import { buildDuplicates } from './library-duplicate-build.ts';
import type { DuplicateSources } from './library-duplicate-build.ts';

interface DuplicateSearchEvents {
  progress: [DuplicatesProgress];
  /** Pairs were found that are duplicates, or of one scene. */
  changed: [];
  /** The search was stopped by an error. */
  notice: [AkinError];
}

/** Milliseconds. */
const progressInterval = 200;
/** Milliseconds: whoever is told that something changed will group all photos anew. */
const changedInterval = 3000;

const idle: DuplicatesProgress = { phase: 'idle', done: 0, total: 0, rate: 0, etaSeconds: null };

interface Search {
  controller: AbortController;
  finished: Promise<void>;
}

export class LibraryDuplicateSearch extends EventEmitter<DuplicateSearchEvents> {
  readonly #sources: DuplicateSources;
  #search: Search | null = null;
  #again = false;
  #progress = idle;
  #lastEmitted = 0;
  #lastChanged = 0;
  #hasChanged = false;
  #failure: AkinError | null = null;

  constructor(sources: DuplicateSources) {
    super();
    this.#sources = sources;
  }

  get progress(): DuplicatesProgress {
    return this.#progress;
  }

  /**
   * Compares what is new. To be called when photos came or went, too; while a search goes on, another one follows it.
   */
  find(): void {
    if (this.#search) {
      this.#again = true;
      return;
    }
    const search: Search = { controller: new AbortController(), finished: Promise.resolve() };
    this.#search = search;
    search.finished = this.#perform(search);
  }

  /** Ends the search after the pair in work. A later one continues where it ended. */
  cancel(): void {
    this.#again = false;
    this.#search?.controller.abort();
  }

  /** Resolves when no search goes on any more, with the error that stopped the last one. */
  async finished(): Promise<AkinError | null> {
    while (this.#search) await this.#search.finished;
    return this.#failure;
  }

  async close(): Promise<void> {
    this.cancel();
    await this.finished();
  }

  async #perform(search: Search): Promise<void> {
    // Everything that follows `find` happens after its caller has had time to listen.
    await Promise.resolve();
    this.#failure = null;
    try {
      await buildDuplicates(this.#sources, {
        signal: search.controller.signal,
        report: (progress) => this.#report(progress, progress.phase !== this.#progress.phase),
        found: () => this.#tellChange(changedInterval),
      });
    } catch (error) {
      this.#failure = asAkinError(this.#sources.catalog.explain(error));
      this.emit('notice', this.#failure);
    }
    this.#search = null;
    if (this.#hasChanged) this.#tellChange(0);
    this.#report(idle, true);
    if (this.#again) {
      this.#again = false;
      this.find();
    }
  }

  /** Not more often than every so many milliseconds. */
  #tellChange(interval: number): void {
    this.#hasChanged = true;
    const now = performance.now();
    if (now - this.#lastChanged < interval) return;
    this.#lastChanged = now;
    this.#hasChanged = false;
    this.emit('changed');
  }

  #report(progress: DuplicatesProgress, always: boolean): void {
    this.#progress = progress;
    const now = performance.now();
    if (!always && now - this.#lastEmitted < progressInterval) return;
    this.#lastEmitted = now;
    this.emit('progress', progress);
  }
}
