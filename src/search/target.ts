/** What is looked for on a photo: a query, compared with the maxima of boxes and cells. */
import { regionMaxima } from '../descriptor/pooling.ts';
import type { Region } from '../descriptor/regions.ts';
import { dot, epsilon, l2Normalise } from '../descriptor/vectors.ts';
import type { Head } from '../model/head-file.ts';
import type { FeatureMap } from '../model/trunk.ts';

/**
 * Compares by the cosine of l2-normalised maxima, less their mean, which the head has learnt: centred, as Jégou and
 * Chum do it (ECCV 2012, section 2). Boxes found so overlap photos pasted into others by 0.44, and parts of photos by
 * 0.57; by maxima as they are, which the paper on localisation compares, by 0.28 and 0.44; by whitened ones by 0.30
 * and 0.53 (every box tried, 25 of each).
 */
export class Target {
  /** Width / height of the query. */
  readonly aspect: number;
  /** [channels], length 1: of the query, less the mean. */
  readonly #direction: Float32Array;
  readonly #mean: Float32Array;
  readonly #offset: number;
  readonly #meanSquare: number;

  /**
   * @param map of the query photo @param region the part of it that is looked for: `cellsOf` a box, or all
   * @param head null compares maxima as they are
   */
  constructor(map: FeatureMap, region: Region, head: Pick<Head, 'shift'> | null) {
    this.aspect = region.width / region.height;
    const mean = head ? head.shift.map((value) => -value) : new Float32Array(map.channels);
    const maxima = l2Normalise(regionMaxima(map, [region]));
    this.#direction = l2Normalise(maxima.map((value, channel) => value - mean[channel]!));
    this.#mean = mean;
    this.#offset = dot(this.#direction, mean);
    this.#meanSquare = dot(mean, mean);
  }

  /** @param maxima [channels], none below 0, of any length @returns from -1 to 1 */
  score(maxima: Float32Array): number {
    const direction = this.#direction;
    const mean = this.#mean;
    let squares = 0;
    let along = 0;
    let common = 0;
    for (let channel = 0; channel < maxima.length; channel++) {
      const value = maxima[channel]!;
      squares += value * value;
      along += value * direction[channel]!;
      common += value * mean[channel]!;
    }
    // With m the maxima at length 1 and u their mean: (m - u) q / |m - u|, without writing m - u anywhere.
    const length = Math.sqrt(squares) + epsilon;
    const square = squares / (length * length) - (2 * common) / length + this.#meanSquare;
    return (along / length - this.#offset) / (Math.sqrt(Math.max(0, square)) + epsilon);
  }
}
