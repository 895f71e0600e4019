import { regionGrid } from './regions.ts';
import type { Region } from './regions.ts';

/** Of the feature map, and of the grid that was laid on it. */
export interface MapGeometry {
  /** Cells. */
  readonly height: number;
  readonly width: number;
  readonly levels: number;
  readonly wholeMap: boolean;
}

/** The region vectors of a photo in whole steps, with the squares that they come from. */
export interface QuantisedRegions {
  readonly geometry: MapGeometry;
  /** How many leading dimensions were kept. PCA puts those of largest variance first. */
  readonly dimensions: number;
  /**
   * [regions], the value of one step: what gives the kept part of each vector length 1, so that dot products are
   * cosines however many dimensions were kept. 0 for a region of zeros.
   */
  readonly scales: Float32Array;
  /** [regions, dimensions], each from -7 to 7; from -127 to 127 in what an earlier Akin stored. */
  readonly steps: Int8Array;
}

/** What a photo's region vectors may take in the catalog. */
export const maximumBlobBytes = 4096;

/** Of the encodings below: half a byte a number, and the earlier one of a byte with half the dimensions. */
const form = { byte: 1, halfByte: 2 };
const headerBytes = 8;
const scaleBytes = 4;
const largestStep = 7;
const wholeMapFlag = 0x80;

/**
 * The largest step stands for at most this many times the root mean square of a vector's entries; larger ones are
 * cut to it. By test/bench/region-vectors.ts such steps lose nothing that can be measured, levels laid where a normal
 * distribution wants them are no better, and a byte a number with half the dimensions costs four points of mAP.
 */
const clipping = 2.5;

/** How many of `dimensions` are kept, so that `regions` vectors fit in a blob of at most 4096 bytes. */
export function keptDimensions(dimensions: number, regions: number): number {
  const share = Math.floor((maximumBlobBytes - headerBytes) / regions) - scaleBytes;
  return Math.max(1, Math.min(dimensions, 2 * share));
}

/**
 * Quantises region vectors to whole steps from -7 to 7, uniform within a region.
 *
 * @param vectors [regions, dimensions], the regions of `geometry` in the grid's order
 */
export function quantiseRegions(
  vectors: Float32Array,
  dimensions: number,
  geometry: MapGeometry,
): QuantisedRegions {
  const regions = vectors.length / dimensions;
  const kept = keptDimensions(dimensions, regions);
  const steps = new Int8Array(regions * kept);
  for (let region = 0; region < regions; region++) {
    const vector = vectors.subarray(region * dimensions, region * dimensions + kept);
    const step = stepOf(vector);
    if (step === 0) continue;
    for (let index = 0; index < kept; index++) {
      const rounded = Math.round(vector[index]! / step);
      steps[region * kept + index] = Math.max(-largestStep, Math.min(largestStep, rounded));
    }
  }
  return { geometry, dimensions: kept, scales: unitScales(steps, kept), steps };
}

function stepOf(vector: Float32Array): number {
  let largest = 0;
  let squares = 0;
  for (const value of vector) {
    largest = Math.max(largest, Math.abs(value));
    squares += value * value;
  }
  return Math.min(largest, clipping * Math.sqrt(squares / vector.length)) / largestStep;
}

/** For each row of steps, the scale that gives it length 1. */
function unitScales(steps: Int8Array, dimensions: number): Float32Array {
  const scales = new Float32Array(steps.length / dimensions);
  for (let region = 0; region < scales.length; region++) {
    let squares = 0;
    for (let index = region * dimensions; index < (region + 1) * dimensions; index++) {
      squares += steps[index]! * steps[index]!;
    }
    scales[region] = squares === 0 ? 0 : 1 / Math.sqrt(squares);
  }
  return scales;
}

/** The kept dimensions as floats again: [regions, regions.dimensions], each row of length 1 or of zeros. */
export function dequantiseRegions({ dimensions, scales, steps }: QuantisedRegions): Float32Array {
  return Float32Array.from(steps, (step, index) => step * scales[Math.floor(index / dimensions)]!);
}

/** The squares that the vectors come from, in cells of the feature map. */
export function regionsOf({ geometry }: Pick<QuantisedRegions, 'geometry'>): Region[] {
  return regionGrid(geometry.height, geometry.width, geometry.levels, geometry.wholeMap);
}

/**
 * The bytes for the catalog, little-endian: form, levels with the whole-map flag in the top bit, map height, map
 * width and kept dimensions (uint16 each), the scales (float32), the steps: two in a byte, the first in the lower
 * half, as two's complements, and each region begins with a byte of its own.
 *
 * @throws RangeError for steps that do not fit half a byte, as only regions decoded from the earlier form have them
 */
