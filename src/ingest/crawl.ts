/**
 * Crawls a folder in a worker thread.
 *
 * For the build: the worker is a bundle entry of its own, `src/ingest/crawl-worker.ts` -> `dist/engine/crawl-worker.js`,
 * found from `dist/engine/*.js` and `dist/cli/*.js` alike.
 */
import { Worker } from 'node:worker_threads';
import { displayPath } from '../catalog/path-bytes.ts';
import { AkinError } from '../errors.ts';
import type { FoundFiles, WalkOutcome } from './walk.ts';

export type FromCrawler =
  | { kind: 'files'; paths: string; sizes: Float64Array; modified: Float64Array }
  | { kind: 'done'; outcome: WalkOutcome }
  | { kind: 'failed'; code: string };

const workerFile = import.meta.url.endsWith('.ts') ? './crawl-worker.ts' : '../engine/crawl-worker.js';

/**
 * Finds the photos under a folder; see `walk.ts` for what is left out.
 * @param folder absolute path as a byte string
 * @param onFiles gets the photos in chunks, while the crawl goes on
 * @throws AkinError `folder-missing`, `folder-unreadable`, `cancelled`
 */
export async function crawl(
  folder: string,
  onFiles: (files: FoundFiles) => void,
  { signal }: { signal?: AbortSignal } = {},
): Promise<WalkOutcome> {
  if (signal?.aborted) throw new AkinError('cancelled');
  const worker = new Worker(new URL(workerFile, import.meta.url), { workerData: folder });
  try {
    return await outcomeOf(worker, folder, onFiles, signal);
  } finally {
    void worker.terminate();
  }
}

async function outcomeOf(
  worker: Worker,
  folder: string,
  onFiles: (files: FoundFiles) => void,
  signal: AbortSignal | undefined,
): Promise<WalkOutcome> {
  let cancel: (() => void) | undefined;
  try {
    return await new Promise((resolve, reject) => {
      cancel = () => reject(new AkinError('cancelled'));
      signal?.addEventListener('abort', cancel);
      worker.on('error', reject);
      worker.on('exit', () => reject(new AkinError('internal', { reason: 'the crawler stopped' })));
      worker.on('message', (message: FromCrawler) => {
        if (message.kind === 'done') return resolve(message.outcome);
        if (message.kind === 'failed') return reject(asFolderError(message.code, folder));
        try {
          onFiles({ paths: message.paths.split('\0'), sizes: message.sizes, modified: message.modified });
        } catch (error) {
          reject(error as Error);
        }
      });
    });
  } finally {
    if (cancel) signal?.removeEventListener('abort', cancel);
  }
}

/** The error for a root that cannot be read; whatever is not a matter of permission counts as not being there. */
export function asFolderError(code: string, folder: string): AkinError {
  const denied = code === 'EACCES' || code === 'EPERM';
  return new AkinError(
    denied ? 'folder-unreadable' : 'folder-missing',
    { path: displayPath(folder) },
    { cause: code },
  );
}
