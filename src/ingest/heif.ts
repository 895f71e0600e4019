/**
 * HEIF with HEVC (HEIC), decoded by libheif as WebAssembly in threads of their own: a photo takes half a second, and a
 * hostile one is cut short by ending its thread.
 *
 * For the build: the worker is a bundle entry of its own, `src/ingest/heif-worker.ts` -> `dist/engine/heif-worker.js`,
 * found from `dist/engine/*.js` and `dist/cli/*.js` alike.
 */
import { Worker } from 'node:worker_threads';
import { AkinError } from '../errors.ts';
import { Budget } from './budget.ts';
import { isCutOff } from './cut-off.ts';
import type { PictureFile } from './picture-file.ts';

export interface ToHeifWorker {
  content: Uint8Array;
  profile: Uint8Array | undefined;
  /** Upright size as the header has it, in pixels. */
  width: number;
  height: number;
}

export type FromHeifWorker =
  /** A TIFF. */
  | { kind: 'decoded'; file: Uint8Array; heldBytes: number }
  | { kind: 'failed'; reason: string; isUnsupported: boolean };

/** Side by side, each on a core of its own. */
const threads = 2;

/** In milliseconds: no phone's photo takes a tenth of it. */
const longestDecode = 60_000;

/** For JavaScript; pictures are outside, and limited by their size. */
const heapMegabytes = 128;

/** A thread that has grown beyond is not kept for the next photo: WebAssembly never gives memory back. */
const keptBytes = 256 << 20;

/** A thread without work for so long is ended. */
const idleMilliseconds = 10_000;

const workerFile = import.meta.url.endsWith('.ts') ? './heif-worker.ts' : '../engine/heif-worker.js';

const lanes = new Budget(threads);
const idle: { worker: Worker; end: NodeJS.Timeout }[] = [];

/**
 * Decodes the primary image, turned and cropped as the file says, to a TIFF with the same colour profile.
 * @param timeLimit in milliseconds, from when a thread is free
 * @throws AkinError `photo-unsupported`, `photo-cut-off`, `photo-damaged`, `photo-too-slow`
 */
export async function decodeHeif(
  { content, profile, width, height }: Pick<PictureFile, 'content' | 'profile' | 'width' | 'height'>,
  name: string,
  timeLimit = longestDecode,
): Promise<Uint8Array> {
  const release = await lanes.take(1);
  const worker = takeWorker();
  let reusable = false;
  try {
    const answer = await ask(worker, { content, profile, width, height }, name, timeLimit);
    reusable = answer.kind === 'decoded' && answer.heldBytes <= keptBytes;
    if (answer.kind === 'failed') {
      const code = answer.isUnsupported ? 'photo-unsupported' : failureOf(content);
      throw new AkinError(code, { path: name }, { cause: answer.reason });
    }
    return answer.file;
  } finally {
    if (reusable) putBack(worker);
    else await worker.terminate();
    release();
  }
}

function failureOf(content: Uint8Array) {
  return isCutOff(content) ? 'photo-cut-off' : 'photo-damaged';
}

function takeWorker(): Worker {
  const kept = idle.pop();
  if (!kept) return startWorker();
  clearTimeout(kept.end);
  kept.worker.ref();
  return kept.worker;
}

function startWorker(): Worker {
  // libheif writes what it thinks of a file to the console.
  const worker = new Worker(new URL(workerFile, import.meta.url), {
    stdout: true,
    stderr: true,
    resourceLimits: { maxOldGenerationSizeMb: heapMegabytes },
  });
  // One that fails while it has no work is of no interest: the next photo finds out.
  return worker.on('error', () => undefined);
}

function putBack(worker: Worker): void {
  // A process that waits for no photo may end.
  worker.unref();
  const end = setTimeout(() => {
    const at = idle.findIndex((kept) => kept.worker === worker);
    if (at >= 0) idle.splice(at, 1);
    void worker.terminate();
  }, idleMilliseconds);
  idle.push({ worker, end: end.unref() });
}

async function ask(
  worker: Worker,
  request: ToHeifWorker,
  name: string,
  timeLimit: number,
): Promise<FromHeifWorker> {
  let stop: (() => void) | undefined;
  try {
    return await new Promise((resolve, reject) => {
      const fail = (cause: unknown) =>
        reject(new AkinError(failureOf(request.content), { path: name }, { cause }));
      const timer = setTimeout(() => reject(new AkinError('photo-too-slow', { path: name })), timeLimit);
      stop = () => {
        clearTimeout(timer);
        worker.off('error', fail).off('exit', fail).off('message', resolve);
      };
      worker.on('error', fail).on('exit', fail).on('message', resolve);
      worker.postMessage(request);
    });
  } finally {
    stop?.();
  }
}
