/**
 * `node test/bench/album-cleaning.ts DATASET...`: mixes foreign photos into albums and cleans them. The albums are the
 * groups of data sets, which are those that `npm run evaluate` takes; foreign photos make a fifth of each: drawn by
 * chance, or those that look most like the album's own. Printed are the shares of foreign photos that are proposed, and
 * of own ones, which should not be. The constants of src/training/album-cleaning.ts were chosen by it, on products.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { indexPhotos } from '../../src/cli/index-photos.ts';
import { readDataset } from '../../src/evaluation/dataset.ts';
import { openLibrary } from '../../src/library.ts';
import type { Library } from '../../src/library.ts';
import { seededRandom } from './seeded-random.ts';

/** Of an album's own photos. */
const foreignShare = 0.2;
const draws = 3;
/** Among so many that look most like the album, those that look like it are drawn. */
const alike = 10;
const never = new AbortController().signal;

interface Group {
  own: number[];
  /** Photos that are surely foreign. */
  foreign: number[];
}

for (const folder of process.argv.slice(2)) {
  const root = mkdtempSync(path.join(tmpdir(), 'akin-album-cleaning-'));
  const library = await openLibrary({ folder: root });
  try {
    await library.addFolder(path.resolve(folder));
    await indexPhotos(library);
    const groups = await groupsOf(library, path.resolve(folder));
    for (const kind of ['by chance', 'alike'] as const) await measure(library, folder, groups, kind);
  } finally {
    await library.close();
    rmSync(root, { recursive: true, force: true });
  }
}

async function groupsOf(library: Library, folder: string): Promise<Group[]> {
  const { photos, queries } = await readDataset(folder);
  const ids = photos.map((file) => library.findPhoto(path.resolve(folder, file))!);
  const groups = new Map<string, { own: Set<number>; junk: Set<number> }>();
  for (const { photo, positives, junk, group } of queries) {
    const known = groups.get(group) ?? { own: new Set(), junk: new Set() };
    groups.set(group, known);
    for (const member of [photo, ...positives]) known.own.add(ids[member]!);
    for (const member of junk) known.junk.add(ids[member]!);
  }
  return [...groups.values()].map(({ own, junk }) => ({
    own: [...own],
    foreign: ids.filter((id) => !own.has(id) && !junk.has(id)),
  }));
}

async function measure(
  library: Library,
  folder: string,
  groups: readonly Group[],
  kind: 'by chance' | 'alike',
): Promise<void> {
  const counts = { own: 0, foreign: 0, ownProposed: 0, foreignProposed: 0, albums: 0, verified: 0 };
  const random = seededRandom(1);
  const begun = performance.now();
  for (const group of groups) {
    const pool = kind === 'alike' ? await likeOnes(library, group) : group.foreign;
    for (let draw = 0; draw < draws; draw++) {
      const mixed = drawn(pool, Math.max(1, Math.round(foreignShare * group.own.length)), random);
      const album = library.albums.create('mixed', [...group.own, ...mixed]);
      const { proposed, method } = await library.albums.clean(album.id, never);
      library.albums.remove(album.id);
      const foreign = proposed.filter(({ photoId }) => mixed.includes(photoId)).length;
      counts.own += group.own.length;
      counts.foreign += mixed.length;
      counts.ownProposed += proposed.length - foreign;
      counts.foreignProposed += foreign;
      counts.albums++;
      if (method === 'verified') counts.verified++;
    }
  }
  const seconds = (performance.now() - begun) / 1000;
  process.stdout.write(
    `${path.basename(folder)}, foreign photos ${kind}: ${percent(counts.foreignProposed, counts.foreign)} of ` +
      `${counts.foreign} foreign ones are proposed, ${percent(counts.ownProposed, counts.own)} of ${counts.own} own ` +
      `ones; ${counts.verified} of ${counts.albums} albums by local features; ${seconds.toFixed(0)} s\n`,
  );
}

/** The foreign photos most like one of the album's own. */
async function likeOnes(library: Library, { own, foreign }: Group): Promise<number[]> {
  const surely = new Set(foreign);
  const scores = new Map<number, number>();
  const refinement = { regional: 'off', expansion: 'off', augmentation: false, verification: false } as const;
  for (const photoId of own) {
    const { matches } = await library.search.run({ query: [{ photoId }], limit: 100, refinement }, never);
    for (const match of matches) {
      if (!surely.has(match.photoId)) continue;
      scores.set(match.photoId, Math.max(match.score, scores.get(match.photoId) ?? -1));
    }
  }
  return [...scores]
    .sort(([x, a], [y, b]) => b - a || x - y)
    .slice(0, alike)
    .map(([photoId]) => photoId);
}

function drawn(pool: readonly number[], count: number, random: () => number): number[] {
  const rest = [...pool];
  return Array.from(
    { length: Math.min(count, rest.length) },
    () => rest.splice(Math.floor(random() * rest.length), 1)[0]!,
  );
}

function percent(part: number, whole: number): string {
  return `${((100 * part) / whole).toFixed(1)} %`;
}
