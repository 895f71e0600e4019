/** The worker thread behind `scan-threads.ts`: answers each request with its candidates. */
import { parentPort, workerData } from 'node:worker_threads';
import { Scanner } from './scan.ts';
import type { FromScanner, ScanWorkerData, ToScanner } from './scan-threads.ts';

const { rows, module, scratch } = workerData as ScanWorkerData;
const scanner = new Scanner(rows, module, scratch);

parentPort?.on('message', ({ id, request }: ToScanner) => {
  const answer: FromScanner = { id, found: scanner.scan(request) };
  parentPort?.postMessage(answer);
});
