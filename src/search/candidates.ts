/**
 * The photos that may be among the `wanted` best, found from a lower and an upper bound of each score: all whose upper
 * bound reaches the lower bound of the last of the best.
 */

/** Kept at most, best lower bounds first: only where hundreds of photos are as good as equal is it more. */
const mostOf = (wanted: number) => 4 * wanted + 1000;

export interface BoundedScores {
  photoIds: Uint32Array;
  /** [photos, 2], the lower and the upper bound of each score. */
  bounds: Float32Array;
}

export class Candidates {
  readonly #wanted: number;
  readonly #most: number;
  #photoIds: Uint32Array;
  #lower: Float32Array;
  #upper: Float32Array;
  #count = 0;
  /** Whoever stays below it is not among the best. */
  #threshold = -Infinity;

  /** @param wanted at least 1 @param expected how many will be offered at most */
  constructor(wanted: number, expected: number) {
    this.#wanted = wanted;
    this.#most = mostOf(wanted);
    const capacity = Math.min(2 * this.#most, expected);
    this.#photoIds = new Uint32Array(capacity);
    this.#lower = new Float32Array(capacity);
    this.#upper = new Float32Array(capacity);
  }

  /** @param bounds [count, 2], as in `BoundedScores` @param photoIdOf of the photo at a place in `bounds` */
  offer(bounds: Float32Array, count: number, photoIdOf: (at: number) => number): void {
    for (let at = 0; at < count; at++) {
      const upper = bounds[2 * at + 1]!;
      if (upper < this.#threshold) continue;
      if (this.#count === this.#photoIds.length) {
        this.#tighten();
        if (upper < this.#threshold) continue;
      }
      this.#photoIds[this.#count] = photoIdOf(at);
      this.#lower[this.#count] = bounds[2 * at]!;
      this.#upper[this.#count] = upper;
      this.#count++;
    }
  }

  /** What came through, in no order. */
  take(): BoundedScores {
    this.#tighten();
    const bounds = new Float32Array(2 * this.#count);
    for (let at = 0; at < this.#count; at++) {
      bounds[2 * at] = this.#lower[at]!;
      bounds[2 * at + 1] = this.#upper[at]!;
    }
    return { photoIds: this.#photoIds.slice(0, this.#count), bounds };
  }

  #tighten(): void {
    if (this.#count <= this.#wanted) return;
    this.#selectBest(this.#wanted);
    let threshold = Infinity;
    for (let at = 0; at < this.#wanted; at++) threshold = Math.min(threshold, this.#lower[at]!);
    this.#threshold = threshold;
    let kept = this.#wanted;
    for (let at = kept; at < this.#count; at++) if (this.#upper[at]! >= threshold) this.#swap(at, kept++);
    this.#count = kept;
    if (kept <= this.#most) return;
    this.#selectBest(this.#most);
    this.#count = this.#most;
  }

  /** Brings the best to the front: Hoare's selection. Of equal lower bounds the smaller photo id is better. */
  #selectBest(wanted: number): void {
    let from = 0;
    let to = this.#count - 1;
    while (from < to) {
      this.#swap((from + to) >> 1, to);
      const pivot = this.#lower[to]!;
      const pivotId = this.#photoIds[to]!;
      let place = from;
      for (let at = from; at < to; at++) {
        const lower = this.#lower[at]!;
        if (lower > pivot || (lower === pivot && this.#photoIds[at]! < pivotId)) this.#swap(at, place++);
      }
      this.#swap(place, to);
      if (place === wanted) return;
      if (place < wanted) from = place + 1;
      else to = place - 1;
    }
  }

  #swap(a: number, b: number): void {
    const photoId = this.#photoIds[a]!;
    const lower = this.#lower[a]!;
    const upper = this.#upper[a]!;
    this.#photoIds[a] = this.#photoIds[b]!;
    this.#lower[a] = this.#lower[b]!;
    this.#upper[a] = this.#upper[b]!;
    this.#photoIds[b] = photoId;
    this.#lower[b] = lower;
    this.#upper[b] = upper;
  }
}
