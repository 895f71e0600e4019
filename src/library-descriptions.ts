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

  /** Ends what is running, and waits for it. */
  async close(): Promise<void> {
    this.indexing.cancel();
    await this.indexing.idle();
    await this.index.release();
    const describer = await this.#describer?.catch(() => null);
    await describer?.release();
  }
}
