import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  applyHomography,
  composeHomographies,
  fitHomography,
  homographyOfFour,
  invertHomography,
  isPlausible,
} from '../../src/local-features/homography.ts';
import type { Homography, PointPairs } from '../../src/local-features/homography.ts';
import { seededRandom } from '../bench/seeded-random.ts';
import { allRows, distance, height, pairsOf, warp, warps, width } from './warps.ts';

const identity = Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1);
const seeds = fc.integer({ min: 0, max: 2 ** 31 });

/** The eight equations with the ninth number set to 1, solved by Gauss's elimination with pivots. */
function solved(pairs: PointPairs): number[] {
  const rows: number[][] = [];
  for (let at = 0; at < 16; at += 4) {
    const [x, y, u, v] = [...pairs.subarray(at, at + 4)] as [number, number, number, number];
    rows.push([x, y, 1, 0, 0, 0, -u * x, -u * y, u], [0, 0, 0, x, y, 1, -v * x, -v * y, v]);
  }
  for (let column = 0; column < 8; column++) {
    const pivot = rows.slice(column).reduce((a, b) => (Math.abs(b[column]!) > Math.abs(a[column]!) ? b : a));
    rows.splice(rows.indexOf(pivot), 1);
    rows.splice(column, 0, pivot);
    for (const row of rows) {
      if (row === pivot) continue;
      const factor = row[column]! / pivot[column]!;
      for (let cell = column; cell < 9; cell++) row[cell]! -= factor * pivot[cell]!;
    }
  }
  return [...rows.map((row, index) => row[8]! / row[index]!), 1];
}

/** Sampson's error in square pixels, as Hartley and Zisserman's formula 4.13 has it, with derivatives by differences. */
function sampsonError(h: ArrayLike<number>, pairs: PointPairs): number {
  const residuals = (p: number[]) => {
    const [x, y, u, v] = p as [number, number, number, number];
    const w = h[6]! * x + h[7]! * y + h[8]!;
    return [h[0]! * x + h[1]! * y + h[2]! - u * w, h[3]! * x + h[4]! * y + h[5]! - v * w] as const;
  };
  let sum = 0;
  for (let at = 0; at < pairs.length; at += 4) {
    const point = [...pairs.subarray(at, at + 4)];
    const [a, b] = residuals(point);
    let [aa, ab, bb] = [0, 0, 0];
    for (let cell = 0; cell < 4; cell++) {
      const nudge = 1e-3;
      const up = residuals(point.with(cell, point[cell]! + nudge));
      const down = residuals(point.with(cell, point[cell]! - nudge));
      const [da, db] = [(up[0] - down[0]) / (2 * nudge), (up[1] - down[1]) / (2 * nudge)];
      aa += da * da;
      ab += da * db;
      bb += db * db;
    }
    sum += (a * a * bb - 2 * a * b * ab + b * b * aa) / (aa * bb - ab * ab);
  }
  return sum;
}

/** Walks downhill from `start`, a corner's target at a time, with ever smaller steps. */
function leastSampsonError(start: Homography, pairs: PointPairs): number {
  const corners = [0, 0, width, 0, width, height, 0, height];
  const targets: number[] = [];
  for (let at = 0; at < 8; at += 2) targets.push(...warp(start, corners[at]!, corners[at + 1]!));
  const through = (to: number[]) =>
    solved(
      Float64Array.from(
        { length: 16 },
        (_, cell) => (cell % 4 < 2 ? corners : to)[(cell >> 2) * 2 + (cell % 2)]!,
      ),
    );
  let best = sampsonError(through(targets), pairs);
  for (let step = 1; step > 0.002; step /= 2) {
    for (let moved = true; moved;) {
      moved = false;
      for (let cell = 0; cell < 8; cell++) {
        for (const by of [-step, step]) {
          const error = sampsonError(through(targets.with(cell, targets[cell]! + by)), pairs);
          if (error >= best) continue;
          best = error;
          targets[cell]! += by;
          moved = true;
        }
      }
    }
  }
  return best;
}

