import path from 'node:path';
import { damaged, nameOf, photosOf } from '../dataset-folder.ts';
import type { DatasetFolder } from '../dataset-folder.ts';
import type { Query, Questions } from '../query.ts';

/** Four digits for the original, two for the copy. */
const photoName = /^(\d{4})\d\d$/;
const originalFolder = /(^|[\\/])originals?([\\/]|$)/i;
const copyFolder = /(^|[\\/])(jpeg|crops?|strong)([\\/]|$)/i;

/**
 * INRIA Copydays: `200000.jpg` and so on, the originals in a folder `original`, their copies in `jpeg`, `crops` and
 * `strong`. Each copy is a query among the originals; photos with other names are distractors. Figures are told for
 * each folder of copies. Source: Douze et al., "Evaluation of GIST descriptors for web-scale image search", CIVR
 * 2009, section 4.
 */
export async function readCopydays(folder: DatasetFolder): Promise<Questions | null> {
  const photos = photosOf(folder);
  const named = [...photos.keys()].filter((place) => photoName.test(nameOf(photos[place]!)));
  const blockOf = (place: number) => photoName.exec(nameOf(photos[place]!))![1]!;
  const copies = named.filter((place) => copyFolder.test(path.dirname(photos[place]!)));
  if (copies.length === 0) return null;
  const originals = new Map<string, number>();
  for (const place of named) {
    if (!originalFolder.test(path.dirname(photos[place]!))) continue;
    const block = blockOf(place);
    if (originals.has(block)) throw damaged(folder.root, `there are several originals ${block}00`);
    originals.set(block, place);
  }
  // Copies are not in the data base.
  const junk = new Set(copies);
  const queries = copies.map((photo): Query => {
    const original = originals.get(blockOf(photo));
    if (original === undefined)
      throw damaged(path.join(folder.root, photos[photo]!), `its original ${blockOf(photo)}00 is missing`);
    return { photo, positives: new Set([original]), junk, group: path.dirname(photos[photo]!) };
  });
  return { photos: photos.map((photo) => path.join(folder.root, photo)), queries };
}
