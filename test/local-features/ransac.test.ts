import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { invertHomography } from '../../src/local-features/homography.ts';
import type { Homography, PointPairs } from '../../src/local-features/homography.ts';
import { findConsensus } from '../../src/local-features/ransac.ts';
import type { ConsensusOptions } from '../../src/local-features/ransac.ts';
import { seededRandom } from '../bench/seeded-random.ts';
import { distance, height, pairsOf, warp, warps, width } from './warps.ts';

const identity = Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1);
const options: ConsensusOptions = { tolerance: [4, 4], leastInliers: 8, seed: 1 };
const seeds = fc.integer({ min: 0, max: 2 ** 31 });

function swapped(pairs: PointPairs): PointPairs {
  return pairs.map((_, cell) => pairs[cell ^ 2]!);
}

/** How many pairs from this one on a warp takes to within the tolerance: it enlarges the noise in one picture. */
function agreeing(h: Homography, pairs: PointPairs, first: number): number {
  const back = invertHomography(h);
  let count = 0;
  for (let at = first * 4; at < pairs.length; at += 4) {
    const [x, y, u, v] = [...pairs.subarray(at, at + 4)] as [number, number, number, number];
    const [[hu, hv], [bx, by]] = [warp(h, x, y), warp(back, u, v)];
    if (Math.hypot(hu - u, hv - v) < 4 && Math.hypot(bx - x, by - y) < 4) count++;
  }
  return count;
}

describe('a known warp', () => {
  test('is found among 30 to 80 % of pairs that are wrong', () => {
    fc.assert(
      fc.property(
        warps,
        seeds,
        fc.integer({ min: 25, max: 80 }),
        fc.double({ min: 0.3, max: 0.8, noNaN: true }),
        (truth, seed, right, share) => {
          const outliers = Math.round((right * share) / (1 - share));
          const pairs = pairsOf(truth, outliers + right, seededRandom(seed), { noise: 0.5, outliers });
          const found = findConsensus(pairs, options)!;
          const inliers = [...found.inliers];
          const good = inliers.filter((row) => row >= outliers);
          expect(good.length).toBeGreaterThanOrEqual(0.7 * agreeing(truth, pairs, outliers));
          expect(inliers.length - good.length).toBeLessThanOrEqual(2 + 0.1 * right);
          expect(inliers).toEqual(inliers.toSorted((a, b) => a - b));
          const errors = good.map((row) => {
            const [x, y] = [pairs[row * 4]!, pairs[row * 4 + 1]!];
            const [a, b] = [warp(truth, x, y), warp(found.homography, x, y)];
            return Math.hypot(a[0] - b[0], a[1] - b[1]);
          });
          expect(Math.max(...errors)).toBeLessThan(8);
        },
      ),
      { numRuns: 60, seed: 1 },
    );
  });

  test('is found exactly without noise, and the pictures may be swapped', () => {
    fc.assert(
      fc.property(warps, seeds, (truth, seed) => {
        const pairs = pairsOf(truth, 60, seededRandom(seed), { outliers: 20 });
        const narrow: ConsensusOptions = { ...options, tolerance: [0.5, 0.5] };
        const forth = findConsensus(pairs, narrow)!;
        const back = findConsensus(swapped(pairs), narrow)!;
        // A wrong pair may happen to lie within half a pixel.
        expect(distance(forth.homography, truth)).toBeLessThan(1);
        expect(distance(invertHomography(back.homography), truth)).toBeLessThan(1);
        expect(back.inliers).toEqual(forth.inliers);
      }),
      { numRuns: 30 },
    );
  });

  test('identical pictures agree in every point', () => {
    const pairs = pairsOf(identity, 200, seededRandom(5));
    const found = findConsensus(pairs, options)!;
    expect(found.inliers).toHaveLength(200);
    expect(distance(found.homography, identity)).toBeLessThan(1e-6);
  });

  test('the same seed gives the same answer', () => {
    const pairs = pairsOf(identity, 100, seededRandom(6), { noise: 2, outliers: 60 });
    expect(findConsensus(pairs, options)).toEqual(findConsensus(pairs.slice(), options));
  });

  test('a tolerance for each picture', () => {
    const enlarged = Float64Array.of(5, 0, 0, 0, 5, 0, 0, 0, 1);
    const pairs = pairsOf(enlarged, 60, seededRandom(7));
    const random = seededRandom(8);
    for (let at = 0; at < pairs.length; at += 4) pairs[at + 2]! += 24 * random() - 12;
    expect(findConsensus(pairs, { ...options, tolerance: [4, 20] })!.inliers).toHaveLength(60);
    for (const tolerance of [
      [1, 20],
      [4, 4],
    ] as const) {
      expect(findConsensus(pairs, { ...options, tolerance })?.inliers.length ?? 0).toBeLessThan(40);
    }
  });
});