describe('apply, invert, compose', () => {
  test('a worked case: x / (1 + x)', () => {
    const h = Float64Array.of(1, 0, 0, 0, 1, 0, 1, 0, 1);
    expect(applyHomography(h, 1, 3)).toEqual([0.5, 1.5]);
    expect(applyHomography(h, -1, 3)).toBeNull();
    expect(applyHomography(h, -2, 3)).toBeNull();
    expect([...invertHomography(h)]).toEqual([1, 0, 0, 0, 1, 0, -1, 0, 1]);
  });

  test('the inverse takes every point back, and the two make the identity', () => {
    fc.assert(
      fc.property(warps, (h) => {
        const back = invertHomography(h);
        expect(distance(composeHomographies(back, h), identity)).toBeLessThan(1e-9);
        const [x, y] = warp(h, 100, 50);
        const [bx, by] = applyHomography(back, x, y)!;
        expect(Math.hypot(bx - 100, by - 50)).toBeLessThan(1e-9);
      }),
    );
  });
});

describe('four pairs', () => {
  test('a worked case: the unit square onto a trapezium', () => {
    const square = Float64Array.of(0, 0, 0, 0, 1, 0, 0.5, 0, 1, 1, 0.5, 0.5, 0, 1, 0, 1);
    const h = homographyOfFour(square, 0, 1, 2, 3, 0)!;
    const expected = [1, 0, 0, 0, 1, 0, 1, 0, 1];
    for (const [cell, value] of expected.entries()) expect(h[cell]! / h[8]!).toBeCloseTo(value, 12);
  });

  test('agree with eight linear equations', () => {
    fc.assert(
      fc.property(warps, seeds, (truth, seed) => {
        const pairs = pairsOf(truth, 4, seededRandom(seed));
        const h = homographyOfFour(pairs, 0, 1, 2, 3, 100);
        fc.pre(h !== null);
        expect(distance(h, truth)).toBeLessThan(1e-5);
        expect(distance(h, solved(pairs))).toBeLessThan(1e-5);
      }),
    );
  });

  test.each([
    ['three on a line', [0, 0, 10, 0, 20, 0, 5, 9], [0, 0, 10, 0, 20, 0, 5, 9]],
    ['three on a line in the other picture', [0, 0, 10, 0, 20, 9, 5, 9], [0, 0, 10, 0, 20, 0, 5, 9]],
    ['two in one place', [0, 0, 0, 0, 20, 0, 5, 9], [0, 0, 10, 0, 20, 0, 5, 9]],
    ['a mirror', [0, 0, 10, 0, 10, 10, 0, 10], [10, 0, 0, 0, 0, 10, 10, 10]],
    ['a square turned inside out', [0, 0, 10, 0, 10, 10, 0, 10], [0, 0, 10, 10, 10, 0, 0, 10]],
  ])('%s gives nothing', (_, from, to) => {
    const pairs = Float64Array.from(
      { length: 16 },
      (__, cell) => (cell % 4 < 2 ? from : to)[(cell >> 2) * 2 + (cell % 2)]!,
    );
    expect(homographyOfFour(pairs, 0, 1, 2, 3, 1e-3)).toBeNull();
  });
});

