/**
 * `node test/bench/places-quality.ts DATASET...`: finds places among all photos of data sets, which are those that
 * `npm run evaluate` takes, and counts the pairs of photos within one place. No label is used to find them.
 * - right: both are good or ok photos of one group, or lie in one folder;
 * - wrong: they are of two groups, or one is of a group and the other of none;
 * - not judged: neither is of a group, or one is junk of the other's group.
 * The constants of src/search/places.ts and src/library-match-graph.ts were chosen by it.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { indexPhotos } from '../../src/cli/index-photos.ts';
import { readDataset } from '../../src/evaluation/dataset.ts';
import { openLibrary } from '../../src/library.ts';

for (const folder of process.argv.slice(2)) {
  const { photos, queries } = await readDataset(folder);
  const groupOf = new Map<string, string>();
  const junkOf = new Map<string, Set<string>>();
  for (const { photo, positives, junk, group } of queries) {
    for (const member of [photo, ...positives]) groupOf.set(photos[member]!, group);
    for (const member of junk) {
      const groups = junkOf.get(photos[member]!) ?? new Set();
      junkOf.set(photos[member]!, groups.add(group));
    }
  }
  /** Null where a pair is not judged. */
  const belongTogether = (one: string, other: string): boolean | null => {
    const [first, second] = [groupOf.get(one), groupOf.get(other)];
    if (first !== undefined && second !== undefined) return first === second;
    const [group, stranger] = first === undefined ? [second, one] : [first, other];
    if (group === undefined || junkOf.get(stranger)?.has(group)) return null;
    return false;
  };
  let all = 0;
  for (const pair of pairsOf(photos)) if (belongTogether(...pair) === true) all++;
  const { places, seconds } = await findPlaces(folder);
  const verdicts = places.flatMap((place) => [...pairsOf(place)]).map((pair) => belongTogether(...pair));
  const right = verdicts.filter((verdict) => verdict === true).length;
  const wrong = verdicts.filter((verdict) => verdict === false).length;
  process.stdout.write(
    `${path.basename(folder)}: ${photos.length} photos, ${places.length} places in ${seconds.toFixed(0)} s; ` +
      `${right} of ${all} pairs found (${percent(right, all)}), ${wrong} wrong ones ` +
      `(${percent(right, right + wrong)} are right), ${verdicts.length - right - wrong} not judged\n`,
  );
}

async function findPlaces(folder: string): Promise<{ places: string[][]; seconds: number }> {
  const root = mkdtempSync(path.join(tmpdir(), 'akin-places-quality-'));
  const library = await openLibrary({ folder: root });
  try {
    await library.addFolder(path.resolve(folder));
    await indexPhotos(library);
    const begun = performance.now();
    library.places.build();
    const failure = await library.places.finished();
    if (failure) throw failure;
    const seconds = (performance.now() - begun) / 1000;
    const pathOf = (photoId: number) => library.photo(photoId).path;
    const places = library.places.list().map(({ id }) => library.places.photos(id).ids.map(pathOf));
    return { places, seconds };
  } finally {
    await library.close();
    rmSync(root, { recursive: true, force: true });
  }
}

function* pairsOf(photos: readonly string[]): Generator<[string, string]> {
  for (const [at, one] of photos.entries()) {
    for (let next = at + 1; next < photos.length; next++) yield [one, photos[next]!];
  }
}

function percent(part: number, whole: number): string {
  return `${((100 * part) / whole).toFixed(1)} %`;
}
