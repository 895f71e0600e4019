/** A scan of 100,000 unchanged files beside `find`, which looks at as many and compares nothing. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { quantiseRegions } from '../../src/descriptor/quantise.ts';
import { crawl } from '../../src/ingest/crawl.ts';
import type { IndexStore, Outcome } from '../../src/ingest/index-store.ts';
import { Indexing } from '../../src/ingest/indexing.ts';
import { defaultModelFolder, readModel } from '../../src/model/model-folder.ts';
import type { BenchResult } from './bench-result.ts';
import { openBenchStore } from './bench-store.ts';

const limit = 3;
const folders = 100;
const filesEach = 1000;
const rounds = 5;

export async function rescanBench(): Promise<BenchResult> {
  const root = mkdtempSync(path.join(tmpdir(), 'akin-bench-rescan-'));
  try {
    for (let folder = 0; folder < folders; folder++) {
      mkdirSync(path.join(root, `folder ${folder}`));
      for (let file = 0; file < filesEach; file++) {
        writeFileSync(path.join(root, `folder ${folder}`, `IMG_${folder}_${file}.jpg`), 'x');
      }
    }
    const { store, close } = await openBenchStore(root, await readModel(defaultModelFolder()));
    await fill(store);
    let find = Number.POSITIVE_INFINITY;
    let scan = Number.POSITIVE_INFINITY;
    for (let round = 0; round < rounds; round++) {
      find = Math.min(find, await millisecondsOf(() => runFind(root)));
      // A new pipeline each time, as after a start of the app: nothing is remembered but what the catalog holds.
      scan = Math.min(scan, await millisecondsOf(() => rescan(store)));
    }
    close();
    const ratio = scan / find;
    return {
      name: `re-scan of ${(folders * filesEach).toLocaleString('en')} unchanged files`,
      lines: [
        `find -type f -printf '%s %T@': ${find.toFixed(0)} ms`,
        `re-scan: ${scan.toFixed(0)} ms, ${ratio.toFixed(2)} times as long (limit ${limit})`,
      ],
      passed: ratio <= limit,
    };
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

/** Gives the store what indexing would: a photo for each file. */
async function fill(store: IndexStore): Promise<void> {
  const [folder] = store.folders();
  if (!folder) throw new Error('the store has no folder');
  const description = {
    descriptor: new Float32Array(8).fill(8 ** -0.5),
    regions: quantiseRegions(new Float32Array(8), 8, { height: 1, width: 1, levels: 1, wholeMap: false }),
  };
  let number = 0;
  await crawl(folder.path, ({ paths, sizes, modified }) => {
    const outcomes = paths.map((file, at): Outcome => {
      const hash = new Uint8Array(32);
      new DataView(hash.buffer).setUint32(0, ++number);
      const metadata = { takenAt: null, camera: null, latitude: null, longitude: null };
      return {
        kind: 'described',
        file: { folderId: folder.id, path: file, size: sizes[at] ?? 0, modified: modified[at] ?? 0 },
        photoId: null,
        content: { hash, width: 4000, height: 3000, format: 'jpeg', metadata },
        thumbnail: new Uint8Array(8),
        description,
      };
    });
    store.write(outcomes);
  });
}

async function rescan(store: IndexStore): Promise<void> {
  const describer = () => Promise.reject(new Error('nothing has changed'));
  const indexing = new Indexing({ store, describer, longSide: 512 });
  indexing.start();
  const { unchanged, error } = await indexing.idle();
  if (error) throw error;
  if (unchanged !== folders * filesEach) throw new Error(`only ${unchanged} files were found unchanged`);
}

async function runFind(root: string): Promise<void> {
  const listing = execFileSync('find', [root, '-type', 'f', '-printf', '%s %T@\n'], { maxBuffer: 1 << 28 });
  if (listing.length === 0) throw new Error('find found nothing');
}

async function millisecondsOf(work: () => Promise<void>): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}

if (import.meta.main) {
  const { lines, passed } = await rescanBench();
  process.stdout.write(`${lines.join('\n')}\n`);
  process.exitCode = passed ? 0 : 1;
}