describe('fit', () => {
  test('exact pairs give the homography back', () => {
    fc.assert(
      fc.property(warps, seeds, fc.integer({ min: 5, max: 60 }), (truth, seed, count) => {
        const pairs = pairsOf(truth, count, seededRandom(seed));
        fc.pre(isPlausible(truth, pairs, allRows(pairs), [10, 10]));
        for (const weightings of [0, 3]) {
          expect(distance(fitHomography(pairs, allRows(pairs), weightings)!, truth)).toBeLessThan(1e-3);
        }
      }),
    );
  });

  test('four pairs agree with the map through them', () => {
    fc.assert(
      fc.property(warps, seeds, (truth, seed) => {
        const pairs = pairsOf(truth, 4, seededRandom(seed));
        const through = homographyOfFour(pairs, 0, 1, 2, 3, 1000);
        fc.pre(through !== null);
        expect(distance(fitHomography(pairs, [2, 0, 3, 1], 0)!, through)).toBeLessThan(1e-3);
      }),
    );
  });

  test('with noise it is as near to the pairs as any homography, which the plain transformation is not', () => {
    let [plain, weighted] = [0, 0];
    fc.assert(
      fc.property(warps, seeds, (truth, seed) => {
        const pairs = pairsOf(truth, 20, seededRandom(seed), { noise: 1 });
        const h = fitHomography(pairs, allRows(pairs), 3)!;
        const error = sampsonError(h, pairs);
        plain += sampsonError(fitHomography(pairs, allRows(pairs), 0)!, pairs);
        weighted += error;
        expect(error).toBeLessThan(1.0005 * leastSampsonError(h, pairs));
      }),
      { numRuns: 20, seed: 1 },
    );
    expect(weighted).toBeLessThan(plain);
  });

  test('a line, one spot, too few, and numbers that are none give nothing', () => {
    const line = Float64Array.from({ length: 40 }, (_, cell) => (cell >> 2) * 10);
    expect(fitHomography(line, allRows(line), 3)).toBeNull();
    const spot = new Float64Array(40).fill(7);
    expect(fitHomography(spot, allRows(spot), 3)).toBeNull();
    expect(fitHomography(pairsOf(identity, 3, seededRandom(1)), [0, 1, 2], 0)).toBeNull();
    const broken = pairsOf(identity, 9, seededRandom(1));
    broken[5] = Number.NaN;
    expect(fitHomography(broken, allRows(broken), 0)).toBeNull();
  });

  test('only the named rows count', () => {
    const pairs = pairsOf(identity, 20, seededRandom(2), { outliers: 10 });
    expect(distance(fitHomography(pairs, allRows(pairs).slice(10), 3)!, identity)).toBeLessThan(1e-6);
  });
});

describe('plausible', () => {
  const plausible = (h: number[], pairs = pairsOf(Float64Array.from(h), 20, seededRandom(3))) =>
    isPlausible(Float64Array.from(h), pairs, allRows(pairs), [4, 4]);

  test.each([
    ['the same picture', [1, 0, 0, 0, 1, 0, 0, 0, 1], true],
    ['nine times as large', [9, 0, 0, 0, 9, 0, 0, 0, 1], true],
    ['eleven times as large', [11, 0, 0, 0, 11, 0, 0, 0, 1], false],
    ['an eleventh', [1 / 11, 0, 0, 0, 1 / 11, 0, 0, 0, 1], false],
    ['seven times as broad', [3.5, 0, 0, 0, 0.5, 0, 0, 0, 1], true],
    ['nine times as broad', [4.5, 0, 0, 0, 0.5, 0, 0, 0, 1], false],
    ['nine times as broad across', [2.5, 2, 0, 2, 2.5, 0, 0, 0, 1], false],
    ['mirrored', [-1, 0, 640, 0, 1, 0, 0, 0, 1], false],
    ['a horizon through the picture', [1, 0, 0, 0, 1, 0, -1 / 300, 0, 1], false],
    ['far too strong a perspective', [1, 0, 0, 0, 1, 0, 0.1, 0, 1], false],
  ])('%s', (_, h, expected) => {
    expect(plausible(h)).toBe(expected);
  });

  test('pairs in one spot or on a line do not tell', () => {
    const spot = pairsOf(identity, 20, seededRandom(4)).map((value) => 300 + value / 100);
    expect(plausible([...identity], spot)).toBe(false);
    const line = pairsOf(identity, 20, seededRandom(4));
    for (let at = 0; at < line.length; at += 4) line.set([line[at]!, line[at]! + 3], at);
    expect(plausible([...identity], line)).toBe(false);
  });
});