export function encodeRegions({ geometry, dimensions, scales, steps }: QuantisedRegions): Uint8Array {
  if (steps.some((step) => Math.abs(step) > largestStep))
    throw new RangeError('These region vectors have steps that are too large.');
  const rowBytes = Math.ceil(dimensions / 2);
  const rows = headerBytes + scales.length * scaleBytes;
  const blob = new Uint8Array(rows + scales.length * rowBytes);
  const view = new DataView(blob.buffer);
  view.setUint8(0, form.halfByte);
  view.setUint8(1, geometry.levels | (geometry.wholeMap ? wholeMapFlag : 0));
  view.setUint16(2, geometry.height, true);
  view.setUint16(4, geometry.width, true);
  view.setUint16(6, dimensions, true);
  for (const [region, scale] of scales.entries()) {
    view.setFloat32(headerBytes + region * scaleBytes, scale, true);
    for (let index = 0; index < dimensions; index++) {
      const half = (steps[region * dimensions + index]! & 0xf) << (4 * (index % 2));
      blob[rows + region * rowBytes + (index >> 1)]! |= half;
    }
  }
  return blob;
}

/** @throws RangeError when the bytes are not what `encodeRegions` of this or an earlier Akin wrote */
export function decodeRegions(blob: Uint8Array): QuantisedRegions {
  const { geometry, dimensions, regions, packed, scales, start, rowBytes } = regionLayout(blob);
  // A copy: SQLite's Buffers lie within memory that others use.
  if (!packed) return { geometry, dimensions, scales, steps: new Int8Array(blob.subarray(start)) };
  const steps = new Int8Array(regions.length * dimensions);
  for (let region = 0; region < regions.length; region++) {
    for (let index = 0; index < dimensions; index++) {
      const byte = blob[start + region * rowBytes + (index >> 1)]!;
      steps[region * dimensions + index] = index % 2 === 0 ? lowerStep(byte) : upperStep(byte);
    }
  }
  return { geometry, dimensions, scales, steps };
}

/** The first of the two steps in a byte. */
export function lowerStep(byte: number): number {
  return (byte << 28) >> 28;
}

/** The second of the two steps in a byte. */
export function upperStep(byte: number): number {
  return (byte << 24) >> 28;
}

/** What a blob holds, and where. */
export interface RegionLayout {
  readonly geometry: MapGeometry;
  readonly dimensions: number;
  readonly regions: readonly Region[];
  /** Two steps in a byte; else it is of the earlier form. */
  readonly packed: boolean;
  /** [regions], as in `QuantisedRegions`. */
  readonly scales: Float32Array;
  /** Where the steps begin, and the bytes that each region has of them. */
  readonly start: number;
  readonly rowBytes: number;
}

/** @throws RangeError when the bytes are not what `encodeRegions` of this or an earlier Akin wrote */
export function regionLayout(blob: Uint8Array): RegionLayout {
  const view = new DataView(blob.buffer, blob.byteOffset, blob.byteLength);
  if (blob.length < headerBytes || !Object.values(form).includes(view.getUint8(0)))
    throw new RangeError('These are no region vectors.');
  const packed = view.getUint8(0) === form.halfByte;
  const geometry = {
    levels: view.getUint8(1) & ~wholeMapFlag,
    wholeMap: (view.getUint8(1) & wholeMapFlag) !== 0,
    height: view.getUint16(2, true),
    width: view.getUint16(4, true),
  };
  const dimensions = view.getUint16(6, true);
  if (Math.min(geometry.levels, geometry.height, geometry.width, dimensions) === 0)
    throw new RangeError('These region vectors have no size.');
  const regions = regionsOf({ geometry });
  const rowBytes = packed ? Math.ceil(dimensions / 2) : dimensions;
  const start = headerBytes + regions.length * scaleBytes;
  if (blob.length !== start + regions.length * rowBytes)
    throw new RangeError('These region vectors are cut off.');
  const scales = new Float32Array(regions.length);
  for (let region = 0; region < scales.length; region++) {
    scales[region] = view.getFloat32(headerBytes + region * scaleBytes, true);
  }
  if (!scales.every((scale) => scale >= 0 && scale < Infinity))
    throw new RangeError('These region vectors have a scale that cannot be.');
  const layout = { geometry, dimensions, regions, packed, start, rowBytes };
  // The earlier form's scales are those of vectors whose kept part is shorter than 1.
  return { ...layout, scales: packed ? scales : unitScales(new Int8Array(blob.subarray(start)), dimensions) };
}
