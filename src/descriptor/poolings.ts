/**
 * Ways to make a vector of a feature map, each as its paper says, before l2 and projection. All of them were thought
 * for maps after a ReLU. Where a layer has none, as the linear bottlenecks of MobileNetV2, the maximum, GeM and CroW
 * take negative values for 0, as if a ReLU followed; SPoC, a plain sum, takes them as they are.
 */
import type { FeatureMap } from '../model/trunk.ts';
import { regionMaxima } from './pooling.ts';
import { regionGrid } from './regions.ts';

export const poolingNames = ['r-mac', 'mac', 'spoc', 'gem', 'crow', 'r-mac-concatenated'] as const;
export type PoolingName = (typeof poolingNames)[number];

export type Pooling =
  | { readonly name: 'mac' | 'spoc' | 'crow' }
  | { readonly name: 'gem'; readonly power: number }
  | { readonly name: 'r-mac'; readonly levels: number; readonly wholeMap: boolean }
  | { readonly name: 'r-mac-concatenated'; readonly levels: number };

/** The numbers in a row of `poolMap`, for a map of so many channels. */
export function pooledLength({ name }: Pooling, channels: number): number {
  return name === 'r-mac-concatenated' ? 2 * channels : channels;
}

/**
 * Pools a map to [rows, pooledLength]: a row a region for R-MAC, one row for all others. Their descriptor is the
 * l2-normalised sum of the rows, each l2-normalised and, where there is a head, projected before.
 */
export function poolMap(map: FeatureMap, pooling: Pooling): Float32Array {
  const { height, width } = map;
  switch (pooling.name) {
    case 'r-mac':
      return regionMaxima(map, regionGrid(height, width, pooling.levels, pooling.wholeMap));
    case 'r-mac-concatenated':
      return concatenatedMaxima(map, pooling.levels);
    case 'mac':
      return wholeMaxima(map);
    case 'spoc':
      return average(map);
    case 'gem':
      return generalisedMean(map, pooling.power);
    case 'crow':
      return crossDimensionallyWeighted(map);
  }
}

/**
 * The maxima of the whole map (MAC). Source: Tolias, Sicre and Jégou, "Particular object retrieval with integral
 * max-pooling of CNN activations", ICLR 2016, section 3.1.
 */
function wholeMaxima(map: FeatureMap): Float32Array {
  return regionMaxima(map, [{ x: 0, y: 0, width: map.width, height: map.height }]);
}

/**
 * The maxima of the whole map, followed by the sum of the maxima of all regions of the grid, which are not
 * normalised one by one: [2 C].
 */
function concatenatedMaxima(map: FeatureMap, levels: number): Float32Array {
  const { channels } = map;
  const pooled = new Float32Array(2 * channels);
  pooled.set(wholeMaxima(map));
  const maxima = regionMaxima(map, regionGrid(map.height, map.width, levels, false));
  for (const [index, value] of maxima.entries()) pooled[channels + (index % channels)]! += value;
  return pooled;
}

/**
 * The average of each channel (SPoC, without its optional centre prior). Source: Babenko and Lempitsky, "Aggregating
 * deep convolutional features for image retrieval", ICCV 2015, section 3.
 */
function average({ data, channels, height, width }: FeatureMap): Float32Array {
  const cells = height * width;
  return Float32Array.from({ length: channels }, (_, channel) => {
    let sum = 0;
    for (let cell = channel * cells; cell < (channel + 1) * cells; cell++) sum += data[cell]!;
    return sum / cells;
  });
}

const smallestActivation = 1e-6;

/**
 * Generalised-mean pooling (GeM). Source: Radenović, Tolias and Chum, "Fine-tuning CNN image retrieval with no human
 * annotation", TPAMI 2018, section 3.2.
 *
 * @param power above 0: 1 is the average, towards infinity the maximum; 3 is what the paper starts from
 */
function generalisedMean(map: FeatureMap, power: number): Float32Array {
  const { data, channels, height, width } = map;
  const cells = height * width;
  const pooled = wholeMaxima(map);
  for (let channel = 0; channel < channels; channel++) {
    // Shares of the maximum cannot overflow, whatever the power.
    const maximum = Math.max(pooled[channel]!, smallestActivation);
    let sum = 0;
    for (let cell = channel * cells; cell < (channel + 1) * cells; cell++) {
      sum += (Math.max(data[cell]!, smallestActivation) / maximum) ** power;
    }
    pooled[channel] = maximum * (sum / cells) ** (1 / power);
  }
  return pooled;
}

/**
 * Sum of the cells, each weighted by how active it is over all channels; then each channel weighted by how seldom it
 * is active (CroW). Source: Kalantidis, Mellina and Osindero, "Cross-dimensional weighting for aggregated deep
 * convolutional features", ECCV workshops 2016, sections 3.2 and 3.3.
 */
function crossDimensionallyWeighted({ data, channels, height, width }: FeatureMap): Float32Array {
  const cells = height * width;
  const activity = new Float64Array(cells);
  const shares = new Float64Array(channels);
  for (let channel = 0; channel < channels; channel++) {
    for (let cell = 0; cell < cells; cell++) {
      const value = data[channel * cells + cell]!;
      if (value <= 0) continue;
      activity[cell]! += value;
      shares[channel]! += 1 / cells;
    }
  }
  const norm = Math.sqrt(activity.reduce((sum, value) => sum + value * value, 0));
  const weights = activity.map((value) => (norm === 0 ? 0 : Math.sqrt(value / norm)));
  const allShares = shares.reduce((sum, share) => sum + share, 0);
  return Float32Array.from({ length: channels }, (_, channel) => {
    const share = shares[channel]!;
    if (share === 0) return 0;
    let sum = 0;
    for (let cell = 0; cell < cells; cell++) {
      sum += weights[cell]! * Math.max(0, data[channel * cells + cell]!);
    }
    return sum * Math.log(allShares / share);
  });
}
