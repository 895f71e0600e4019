/** Albums for tests of whole runs: each has crops of one real photograph, small ones. */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { realPhoto } from '../ingest/pictures.ts';

export const photographs = [
  'airplane-from-above',
  'allium-oreophilum',
  'black-canyon',
  'dust-bowl-home',
  'french-alpine-landscape',
  'nagasaki-boats',
];
const width = 240;

/** Writes one folder for each photograph, named like it. Returns the paths of the photos, by album. */
export async function writeAlbums(folder: string, photosPerAlbum: number): Promise<string[][]> {
  return Promise.all(
    photographs.map(async (name) => {
      const album = path.join(folder, name);
      mkdirSync(album, { recursive: true });
      const whole = await sharp(realPhoto(name)).resize(width, width, { fit: 'fill' }).toBuffer();
      const files: string[] = [];
      for (let at = 0; at < photosPerAlbum; at++) {
        const side = 150 + 10 * at;
        const [left, top] = [(at * 37) % (width - side), (at * 61) % (width - side)];
        const crop = sharp(whole).extract({ left, top, width: side, height: side });
        files.push(path.join(album, `${at}.png`));
        writeFileSync(files[at]!, await crop.png().toBuffer());
      }
      return files;
    }),
  );
}
