/**
 * PDQ, a hash of 256 bits that is made to find copies among very many photos (Facebook, "The TMK+PDQF Video-Hashing
 * Algorithm and the PDQ Image-Hashing Algorithm", 2019; the steps are those of its specification). A photo is smoothed,
 * taken at 64 x 64 places, and of 16 x 16 frequencies, from 1 to 16 half waves, each is above the median or not.
 */
import type { RgbPixels } from '../../model/trunk.ts';
import { differingBits, hashOfBits } from './bit-hash.ts';
import type { BitHash } from './bit-hash.ts';
import { CosineTransform, median } from './cosine-transform.ts';

/** Pixels of the long side that photos are brought to before. */
export const pdqLongSide = 512;

const side = 64;
const frequencies = 16;
const smoothings = 2;
const transform = new CosineTransform(
  side,
  Array.from({ length: frequencies }, (_, at) => at + 1),
);

/** The hashes of a photo in its eight orientations, that of the photo as it is first. */
export function pdqHashes(photo: RgbPixels): BitHash[] {
  return orientedHashes(transform.of(pdqSquare(photo)));
}

/** How many bits differ in the orientation in which the fewest do. @param hashes of one photo, turned and mirrored */
export function pdqDistance(hashes: readonly BitHash[], other: BitHash): number {
  return hashes.reduce((least, hash) => Math.min(least, differingBits(hash, other)), Infinity);
}

/**
 * Mirroring a picture left to right changes the sign of all coefficients of an odd number of half waves across, upside
 * down of those down, and transposing it transposes them; all orientations come of these three.
 * @param coefficients [16, 16], as they are for the upright photo
 */
export function orientedHashes(coefficients: Float64Array): BitHash[] {
  const orientations = [false, true].flatMap((transposed) =>
    [1, -1].flatMap((down) => [1, -1].map((across) => ({ transposed, down, across }))),
  );
  return orientations.map(({ transposed, down, across }) => {
    const turned = coefficients.map((_, at) => {
      const [row, column] = [Math.floor(at / frequencies), at % frequencies];
      const value = coefficients[transposed ? column * frequencies + row : at]!;
      // The first row and column hold one half wave.
      return value * (row % 2 === 0 ? down : 1) * (column % 2 === 0 ? across : 1);
    });
    const middle = median(turned);
    return hashOfBits(Array.from(turned, (value) => value > middle));
  });
}

/** The smoothed photo at 64 x 64 places. @returns [64, 64], 0 to 255 */
export function pdqSquare({ data, width, height }: RgbPixels): Float64Array {
  let grey: Float64Array = new Float64Array(width * height);
  for (let at = 0; at < grey.length; at++)
    grey[at] = 0.299 * data[3 * at]! + 0.587 * data[3 * at + 1]! + 0.114 * data[3 * at + 2]!;
  for (let time = 0; time < smoothings; time++) {
    grey = smoothed(grey, { lines: height, length: width, lineStep: width, step: 1 });
    grey = smoothed(grey, { lines: width, length: height, lineStep: 1, step: width });
  }
  return Float64Array.from({ length: side * side }, (_, at) => {
    const y = Math.floor(((Math.floor(at / side) + 0.5) * height) / side);
    const x = Math.floor((((at % side) + 0.5) * width) / side);
    return grey[y * width + x]!;
  });
}

interface Lines {
  lines: number;
  length: number;
  /** From a line to the next one, and from a place in it to the next. */
  lineStep: number;
  step: number;
}

/** The mean of a window of a 128th of the line around each place, of what is inside at its ends. */
function smoothed(values: Float64Array, { lines, length, lineStep, step }: Lines): Float64Array {
  const window = Math.ceil(length / (2 * side));
  const after = Math.floor(window / 2);
  const before = window - after - 1;
  const result = new Float64Array(values.length);
  const sums = new Float64Array(length + 1);
  for (let line = 0; line < lines; line++) {
    const first = line * lineStep;
    for (let at = 0; at < length; at++) sums[at + 1] = sums[at]! + values[first + at * step]!;
    for (let at = 0; at < length; at++) {
      const [from, to] = [Math.max(0, at - before), Math.min(length, at + after + 1)];
      result[first + at * step] = (sums[to]! - sums[from]!) / (to - from);
    }
  }
  return result;
}
