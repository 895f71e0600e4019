/** The worker thread behind `crawl.ts`: walks, and posts what it finds. */
import { parentPort, workerData } from 'node:worker_threads';
import type { FromCrawler } from './crawl.ts';
import { codeOf, walk } from './walk.ts';

function post(message: FromCrawler, transfer: ArrayBuffer[] = []): void {
  parentPort?.postMessage(message, transfer);
}

try {
  const outcome = walk(workerData as string, ({ paths, sizes, modified }) => {
    // One long string crosses to the other thread many times faster than thousands of short ones; no name has a NUL.
    post({ kind: 'files', paths: paths.join('\0'), sizes, modified }, [
      sizes.buffer as ArrayBuffer,
      modified.buffer as ArrayBuffer,
    ]);
  });
  post({ kind: 'done', outcome });
} catch (error) {
  post({ kind: 'failed', code: codeOf(error) });
}
