/**
 * The threads that search the rows together.
 *
 * For the build: the worker is a bundle entry of its own, `src/search/scan-worker.ts` -> `dist/engine/scan-worker.js`,
 * found from `dist/engine/*.js` and `dist/cli/*.js` alike.
 */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { AkinError } from '../errors.ts';
import type { BoundedScores } from './candidates.ts';
import type { SharedRows } from './quantised-rows.ts';
import { scratchBytes } from './scan.ts';
import type { ScanRequest } from './scan.ts';

export interface ScanWorkerData {
  rows: SharedRows;
  module: WebAssembly.Module;
  /** Where the thread's own part of the memory begins, in bytes. */
  scratch: number;
}

export interface ToScanner {
  id: number;
  request: ScanRequest;
}

export interface FromScanner {
  id: number;
  /** One for each query. */
  found: BoundedScores[];
}

/** More than four only wait for the memory. */
export const scanThreads = Math.max(2, Math.min(4, availableParallelism()));

const workerFile = import.meta.url.endsWith('.ts') ? './scan-worker.ts' : '../engine/scan-worker.js';

/** A request that some thread has not answered yet. */
interface OpenRequest {
  /** One for each thread that has answered. */
  found: BoundedScores[][];
  resolve(found: BoundedScores[][]): void;
  reject(error: unknown): void;
}

export class ScanThreads {
  readonly #rows: SharedRows;
  readonly #module: WebAssembly.Module;
  readonly #open = new Map<number, OpenRequest>();
  #workers: Worker[] = [];
  #requests = 0;

  /** Starts the threads. @param module made by `encodeKernel` */
  constructor(rows: SharedRows, module: WebAssembly.Module) {
    this.#rows = rows;
    this.#module = module;
    this.#start();
  }

  /**
   * What each thread found, for each query. Threads that failed are started again by the next request.
   * @throws AkinError `cancelled` when the threads are ended meanwhile
   */
  scan(request: ScanRequest): Promise<BoundedScores[][]> {
    if (this.#workers.length === 0) this.#start();
    const id = ++this.#requests;
    return new Promise((resolve, reject) => {
      this.#open.set(id, { found: [], resolve, reject });
      const message: ToScanner = { id, request };
      for (const worker of this.#workers) {
        worker.ref();
        worker.postMessage(message);
      }
    });
  }

  end(): Promise<void> {
    return this.#end(new AkinError('cancelled'));
  }

  #start(): void {
    const { dimensions } = this.#rows;
    this.#workers = Array.from({ length: scanThreads }, (_, thread) => {
      const workerData: ScanWorkerData = {
        rows: this.#rows,
        module: this.#module,
        scratch: thread * scratchBytes(dimensions),
      };
      const worker = new Worker(new URL(workerFile, import.meta.url), { workerData });
      worker.on('message', (answer: FromScanner) => this.#take(answer));
      worker.on('error', (error) => {
        if (this.#workers.includes(worker)) void this.#end(error);
      });
      // A process that waits for no answer may end.
      worker.unref();
      return worker;
    });
  }

  #take({ id, found }: FromScanner): void {
    const request = this.#open.get(id);
    if (!request) return;
    request.found.push(found);
    if (request.found.length < this.#workers.length) return;
    this.#open.delete(id);
    if (this.#open.size === 0) for (const worker of this.#workers) worker.unref();
    request.resolve(request.found);
  }

  async #end(error: unknown): Promise<void> {
    const workers = this.#workers;
    this.#workers = [];
    for (const { reject } of this.#open.values()) reject(error);
    this.#open.clear();
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}
