import type { FeatureMap } from '../model/trunk.ts';
import type { Region } from './regions.ts';

/**
 * The maximum of every channel in every region, before any normalisation. Plain loops: the map is small and in
 * memory already, and this takes a fifteenth of the trunk's time. Floats that are not negative order as their bits
 * do, and the maximum of integers needs no branch.
 *
 * @param map [C, H, W], after the last ReLU, so never below 0
 * @returns [regions, C], row-major
 */
export function regionMaxima(map: FeatureMap, regions: readonly Region[]): Float32Array {
  const { data, channels, height, width } = map;
  const cells = new Int32Array(data.buffer, data.byteOffset, data.length);
  const maxima = new Int32Array(regions.length * channels);
  for (const [index, region] of regions.entries()) {
    const row = index * channels;
    const first = region.y * width + region.x;
    const { width: side, height: lines } = region;
    const skip = width - side;
    for (let channel = 0; channel < channels; channel += 2) {
      // Two channels at a time keep the processor busy; an odd last one is done twice.
      const other = Math.min(channel + 1, channels - 1);
      const toOther = (other - channel) * height * width;
      let cell = channel * height * width + first;
      let maximum = 0;
      let otherMaximum = 0;
      for (let y = 0; y < lines; y++) {
        for (const end = cell + side; cell < end; cell++) {
          maximum = Math.max(maximum, cells[cell]!);
          otherMaximum = Math.max(otherMaximum, cells[cell + toOther]!);
        }
        cell += skip;
      }
      maxima[row + channel] = maximum;
      maxima[row + other] = otherMaximum;
    }
  }
  return new Float32Array(maxima.buffer);
}
