/**
 * How another model takes the place of the one in use.
 *
 * It describes the photos in the background, while the one in use serves; when it has described all of
 * them, it takes over in one transaction. What the one before made of the photos is kept, so that it can come back at
 * once.
 */
import { EventEmitter } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import type { ModelsProgress, ModelVersion } from './api-training.ts';
import type { Catalog } from './catalog/catalog.ts';
import { AkinError, asAkinError } from './errors.ts';
import { ProgressMeter } from './ingest/progress-meter.ts';
import { describePhotos, maximaFileOf } from './library-describing.ts';
import type { LibraryDescriptions } from './library-descriptions.ts';
import type { ModelRecord } from './library-model-folders.ts';
import { LibraryModelVersions, shippedId } from './library-model-versions.ts';
import type { ServingModel } from './library-model-versions.ts';
import type { Model } from './model/model-folder.ts';

export interface ModelsSources {
  catalog: Catalog;
  /** The model that comes with Akin. */
  shipped: Model;
  serving: ServingModel;
  /** Those of the model in use. */
  descriptions: () => LibraryDescriptions;
  /** What a model makes of the photos, at the scales of the settings. */
  describe: (model: Model) => LibraryDescriptions;
  /** Takes these into use at once, and ends those before; resolves when they have ended. */
  replace: (descriptions: LibraryDescriptions) => Promise<void>;
}

interface ModelsEvents {
  progress: [ModelsProgress];
  /** The describing was stopped by an error. */
  notice: [AkinError];
}

/** The describing by a model that is to be used. */
interface Describing {
  id: number;
  descriptions: LibraryDescriptions;
  controller: AbortController;
  finished: Promise<void>;
}

const progressInterval = 200;
/** Descriptors that are dropped at a time. */
const dropLength = 500;
const idle: ModelsProgress = { phase: 'idle', modelId: null, done: 0, total: 0, rate: 0, etaSeconds: null };

export class LibraryModels extends EventEmitter<ModelsEvents> {
  readonly versions: LibraryModelVersions;
  readonly #sources: ModelsSources;
  readonly #catalog: Catalog;
  readonly #meter = new ProgressMeter();
  readonly #closed = new AbortController();
  #describing: Describing | null = null;
  #progress: ModelsProgress = idle;
  #lastEmitted = 0;
  #failure: AkinError | null = null;
  /** Changes happen one after the other. */
  #turn: Promise<unknown> = Promise.resolve();
  /** What still goes on after a change: the end of what was in use before. */
  readonly #rest = new Set<Promise<void>>();

  constructor(sources: ModelsSources) {
    super();
    this.#sources = sources;
    this.#catalog = sources.catalog;
    this.versions = new LibraryModelVersions(sources.catalog, sources.shipped, sources.serving.id);
  }

  get progress(): ModelsProgress {
    return this.#progress;
  }

  /** The model in use. */
  get activeId(): number {
    return this.versions.activeId;
  }

  /** As that of the versions. */
  folderOf(modelId: number): string {
    return this.versions.folderOf(modelId);
  }

  /** As that of the versions. */
  adopt(
    folder: string,
    about: { name: string; parentId: number; record: ModelRecord },
  ): Promise<ModelVersion> {
    return this.versions.adopt(folder, about);
  }

  /** What the model that is to be used makes of the photos. */
  get next(): LibraryDescriptions | null {
    return this.#describing?.descriptions ?? null;
  }

  /** Goes on with a describing that was stopped, and drops what models made that are not used any more. */
  begin(): void {
    const next = this.versions.nextId;
    const resumed = next === null ? Promise.resolve() : this.#inTurn(() => this.#startUsing(next));
    this.#goOn(resumed.catch((error: unknown) => this.#fail(error)).then(() => this.tidy()));
  }

