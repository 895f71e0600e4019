import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  asAffine,
  asHomography,
  compose,
  fitAffine,
  inFractions,
  inPixels,
  invert,
  shapeOf,
} from '../../src/duplicates/affine.ts';
import type { Affine } from '../../src/duplicates/affine.ts';
import { applyHomography, composeHomographies } from '../../src/local-features/homography.ts';

const number = (limit: number) => fc.double({ min: -limit, max: limit, noNaN: true });
const affines = fc
  .tuple(number(3), number(3), number(50), number(3), number(3), number(50))
  .filter(([a, b, , d, e]) => Math.abs(a * e - b * d) > 0.05);
const size = fc.record({ width: fc.integer({ min: 1, max: 500 }), height: fc.integer({ min: 1, max: 500 }) });

function map([a, b, c, d, e, f]: Affine, x: number, y: number): [number, number] {
  return [a * x + b * y + c, d * x + e * y + f];
}

function expectClose(actual: readonly number[], wanted: readonly number[], tolerance = 1e-6): void {
  expect(actual.length).toBe(wanted.length);
  for (const [at, value] of wanted.entries()) {
    expect(Math.abs(actual[at]! - value)).toBeLessThanOrEqual(tolerance * (1 + Math.abs(value)));
  }
}

describe('affine maps', () => {
  it('compose as homographies do', () => {
    fc.assert(
      fc.property(affines, affines, (outer, inner) => {
        const wanted = composeHomographies(asHomography(outer), asHomography(inner));
        expectClose(compose(outer, inner), asAffine(wanted));
      }),
    );
  });

  it('lead back by their inverse', () => {
    fc.assert(
      fc.property(affines, number(10), number(10), (affine, x, y) => {
        expectClose(map(invert(affine)!, ...map(affine, x, y)), [x, y], 1e-5);
      }),
    );
    expect(invert([1, 2, 0, 2, 4, 0])).toBeNull();
  });

  it('are the same in pixels and in fractions', () => {
    fc.assert(
      fc.property(affines, size, size, number(1), number(1), (affine, from, to, x, y) => {
        const [u, v] = applyHomography(asHomography(affine), x, y)!;
        const pixels = inPixels(affine, from, to);
        expectClose(map(pixels, x * from.width, y * from.height), [u * to.width, v * to.height]);
        expectClose(inFractions(pixels, from, to), affine);
      }),
    );
  });
});

describe('shapeOf', () => {
  it('tells by how much lengths grow and by how many degrees a picture is turned', () => {
    const [cosine, sine] = [2 * Math.cos(Math.PI / 6), 2 * Math.sin(Math.PI / 6)];
    const turned = shapeOf([cosine, -sine, 5, sine, cosine, -3]);
    expectClose([turned.largest, turned.smallest, turned.degrees], [2, 2, 30]);
    const stretched = shapeOf([3, 0, 0, 0, 0.5, 0]);
    expectClose([stretched.largest, stretched.smallest, stretched.degrees], [3, 0.5, 0]);
  });

  it('undoes mirroring upside down first', () => {
    const turned = shapeOf([0, -1, 0, -1, 0, 0]);
    expectClose([turned.largest, turned.smallest, Math.abs(turned.degrees)], [1, 1, 90]);
    expectClose([shapeOf([1, 0, 0, 0, -1, 0]).degrees], [0]);
  });

  it('has the singular values as its factors: no direction is enlarged by more or less', () => {
    fc.assert(
      fc.property(affines, number(Math.PI), (affine, angle) => {
        const { largest, smallest } = shapeOf(affine);
        const [a, b, , d, e] = affine;
        const [x, y] = [Math.cos(angle), Math.sin(angle)];
        const length = Math.hypot(a * x + b * y, d * x + e * y);
        expect(length).toBeLessThanOrEqual(largest + 1e-9);
        expect(length).toBeGreaterThanOrEqual(smallest - 1e-9);
        expectClose([largest * smallest], [Math.abs(a * e - b * d)]);
      }),
    );
  });
});

describe('fitAffine', () => {
  it('finds the map that made the points', () => {
    fc.assert(
      fc.property(
        affines,
        fc.array(fc.tuple(number(20), number(20)), { minLength: 3, maxLength: 9 }),
        (affine, some) => {
          const points = [...some, [0, 0], [7, 1], [2, 9]] as [number, number][];
          const pairs = points.flatMap(([x, y]) => [x, y, ...map(affine, x, y)]);
          expectClose(fitAffine(pairs)!, affine, 1e-5);
        },
      ),
    );
  });

  it('has no smaller sum of squares beside it', () => {
    const pairs = [0, 0, 1, 1, 4, 0, 5, 0, 0, 3, 1.5, 4, 4, 3, 4, 4, 2, 1, 3, 2.5];
    const best = fitAffine(pairs)!;
    const loss = (affine: Affine): number => {
      let sum = 0;
      for (let at = 0; at < pairs.length; at += 4) {
        const [u, v] = map(affine, pairs[at]!, pairs[at + 1]!);
        sum += (u - pairs[at + 2]!) ** 2 + (v - pairs[at + 3]!) ** 2;
      }
      return sum;
    };
    for (let index = 0; index < 6; index++) {
      for (const step of [-1e-3, 1e-3]) {
        const moved = best.map((value, at) => (at === index ? value + step : value)) as unknown as Affine;
        expect(loss(moved)).toBeGreaterThan(loss(best));
      }
    }
  });

  it('finds none for points on one line', () => {
    expect(fitAffine([0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3])).toBeNull();
  });
});
