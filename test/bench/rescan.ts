/** A scan of 100,000 unchanged files beside `find`, which looks at as many and compares nothing. */
import { execFileSync } from 'node:child_process';
import { openCatalog } from '../../src/catalog/catalog.ts';
import { CatalogStore } from '../../src/ingest/catalog-store.ts';
import type { IndexStore } from '../../src/ingest/index-store.ts';
import { Indexing } from '../../src/ingest/indexing.ts';
import { defaultModelFolder, readModel } from '../../src/model/model-folder.ts';
import type { BenchResult } from './bench-result.ts';
import { median, medianRatio, takeTurns } from './measure.ts';
import { syntheticPhotos } from './synthetic-library.ts';
import type { SyntheticLibrary } from './synthetic-library.ts';

const limit = 3;
const rounds = 9;

export async function rescanBench({ photos, library }: SyntheticLibrary): Promise<BenchResult> {
  const model = await readModel(defaultModelFolder());
  const { catalog } = openCatalog(library);
  try {
    const store = new CatalogStore(catalog, model);
    const times = await takeTurns({ find: () => runFind(photos), rescan: () => rescan(store) }, { rounds });
    const ratio = medianRatio(times.rescan, times.find);
    return {
      name: `re-scan of ${syntheticPhotos.toLocaleString('en')} unchanged files`,
      measured: [
        `find -type f -printf '%s %T@': ${median(times.find).toFixed(0)} ms`,
        `re-scan: ${median(times.rescan).toFixed(0)} ms`,
      ],
      limits: [{ text: `at most ${limit} times find: ${ratio.toFixed(2)}`, holds: ratio <= limit }],
    };
  } finally {
    catalog.close();
  }
}

/** A new pipeline each time, as after a start of the app: nothing is remembered but what the catalog holds. */
async function rescan(store: IndexStore): Promise<void> {
  const describer = () => Promise.reject(new Error('nothing has changed'));
  const indexing = new Indexing({ store, describer, longSide: 512 });
  indexing.start();
  const { unchanged, error } = await indexing.idle();
  if (error) throw error;
  if (unchanged !== syntheticPhotos) throw new Error(`only ${unchanged} files were found unchanged`);
}

function runFind(root: string): void {
  const listing = execFileSync('find', [root, '-type', 'f', '-printf', '%s %T@\n'], { maxBuffer: 1 << 28 });
  if (listing.length === 0) throw new Error('find found nothing');
}
