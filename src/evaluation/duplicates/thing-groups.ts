import { AkinError } from '../../errors.ts';
import { readDataset } from '../dataset.ts';
import type { Protocol } from '../dataset.ts';

/** Data sets whose positives are other photos of one thing, not copies. */
const ofThings: ReadonlySet<Protocol> = new Set(['oxford', 'oxford-paris', 'revisited', 'folders']);

/**
 * Photos that show one thing, by what a data set says of it; none where the folder is no such data set.
 * @param photos absolute paths
 * @returns places in `photos`
 */
export async function thingGroups(folder: string, photos: readonly string[]): Promise<ReadonlySet<number>[]> {
  const dataset = await readDataset(folder).catch((error: unknown) => {
    if (error instanceof AkinError && error.code === 'dataset-unknown') return null;
    throw error;
  });
  if (!dataset || !ofThings.has(dataset.protocol)) return [];
  const places = new Map(photos.map((file, place) => [file, place]));
  const groups = new Map<string, Set<number>>();
  for (const { photo, positives, group } of dataset.queries) {
    const known = groups.get(group) ?? new Set<number>();
    for (const member of [photo, ...positives]) {
      const place = places.get(dataset.photos[member]!);
      if (place !== undefined) known.add(place);
    }
    groups.set(group, known);
  }
  return [...groups.values()];
}
