/** Dot products with stored region vectors, straight from their bytes. */
import { decodeRegions, lowerStep, upperStep } from './quantise.ts';
import type { RegionLayout } from './quantise.ts';

/** A byte has as many values. */
const values = 256;

/**
 * One vector, to be compared with the region vectors of many photos: for each byte of a region and each value that
 * it may have, what it adds to the product is computed once. Source: the asymmetric distances of Jégou, Douze and
 * Schmid, "Product quantization for nearest neighbor search", TPAMI 2011, section III-B.
 */
export class RegionTable {
  readonly #vector: Float32Array;
  /** [bytes, values] */
  readonly #table: Float32Array;

  constructor(vector: Float32Array) {
    this.#vector = vector;
    const bytes = Math.ceil(vector.length / 2);
    this.#table = new Float32Array(bytes * values);
    for (let byte = 0; byte < bytes; byte++) {
      const lower = vector[2 * byte]!;
      const upper = vector[2 * byte + 1] ?? 0;
      for (let value = 0; value < values; value++) {
        this.#table[byte * values + value] = lower * lowerStep(value) + upper * upperStep(value);
      }
    }
  }

  /**
   * @param layout of the blob
   * @returns for each region the product of its steps, without its scale, and the vector
   * @throws RangeError when the photo's region vectors have more dimensions
   */
  products(blob: Uint8Array, layout: RegionLayout): Float32Array {
    const { regions, packed, dimensions, start, rowBytes } = layout;
    if (dimensions > this.#vector.length) throw otherModel();
    const products = new Float32Array(regions.length);
    const table = this.#table;
    // A plain Uint8Array is read faster than a Buffer.
    const bytes = new Uint8Array(blob.buffer, blob.byteOffset, blob.length);
    for (let region = 0, at = start; region < products.length; region++, at += rowBytes) {
      products[region] = packed
        ? sumOfTable(table, bytes, at, rowBytes)
        : sumOfBytes(this.#vector, bytes, at, dimensions);
    }
    return products;
  }
}

/** Two sums at a time keep the processor busy. */
function sumOfTable(table: Float32Array, bytes: Uint8Array, start: number, count: number): number {
  let even = 0;
  let odd = 0;
  let row = 0;
  let at = start;
  for (const end = start + count - 1; at < end; at += 2, row += 2 * values) {
    even += table[row + bytes[at]!]!;
    odd += table[row + values + bytes[at + 1]!]!;
  }
  if (at < start + count) even += table[row + bytes[at]!]!;
  return even + odd;
}

/** Of the earlier form. */
function sumOfBytes(vector: Float32Array, bytes: Uint8Array, start: number, count: number): number {
  let sum = 0;
  for (let index = 0; index < count; index++) sum += vector[index]! * ((bytes[start + index]! << 24) >> 24);
  return sum;
}

/**
 * Decodes the steps, without the scales, as floats into rows of a matrix. What a row has beyond the kept dimensions
 * is set to 0.
 *
 * @param layout of the blob
 * @param matrix [rows, stride] @param stride even @param firstRow of the first region; the others follow
 * @throws RangeError when the photo's region vectors have more dimensions than a row
 */
export function unpackSteps(
  blob: Uint8Array,
  layout: RegionLayout,
  matrix: Float32Array,
  stride: number,
  firstRow: number,
): void {
  const { regions, packed, dimensions, start, rowBytes } = layout;
  if (dimensions > stride) throw otherModel();
  if (!packed) {
    const { steps } = decodeRegions(blob);
    for (let region = 0; region < regions.length; region++) {
      const row = matrix.subarray((firstRow + region) * stride, (firstRow + region + 1) * stride).fill(0);
      row.set(steps.subarray(region * dimensions, (region + 1) * dimensions));
    }
    return;
  }
  const pairs = new Float64Array(matrix.buffer, matrix.byteOffset, matrix.length / 2);
  let byte = start;
  for (let row = firstRow; row < firstRow + regions.length; row++) {
    const first = (row * stride) / 2;
    for (let pair = first; pair < first + rowBytes; pair++) pairs[pair] = pairOfByte[blob[byte++]!]!;
    pairs.fill(0, first + rowBytes, first + stride / 2);
  }
}

/** For each byte its two steps as floats side by side, to be copied as one number of twice the size. */
const pairOfByte = new Float64Array(
  Float32Array.from({ length: 2 * values }, (_, index) =>
    index % 2 === 0 ? lowerStep(index >> 1) : upperStep(index >> 1),
  ).buffer,
);

function otherModel(): RangeError {
  return new RangeError('These region vectors are of another model.');
}
