/** Groups of duplicates: how soon a library of 100,000 photos is grouped, and grouped anew when strictness changes. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openCatalog } from '../../src/catalog/catalog.ts';
import type { Catalog } from '../../src/catalog/catalog.ts';
import { LibraryDuplicates } from '../../src/library-duplicates.ts';
import { LibraryPhotos } from '../../src/library-photos.ts';
import { facts, place } from '../catalog/rows.ts';
import type { BenchResult } from './bench-result.ts';
import { median, millisecondsOf } from './measure.ts';
import { seededRandom } from './seeded-random.ts';

const photos = 100_000;
/** Photos that all match each other, six at a time; every thirtieth photo has a copy. */
const scenes = { count: 7000, size: 6 };
const copiesEvery = 30;
const steps = [0.1, 0.9, 0.3, 0.7, 0.5, 0.2, 0.8, 0.4, 0.6];
const limit = 100;

export async function duplicateGroupsBench(): Promise<BenchResult> {
  const root = mkdtempSync(path.join(tmpdir(), 'akin-bench-groups-'));
  const { catalog } = openCatalog(root);
  const duplicates = new LibraryDuplicates(catalog, new LibraryPhotos(catalog));
  try {
    const pairs = fill(catalog);
    const list = (strictness: number) =>
      duplicates.list({ kind: 'near-duplicate', strictness, order: 'size' }).groups.length;
    const first = await millisecondsOf(() => list(0.5));
    const times: number[] = [];
    for (const strictness of steps) times.push(await millisecondsOf(() => list(strictness)));
    return {
      name: `groups of duplicates among ${photos} photos with ${pairs} pairs`,
      measured: [
        `${list(0.5)} groups, the first time after ${first.toFixed(0)} ms`,
        `as strict as another time: ${median(times).toFixed(0)} ms`,
      ],
      limits: [
        {
          text: `another strictness in at most ${limit} ms: ${Math.min(...times).toFixed(0)}`,
          holds: Math.min(...times) <= limit,
        },
      ],
    };
  } finally {
    duplicates.close();
    catalog.close();
    rmSync(root, { recursive: true, force: true });
  }
}

/** @returns how many pairs there are */
function fill(catalog: Catalog): number {
  const random = seededRandom(1);
  let pairs = 0;
  catalog.write(() => {
    const folderId = catalog.folders.add('/photos');
    for (let photo = 0; photo < photos; photo++) {
      const home = place(folderId, `${photo % 300}/IMG_${photo}.jpg`, { size: Math.floor(1e7 * random()) });
      const content = String(photo - (photo % copiesEvery === 1 ? 1 : 0));
      catalog.photos.put(null, home, facts(content, { width: 4000 - 100 * Math.floor(3 * random()) }));
    }
    for (let scene = 0; scene < scenes.count; scene++) {
      for (let photo = 1; photo < scenes.size; photo++) {
        for (let other = 0; other < photo; other++) {
          const isCrop = random() < 0.3;
          catalog.verdicts.put({
            a: scene * scenes.size + other + 1,
            b: scene * scenes.size + photo + 1,
            kind: random() < 0.9 ? 'near-duplicate' : 'same-scene',
            certainty: random(),
            edits: isCrop ? ['cropped'] : ['re-saved'],
            homography: null,
            overlapA: 1,
            overlapB: isCrop ? random() : 1,
            residual: 0.01,
            inliers: 40,
          });
          pairs++;
        }
      }
    }
  });
  return pairs;
}
