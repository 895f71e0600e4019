import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dot, l2Normalise, sumOfRows } from '../../src/descriptor/vectors.ts';

const vector = fc.float32Array({ min: -1000, max: 1000, noNaN: true, minLength: 1, maxLength: 40 });

describe('l2Normalise', () => {
  it('gives 3, 4 the length 1, in place', () => {
    const given = Float32Array.of(3, 4);
    expect(l2Normalise(given)).toBe(given);
    expect(given[0]).toBeCloseTo(0.6, 6);
    expect(given[1]).toBeCloseTo(0.8, 6);
  });

  it('leaves zeros zero', () => {
    expect(l2Normalise(new Float32Array(3))).toEqual(new Float32Array(3));
  });

  it('keeps the direction of any vector that is not tiny', () => {
    fc.assert(
      fc.property(vector, (given) => {
        const length = Math.hypot(...given);
        fc.pre(length > 1e-3);
        const unit = l2Normalise(given.slice());
        for (const [index, value] of given.entries()) expect(unit[index]).toBeCloseTo(value / length, 5);
        expect(Math.hypot(...unit)).toBeCloseTo(1, 5);
      }),
    );
  });
});

describe('dot', () => {
  it('is 32 for 1, 2, 3 and 4, 5, 6', () => {
    expect(dot(Float32Array.of(1, 2, 3), Float32Array.of(4, 5, 6))).toBe(32);
  });

  it('is the cosine of the angle between vectors of length 1', () => {
    const at = (angle: number) => Float32Array.of(Math.cos(angle), Math.sin(angle));
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 6.3, noNaN: true }),
        fc.double({ min: 0, max: 6.3, noNaN: true }),
        (a, b) => {
          expect(dot(at(a), at(b))).toBeCloseTo(Math.cos(a - b), 5);
        },
      ),
    );
  });
});

describe('sumOfRows', () => {
  it('adds rows and gives the sum the length 1', () => {
    const sum = sumOfRows(Float32Array.of(1, 0, 1, 3, 4, 1), 3);
    const length = Math.hypot(4, 4, 2);
    expect([...sum].map((value) => +value.toFixed(6))).toEqual(
      [4 / length, 4 / length, 2 / length].map((value) => +value.toFixed(6)),
    );
  });

  it('gives zeros for rows that cancel each other, and for no rows', () => {
    expect(sumOfRows(Float32Array.of(1, -2, -1, 2), 2)).toEqual(new Float32Array(2));
    expect(sumOfRows(new Float32Array(0), 2)).toEqual(new Float32Array(2));
  });
});
