/** What is looked at to tell whether two results are the same shot. */
export interface Collapsible {
  /** [dimensions], length 1. */
  readonly descriptor: Float32Array;
  /** Of the file's content. */
  readonly hash: Uint8Array;
}

/** A result, and those that are shown as one with it, in their order. */
export interface Collapsed<Result> {
  keeper: Result;
  copies: Result[];
}

/**
 * Shows near-identical results as one: the best of them, with the others as its copies. Two results are
 * near-identical when their files have the same content or their score is in the band of near-duplicates. Every copy is
 * near-identical to its keeper itself, the first such one in the ranking, so that no chain of small changes brings
 * different shots together; two keepers never are.
 *
 * @param ranked results, best first
 * @param limit keepers wanted; results behind the last of them still join those that they are copies of
 * @param nearDuplicate the lowest score of near-duplicates
 * @returns keepers in the order of the ranking
 */
export function collapse<Result extends Collapsible>(
  ranked: readonly Result[],
  limit: number,
  nearDuplicate: number,
): Collapsed<Result>[] {
  const kept: Collapsed<Result>[] = [];
  const byContent = new Map<string, number>();
  const capacity = Math.min(limit, ranked.length);
  const keepers = new Keepers(ranked[0]?.descriptor.length ?? 0, capacity, nearDuplicate);
  for (const result of ranked) {
    const content = Buffer.from(result.hash).toString('latin1');
    // The same content may still belong to an earlier keeper, by its score.
    const place = keepers.find(result.descriptor, byContent.get(content) ?? kept.length);
    const found = kept[place] ?? kept[byContent.get(content) ?? kept.length];
    if (found) found.copies.push(result);
    else if (kept.length < limit) {
      byContent.set(content, kept.length);
      kept.push({ keeper: result, copies: [] });
      keepers.add(result.descriptor);
    }
  }
  return kept;
}

/** Numbers of a descriptor between two looks at whether the rest can still matter. */
const blockLength = 16;

/** What rounding may add to a bound: far more than it does, far less than matters. */
const slack = 1e-5;

/** The keepers' descriptors in one piece: nearly all the time goes into comparing with them. */
class Keepers {
  readonly #dimensions: number;
  readonly #blocks: number;
  readonly #nearDuplicate: number;
  /** [keepers, dimensions] */
  readonly #rows: Float32Array;
  /** [keepers, blocks], the length of what a descriptor has from each block on. */
  readonly #rests: Float32Array;
  #count = 0;

  constructor(dimensions: number, capacity: number, nearDuplicate: number) {
    this.#dimensions = dimensions;
    this.#nearDuplicate = nearDuplicate;
    this.#blocks = Math.ceil(dimensions / blockLength);
    this.#rows = new Float32Array(capacity * dimensions);
    this.#rests = new Float32Array(capacity * this.#blocks);
  }

  add(descriptor: Float32Array): void {
    this.#rows.set(descriptor, this.#count * this.#dimensions);
    this.#rests.set(this.#restsOf(descriptor), this.#count * this.#blocks);
    this.#count++;
  }

  /**
   * The first of the keepers before `end` that the descriptor is a near-duplicate of; -1 without any. A comparison
   * stops as soon as the rests, by the Cauchy-Schwarz inequality, can no longer lift the product to the band.
   */
  find(descriptor: Float32Array, end: number): number {
    const dimensions = this.#dimensions;
    const blocks = this.#blocks;
    const rows = this.#rows;
    const rests = this.#rests;
    const ownRests = this.#restsOf(descriptor);
    const nearDuplicate = this.#nearDuplicate;
    for (let keeper = 0; keeper < end; keeper++) {
      const start = keeper * dimensions;
      let product = 0;
      let index = 0;
      for (let block = 0; index < dimensions; block++) {
        const most = product + rests[keeper * blocks + block]! * ownRests[block]!;
        if (most < nearDuplicate - slack) break;
        const stop = Math.min(index + blockLength, dimensions);
        for (; index < stop; index++) product += rows[start + index]! * descriptor[index]!;
      }
      if (index === dimensions && product >= nearDuplicate) return keeper;
    }
    return -1;
  }

  #restsOf(descriptor: Float32Array): Float32Array {
    const rests = new Float32Array(this.#blocks);
    let sum = 0;
    for (let index = descriptor.length - 1; index >= 0; index--) {
      sum += descriptor[index]! ** 2;
      if (index % blockLength === 0) rests[index / blockLength] = Math.sqrt(sum);
    }
    return rests;
  }
}
