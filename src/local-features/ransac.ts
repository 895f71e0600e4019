import { fitHomography, homographyOfFour, isPlausible } from './homography.ts';
import type { Homography, PointPairs } from './homography.ts';

/** What the most pairs agree on. */
export interface Consensus {
  /** From the first picture to the second, in pixels. */
  readonly homography: Homography;
  /** Indices of the pairs that agree, ascending. */
  readonly inliers: Int32Array;
}

export interface ConsensusOptions {
  /** How far an inlier may be off in the first and in the second picture, in pixels. */
  readonly tolerance: readonly [first: number, second: number];
  /** Fewer inliers than this count as none. */
  readonly leastInliers: number;
  readonly seed: number;
}

/** The search ends when the chance that it missed a better answer falls below this. */
const chanceOfMissing = 0.01;
const mostSamples = 4000;
/** A sample's triangles must be larger than a square of this many times the tolerance. */
const leastSide = 3;
const refinements = 3;
/** The last fit is made as good as it gets. */
const lastWeightings = 3;

/**
 * The homography that the most pairs agree on, to within the tolerance in both pictures. Random samples of four
 * (Fischler and Bolles, "Random sample consensus", 1981) are scored by their truncated squared errors (Torr and
 * Zisserman, "MLESAC", 2000), and each new best one is fitted again to its inliers (Chum, Matas and Kittler,
 * "Locally optimized RANSAC", 2003). The same pairs and seed always give the same answer.
 *
 * @returns null if fewer than `leastInliers` agree, or if no camera could have taken both pictures in that way. Pairs
 *   that are copies of another one are not counted.
 */
export function findConsensus(pairs: PointPairs, options: ConsensusOptions): Consensus | null {
  const rows = withoutCopies(pairs);
  const count = rows.length;
  const least = Math.max(4, options.leastInliers);
  if (count < least) return null;
  const points = new Float64Array(count * 4);
  for (const [index, row] of rows.entries()) points.set(pairs.subarray(row * 4, row * 4 + 4), index * 4);
  const { tolerance } = options;
  const triangle = (leastSide * Math.max(...tolerance)) ** 2;
  const random = randomNumbers(options.seed);
  let best: Hypothesis | null = null;
  let samples = samplesFor(least, count);
  for (let sample = 0; sample < samples; sample++) {
    const a = Math.floor(random() * count);
    const b = otherThan(a, a, a, count, random);
    const c = otherThan(a, b, b, count, random);
    const d = otherThan(a, b, c, count, random);
    const homography = homographyOfFour(points, a, b, c, d, triangle);
    if (!homography) continue;
    const found = judge(points, homography, tolerance, best);
    if (!found) continue;
    best = refined(points, found, tolerance);
    samples = Math.min(samples, samplesFor(best.inliers.length, count));
  }
  if (!best) return null;
  best = refined(points, best, tolerance, lastWeightings);
  if (best.inliers.length < least) return null;
  return { homography: best.homography, inliers: best.inliers.map((index) => rows[index]!) };
}

interface Hypothesis {
  readonly homography: Homography;
  readonly inliers: Int32Array;
  /** Inliers, each less by how far it is off: 1 at no error, 0 at the tolerance. */
  readonly score: number;
}

/** The hypothesis, fitted to its inliers for as long as that helps. */
function refined(
  points: PointPairs,
  hypothesis: Hypothesis,
  tolerance: readonly [number, number],
  weightings = 0,
): Hypothesis {
  let best = hypothesis;
  for (let round = 0; round < refinements; round++) {
    const fitted = fitHomography(points, best.inliers, weightings);
    const next = fitted && judge(points, fitted, tolerance, best);
    if (!next) break;
    best = next;
  }
  return best;
}

