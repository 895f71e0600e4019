/** Where on a photo is what a query shows: a similarity for each cell of the feature map. */
import { regionMaxima } from '../descriptor/pooling.ts';
import type { FeatureMap } from '../model/trunk.ts';
import type { Target } from './target.ts';

export interface HeatMap {
  /** Cells. */
  width: number;
  height: number;
  /** [height, width], from 0 (nothing alike) to 1. */
  values: Float32Array;
}

/**
 * Each cell is compared together with those beside it, 3 x 3: measured by test/bench/regional-quality.ts, that tells a
 * photo that was pasted into another one from its surroundings better than cells alone or 5 x 5.
 */
const reach = 1;

/**
 * The similarities that become 0 and 1, what lies between them evenly: fixed, so that colours mean the same on every
 * photo. Of cells that show nothing of the query three quarters are below `coldest`; of those that do, half are
 * above the middle and one in twelve reaches `hottest`. Measured by test/bench/regional-quality.ts.
 */
const coldest = 0.1;
const hottest = 0.45;

/** How much each cell of a photo looks like what is looked for. On the query's own map, what counted in it. */
export function heatMap(map: FeatureMap, target: Target): HeatMap {
  const { width, height, channels } = map;
  const maxima = regionMaxima(map, neighbourhoods(map));
  const values = Float32Array.from({ length: width * height }, (_, cell) => {
    const score = target.score(maxima.subarray(cell * channels, (cell + 1) * channels));
    return Math.max(0, Math.min(1, (score - coldest) / (hottest - coldest)));
  });
  return { width, height, values };
}

/** For each cell, row by row, the square round it; at the border what there is of it. */
function neighbourhoods({ width, height }: FeatureMap) {
  return Array.from({ length: width * height }, (_, cell) => {
    const [x, y] = [cell % width, Math.floor(cell / width)];
    const [left, top] = [Math.max(0, x - reach), Math.max(0, y - reach)];
    const [right, bottom] = [Math.min(width, x + reach + 1), Math.min(height, y + reach + 1)];
    return { x: left, y: top, width: right - left, height: bottom - top };
  });
}
