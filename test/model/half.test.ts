import fc from 'fast-check';
import { expect, test } from 'vitest';
import { halfFromSingle, singleFromHalf } from '../../src/model/half.ts';

test('every half-precision number survives the way to single precision and back', () => {
  const changed = Array.from({ length: 0x10000 }, (_, half) => half).filter((half) => {
    const value = singleFromHalf(half);
    return Number.isNaN(value)
      ? !Number.isNaN(singleFromHalf(halfFromSingle(value)))
      : halfFromSingle(value) !== half;
  });
  expect(changed).toEqual([]);
});

test('known values', () => {
  expect([0x3c00, 0xc000, 0x7bff, 0x0400, 0x0001].map(singleFromHalf)).toEqual([
    1,
    -2,
    65504,
    2 ** -14,
    2 ** -24,
  ]);
  // Halfway between two numbers goes to the even one; halfway to infinity is infinite.
  expect([1 + 2 ** -11, 1 + 3 * 2 ** -11, 65519, 65520, 2 ** -25].map(halfFromSingle)).toEqual([
    0x3c00, 0x3c02, 0x7bff, 0x7c00, 0,
  ]);
});

test('rounding picks the nearest half-precision number', () => {
  fc.assert(
    fc.property(fc.float({ min: -65504, max: 65504, noNaN: true }), (value) => {
      const half = halfFromSingle(value);
      const error = Math.abs(singleFromHalf(half) - value);
      // The neighbours in magnitude, but not the bits that stand for infinity.
      for (const other of [half - 1, half + 1]) {
        if ((other & 0x7fff) >= 0x7c00 || (other & 0x8000) !== (half & 0x8000) || other < 0) continue;
        expect(error).toBeLessThanOrEqual(Math.abs(singleFromHalf(other) - value));
      }
    }),
  );
});
