/** The pixels of thumbnails, which are decoded in a millisecond. */
import sharp from 'sharp';
import type { RgbPixels } from '../model/trunk.ts';

/** A thumbnail's pixels; one that is longer is brought to `longSide`. @throws Error for what is no picture */
export async function thumbnailPixels(content: Uint8Array, longSide: number): Promise<RgbPixels> {
  const { data, info } = await sharp(content)
    .resize({ width: longSide, height: longSide, fit: 'inside', withoutEnlargement: true })
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
}
