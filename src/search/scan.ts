/** What one thread does for a search: takes rows in chunks until none are left, and keeps the candidates. */
import { Candidates } from './candidates.ts';
import type { BoundedScores } from './candidates.ts';
import { holds } from './photo-set.ts';
import type { SharedRows } from './quantised-rows.ts';
import { paddedDimensions, rowBytes } from './scan-kernel.ts';
import type { QuantisedQuery, ScanRows } from './scan-kernel.ts';

export interface ScanRequest {
  queries: QuantisedQuery[];
  /** How many of the best are wanted for each query. */
  wanted: number;
  /** How many rows there are. */
  size: number;
  /** The bits of a `PhotoSet`; null lets all photos through. */
  allowed: Uint8Array | null;
  /** [1], shared: the first row that no thread has taken yet. */
  next: Int32Array;
}

/** Half a megabyte of 512 dimensions: it stays in the cache for the queries after the first. */
const chunk = 1024;

// Positions in a thread's own part of the memory.
const listAt = 0;
const boundsAt = listAt + 4 * chunk;
const queryAt = boundsAt + 8 * chunk;

/** What each thread needs of the memory before the rows. */
export function scratchBytes(dimensions: number): number {
  const pageBytes = 65_536;
  return Math.ceil((queryAt + 2 * paddedDimensions(dimensions)) / pageBytes) * pageBytes;
}

/** One thread's view of the rows. */
export class Scanner {
  readonly #rows: SharedRows;
  readonly #scan: ScanRows;
  readonly #scratch: number;

  /** @param module made by `encodeKernel` @param scratch where the thread's own part of the memory begins, in bytes */
  constructor(rows: SharedRows, module: WebAssembly.Module, scratch: number) {
    const { exports } = new WebAssembly.Instance(module, { akin: { memory: rows.memory } });
    this.#rows = rows;
    this.#scan = exports['scan'] as ScanRows;
    this.#scratch = scratch;
  }

  /** The candidates of this thread's share of the rows, for each query. */
  scan({ queries, wanted, size, allowed, next }: ScanRequest): BoundedScores[] {
    const { memory, dimensions, begin } = this.#rows;
    const photoIds = new Uint32Array(this.#rows.photoIds, 0, size);
    // Another thread made it grow: this one may still hold the view of before.
    if (memory.buffer.byteLength < begin + size * rowBytes(dimensions)) memory.grow(0);
    const list = new Uint32Array(memory.buffer, this.#scratch + listAt, chunk);
    const bounds = new Float32Array(memory.buffer, this.#scratch + boundsAt, 2 * chunk);
    const query = new Int16Array(memory.buffer, this.#scratch + queryAt, paddedDimensions(dimensions));
    const candidates = queries.map(() => new Candidates(wanted, size));
    for (let from = take(next); from < size; from = take(next)) {
      let count = 0;
      for (let row = from; row < Math.min(from + chunk, size); row++)
        if (!allowed || holds(allowed, photoIds[row]!)) list[count++] = row;
      for (const [at, { steps, margin }] of queries.entries()) {
        query.set(steps);
        this.#scan(
          this.#scratch + listAt,
          count,
          begin,
          this.#scratch + queryAt,
          margin,
          this.#scratch + boundsAt,
        );
        candidates[at]!.offer(bounds, count, (place) => photoIds[list[place]!]!);
      }
    }
    return candidates.map((found) => found.take());
  }
}

function take(next: Int32Array): number {
  return Atomics.add(next, 0, chunk);
}
