/** Two hashes of 64 bits that many tools find copies by, as the Python library ImageHash has them. */
import type { RgbPixels } from '../../model/trunk.ts';
import { hashOfBits } from './bit-hash.ts';
import type { BitHash } from './bit-hash.ts';
import { CosineTransform, median } from './cosine-transform.ts';
import { imageOf } from './edits.ts';

const side = 8;
const dctSide = 32;
const transform = new CosineTransform(
  dctSide,
  Array.from({ length: side }, (_, frequency) => frequency),
);

/**
 * The difference hash (N. Krawetz, "Kind of Like That", 2013): of 9 x 8 pixels, whether each is darker than the next
 * one in its row.
 */
export async function differenceHash(photo: RgbPixels): Promise<BitHash> {
  return differenceHashOf(await greySquare(photo, side + 1, side));
}

/** @param grey [8, 9] */
export function differenceHashOf(grey: ArrayLike<number>): BitHash {
  const places = Array.from(
    { length: side * side },
    (_, bit) => Math.floor(bit / side) * (side + 1) + (bit % side),
  );
  return hashOfBits(places.map((at) => grey[at]! < grey[at + 1]!));
}

/**
 * The perceptual hash (Zauner, "Implementation and Benchmarking of Perceptual Image Hash Functions", 2010, section
 * 3.1): of the lowest 8 x 8 frequencies of 32 x 32 pixels, whether each is above the median.
 */
export async function perceptualHash(photo: RgbPixels): Promise<BitHash> {
  return perceptualHashOf(await greySquare(photo, dctSide, dctSide));
}

/** @param grey [32, 32] */
export function perceptualHashOf(grey: ArrayLike<number>): BitHash {
  const coefficients = transform.of(grey);
  const middle = median(coefficients);
  return hashOfBits(Array.from(coefficients, (value) => value > middle));
}

function greySquare(photo: RgbPixels, width: number, height: number): Promise<Uint8Array> {
  return imageOf(photo).greyscale().resize(width, height, { fit: 'fill' }).extractChannel(0).raw().toBuffer();
}
