import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { VectorStatistics, learnWhitening } from '../../src/descriptor/whitening.ts';
import type { Head } from '../../src/model/head-file.ts';

/** Rows of a small matrix, and where it is cut into calls of `add`. */
const rows = fc.integer({ min: 1, max: 5 }).chain((channels) =>
  fc.array(
    fc.array(fc.oneof(fc.constant(0), fc.float({ min: -10, max: 10, noNaN: true })), {
      minLength: channels,
      maxLength: channels,
    }),
    // Past two blocks of 64 rows.
    { minLength: 1, maxLength: 150 },
  ),
);

function statisticsOf(vectors: readonly number[][]): VectorStatistics {
  const statistics = new VectorStatistics(vectors[0]!.length);
  statistics.add(Float32Array.from(vectors.flat()));
  return statistics;
}

/** Mean first, then the products of what is left: two passes. */
function twoPasses(vectors: readonly number[][]): { mean: number[]; covariance: number[] } {
  const mean = vectors[0]!.map(
    (_, channel) => vectors.reduce((sum, vector) => sum + vector[channel]!, 0) / vectors.length,
  );
  const covariance = mean.flatMap((_, i) =>
    mean.map(
      (_, j) =>
        vectors.reduce((sum, vector) => sum + (vector[i]! - mean[i]!) * (vector[j]! - mean[j]!), 0) /
        vectors.length,
    ),
  );
  return { mean, covariance };
}

function whiten({ projection, shift, dimensions, channels }: Head, vector: readonly number[]): number[] {
  return Array.from({ length: dimensions }, (_, row) =>
    vector.reduce((sum, value, i) => sum + projection[row * channels + i]! * (value + shift[i]!), 0),
  );
}

/** Reproducible numbers between -1 and 1 that look random. */
function noise(seed: number): number {
  return Math.sin(seed * 12.9898 + Math.cos(seed * 78.233) * 43.7585);
}

describe('VectorStatistics', () => {
  it('agrees with two passes over the vectors, however they came', () => {
    fc.assert(
      fc.property(rows, fc.nat(149), (vectors, cut) => {
        const statistics = new VectorStatistics(vectors[0]!.length);
        statistics.add(Float32Array.from(vectors.slice(0, cut).flat()));
        statistics.add(Float32Array.from(vectors.slice(cut).flat()));
        const expected = twoPasses(vectors);
        expect(statistics.count).toBe(vectors.length);
        for (const [i, value] of statistics.mean().entries()) expect(value).toBeCloseTo(expected.mean[i]!, 9);
        for (const [i, value] of statistics.covariance().entries())
          expect(value).toBeCloseTo(expected.covariance[i]!, 9);
      }),
    );
  });

  it('goes on after it was asked', () => {
    const statistics = statisticsOf([
      [1, 0],
      [3, 2],
    ]);
    expect([...statistics.covariance()]).toEqual([1, 1, 1, 1]);
    statistics.add(Float32Array.of(2, 4));
    expect([...statistics.mean()]).toEqual([2, 2]);
    const expected = twoPasses([
      [1, 0],
      [3, 2],
      [2, 4],
    ]).covariance;
    for (const [i, value] of statistics.covariance().entries()) expect(value).toBeCloseTo(expected[i]!, 12);
  });
});

describe('learnWhitening', () => {
  test('a case worked by hand', () => {
    // Mean (5, 1); covariance [[9, 0], [0, 1]]: scales 1/3 and 1.
    const head = learnWhitening(
      statisticsOf([
        [8, 2],
        [2, 2],
        [8, 0],
        [2, 0],
      ]),
      2,
    );
    expect(head).toMatchObject({ dimensions: 2, channels: 2 });
    expect([...head.shift]).toEqual([-5, -1]);
    for (const [index, value] of [1 / 3, 0, 0, 1].entries()) {
      expect(head.projection[index]).toBeCloseTo(value, 6);
    }
  });

  test('a case along the diagonals worked by hand', () => {
    // Covariance [[5, 4], [4, 5]]: 9 along (1, 1), 1 along (1, -1). One direction is kept, at a third.
    const head = learnWhitening(
      statisticsOf([
        [3, 3],
        [-3, -3],
        [1, -1],
        [-1, 1],
        [3, 3],
        [-3, -3],
        [1, -1],
        [-1, 1],
      ]),
      1,
    );
    const expected = Math.SQRT1_2 / 3;
    expect(head.projection).toHaveLength(2);
    expect(head.projection[0]).toBeCloseTo(expected, 6);
    expect(head.projection[1]).toBeCloseTo(expected, 6);
  });

  it('gives the vectors it learnt from the mean 0 and the covariance of the identity', () => {
    const channels = 12;
    const vectors = Array.from({ length: 500 }, (_, row) => {
      const own = Array.from({ length: channels }, (_, i) => noise(row * channels + i + 1) * (i + 1));
      // Neighbouring channels depend on each other.
      return own.map((value, i) => value + 0.7 * (own[i - 1] ?? 3));
    });
    const head = learnWhitening(statisticsOf(vectors), channels);
    const { mean, covariance } = twoPasses(vectors.map((vector) => whiten(head, vector)));
    for (const value of mean) expect(value).toBeCloseTo(0, 4);
    for (const [cell, value] of covariance.entries()) {
      expect(value).toBeCloseTo(cell % (channels + 1) === 0 ? 1 : 0, 4);
    }
  });

  it('keeps the directions of largest variance first', () => {
    const vectors = Array.from({ length: 400 }, (_, row) => [
      noise(row) * 0.1,
      noise(row + 1000) * 5,
      noise(row + 2000),
    ]);
    const head = learnWhitening(statisticsOf(vectors), 2);
    const strongest = [0, 1].map((row) => {
      const weights = [...head.projection.subarray(row * 3, row * 3 + 3)].map(Math.abs);
      return weights.indexOf(Math.max(...weights));
    });
    expect(strongest).toEqual([1, 2]);
  });

  test.each([
    [
      'fewer vectors than channels',
      [
        [1, 2, 3, 4],
        [2, 1, 0, 5],
      ],
    ],
    [
      'a channel that is always silent',
      [
        [1, 0, 3],
        [2, 0, 1],
        [0, 0, 2],
        [5, 0, 5],
      ],
    ],
    [
      'a channel that repeats another',
      [
        [1, 1, 3],
        [2, 2, 1],
        [0, 0, 2],
        [5, 5, 5],
      ],
    ],
    ['one vector', [[1, 2, 3]]],
    [
      'equal vectors',
      [
        [0.1, 0.7],
        [0.1, 0.7],
        [0.1, 0.7],
      ],
    ],
    [
      'zeros',
      [
        [0, 0],
        [0, 0],
      ],
    ],
  ])('gives finite numbers for %s', (_, vectors) => {
    const head = learnWhitening(statisticsOf(vectors), vectors[0]!.length);
    expect([...head.shift, ...head.projection].every(Number.isFinite)).toBe(true);
  });
});
