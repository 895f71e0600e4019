import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { refine, seenThrough } from '../../src/duplicates/align.ts';
import type { Affine } from '../../src/duplicates/affine.ts';
import { landscape, pictureOf } from './drawn-pictures.ts';

const size = { width: 60, height: 45 };
const identity: Affine = [1, 0, 0, 0, 1, 0];

/** How far, in pixels, two maps put the corners of the grid apart at most. */
function apart(one: Affine, other: Affine): number {
  const at = ([a, b, c, d, e, f]: Affine, x: number, y: number) =>
    [a * x + b * y + c, d * x + e * y + f] as const;
  return Math.max(
    ...[0, size.width].flatMap((x) =>
      [0, size.height].map((y) => {
        const [[u, v], [s, t]] = [at(one, x, y), at(other, x, y)];
        return Math.hypot(u - s, v - t);
      }),
    ),
  );
}

describe('seenThrough', () => {
  it('is the picture itself through identity', () => {
    const picture = pictureOf(landscape(1), size.width, size.height);
    expect([...seenThrough(picture, identity, size).data]).toEqual([...picture.data]);
  });

  it('is nothing beyond the edge', () => {
    const picture = { data: Float32Array.of(1, 2, 3, 4), width: 2, height: 2 };
    const seen = seenThrough(picture, [1, 0, 1, 0, 1, 0], { width: 2, height: 1 });
    expect([...seen.data]).toEqual([2, Number.NaN]);
  });
});

describe('refine', () => {
  const shifts = fc.double({ min: -1.2, max: 1.2, noNaN: true });
  const parts = fc.double({ min: -0.03, max: 0.03, noNaN: true });
  const errors = fc
    .tuple(parts, parts, shifts, parts, parts, shifts)
    .map(([a, b, c, d, e, f]): Affine => [1 + a, b, c, d, 1 + e, f]);
  const tones = fc.record({
    gain: fc.double({ min: 0.5, max: 1.8, noNaN: true }),
    offset: fc.double({ min: -40, max: 40, noNaN: true }),
  });

  it('finds the map from one that is near, whatever brightness and contrast are', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 500 }), errors, tones, (seed, error, { gain, offset }) => {
        const land = landscape(seed);
        const picture = pictureOf(land, size.width, size.height);
        const fixed = { ...picture, data: picture.data.map((value) => gain * value + offset) };
        expect(apart(refine(fixed, picture, error, 20), identity)).toBeLessThan(0.08);
      }),
      { numRuns: 40 },
    );
  });

  it('is not led astray by what was put over a part', () => {
    const picture = pictureOf(landscape(5), size.width, size.height);
    const covered = picture.data.map((value, at) => (Math.floor(at / size.width) < 9 ? 255 : value));
    const found = refine({ ...picture, data: covered }, picture, [1.01, 0, 0.8, 0, 0.99, -0.6], 20);
    expect(apart(found, identity)).toBeLessThan(0.1);
  });

  it('stays where it is on a picture without contrast', () => {
    const flat = { data: new Float32Array(size.width * size.height).fill(90), ...size };
    const start: Affine = [1, 0, 2, 0, 1, 1];
    expect(apart(refine(flat, flat, start, 5), start)).toBeLessThan(1e-6);
  });
});