  /**
   * Describes the photos with a model in the background, then uses it.
   * @throws AkinError `model-version-unknown`, and those of reading it
   */
  use(modelId: number): Promise<Record<string, never>> {
    return this.#inTurn(async () => {
      if (modelId !== this.activeId) await this.#startUsing(modelId);
      else {
        await this.#stop('for-good');
        // It may serve in place of the chosen one.
        this.versions.choose(modelId);
      }
      return {};
    });
  }

  /** Ends the describing; the model in use stays. */
  cancel(): Promise<Record<string, never>> {
    return this.#inTurn(async () => {
      await this.#stop('for-good');
      return {};
    });
  }

  /**
   * Back to the model that was in use before: at once, and what has come since is described by the next scan. One
   * that has described less than half of the photos describes them first.
   * @throws AkinError `model-no-previous`, and those of reading it
   */
  rollback(): Promise<Record<string, never>> {
    return this.#inTurn(async () => {
      if (this.versions.previousId === null) throw new AkinError('model-no-previous');
      await this.#stop('for-good');
      const previous = this.versions.previousId ?? shippedId;
      const descriptions = this.#sources.describe(await this.versions.read(previous));
      if (await this.#hasHalf(descriptions)) this.#switch(previous, descriptions);
      else {
        await descriptions.close();
        await this.#startUsing(previous);
      }
      return {};
    });
  }

  /** Describes anew, after the scales changed. */
  async restart(): Promise<void> {
    await this.#inTurn(async () => {
      const id = this.#describing?.id;
      await this.#stop('for-now');
      if (id !== undefined) await this.#startUsing(id);
    });
  }

  /** Resolves when no describing goes on any more, with the error that stopped the last one. */
  async finished(): Promise<AkinError | null> {
    do {
      await this.#turn.catch(() => null);
      await this.#describing?.finished;
    } while (this.#describing);
    await Promise.all(this.#rest);
    return this.#failure;
  }

  /** Ends what goes on; a describing goes on when the library is opened again. */
  async close(): Promise<void> {
    this.#closed.abort();
    await this.#inTurn(() => this.#stop('for-now'));
    await Promise.all(this.#rest);
  }

  /** Drops, bit by bit, what models made of photos that are not used any more. */
  async tidy(): Promise<void> {
    const { descriptors } = this.#catalog;
    const { signal } = this.#closed;
    if (signal.aborted) return;
    for (const identity of descriptors.identities()) {
      // What is wanted may change in between.
      for (let from: number | null = 0; from !== null && !this.versions.wanted().has(identity);) {
        const start: number = from;
        from = this.#catalog.write(() => descriptors.drop(identity, start, dropLength));
        await setImmediate();
        if (signal.aborted) return;
      }
    }
  }

  /** @throws AkinError those of reading the model */
  async #startUsing(id: number): Promise<void> {
    if (this.#describing?.id === id) return;
    const model = await this.versions.read(id);
    await this.#stop('for-now');
    this.#failure = null;
    this.versions.nextId = id;
    const describing: Describing = {
      id,
      descriptions: this.#sources.describe(model),
      controller: new AbortController(),
      finished: Promise.resolve(),
    };
    this.#describing = describing;
    this.#meter.reset();
    describing.finished = this.#perform(describing);
  }

  /** @param how `for-good`: the model is not to be used any more; `for-now`: it is taken up again at the next start */
  async #stop(how: 'for-good' | 'for-now'): Promise<void> {
    const describing = this.#describing;
    describing?.controller.abort();
    await describing?.finished;
    if (how === 'for-good' && this.versions.nextId !== null) this.versions.nextId = null;
  }

  async #perform(describing: Describing): Promise<void> {
    const { id, descriptions, controller } = describing;
    const { signal } = controller;
    // Everything that follows happens after the caller has had time to listen.
    await Promise.resolve();
    try {
      if (await this.#complete(descriptions, id, signal)) this.#switch(id, descriptions);
    } catch (error) {
      this.#fail(error);
    }
    this.#describing = null;
    this.#report(idle, true);
    if (this.#sources.descriptions() !== descriptions) await descriptions.close();
  }

  /** Describes all photos and fills the index; false when that was called off. */
  async #complete(descriptions: LibraryDescriptions, id: number, signal: AbortSignal): Promise<boolean> {
    const isBusy = () => this.#sources.descriptions().indexing.progress.phase !== 'idle';
    for (;;) {
      if (this.#missing(descriptions) > 0) {
        await describePhotos(this.#catalog, descriptions, {
          signal,
          maximaFile: maximaFileOf(this.#catalog.library),
          isBusy,
          idle: () => this.#sources.descriptions().indexing.idle(),
          report: (phase, done, total) => this.#report({ ...idle, phase, modelId: id, done, total }),
        });
      }
      const missing = this.#missing(descriptions);
      if (!signal.aborted) await descriptions.index.get();
      if (signal.aborted) return false;
      // A photo may have come while the index was filled.
      if (this.#missing(descriptions) <= missing && (missing === 0 || !isBusy())) return true;
    }
  }

  /** Whether at least half of the photos would be found. The index is filled by that, while another serves. */
  async #hasHalf(descriptions: LibraryDescriptions): Promise<boolean> {
    return 2 * (await descriptions.index.get()).size >= this.#catalog.photos.count();
  }

  /** Photos that the model has not described; those whose files cannot be read among them. */
  #missing({ modelId }: LibraryDescriptions): number {
    return this.#catalog.photos.count() - this.#catalog.descriptors.count(modelId);
  }

  /** The photos of the library are described by this model from here on. */
  #switch(id: number, descriptions: LibraryDescriptions): void {
    this.versions.choose(id);
    this.#goOn(this.#sources.replace(descriptions).then(() => this.tidy()));
  }

  #goOn(work: Promise<void>): void {
    const rest = work.catch((error: unknown) => this.#fail(error)).finally(() => this.#rest.delete(rest));
    this.#rest.add(rest);
  }

  #inTurn<Value>(task: () => Promise<Value>): Promise<Value> {
    const turn = this.#turn.then(task, task);
    this.#turn = turn.catch(() => null);
    return turn;
  }

  #fail(error: unknown): void {
    this.#failure = asAkinError(this.#catalog.explain(error));
    this.emit('notice', this.#failure);
  }

  #report(progress: ModelsProgress, always = false): void {
    const now = performance.now();
    const isSame = progress.phase === this.#progress.phase;
    const pace =
      progress.phase === 'describing' ? this.#meter.progress(progress.done, progress.total, now) : {};
    this.#progress = { ...progress, ...pace };
    if (!always && isSame && now - this.#lastEmitted < progressInterval) return;
    this.#lastEmitted = now;
    this.emit('progress', this.#progress);
  }
}
