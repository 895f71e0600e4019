import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { invertHomography } from '../../src/local-features/homography.ts';
import type { PointPairs } from '../../src/local-features/homography.ts';
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
          // A zoom or a tilt enlarges the noise in one of the pictures; a few then miss the tolerance.
          expect(inliers.filter((row) => row >= outliers).length).toBeGreaterThanOrEqual(0.8 * right);
          expect(inliers.filter((row) => row < outliers).length).toBeLessThanOrEqual(2 + 0.1 * right);
          expect(inliers).toEqual(inliers.toSorted((a, b) => a - b));
          const errors = inliers
            .filter((row) => row >= outliers)
            .map((row) => {
              const [x, y] = [pairs[row * 4]!, pairs[row * 4 + 1]!];
              const [a, b] = [warp(truth, x, y), warp(found.homography, x, y)];
              return Math.hypot(a[0] - b[0], a[1] - b[1]);
            });
          expect(Math.max(...errors)).toBeLessThan(8);
        },
      ),
      { numRuns: 60 },
    );
  });

  test('is found exactly without noise, and the pictures may be swapped', () => {
    fc.assert(
      fc.property(warps, seeds, (truth, seed) => {
        const pairs = pairsOf(truth, 60, seededRandom(seed), { outliers: 20 });
        const forth = findConsensus(pairs, options)!;
        const back = findConsensus(swapped(pairs), options)!;
        expect(distance(forth.homography, truth)).toBeLessThan(0.01);
        expect(distance(invertHomography(back.homography), truth)).toBeLessThan(0.01);
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
    expect(findConsensus(pairs, options)?.inliers.length ?? 0).toBeLessThan(40);
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

  test('a picture folded at the horizon', () => {
    const folded = Float64Array.of(1, 0, 0, 0, 1, 0, 0, -2 / height, 1);
    const pairs = pairsOf(folded, 60, seededRandom(15));
    const found = findConsensus(pairs, options);
    for (const row of found?.inliers ?? []) expect(pairs[row * 4 + 1]!).toBeLessThan(height / 2);
  });
});
