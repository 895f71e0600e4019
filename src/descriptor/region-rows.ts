import { dequantiseRegions } from './quantise.ts';
import type { QuantisedRegions } from './quantise.ts';

/**
 * Stored region vectors as a query: the kept dimensions of each, with zeros for those that were cut off.
 * @returns [regions, dimensions]
 */
export function regionRows(regions: QuantisedRegions, dimensions: number): Float32Array {
  const kept = dequantiseRegions(regions);
  const whole = new Float32Array(regions.scales.length * dimensions);
  for (const region of regions.scales.keys()) {
    const row = kept.subarray(region * regions.dimensions, (region + 1) * regions.dimensions);
    whole.set(row, region * dimensions);
  }
  return whole;
}
