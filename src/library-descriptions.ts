/** What one model makes of a library's photos: the describing of them, and the index of their descriptors. */
import type { Catalog } from './catalog/catalog.ts';
import { createDescriber } from './descriptor/describe.ts';
import type { Describer } from './descriptor/describe.ts';
import { pictureSide } from './descriptor/scales.ts';
import { CatalogStore } from './ingest/catalog-store.ts';
import { Indexing } from './ingest/indexing.ts';
import { LibraryIndex } from './library-index.ts';
import type { Model } from './model/model-folder.ts';

export class LibraryDescriptions {
  readonly model: Model;
  readonly modelId: number;
  readonly index: LibraryIndex;
  readonly indexing: Indexing;
  readonly #uses = new Set<Promise<unknown>>();
  #describer: Promise<Describer> | null = null;

  /** @param model with a head */
  constructor(catalog: Catalog, model: Model) {
    this.model = model;
    const store = new CatalogStore(catalog, model);
    this.modelId = store.modelId;
    this.index = new LibraryIndex(catalog, this.modelId, model.head!.dimensions);
    const longSide = pictureSide(model.settings);
    this.indexing = new Indexing({ store, longSide, describer: () => this.describer() });
  }

  /** Loaded when first asked for. */
  describer(): Promise<Describer> {
    return (this.#describer ??= createDescriber(this.model));
  }

  /** Does something with what there is, which is not closed before that has ended. */
  async during<Value>(task: () => Promise<Value>): Promise<Value> {
    const use = task();
    this.#uses.add(use);
    try {
      return await use;
    } finally {
      this.#uses.delete(use);
    }
  }

  /** Ends indexing, and waits for that and for whoever uses what there is. */
  async close(): Promise<void> {
    this.indexing.cancel();
    await this.indexing.idle();
    while (this.#uses.size > 0) await Promise.allSettled(this.#uses);
    await this.index.release();
    const describer = await this.#describer?.catch(() => null);
    await describer?.release();
  }
}
