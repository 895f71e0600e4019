import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pyramidOf } from '../../src/duplicates/plane.ts';
import type { Plane } from '../../src/duplicates/plane.ts';
import { findOnPage } from '../../src/duplicates/template.ts';
import { landscape, pictureOf } from './drawn-pictures.ts';

const page = { width: 320, height: 200 };

/** A picture at a place on an even page. */
function pageWith(seed: number, left: number, top: number, width: number, height: number): Plane {
  const shown = pictureOf(landscape(seed), width, height);
  const data = new Float32Array(page.width * page.height).fill(240);
  for (let y = 0; y < height; y++) {
    data.set(shown.data.subarray(y * width, (y + 1) * width), (top + y) * page.width + left);
  }
  return { data, ...page };
}

describe('findOnPage', () => {
  it('finds the picture, wherever it is and however large', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 99 }),
        fc.double({ min: 0.3, max: 0.95, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (seed, size, across, down) => {
          const [width, height] = [Math.round(266 * size), Math.round(200 * size)];
          const [left, top] = [
            Math.floor(across * (page.width - width)),
            Math.floor(down * (page.height - height)),
          ];
          const found = findOnPage(
            pyramidOf(pictureOf(landscape(seed), 400, 300)),
            pyramidOf(pageWith(seed, left, top, width, height)),
          )!;
          expect(found.correlation).toBeGreaterThan(0.7);
          const [a, , c, , e, f] = found.map;
          for (const [actual, wanted] of [
            [a, width / page.width],
            [c, left / page.width],
            [e, height / page.height],
            [f, top / page.height],
          ] as const) {
            expect(Math.abs(actual - wanted)).toBeLessThan(0.1);
          }
        },
      ),
      { numRuns: 25 },
    );
  });

  it('finds another picture less surely', () => {
    const found = findOnPage(
      pyramidOf(pictureOf(landscape(2), 400, 300)),
      pyramidOf(pageWith(1, 40, 30, 200, 150)),
    );
    expect(found?.correlation ?? 0).toBeLessThan(0.6);
  });

  it('finds nothing on an empty page, and no picture without contrast', () => {
    const empty = pyramidOf({ data: new Float32Array(page.width * page.height).fill(250), ...page });
    expect(findOnPage(pyramidOf(pictureOf(landscape(1), 400, 300)), empty)).toBeNull();
    expect(findOnPage(empty, pyramidOf(pageWith(1, 40, 30, 200, 150)))).toBeNull();
  });
});
