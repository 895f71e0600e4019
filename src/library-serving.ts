/** What the model in use makes of a library's photos, and which model that is. */
import { EventEmitter } from 'node:events';
import type { Progress } from './api.ts';
import type { Catalog } from './catalog/catalog.ts';
import type { AkinError } from './errors.ts';
import type { Changes } from './ingest/indexing.ts';
import { LibraryDescriptions } from './library-descriptions.ts';
import type { ServingModel } from './library-model-versions.ts';
import { LibraryModels } from './library-models.ts';
import { readSettings, scalesOf } from './library-settings.ts';
import { withScales } from './model/model-folder.ts';
import type { Model } from './model/model-folder.ts';

interface ServingEvents {
  /** Of indexing. */
  progress: [Progress];
  /** Photos were described, or left. */
  changed: [];
  notice: [AkinError];
  /** Another model, or another number of scales, is in use. */
  replaced: [];
  /** What was in use before has ended: a scan may describe what is missing now. */
  settled: [];
}

export class LibraryServing extends EventEmitter<ServingEvents> {
  readonly models: LibraryModels;
  readonly #catalog: Catalog;
  #current: LibraryDescriptions;

  /** @param shipped the model that comes with Akin */
  constructor(catalog: Catalog, shipped: Model, serving: ServingModel) {
    super();
    this.#catalog = catalog;
    this.#current = this.#describeBy(serving.model);
    this.models = new LibraryModels({
      catalog,
      shipped,
      serving,
      descriptions: () => this.#current,
      describe: (model) => this.#describeBy(model),
      replace: (descriptions) => this.#replace(descriptions),
    });
  }

  get current(): LibraryDescriptions {
    return this.#current;
  }

  /** To be called when the number of scales has changed. */
  async rescale(): Promise<void> {
    await this.#replace(this.#describeBy(this.#current.model));
    await this.models.restart();
  }

  /** Reads the catalog once more, after photos came back. */
  async refill(): Promise<void> {
    for (const { index } of this.#all()) await index.refill();
  }

  /** Has searches find no more of photos that left. */
  remove(photoIds: readonly number[]): void {
    for (const { index } of this.#all()) index.remove(photoIds);
  }

  /** Has searches find them again. */
  bringBack(photoIds: readonly number[]): void {
    for (const { index } of this.#all()) index.bringBack(photoIds);
  }

  /** To be called when nothing else is going on. */
  async close(): Promise<void> {
    await this.#current.close();
  }

  #describeBy(model: Model): LibraryDescriptions {
    const scales = scalesOf(readSettings(this.#catalog).scales);
    const descriptions = new LibraryDescriptions(this.#catalog, withScales(model, scales));
    const { indexing } = descriptions;
    indexing.on('progress', (progress) => this.emit('progress', progress));
    indexing.on('changes', (changes) => this.#take(changes, descriptions));
    indexing.on('notice', (notice) => this.emit('notice', notice));
    return descriptions;
  }

  /** Searches that have begun end with what they began with. */
  async #replace(descriptions: LibraryDescriptions): Promise<void> {
    const old = this.#current;
    this.#current = descriptions;
    this.emit('replaced');
    await old.close();
    this.emit('settled');
  }

  #take({ described, removed }: Changes, by: LibraryDescriptions): void {
    // A folder may have been removed while its photos were in work.
    by.index.add(described.filter(({ photoId }) => this.#catalog.photos.get(photoId)));
    this.remove(removed);
    this.emit('changed');
  }

  /** What serves, and what is to. */
  #all(): LibraryDescriptions[] {
    const { next } = this.models;
    return next ? [this.#current, next] : [this.#current];
  }
}
