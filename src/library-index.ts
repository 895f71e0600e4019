/** The index of a library's descriptors, filled from the catalog in slices so that other requests get their turn. */
import { setImmediate } from 'node:timers/promises';
import type { Catalog } from './catalog/catalog.ts';
import type { DescribedPhoto } from './ingest/index-store.ts';
import { Lazy } from './lazy.ts';
import { DescriptorIndex } from './search/descriptor-index.ts';

/** A few milliseconds: a long answer leaves in pieces, and each waits for its turn. */
const sliceLength = 250;

export class LibraryIndex {
  readonly #catalog: Catalog;
  readonly #modelId: number;
  readonly #dimensions: number;
  readonly #index = new Lazy(() => this.#fill());
  /** The index while it is being filled, and after. */
  #current: DescriptorIndex | null = null;

  constructor(catalog: Catalog, modelId: number, dimensions: number) {
    this.#catalog = catalog;
    this.#modelId = modelId;
    this.#dimensions = dimensions;
  }

  /** The filled index; the first call fills it, and the first after a failure. */
  get(): Promise<DescriptorIndex> {
    return this.#index.get();
  }

  /** Reads the catalog once more, after photos came back that the index does not hold. */
  async refill(): Promise<void> {
    const filled = this.#index.isAskedFor;
    const index = await this.get();
    if (filled) await this.#read(index);
  }

  /** Takes in what is new. Slices that are still to come read it once more, from the catalog. */
  add(described: readonly DescribedPhoto[]): void {
    for (const { photoId, descriptor } of described) this.#current?.set(photoId, descriptor);
  }

  /** Takes in again what was removed, as the catalog has it. */
  bringBack(photoIds: readonly number[]): void {
    const vectors = this.#catalog.descriptors.getMany(photoIds, this.#modelId);
    this.add(photoIds.flatMap((photoId, at) => (vectors[at] ? [{ photoId, descriptor: vectors[at] }] : [])));
  }

  remove(photoIds: Iterable<number>): void {
    for (const photoId of photoIds) this.#current?.delete(photoId);
  }

  async release(): Promise<void> {
    await this.#index.release((index) => {
      this.#current = null;
      return index.release();
    });
  }

  async #fill(): Promise<DescriptorIndex> {
    const { descriptors } = this.#catalog;
    const index = new DescriptorIndex(this.#dimensions, (photoIds) =>
      descriptors.getMany(photoIds, this.#modelId),
    );
    this.#current = index;
    try {
      await this.#read(index);
      return index;
    } catch (error) {
      this.#current = null;
      await index.release();
      throw error;
    }
  }

  async #read(index: DescriptorIndex): Promise<void> {
    let from: number | null = 0;
    while (from !== null) {
      const { descriptors, next } = this.#catalog.descriptors.slice(this.#modelId, from, sliceLength);
      for (const { photoId, vector } of descriptors) index.set(photoId, vector);
      from = next;
      await setImmediate();
    }
  }
}
