import path from 'node:path';
import { damaged, nameOf, photosOf, without } from '../dataset-folder.ts';
import type { DatasetFolder } from '../dataset-folder.ts';
import type { Query, Questions } from '../query.ts';

/** Four digits for the group, two for the photo in it. */
const photoName = /^(\d{4})(\d\d)$/;

/**
 * INRIA Holidays: `100000.jpg` and so on. The first photo of a group, whose name ends in 00, is its query and no
 * result. Photos with other names are distractors. Source: Jégou, Douze and Schmid, "Hamming embedding and weak
 * geometric consistency for large scale image search", ECCV 2008, section 6.
 */
export async function readHolidays(folder: DatasetFolder): Promise<Questions | null> {
  const photos = photosOf(folder);
  const named = [...photos.keys()].filter((place) => photoName.test(nameOf(photos[place]!)));
  const folders = new Set(named.map((place) => path.dirname(photos[place]!)));
  const hasQuery = named.some((place) => nameOf(photos[place]!).endsWith('00'));
  if (folders.size !== 1 || !hasQuery) return null;
  const groups = Map.groupBy(named, (place) => photoName.exec(nameOf(photos[place]!))![1]!);
  const junk = new Set<number>();
  const queries = [...groups].map(([group, places]): Query => {
    const photo = places.find((place) => nameOf(photos[place]!).endsWith('00'));
    if (photo === undefined) throw damaged(folder.root, `the query ${group}00 is missing`);
    if (places.length < 2) throw damaged(folder.root, `the query ${group}00 has no photo to be found`);
    return { photo, positives: without(places, photo), junk, group };
  });
  return { photos: photos.map((photo) => path.join(folder.root, photo)), queries };
}
