import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { averaged, linePath, roundTicks, thinned } from '../../../renderer/layout/chart.ts';

function curve(values: readonly number[]) {
  return values.map((y, x) => ({ x, y }));
}

const values = fc.array(fc.double({ min: -10, max: 10, noNaN: true }), { minLength: 1, maxLength: 500 });

describe('thinned', () => {
  test('leaves short curves alone', () => {
    expect(thinned(curve([3, 1, 2]), 4)).toEqual(curve([3, 1, 2]));
  });

  test('keeps the lowest and the highest of each stretch, in their order, and the last', () => {
    const points = curve([5, 1, 9, 4, 2, 2, 2, 8, 3]);
    expect(thinned(points, 8).map(({ x }) => x)).toEqual([1, 2, 4, 7, 8]);
  });

  test('is no longer than it may be, in order, and loses neither the extremes nor the end', () => {
    fc.assert(
      fc.property(values, fc.integer({ min: 4, max: 64 }), (all, limit) => {
        const points = curve(all);
        const kept = thinned(points, limit);
        expect(kept.length).toBeLessThanOrEqual(limit);
        expect(kept.map(({ x }) => x)).toEqual([...new Set(kept.map(({ x }) => x))].sort((a, b) => a - b));
        expect(points).toEqual(expect.arrayContaining(kept));
        expect(Math.max(...kept.map(({ y }) => y))).toBe(Math.max(...all));
        expect(Math.min(...kept.map(({ y }) => y))).toBe(Math.min(...all));
        expect(kept.at(-1)).toBe(points.at(-1));
      }),
    );
  });

  test('what is drawn stays where it is as points are added, until stretches double', () => {
    const all = curve(Array.from({ length: 100 }, (_, x) => Math.sin(x * 1.7)));
    // 65 to 72 points in 20: stretches of 8 throughout.
    const early = thinned(all.slice(0, 65), 20);
    const later = thinned(all.slice(0, 72), 20);
    expect(later.slice(0, early.length - 1)).toEqual(early.slice(0, -1));
  });
});

describe('averaged', () => {
  test('by hand: what came before counts half', () => {
    // (4), (1 x 4 + 2 x 1) / 3, (1 x 4 + 2 x 1 + 4 x 7) / 7
    expect(averaged([4, 1, 7], 0.5)).toEqual([4, 2, expect.closeTo(34 / 7, 12)]);
  });

  test('stays between the extremes, and leaves what is constant', () => {
    fc.assert(
      fc.property(values, fc.double({ min: 0, max: 0.99, noNaN: true }), (all, weight) => {
        let [low, high] = [Infinity, -Infinity];
        averaged(all, weight).forEach((value, place) => {
          low = Math.min(low, all[place]!);
          high = Math.max(high, all[place]!);
          expect(value).toBeGreaterThanOrEqual(low - 1e-9);
          expect(value).toBeLessThanOrEqual(high + 1e-9);
        });
      }),
    );
  });
});

describe('roundTicks', () => {
  test.each([
    [1.3, 4, [0, 0.5, 1, 1.5]],
    [100, 4, [0, 50, 100]],
    [100, 5, [0, 20, 40, 60, 80, 100]],
    [0.3, 3, [0, 0.1, 0.2, 0.3]],
    [7, 2, [0, 5, 10]],
    [3, 1, [0, 5]],
    [0, 2, [0, 0.5, 1]],
    [Number.NaN, 2, [0, 0.5, 1]],
  ])('%d in about %d', (highest, wanted, ticks) => {
    expect(roundTicks(highest, wanted)).toEqual(ticks);
  });

  test('cover what they are for, with about as many as wanted', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1e-6, max: 1e6, noNaN: true }),
        fc.integer({ min: 1, max: 10 }),
        (highest, wanted) => {
          const ticks = roundTicks(highest, wanted);
          expect(ticks[0]).toBe(0);
          expect(ticks.at(-1)).toBeGreaterThanOrEqual(highest * (1 - 1e-8));
          expect(ticks.at(-2)).toBeLessThan(highest);
          expect(ticks.length - 1).toBeLessThanOrEqual(wanted);
          expect(ticks.length - 1).toBeGreaterThanOrEqual(Math.floor(wanted / 2.5));
        },
      ),
    );
  });
});

test('a line goes through its points, rounded, and gaps lift the pen', () => {
  const points = [
    { x: 0, y: 1 },
    { x: 1, y: 0.333 },
    { x: 2, y: null },
    { x: 3, y: 0 },
    { x: 4, y: 1 },
  ];
  const path = linePath(
    points,
    (x) => 10 * x,
    (y) => 100 - 100 * y,
  );
  expect(path).toBe('M0 0L10 66.7M30 100L40 0');
  expect(linePath([], Number, Number)).toBe('');
});
