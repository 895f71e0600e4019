import path from 'node:path';
import { checkBox, checkJunk, damaged, photosOf, PhotoNames, readText } from '../dataset-folder.ts';
import type { DatasetFolder } from '../dataset-folder.ts';
import type { PixelBox, Query, Questions } from '../query.ts';

const queryFile = /_query\.txt$/;
/** The Oxford buildings were numbered in a larger collection once; only the queries still tell. */
const oldPrefix = /^oxc1_/;

/**
 * The ground truth that comes with the Oxford buildings and Paris: for each query NAME, `NAME_query.txt` with a photo
 * and a box, and `NAME_good.txt`, `NAME_ok.txt` and `NAME_junk.txt` with a name a line. The query's photo stays in
 * the data base and is one of its own positives. Sources: Philbin et al., "Object retrieval with large vocabularies
 * and fast spatial matching", CVPR 2007; the same, "Lost in quantization", CVPR 2008.
 */
export async function readOxfordParis(folder: DatasetFolder): Promise<Questions | null> {
  const queryFiles = folder.files.filter((file) => queryFile.test(file));
  if (queryFiles.length === 0) return null;
  const found = new PhotoNames(photosOf(folder).map((photo) => path.join(folder.root, photo)));
  const queries = [];
  for (const file of queryFiles) queries.push(await readQuery(path.join(folder.root, file), found));
  return { photos: found.photos, queries };
}

async function readQuery(file: string, found: PhotoNames): Promise<Query> {
  const { name, box } = parseQuery(await readText(file), file);
  const photo = found.placeOf(name, file);
  const read = async (kind: string) => {
    const list = file.replace(queryFile, `_${kind}.txt`);
    return (await readNames(list)).map((line) => found.placeOf(line, list));
  };
  const positives = new Set([...(await read('good')), ...(await read('ok'))]);
  const junk = new Set(await read('junk'));
  checkJunk(positives, junk, found.photos, file);
  if (positives.size === 0) throw damaged(file, 'its lists of good and ok photos are empty');
  const group = path.basename(file).replace(/(_\d+)?_query\.txt$/, '');
  return { photo, positives, junk, group, box };
}

function parseQuery(text: string, file: string): { name: string; box: PixelBox } {
  const [name, ...numbers] = text.trim().split(/\s+/);
  if (!name || numbers.length !== 4)
    throw damaged(file, 'it does not hold a photo and the four sides of a box');
  return { name: name.replace(oldPrefix, ''), box: checkBox(numbers.map(Number), file) };
}

async function readNames(file: string): Promise<string[]> {
  const lines = (await readText(file)).split(/\r?\n/).map((line) => line.trim());
  return lines.filter((line) => line !== '');
}
