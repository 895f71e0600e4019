import { describe, expect, test } from 'vitest';
import { applyHomography } from '../../src/local-features/homography.ts';
import type { LocalFeatures } from '../../src/local-features/features.ts';
import {
  isVerified,
  leastInliers,
  outline,
  verifiedScore,
  verify,
} from '../../src/local-features/verification.ts';
import { seededRandom } from '../bench/seeded-random.ts';
import { featuresOf, randomDescriptors, similarTo } from './random-features.ts';
import { height, warp, width } from './warps.ts';

/** Three quarters as large, 100 pixels to the right and 60 down, on a photo of another shape. */
const truth = [0.75, 0, 100, 0, 0.75, 60, 0, 0, 1];
const otherSize: [number, number] = [800, 500];

/** Two photos of one thing, with as many keypoints beside it; those of the thing come first. */
function photosOf({
  shared,
  alone,
  seed = 1,
}: {
  shared: number;
  alone: number;
  seed?: number;
}): [LocalFeatures, LocalFeatures] {
  const random = seededRandom(seed);
  const count = shared + alone;
  const [own, others] = [randomDescriptors(count, random), randomDescriptors(count, random)];
  const [positions, otherPositions]: [number[], number[]] = [[], []];
  for (let point = 0; point < count; point++) {
    const [x, y] = [random() * width, random() * height];
    positions.push(x, y);
    if (point < shared) {
      otherPositions.push(...warp(truth, x, y));
      others.set(similarTo(own.subarray(point * 64, point * 64 + 64), 0.95, random), point * 64);
    } else {
      otherPositions.push(random() * otherSize[0], random() * otherSize[1]);
    }
  }
  return [featuresOf(positions, own, [width, height]), featuresOf(otherPositions, others, otherSize)];
}

describe('verify', () => {
  test('two photos of one thing agree, in fractions of the photos', async () => {
    const [query, other] = photosOf({ shared: 50, alone: 200 });
    const { inliers, homography, pairs } = await verify(query, other);
    expect(inliers).toBe(50);
    expect(pairs).toHaveLength(200);
    for (let at = 0; at < pairs.length; at += 4) {
      const [x, y, u, v] = pairs.subarray(at, at + 4) as unknown as [number, number, number, number];
      const [tx, ty] = warp(truth, x * width, y * height);
      expect(u * otherSize[0]).toBeCloseTo(tx, 2);
      expect(v * otherSize[1]).toBeCloseTo(ty, 2);
      const [hx, hy] = applyHomography(homography!, x, y)!;
      expect(hx).toBeCloseTo(u, 4);
      expect(hy).toBeCloseTo(v, 4);
    }
  });

  test('a photo agrees with itself', async () => {
    const [photo] = photosOf({ shared: 0, alone: 100 });
    const { inliers, homography } = await verify(photo, photo);
    expect(inliers).toBe(100);
    for (const [cell, value] of [0, 0, 1, 0, 1, 1, 0, 1].entries()) {
      expect(outline({ homography })![cell]).toBeCloseTo(value, 6);
    }
  });

  test('the same photos always get the same answer, and swapped ones the same number', async () => {
    const [query, other] = photosOf({ shared: 30, alone: 100, seed: 2 });
    const once = await verify(query, other);
    expect(await verify(query, other)).toEqual(once);
    expect((await verify(other, query)).inliers).toBe(once.inliers);
  });

  test('unrelated photos, and photos that share too little, do not agree', async () => {
    const nothing = { inliers: 0, homography: null, pairs: new Float32Array() };
    expect(await verify(...photosOf({ shared: 0, alone: 300 }))).toEqual(nothing);
    expect(await verify(...photosOf({ shared: leastInliers - 1, alone: 300 }))).toEqual(nothing);
    expect((await verify(...photosOf({ shared: leastInliers, alone: 300 }))).inliers).toBe(leastInliers);
  });

  test('similar keypoints without a common geometry do not agree', async () => {
    const [query, other] = photosOf({ shared: 60, alone: 0 });
    const random = seededRandom(3);
    const scattered = other.positions.map((_, cell) => random() * otherSize[cell % 2]!);
    expect((await verify(query, { ...other, positions: scattered })).inliers).toBe(0);
  });

  test('a photo without a single keypoint', async () => {
    const [query] = photosOf({ shared: 0, alone: 20 });
    const empty = featuresOf([], new Int8Array(), [10, 10]);
    for (const [a, b] of [
      [query, empty],
      [empty, query],
      [empty, empty],
    ] as const) {
      expect((await verify(a, b)).inliers).toBe(0);
    }
  });

  test('only keypoints in the box count', async () => {
    const [query, other] = photosOf({ shared: 120, alone: 50, seed: 4 });
    const { inliers, pairs } = await verify(query, other, { queryBox: [0.5, 0.25, 0.5, 0.5] });
    let expected = 0;
    for (let point = 0; point < 120; point++) {
      const [x, y] = [query.positions[point * 2]! / width, query.positions[point * 2 + 1]! / height];
      if (x >= 0.5 && y >= 0.25 && y <= 0.75) expected++;
    }
    expect(inliers).toBe(expected);
    for (let at = 0; at < pairs.length; at += 4) {
      expect(pairs[at]!).toBeGreaterThanOrEqual(0.5);
      expect(Math.abs(pairs[at + 1]! - 0.5)).toBeLessThanOrEqual(0.25);
    }
    expect((await verify(query, other, { queryBox: [0, 0, 0.01, 0.01] })).inliers).toBe(0);
    expect(await verify(query, other, { queryBox: [0, 0, 1, 1] })).toEqual(await verify(query, other));
  });
});

describe('outline', () => {
  const homography = Float64Array.of(0.5, 0, 0.1, 0, 0.25, 0.2, 0, 0, 1);

  test('of the photo and of a box', () => {
    const rounded = (corners: Float32Array | null) => [...corners!].map((value) => +value.toFixed(6));
    expect(rounded(outline({ homography }))).toEqual([0.1, 0.2, 0.6, 0.2, 0.6, 0.45, 0.1, 0.45]);
    expect(rounded(outline({ homography }, [0.2, 0.4, 0.6, 0.4]))).toEqual([
      0.2, 0.3, 0.5, 0.3, 0.5, 0.4, 0.2, 0.4,
    ]);
  });

  test('none without a homography, or across the horizon', () => {
    expect(outline({ homography: null })).toBeNull();
    const tilted = Float64Array.of(1, 0, 0, 0, 1, 0, -1.5, 0, 1);
    expect(outline({ homography: tilted })).toBeNull();
    expect(outline({ homography: tilted }, [0, 0, 0.5, 1])).not.toBeNull();
  });
});

test('the score rises with the inliers, up to 60 of them', () => {
  expect(verifiedScore(0.4, 0)).toBe(0.4);
  expect(verifiedScore(0.4, leastInliers - 1)).toBe(0.4);
  expect(verifiedScore(0.4, 20)).toBeCloseTo(0.65, 12);
  expect(verifiedScore(0.4, 60)).toBeCloseTo(1.15, 12);
  expect(verifiedScore(0.4, 600)).toBeCloseTo(1.15, 12);
});

test('a few inliers raise the score, but it takes more to prove a match', () => {
  expect(isVerified(0)).toBe(false);
  expect(isVerified(leastInliers)).toBe(false);
  expect(isVerified(11)).toBe(false);
  expect(isVerified(12)).toBe(true);
});
