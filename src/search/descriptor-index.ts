/** All descriptors of one model, searched without missing any. */
import { setImmediate } from 'node:timers/promises';
import { dot } from '../descriptor/vectors.ts';
import { Candidates } from './candidates.ts';
import type { BoundedScores } from './candidates.ts';
import type { PhotoSet } from './photo-set.ts';
import { QuantisedRows } from './quantised-rows.ts';
import { encodeKernel, quantiseQuery } from './scan-kernel.ts';
import { scratchBytes } from './scan.ts';
import { ScanThreads, scanThreads } from './scan-threads.ts';

export interface Neighbour {
  photoId: number;
  /** The dot product of two descriptors of length 1: from -1 to 1. */
  score: number;
}

export interface SearchOptions {
  /** What a filter lets through; the others are not even compared. */
  allowed?: PhotoSet;
}

/** The descriptors of photos as float32, in their order; undefined for one that is gone. */
export type ExactDescriptors = (photoIds: readonly number[]) => readonly (Float32Array | undefined)[];

/** They read each chunk of rows while it is in the cache, and keep a thread for some tens of milliseconds. */
const queriesAtOnce = 64;
const largestPhotoId = 2 ** 32 - 1;

/**
 * Descriptors are held as int8, compared by threads, and whatever may be among the best is compared once more as
 * float32, which the owner keeps: so the results and their scores are those of float32, in a quarter of its memory.
 */
export class DescriptorIndex {
  readonly dimensions: number;
  readonly #exact: ExactDescriptors;
  readonly #rows: QuantisedRows;
  readonly #threads: ScanThreads;

  /** An empty index. @param dimensions of every descriptor */
  constructor(dimensions: number, exact: ExactDescriptors) {
    this.dimensions = dimensions;
    this.#exact = exact;
    this.#rows = new QuantisedRows(dimensions, scanThreads * scratchBytes(dimensions));
    const module = new WebAssembly.Module(encodeKernel(dimensions));
    this.#threads = new ScanThreads(this.#rows.shared, module);
  }

  /** How many photos it holds. */
  get size(): number {
    return this.#rows.size;
  }

  /**
   * Adds a photo, or replaces its descriptor.
   * @param photoId from 1 to 2^32 - 1
   * @throws RangeError when the descriptor has another length than the index's dimensions, when the photo id is out
   * of range, and when 4 GiB are full: eight million photos of 512 dimensions
   */
  set(photoId: number, descriptor: Float32Array): void {
    this.#check(descriptor);
    if (!Number.isInteger(photoId) || photoId < 1 || photoId > largestPhotoId)
      throw new RangeError(`${photoId} is no photo id.`);
    this.#rows.set(photoId, descriptor);
  }

  /** Takes a photo out; one that is not there is no error. */
  delete(photoId: number): void {
    this.#rows.delete(photoId);
  }

  /**
   * The `k` photos nearest to `query`, or all where there are fewer, best first; equal scores by photo id.
   * @param query [dimensions], length 1
   * @throws RangeError when the query has another length than the index's dimensions
   * @throws AkinError `cancelled` when the index is released meanwhile
   */
  async search(query: Float32Array, k: number, options: SearchOptions = {}): Promise<Neighbour[]> {
    const [neighbours] = await this.searchMany([query], k, options);
    return neighbours!;
  }

  /** What `search` finds for each query. Many queries at once take less time than one after the other. */
  async searchMany(
    queries: readonly Float32Array[],
    k: number,
    options: SearchOptions = {},
  ): Promise<Neighbour[][]> {
    for (const query of queries) this.#check(query);
    const results: Neighbour[][] = [];
    for (let from = 0; from < queries.length; from += queriesAtOnce) {
      const some = queries.slice(from, from + queriesAtOnce);
      const candidates = await this.#candidates(some, k, options);
      for (const [at, photoIds] of candidates.entries()) {
        // Others get their turn between the reading for one query and for the next.
        if (at > 0) await setImmediate();
        results.push(this.#compare(some[at]!, photoIds, k));
      }
    }
    return results;
  }

  /** Ends the threads. */
  async release(): Promise<void> {
    await this.#threads.end();
  }

  /** The photos that may be among the best, for each query. */
  async #candidates(
    queries: readonly Float32Array[],
    k: number,
    { allowed }: SearchOptions,
  ): Promise<number[][]> {
    const quantised = queries.map((query) => quantiseQuery(query));
    for (;;) {
      const { size, moves } = this.#rows;
      const wanted = Math.min(Math.floor(k), size);
      if (!(wanted > 0)) return queries.map(() => []);
      const found = await this.#threads.scan({
        queries: quantised,
        wanted,
        size,
        allowed: allowed?.bits ?? null,
        next: new Int32Array(new SharedArrayBuffer(4)),
      });
      // Rows that moved or changed while threads were reading them may have been missed.
      if (moves === this.#rows.moves) {
        return queries.map((_, at) =>
          together(
            found.map((answer) => answer[at]!),
            wanted,
          ),
        );
      }
    }
  }

  /** The best of the candidates by their float32 descriptors. */
  #compare(query: Float32Array, photoIds: readonly number[], k: number): Neighbour[] {
    const neighbours: Neighbour[] = [];
    for (const [at, descriptor] of this.#exact(photoIds).entries()) {
      // It may have gone since the threads found it.
      if (!descriptor || !this.#rows.has(photoIds[at]!)) continue;
      const score = Math.max(-1, Math.min(1, dot(descriptor, query)));
      neighbours.push({ photoId: photoIds[at]!, score });
    }
    return neighbours.sort((a, b) => b.score - a.score || a.photoId - b.photoId).slice(0, Math.floor(k));
  }

  #check(vector: Float32Array): void {
    if (vector.length === this.dimensions) return;
    throw new RangeError(`A vector of ${vector.length} in an index of ${this.dimensions} dimensions.`);
  }
}

/** The candidates of all threads that are still candidates beside each other. */
function together(parts: readonly BoundedScores[], wanted: number): number[] {
  const count = parts.reduce((sum, { photoIds }) => sum + photoIds.length, 0);
  const candidates = new Candidates(wanted, count);
  for (const { photoIds, bounds } of parts) candidates.offer(bounds, photoIds.length, (at) => photoIds[at]!);
  return Array.from(candidates.take().photoIds);
}
