/** Gathers decoded pictures of one size, as the trunk runs them together several times as fast as one by one. */
import type { RgbPixels } from '../model/trunk.ts';

export class Batches<Item extends { pixels: RgbPixels }> {
  readonly #length: number;
  readonly #limit: number;
  readonly #bySize = new Map<string, Item[]>();
  #waiting = 0;

  /**
   * @param length items in a full batch
   * @param limit items that may wait for others of their size: memory is bounded by it
   */
  constructor(length: number, limit: number) {
    this.#length = length;
    this.#limit = limit;
  }

  /** Adds an item, and returns a batch that is now due: a full one, or the fullest when too many items wait. */
  add(item: Item): Item[] | null {
    const size = `${item.pixels.width}x${item.pixels.height}`;
    const batch = this.#bySize.get(size) ?? [];
    this.#bySize.set(size, batch);
    this.#waiting++;
    if (batch.push(item) >= this.#length) return this.#take(size);
    return this.#waiting > this.#limit ? this.takeFullest() : null;
  }

  /** Returns the fullest batch, however small; null when nothing waits. */
  takeFullest(): Item[] | null {
    let fullest: string | null = null;
    for (const [size, batch] of this.#bySize) {
      if (fullest === null || batch.length > (this.#bySize.get(fullest)?.length ?? 0)) fullest = size;
    }
    return fullest === null ? null : this.#take(fullest);
  }

  #take(size: string): Item[] {
    const batch = this.#bySize.get(size) ?? [];
    this.#bySize.delete(size);
    this.#waiting -= batch.length;
    return batch;
  }
}
