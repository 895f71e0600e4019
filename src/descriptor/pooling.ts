import type { FeatureMap } from '../model/trunk.ts';
import type { Region } from './regions.ts';
import { l2Normalise } from './vectors.ts';

/**
 * The maximum of every channel in every region, before any normalisation. Plain loops: the map is small and in
 * memory already, and this takes a tenth of the trunk's time.
 *
 * @param map [C, H, W], after the last ReLU, so never below 0
 * @returns [regions, C], row-major
 */
export function regionMaxima(map: FeatureMap, regions: readonly Region[]): Float32Array {
  const { data, channels, height, width } = map;
  const maxima = new Float32Array(regions.length * channels);
  for (const [index, region] of regions.entries()) {
    const row = index * channels;
    const first = region.y * width + region.x;
    const skip = width - region.width;
    for (let channel = 0; channel < channels; channel++) {
      let cell = channel * height * width + first;
      let maximum = 0;
      for (let y = 0; y < region.height; y++) {
        for (const end = cell + region.width; cell < end; cell++) {
          const value = data[cell]!;
          if (value > maximum) maximum = value;
        }
        cell += skip;
      }
      maxima[row + channel] = maximum;
    }
  }
  return maxima;
}

const smallestActivation = 1e-6;

/**
 * Generalised-mean pooling of the whole map, l2-normalised: a baseline for the evaluation.
 * Source: Radenović, Tolias and Chum, "Fine-tuning CNN image retrieval with no human annotation", TPAMI 2018,
 * section 3.2.
 *
 * @param power 1 is the average, towards infinity the maximum; 3 is what the paper starts from
 * @returns [C]
 */
export function generalisedMean(map: FeatureMap, power = 3): Float32Array {
  const { data, channels, height, width } = map;
  const cells = height * width;
  const pooled = new Float32Array(channels);
  for (let channel = 0; channel < channels; channel++) {
    let sum = 0;
    for (let cell = channel * cells; cell < (channel + 1) * cells; cell++) {
      sum += Math.max(data[cell]!, smallestActivation) ** power;
    }
    pooled[channel] = (sum / cells) ** (1 / power);
  }
  return l2Normalise(pooled);
}
