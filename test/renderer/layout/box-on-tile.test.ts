import fc from 'fast-check';
import { expect, test } from 'vitest';
import { boxOnTile } from '../../../renderer/layout/box-on-tile.ts';
import type { Box } from '../../../src/api-search.ts';

const fraction = fc.double({ min: 0, max: 1, noNaN: true });
const boxes = fc
  .tuple(fraction, fraction, fraction, fraction)
  .map(([a, b, c, d]): Box => [Math.min(a, b), Math.min(c, d), Math.abs(a - b), Math.abs(c - d)]);
const aspects = fc.double({ min: 0.2, max: 6, noNaN: true });

test('the worked case: a panorama of 4 to 1 on a tile of 2 to 1 shows its middle half', () => {
  expect(boxOnTile([0.25, 0.1, 0.5, 0.8], 4, 2)).toEqual([0, 0.1, 1, expect.closeTo(0.8)]);
  expect(boxOnTile([0.5, 0, 0.5, 1], 4, 2)).toEqual([0.5, 0, 0.5, 1]);
  expect(boxOnTile([0, 0, 0.2, 1], 4, 2), 'all of it is cut off').toBeNull();
  expect(boxOnTile([0, 0.25, 1, 0.25], 0.5, 1), 'a tall photo is cut at its top and foot').toEqual([
    0, 0, 1, 0.5,
  ]);
});

test('a photo that is not cut keeps its box', () => {
  fc.assert(
    fc.property(boxes, aspects, (box, aspect) => {
      fc.pre(box[2] > 1e-6 && box[3] > 1e-6);
      const shown = boxOnTile(box, aspect, aspect);
      for (const side of [0, 1, 2, 3] as const) expect(shown?.[side]).toBeCloseTo(box[side], 9);
    }),
  );
});

test('what shows lies on the tile, where the pixels of the photo do', () => {
  fc.assert(
    fc.property(boxes, aspects, aspects, (box, aspect, tileAspect) => {
      const shown = boxOnTile(box, aspect, tileAspect);
      if (!shown) return;
      // A tile of height 1: the photo covers it and is moved to its middle.
      const scale = Math.max(1, tileAspect / aspect);
      const [photoWidth, photoHeight] = [aspect * scale, scale];
      const toTile = (x: number, y: number) => [
        (x * photoWidth - (photoWidth - tileAspect) / 2) / tileAspect,
        y * photoHeight - (photoHeight - 1) / 2,
      ];
      const [left = 0, top = 0] = toTile(box[0], box[1]);
      const [right = 0, bottom = 0] = toTile(box[0] + box[2], box[1] + box[3]);
      expect(shown[0]).toBeCloseTo(Math.max(0, left), 9);
      expect(shown[1]).toBeCloseTo(Math.max(0, top), 9);
      expect(shown[0] + shown[2]).toBeCloseTo(Math.min(1, right), 9);
      expect(shown[1] + shown[3]).toBeCloseTo(Math.min(1, bottom), 9);
    }),
  );
});

test('photos and tiles without a size show nothing', () => {
  expect(boxOnTile([0, 0, 1, 1], 0, 1)).toBeNull();
  expect(boxOnTile([0, 0, 1, 1], Number.NaN, 1)).toBeNull();
  expect(boxOnTile([0, 0, 1, 1], 1, 0)).toBeNull();
});
