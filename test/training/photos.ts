/** Photos of a run for tests: real ones, small, in a folder of their own. */
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { textToByteString } from '../../src/catalog/path-bytes.ts';
import type { PictureSource } from '../../src/training/pictures.ts';
import { realPhoto } from '../ingest/pictures.ts';

export function temporaryFolder(): Promise<string> {
  return mkdtemp(path.join(tmpdir(), 'akin-training-'));
}

/** Writes real photos of `width` pixels into `folder` and returns them as a run has them, with the names' order. */
export async function writePhotos(
  folder: string,
  names: readonly string[],
  width: number,
): Promise<PictureSource[]> {
  return Promise.all(
    names.map(async (name) => {
      const file = path.join(folder, `${name}.png`);
      await writeFile(file, await sharp(realPhoto(name)).resize({ width }).png().toBuffer());
      return sourceOf(file);
    }),
  );
}

export async function sourceOf(file: string): Promise<PictureSource> {
  const hash = createHash('sha256')
    .update(await readFile(file))
    .digest('hex');
  return { path: textToByteString(file), hash };
}
