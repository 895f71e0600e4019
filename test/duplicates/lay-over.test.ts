import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asHomography, invert } from '../../src/duplicates/affine.ts';
import type { Affine } from '../../src/duplicates/affine.ts';
import { layOver, seenTogether } from '../../src/duplicates/lay-over.ts';
import { orientationMap, orientations } from '../../src/duplicates/orientation.ts';
import { pyramidOf } from '../../src/duplicates/plane.ts';
import type { Pyramid } from '../../src/duplicates/plane.ts';
import { applyHomography } from '../../src/local-features/homography.ts';
import { landscape, pictureOf } from './drawn-pictures.ts';

const picture = (seed: number, width: number, height: number, map?: Affine): Pyramid =>
  pyramidOf(pictureOf(landscape(seed), width, height, map));

/** How far apart two maps take the corners, as a share of the side. */
function apart(one: Affine, other: Affine): number {
  const at = (map: Affine, x: number, y: number) => applyHomography(asHomography(map), x, y)!;
  return Math.max(
    ...[0, 1].flatMap((x) =>
      [0, 1].map((y) => {
        const [[u, v], [s, t]] = [at(one, x, y), at(other, x, y)];
        return Math.hypot(u - s, v - t);
      }),
    ),
  );
}

describe('layOver', () => {
  it('lays a part, of another size, over the whole', () => {
    const number = (min: number, max: number) => fc.double({ min, max, noNaN: true });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 200 }),
        number(0.55, 0.9),
        number(0, 1),
        number(0, 1),
        number(-0.01, 0.01),
        (seed, share, across, down, error) => {
          const map: Affine = [share, 0, across * (1 - share), 0, share, down * (1 - share)];
          const [part, whole] = [picture(seed, 200, 150, map), picture(seed, 400, 300)];
          const rough: Affine = [share + error, 0, map[2] - error, 0, share - error, map[5] + error];
          const fit = layOver(part, whole, rough)!;
          expect(apart(fit.map, map)).toBeLessThan(0.004);
          expect(fit.agreement.share).toBeGreaterThan(0.95);
          expect(fit.overlapA).toBeGreaterThan(0.99);
          expect(Math.abs(fit.overlapB - share ** 2)).toBeLessThan(0.02);
          // The other way round, the same.
          const back = layOver(whole, part, invert(rough)!)!;
          expect(apart(back.map, invert(map)!)).toBeLessThan(0.01);
          expect(back.overlapA).toBeCloseTo(fit.overlapB, 1);
        },
      ),
      { numRuns: 25 },
    );
  });

  it('takes no stretched map, and none of two that hardly meet', () => {
    const [a, b] = [picture(1, 200, 150), picture(1, 200, 150)];
    expect(layOver(a, b, [1, 0, 0, 0, 0.6, 0.2])).toBeNull();
    expect(layOver(a, b, [1, 0, 0.7, 0, 1, 0])).toBeNull();
    expect(layOver(a, b, [0, 0, 0, 0, 0, 0])).toBeNull();
  });

  it('finds that two other pictures do not agree', () => {
    const fit = layOver(picture(1, 200, 150), picture(9, 200, 150), [1, 0, 0, 0, 1, 0]);
    expect(fit?.agreement.share ?? 0).toBeLessThan(0.4);
  });
});

describe('seenTogether', () => {
  it('sees the same in both, in each orientation', () => {
    for (const orientation of orientations) {
      const map = [...orientationMap(orientation).subarray(0, 6)] as unknown as Affine;
      const back = invert(map)!;
      const [a, b] = [picture(3, 240, 160), picture(3, 160, 160, back)];
      const seen = seenTogether(a, b, map, 60)!;
      const difference = seen.a.data.map((value, at) => Math.abs(value - seen.b.data[at]!));
      expect(difference.reduce((sum, value) => sum + value, 0) / difference.length).toBeLessThan(3);
    }
  });
});
