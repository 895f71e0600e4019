import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { AkinError } from '../errors.ts';

/** One photo to search with, itself never a result. Photos are named by their place in `Dataset.photos`. */
export interface Query {
  readonly photo: number;
  readonly positives: ReadonlySet<number>;
  /** Neither right nor wrong: taken out of the ranking. */
  readonly junk: ReadonlySet<number>;
}

export interface Dataset {
  readonly protocol: 'oxford' | 'folders';
  /** Absolute paths, sorted. */
  readonly photos: readonly string[];
  readonly queries: readonly Query[];
}

const names = z.array(z.string());
const truthSchema = z.object({
  groups: z.record(z.string(), z.object({ good: names, ok: names, junk: names })),
});

const photoName = /\.(jpe?g|png|webp|avif|tiff?)$/i;

/**
 * Reads a data set: either `truth.json` beside `photos/`, with the good, ok and junk photos of each group; or a
 * folder for each thing, of at least two photos. In the first, every good photo is a query and good and ok are
 * right; in the second, every photo is a query and its folder is right.
 *
 * @throws AkinError `dataset-unknown`
 */
export async function readDataset(folder: string): Promise<Dataset> {
  const unknown = (cause?: unknown): AkinError =>
    new AkinError('dataset-unknown', { path: folder }, { cause });
  const root = path.resolve(folder);
  try {
    const truth = await readOptional(path.join(root, 'truth.json'));
    const dataset = truth === null ? await readFolders(root) : await readTruth(root, truth);
    if (dataset.queries.length > 0) return dataset;
  } catch (error) {
    throw unknown(error);
  }
  throw unknown();
}

async function readTruth(root: string, text: string): Promise<Dataset> {
  const { groups } = truthSchema.parse(JSON.parse(text));
  const photos = await photosIn(path.join(root, 'photos'));
  const places = new Map(photos.map((photo, index) => [path.parse(photo).name, index]));
  const placeOf = (name: string): number => {
    const place = places.get(name);
    if (place === undefined) throw new Error(`${name} has no photo`);
    return place;
  };
  const queries = Object.values(groups).flatMap(({ good, ok, junk }) => {
    const right = [...good, ...ok].map(placeOf);
    const ignored = new Set(junk.map(placeOf));
    return good.map(placeOf).map((photo) => ({ photo, positives: without(right, photo), junk: ignored }));
  });
  return { protocol: 'oxford', photos, queries: queries.filter(({ positives }) => positives.size > 0) };
}

async function readFolders(root: string): Promise<Dataset> {
  const entries = await readdir(root, { withFileTypes: true });
  const folders = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  const photos: string[] = [];
  const queries: Query[] = [];
  for (const name of folders.sort()) {
    const own = await photosIn(path.join(root, name));
    const places = own.map((_, index) => photos.length + index);
    photos.push(...own);
    if (own.length < 2) continue;
    for (const photo of places) queries.push({ photo, positives: without(places, photo), junk: new Set() });
  }
  return { protocol: 'folders', photos, queries };
}

async function photosIn(folder: string): Promise<string[]> {
  const found = (await readdir(folder)).filter((name) => photoName.test(name));
  return found.sort().map((name) => path.join(folder, name));
}

function without(places: readonly number[], removed: number): Set<number> {
  return new Set(places.filter((place) => place !== removed));
}

async function readOptional(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}
