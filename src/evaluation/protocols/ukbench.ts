import path from 'node:path';
import { damaged, nameOf, photosOf } from '../dataset-folder.ts';
import type { DatasetFolder } from '../dataset-folder.ts';
import type { Query, Questions } from '../query.ts';

const photoName = /^ukbench(\d{5})$/;
const groupSize = 4;

/**
 * UKBench: `ukbench00000.jpg` and so on, of which each four in a row show one thing. Every photo is a query; it stays
 * in the data base and is one of its own positives. Source: Nistér and Stewénius, "Scalable recognition with a
 * vocabulary tree", CVPR 2006, section 6.
 */
export async function readUkbench(folder: DatasetFolder): Promise<Questions | null> {
  const photos = photosOf(folder).filter((photo) => photoName.test(nameOf(photo)));
  if (photos.length === 0) return null;
  const groups = Map.groupBy(photos.keys(), (place) => {
    const number = Number(photoName.exec(nameOf(photos[place]!))![1]);
    return Math.floor(number / groupSize);
  });
  const junk = new Set<number>();
  const queries: Query[] = [];
  for (const [group, places] of groups) {
    const names = new Set(places.map((place) => nameOf(photos[place]!)));
    const first = `ukbench${String(group * groupSize).padStart(5, '0')}`;
    if (places.length !== groupSize || names.size !== groupSize)
      throw damaged(folder.root, `the group of ${first} has ${places.length} photos instead of 4`);
    const positives = new Set(places);
    for (const photo of places) queries.push({ photo, positives, junk, group: first });
  }
  return { photos: photos.map((photo) => path.join(folder.root, photo)), queries };
}