/** Null unless the homography is one that a camera could make and its score is better than that of `best`. */
function judge(
  points: PointPairs,
  homography: Homography,
  tolerance: readonly [number, number],
  best: Hypothesis | null,
): Hypothesis | null {
  const limit = best?.score ?? 0;
  if (!(scoreOf(points, homography, tolerance, limit, null) > limit)) return null;
  const inliers: number[] = [];
  const score = scoreOf(points, homography, tolerance, limit, inliers);
  if (!isPlausible(homography, points, inliers, tolerance)) return null;
  return { homography, inliers: Int32Array.from(inliers), score };
}

/**
 * The score of a hypothesis, or `limit` as soon as it cannot exceed that. A pair's error is its squared distance from
 * agreement as a share of the squared tolerance, in the picture where that is larger. Nearly all samples end here, so
 * nothing is allocated.
 *
 * @param inliers filled with the pairs that agree, if given
 */
function scoreOf(
  points: PointPairs,
  h: Homography,
  tolerance: readonly [first: number, second: number],
  limit: number,
  inliers: number[] | null,
): number {
  const firstSquare = tolerance[0] * tolerance[0];
  const secondSquare = tolerance[1] * tolerance[1];
  const [h0, h1, h2] = [h[0]!, h[1]!, h[2]!];
  const [h3, h4, h5] = [h[3]!, h[4]!, h[5]!];
  const [h6, h7, h8] = [h[6]!, h[7]!, h[8]!];
  // The inverse, as `invertHomography` has it.
  const [i0, i1, i2] = [h4 * h8 - h5 * h7, h2 * h7 - h1 * h8, h1 * h5 - h2 * h4];
  const [i3, i4, i5] = [h5 * h6 - h3 * h8, h0 * h8 - h2 * h6, h2 * h3 - h0 * h5];
  const [i6, i7, i8] = [h3 * h7 - h4 * h6, h1 * h6 - h0 * h7, h0 * h4 - h1 * h3];
  const count = points.length / 4;
  let score = count;
  for (let index = 0, at = 0; index < count; index++, at += 4) {
    const x = points[at]!;
    const y = points[at + 1]!;
    const u = points[at + 2]!;
    const v = points[at + 3]!;
    const forth = h6 * x + h7 * y + h8;
    const back = i6 * u + i7 * v + i8;
    let error = 1;
    // Neither point may lie beyond the horizon.
    if (forth > 0 && back > 0) {
      const du = (h0 * x + h1 * y + h2) / forth - u;
      const dv = (h3 * x + h4 * y + h5) / forth - v;
      const inSecond = (du * du + dv * dv) / secondSquare;
      if (inSecond < 1) {
        const dx = (i0 * u + i1 * v + i2) / back - x;
        const dy = (i3 * u + i4 * v + i5) / back - y;
        error = Math.min(1, Math.max(inSecond, (dx * dx + dy * dy) / firstSquare));
      }
    }
    if (error < 1) inliers?.push(index);
    score -= error;
    if (!(score > limit)) return limit;
  }
  return score;
}

/** How many samples it takes until one of them very likely consists of inliers alone. */
function samplesFor(inliers: number, count: number): number {
  const chance = (inliers / count) ** 4;
  return chance >= 1 ? 1 : Math.min(mostSamples, Math.ceil(Math.log(chanceOfMissing) / Math.log1p(-chance)));
}

/** A random index that is none of three. */
function otherThan(a: number, b: number, c: number, count: number, random: () => number): number {
  for (;;) {
    const index = Math.floor(random() * count);
    if (index !== a && index !== b && index !== c) return index;
  }
}

/** The rows whose four numbers no earlier row has. */
function withoutCopies(pairs: PointPairs): number[] {
  const seen = new Set<string>();
  const rows: number[] = [];
  for (let row = 0; row < pairs.length / 4; row++) {
    const size = seen.size;
    if (seen.add(pairs.subarray(row * 4, row * 4 + 4).join()).size > size) rows.push(row);
  }
  return rows;
}

/** Numbers from 0 to 1. Source: Marsaglia, "Xorshift RNGs", Journal of Statistical Software, 2003. */
function randomNumbers(seed: number): () => number {
  let state = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
