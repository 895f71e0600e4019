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

/** The region vectors of a photo in a byte a number, with the squares that they come from. */
export interface QuantisedRegions {
  readonly geometry: MapGeometry;
  /** How many leading dimensions were kept. PCA puts those of largest variance first. */
  readonly dimensions: number;
  /** [regions], the value of one step. */
  readonly scales: Float32Array;
  /** [regions, dimensions], each from -127 to 127. */
  readonly steps: Int8Array;
}

/** What a photo's region vectors may take in the catalog. */
export const maximumBlobBytes = 4096;

/** Of the encoding below; it changes when the layout does. */
const form = 1;
const headerBytes = 8;
const scaleBytes = 4;
const largestStep = 127;
const wholeMapFlag = 0x80;

/** How many of `dimensions` are kept, so that `regions` vectors fit in a blob of at most 4096 bytes. */
export function keptDimensions(dimensions: number, regions: number): number {
  const share = Math.floor((maximumBlobBytes - headerBytes) / regions) - scaleBytes;
  return Math.max(1, Math.min(dimensions, share));
}

/**
 * Quantises region vectors to int8 with a scale each; a kept value is off by at most half its region's scale.
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
  const scales = new Float32Array(regions);
  const steps = new Int8Array(regions * kept);
  for (let region = 0; region < regions; region++) {
    const vector = vectors.subarray(region * dimensions, region * dimensions + kept);
    let largest = 0;
    for (const value of vector) largest = Math.max(largest, Math.abs(value));
    if (largest === 0) continue;
    scales[region] = largest / largestStep;
    const scale = scales[region]!;
    for (let index = 0; index < kept; index++) {
      const step = Math.round(vector[index]! / scale);
      steps[region * kept + index] = Math.max(-largestStep, Math.min(largestStep, step));
    }
  }
  return { geometry, dimensions: kept, scales, steps };
}

/** The kept dimensions as floats again: [regions, regions.dimensions], shorter than 1 by what was cut off. */
export function dequantiseRegions({ dimensions, scales, steps }: QuantisedRegions): Float32Array {
  return Float32Array.from(steps, (step, index) => step * scales[Math.floor(index / dimensions)]!);
}

/** The squares that the vectors come from, in cells of the feature map. */
export function regionsOf({ geometry }: QuantisedRegions): Region[] {
  return regionGrid(geometry.height, geometry.width, geometry.levels, geometry.wholeMap);
}

/**
 * The bytes for the catalog, little-endian: form, levels with the whole-map flag in the top bit, map height, map
 * width and kept dimensions (uint16 each), the scales (float32), the steps.
 */
export function encodeRegions({ geometry, dimensions, scales, steps }: QuantisedRegions): Uint8Array {
  const blob = new Uint8Array(headerBytes + scales.length * scaleBytes + steps.length);
  const view = new DataView(blob.buffer);
  view.setUint8(0, form);
  view.setUint8(1, geometry.levels | (geometry.wholeMap ? wholeMapFlag : 0));
  view.setUint16(2, geometry.height, true);
  view.setUint16(4, geometry.width, true);
  view.setUint16(6, dimensions, true);
  for (const [region, scale] of scales.entries())
    view.setFloat32(headerBytes + region * scaleBytes, scale, true);
  blob.set(new Uint8Array(steps.buffer, steps.byteOffset, steps.length), blob.length - steps.length);
  return blob;
}

/** @throws RangeError when the bytes are not what `encodeRegions` wrote */
export function decodeRegions(blob: Uint8Array): QuantisedRegions {
  const view = new DataView(blob.buffer, blob.byteOffset, blob.byteLength);
  if (blob.length < headerBytes || view.getUint8(0) !== form)
    throw new RangeError('These are no region vectors.');
  const geometry = {
    levels: view.getUint8(1) & ~wholeMapFlag,
    wholeMap: (view.getUint8(1) & wholeMapFlag) !== 0,
    height: view.getUint16(2, true),
    width: view.getUint16(4, true),
  };
  const dimensions = view.getUint16(6, true);
  if (Math.min(geometry.levels, geometry.height, geometry.width, dimensions) === 0)
    throw new RangeError('These region vectors have no size.');
  const count = regionGrid(geometry.height, geometry.width, geometry.levels, geometry.wholeMap).length;
  if (blob.length !== headerBytes + count * (scaleBytes + dimensions)) {
    throw new RangeError('These region vectors are cut off.');
  }
  const scales = Float32Array.from({ length: count }, (_, region) =>
    view.getFloat32(headerBytes + region * scaleBytes, true),
  );
  if (!scales.every((scale) => scale >= 0 && scale < Infinity))
    throw new RangeError('These region vectors have a scale that cannot be.');
  // A copy: SQLite's Buffers lie within memory that others use.
  const steps = new Int8Array(blob.subarray(headerBytes + count * scaleBytes));
  return { geometry, dimensions, scales, steps };
}
