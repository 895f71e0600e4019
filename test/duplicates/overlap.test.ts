import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { invert } from '../../src/duplicates/affine.ts';
import type { Affine } from '../../src/duplicates/affine.ts';
import { areaOf, overlapOf, overlapShares } from '../../src/duplicates/overlap.ts';

/** The share of a grid's points that lie in the other picture, too. */
function countedShare(map: Affine, steps = 200): number {
  const [a, b, c, d, e, f] = map;
  let inside = 0;
  for (let row = 0; row < steps; row++) {
    for (let column = 0; column < steps; column++) {
      const [x, y] = [(column + 0.5) / steps, (row + 0.5) / steps];
      const [u, v] = [a * x + b * y + c, d * x + e * y + f];
      if (u >= 0 && u <= 1 && v >= 0 && v <= 1) inside++;
    }
  }
  return inside / steps ** 2;
}

describe('overlapShares', () => {
  it('is all of a crop, and a part of what it was cut from', () => {
    const [ofA, ofB] = overlapShares([0.5, 0, 0.25, 0, 0.5, 0.1]);
    expect(ofA).toBeCloseTo(1, 12);
    expect(ofB).toBeCloseTo(0.25, 12);
  });

  it('is half of each of two that are shifted by half', () => {
    const [ofA, ofB] = overlapShares([1, 0, 0.5, 0, 1, 0]);
    expect(ofA).toBeCloseTo(0.5, 12);
    expect(ofB).toBeCloseTo(0.5, 12);
  });

  it('is nothing of two that do not meet', () => {
    expect(overlapShares([1, 0, 2, 0, 1, 0])).toEqual([0, 0]);
  });

  it('is what counting points gives, whatever the map', () => {
    const number = (limit: number) => fc.double({ min: -limit, max: limit, noNaN: true });
    const maps = fc
      .tuple(number(2), number(2), number(1), number(2), number(2), number(1))
      .filter(([a, b, , d, e]) => Math.abs(a * e - b * d) > 0.1);
    fc.assert(
      fc.property(maps, (map) => {
        const [ofA, ofB] = overlapShares(map);
        expect(Math.abs(ofA - countedShare(map))).toBeLessThan(0.02);
        expect(Math.abs(ofB - countedShare(invert(map)!))).toBeLessThan(0.02);
      }),
      { numRuns: 40 },
    );
  });
});

describe('overlapOf', () => {
  it('is the octagon of a square laid over its picture turned by 45 degrees', () => {
    const half = Math.SQRT1_2;
    const turned: Affine = [half, -half, 0.5, half, half, 0.5 - half];
    const corners = overlapOf(turned);
    expect(corners).toHaveLength(8);
    expect(areaOf(corners)).toBeCloseTo(2 * (Math.SQRT2 - 1), 9);
  });
});