describe('nothing to find', () => {
  test('pairs that are all wrong hardly ever agree by chance', () => {
    const random = seededRandom(9);
    let most = 0;
    for (let round = 0; round < 200; round++) {
      const count = 10 + (round % 10) * 10;
      const found = findConsensus(pairsOf(identity, count, random, { outliers: count }), {
        ...options,
        leastInliers: 4,
        seed: round,
      });
      most = Math.max(most, found?.inliers.length ?? 0);
    }
    expect(most).toBeLessThan(options.leastInliers);
  });

  test.each([0, 1, 3, 7])('%i pairs are too few', (count) => {
    expect(findConsensus(pairsOf(identity, count, seededRandom(10)), options)).toBeNull();
  });

  test('copies of a pair count once', () => {
    const pairs = pairsOf(identity, 40, seededRandom(11));
    for (let row = 7; row < 40; row++) pairs.copyWithin(row * 4, (row % 7) * 4, (row % 7) * 4 + 4);
    expect(findConsensus(pairs, options)).toBeNull();
    expect(findConsensus(pairs, { ...options, leastInliers: 7 })!.inliers).toEqual(
      Int32Array.of(0, 1, 2, 3, 4, 5, 6),
    );
  });

  test('points on a line agree with any map', () => {
    const pairs = pairsOf(identity, 50, seededRandom(12), { noise: 0.3 });
    for (let at = 0; at < pairs.length; at += 4) {
      pairs[at + 1] = pairs[at]! / 2 + 50;
      pairs[at + 3] = pairs[at + 2]! / 2 + 50;
    }
    expect(findConsensus(pairs, options)).toBeNull();
  });

  test('all points in one spot', () => {
    const pairs = pairsOf(identity, 50, seededRandom(13)).map((value) => 200 + value / 200);
    expect(findConsensus(pairs, options)).toBeNull();
  });

  test('a mirrored picture', () => {
    const mirror = Float64Array.of(-1, 0, width, 0, 1, 0, 0, 0, 1);
    expect(findConsensus(pairsOf(mirror, 60, seededRandom(14)), options)).toBeNull();
  });

  test('a picture fifteen times as large, which no keypoint would be recognised in', () => {
    const enlarged = Float64Array.of(15, 0, 0, 0, 15, 0, 0, 0, 1);
    expect(findConsensus(pairsOf(enlarged, 60, seededRandom(15)), options)).toBeNull();
  });

  test('what lies beyond the horizon does not agree', () => {
    const random = seededRandom(16);
    const tilted = Float64Array.of(1, 0, 0, 0, 1, 0, 0, -2 / height, 1);
    const pairs = pairsOf(tilted, 60, random);
    for (let row = 0; row < 60; row++) {
      const [x, y] = [120 * random() - 60, (row % 2 === 0 ? 0 : 330) + 150 * random()];
      pairs.set([x, y, ...warp(tilted, x, y)], row * 4);
    }
    const { inliers } = findConsensus(pairs, options)!;
    expect([...inliers]).toEqual(Array.from({ length: 30 }, (_, index) => index * 2));
  });
});
