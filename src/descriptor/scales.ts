/** A picture at the sizes that it is described at. */
import sharp from 'sharp';
import type { ModelSettings } from '../model/model-folder.ts';
import type { RgbPixels } from '../model/trunk.ts';

type ScaleSettings = Pick<ModelSettings, 'longSide' | 'scales'>;

/** The long side, in pixels, that a picture is decoded to for a model: the largest that it is described at. */
export function pictureSide({ longSide, scales }: ScaleSettings): number {
  return Math.round(longSide * Math.max(...scales));
}

/**
 * A picture at one scale. Scale 1 is the picture with its long side brought down to `longSide`; a smaller picture is
 * as large as it is. The other scales follow from that size: a small picture is enlarged for a scale above 1.
 *
 * @param pixels as large as `pictureSide` says, or as the photo is
 */
export async function atScale(pixels: RgbPixels, longSide: number, scale: number): Promise<RgbPixels> {
  const { width, height } = pixels;
  const long = Math.max(width, height);
  const factor = (Math.min(longSide, long) * scale) / long;
  const size = {
    width: Math.max(1, Math.round(width * factor)),
    height: Math.max(1, Math.round(height * factor)),
  };
  if (size.width === width && size.height === height) return pixels;
  const data = await sharp(pixels.data, { raw: { width, height, channels: 3 } })
    .resize({ ...size, fit: 'fill' })
    .raw()
    .toBuffer();
  return { data, ...size };
}
