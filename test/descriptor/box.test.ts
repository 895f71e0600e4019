import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { boxOf, cellsOf, describeBox, isBox } from '../../src/descriptor/box.ts';
import type { Box } from '../../src/descriptor/box.ts';
import { AkinError } from '../../src/errors.ts';
import { referenceMaxima } from './reference.ts';

const map = { width: 16, height: 12 };
const side = fc.integer({ min: 1, max: 60 });

/** Any four numbers that a hand or a file may bring. */
const anyBox = fc.tuple(fc.double(), fc.double(), fc.double(), fc.double()) as fc.Arbitrary<Box>;

/** Boxes that lie in the photo, at least in part. */
const goodBox = fc
  .tuple(
    fc.double({ min: -0.5, max: 0.999, noNaN: true }),
    fc.double({ min: -0.5, max: 0.999, noNaN: true }),
    fc.double({ min: 0.001, max: 1.5, noNaN: true }),
    fc.double({ min: 0.001, max: 1.5, noNaN: true }),
  )
  .filter(isBox) as fc.Arbitrary<Box>;

describe('isBox', () => {
  test.each<[string, Box, boolean]>([
    ['the whole photo', [0, 0, 1, 1], true],
    ['a part of it', [0.25, 0.5, 0.25, 0.1], true],
    ['a pixel of a large photo', [0.5, 0.5, 1 / 40_000, 1 / 30_000], true],
    ['a part that reaches beyond', [0.9, 0.9, 0.5, 0.5], true],
    ['more than the photo', [-1, -1, 3, 3], true],
    ['no width', [0.5, 0.5, 0, 0.5], false],
    ['no height', [0.5, 0.5, 0.5, 0], false],
    ['a negative width', [0.5, 0.5, -0.2, 0.5], false],
    ['beside the photo', [1, 0, 0.5, 1], false],
    ['above the photo', [0, -0.5, 1, 0.5], false],
    ['no number', [NaN, 0, 1, 1], false],
    ['no end', [0, 0, Infinity, 1], false],
  ])('%s: %j is %s', (_, box, wanted) => {
    expect(isBox(box)).toBe(wanted);
  });
});

describe('cellsOf', () => {
  test.each<[string, Box, [number, number, number, number]]>([
    ['the whole photo', [0, 0, 1, 1], [0, 0, 16, 12]],
    ['edges of cells', [0.25, 0.5, 0.5, 0.25], [4, 6, 8, 3]],
    ['edges near those of cells', [0.26, 0.49, 0.5, 0.25], [4, 6, 8, 3]],
    ['what reaches beyond', [0.75, -1, 5, 1.5], [12, 0, 4, 6]],
    ['a pixel', [0.5, 0.5, 0.001, 0.001], [8, 6, 1, 1]],
    ['a pixel in the last corner', [0.9999, 0.9999, 0.0001, 0.0001], [15, 11, 1, 1]],
    ['a thin line', [0, 0.46, 1, 0.001], [0, 5, 16, 1]],
    ['less than a cell across an edge', [0.24, 0.4, 0.02, 0.2], [4, 5, 1, 2]],
  ])('%s', (_, box, [x, y, width, height]) => {
    expect(cellsOf(box, map)).toEqual({ x, y, width, height });
  });

  it('gives at least one cell within the map, for whatever holds something of the photo', () => {
    fc.assert(
      fc.property(goodBox, side, side, (box, width, height) => {
        const region = cellsOf(box, { width, height });
        expect(Math.min(region.width, region.height)).toBeGreaterThanOrEqual(1);
        expect(Math.min(region.x, region.y)).toBeGreaterThanOrEqual(0);
        expect(region.x + region.width).toBeLessThanOrEqual(width);
        expect(region.y + region.height).toBeLessThanOrEqual(height);
        expect(Object.values(region).every(Number.isInteger)).toBe(true);
      }),
    );
  });

  it('refuses what holds nothing of the photo, and nothing else', () => {
    fc.assert(
      fc.property(anyBox, (box) => {
        if (isBox(box)) {
          cellsOf(box, map);
          return;
        }
        expect(() => cellsOf(box, map)).toThrow(expect.objectContaining({ code: 'box-empty' }) as AkinError);
      }),
    );
  });

  it('gives the cells of a region back', () => {
    fc.assert(
      fc.property(side, side, fc.nat(), fc.nat(), fc.nat(), fc.nat(), (width, height, a, b, c, d) => {
        const [x, y] = [a % width, b % height];
        const region = { x, y, width: 1 + (c % (width - x)), height: 1 + (d % (height - y)) };
        expect(cellsOf(boxOf(region, { width, height }), { width, height })).toEqual(region);
      }),
    );
  });
});

describe('describeBox', () => {
  it('hands the maxima of the cells, and of no others, to the head', async () => {
    const data = Float32Array.from({ length: 3 * 16 * 12 }, (_, index) => (index * 7919) % 101);
    const feature = { ...map, channels: 3, data };
    const given: number[][] = [];
    const vector = await describeBox(feature, [0.25, 0.5, 0.5, 0.25], (maxima) => {
      given.push([...maxima]);
      return Promise.resolve(Float32Array.of(0.6, 0.8));
    });
    expect(given).toEqual([referenceMaxima(feature, { left: 4, top: 6, right: 12, bottom: 9 })]);
    expect([...vector]).toEqual([...Float32Array.of(0.6, 0.8)]);
  });

  it('refuses an empty box', async () => {
    const feature = { width: 1, height: 1, channels: 1, data: Float32Array.of(1) };
    await expect(
      describeBox(feature, [0.5, 0.5, 0, 0], () => Promise.reject(new Error('not reached'))),
    ).rejects.toMatchObject({ code: 'box-empty', details: { box: '0.5, 0.5, 0, 0' } });
  });
});
