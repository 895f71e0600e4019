import path from 'node:path';
import { photosOf, without } from '../dataset-folder.ts';
import type { DatasetFolder } from '../dataset-folder.ts';
import type { Query, Questions } from '../query.ts';

/** A folder for each thing. Every photo of one with two or more is a query, and the others of its folder are right. */
export async function readFolders(folder: DatasetFolder): Promise<Questions | null> {
  const photos: string[] = [];
  const groups: Group[] = [];
  const byFolder = Map.groupBy(photosOf(folder), (photo) => path.dirname(photo));
  for (const name of [...byFolder.keys()].sort()) {
    if (name === '.' || name.includes(path.sep)) continue;
    const own = byFolder.get(name)!;
    groups.push({ name, photos: own.map((_, index) => photos.length + index) });
    photos.push(...own.map((photo) => path.join(folder.root, photo)));
  }
  return { photos, queries: queriesOfGroups(groups) };
}

/** Photos that show the same thing, by their places; an album is one too. */
export interface Group {
  readonly name: string;
  readonly photos: readonly number[];
}

/** Every photo of every group is a query for the others; a group of one asks nothing. */
export function queriesOfGroups(groups: readonly Group[]): Query[] {
  const junk = new Set<number>();
  return groups
    .filter(({ photos }) => photos.length > 1)
    .flatMap(({ name, photos }) =>
      photos.map((photo) => ({ photo, positives: without(photos, photo), junk, group: name })),
    );
}
