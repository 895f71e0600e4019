import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  boxBetween,
  boxInMiddle,
  boxInView,
  handles,
  moveBox,
  placeBeside,
  pointOnPicture,
  resizeBox,
  stepOf,
} from '../../../renderer/layout/box-drawing.ts';
import { clampPlacement, fitScale, zoomAt } from '../../../renderer/layout/zoom.ts';
import type { Size } from '../../../renderer/layout/zoom.ts';
import { boxSchema } from '../../../src/api-search.ts';
import type { Box } from '../../../src/api-search.ts';

const sizes = fc.record({
  width: fc.integer({ min: 1, max: 20_000 }),
  height: fc.integer({ min: 1, max: 20_000 }),
});
const views = fc.record({
  width: fc.integer({ min: 50, max: 4000 }),
  height: fc.integer({ min: 50, max: 3000 }),
});
const coordinate = fc.double({ min: -3, max: 3, noNaN: true });
const points = fc.record({ x: coordinate, y: coordinate });
const drawn = fc
  .tuple(points, points, sizes)
  .map(([one, other, picture]) => ({ box: boxBetween(one, other, picture), picture }));
const placed = fc
  .tuple(sizes, views, fc.double({ min: 0.01, max: 20, noNaN: true }), points)
  .map(([picture, view, scale, { x, y }]) => ({
    picture,
    view,
    placement: clampPlacement({ scale, x: x * 1000, y: y * 1000 }, picture, view),
  }));

/** What the engine takes, no less than a pixel, and nothing of it beyond the photo. */
function expectSound(box: Box, picture: Size): void {
  expect(boxSchema.safeParse(box).success).toBe(true);
  const [x, y, width, height] = box;
  expect(x + width).toBeLessThanOrEqual(1);
  expect(y + height).toBeLessThanOrEqual(1);
  expect(width * picture.width).toBeGreaterThan(1 - 1e-9);
  expect(height * picture.height).toBeGreaterThan(1 - 1e-9);
}

describe('a drawn box', () => {
  test('lies between its corners, whichever comes first', () => {
    const picture = { width: 400, height: 200 };
    const box = [0.25, 0.5, 0.5, 0.25];
    const [one, other] = [
      { x: 0.25, y: 0.5 },
      { x: 0.75, y: 0.75 },
    ];
    expect(boxBetween(one, other, picture)).toEqual(box);
    expect(boxBetween(other, one, picture)).toEqual(box);
    expect(boxBetween({ x: 0.75, y: 0.5 }, { x: 0.25, y: 0.75 }, picture)).toEqual(box);
  });

  test('ends where the photo ends', () => {
    expect(boxBetween({ x: -1, y: 0.5 }, { x: 0.5, y: 7 }, { width: 10, height: 10 })).toEqual([
      0, 0.5, 0.5, 0.5,
    ]);
  });

  test('is at least a pixel, also in the last corner and outside', () => {
    const picture = { width: 4, height: 8 };
    expect(boxBetween({ x: 1, y: 1 }, { x: 1, y: 1 }, picture)).toEqual([0.75, 0.875, 0.25, 0.125]);
    expect(boxBetween({ x: -1, y: -1 }, { x: -2, y: -1 }, picture)).toEqual([0, 0, 0.25, 0.125]);
  });

  test('is sound whatever is drawn, moved and resized', () => {
    fc.assert(
      fc.property(
        drawn,
        fc.array(fc.record({ handle: fc.option(fc.constantFrom(...handles)), by: points }), { maxLength: 6 }),
        ({ box, picture }, changes) => {
          expectSound(box, picture);
          let changed = box;
          for (const { handle, by } of changes) {
            changed = handle ? resizeBox(changed, handle, by, picture) : moveBox(changed, by);
            expectSound(changed, picture);
          }
        },
      ),
    );
  });
});

test('moving keeps the size, and comes back where there is room', () => {
  expect(moveBox([0.2, 0.2, 0.5, 0.25], { x: 0.1, y: -0.1 })).toEqual([
    expect.closeTo(0.3),
    expect.closeTo(0.1),
    0.5,
    0.25,
  ]);
  expect(moveBox([0.2, 0.2, 0.5, 0.25], { x: 9, y: -9 })).toEqual([0.5, 0, 0.5, 0.25]);
});

describe('resizing', () => {
  const box: Box = [0.25, 0.25, 0.5, 0.5];
  const picture = { width: 100, height: 50 };
  const by = { x: 0.125, y: 0.0625 };

  test.each([
    ['nw', [0.375, 0.3125, 0.375, 0.4375]],
    ['n', [0.25, 0.3125, 0.5, 0.4375]],
    ['ne', [0.25, 0.3125, 0.625, 0.4375]],
    ['e', [0.25, 0.25, 0.625, 0.5]],
    ['se', [0.25, 0.25, 0.625, 0.5625]],
    ['s', [0.25, 0.25, 0.5, 0.5625]],
    ['sw', [0.375, 0.25, 0.375, 0.5625]],
    ['w', [0.375, 0.25, 0.375, 0.5]],
  ] as const)('by the handle %s moves its edges only', (handle, expected) => {
    expect(resizeBox(box, handle, by, picture)).toEqual(expected);
  });

  test('stops a pixel before the opposite edge', () => {
    const [x, y, width, height] = resizeBox(box, 'nw', { x: 2, y: 2 }, picture);
    expect([x + width, y + height]).toEqual([expect.closeTo(0.75), expect.closeTo(0.75)]);
    expect([width, height]).toEqual([expect.closeTo(0.01), expect.closeTo(0.02)]);
  });

  test('the opposite edges stay', () => {
    fc.assert(
      fc.property(drawn, fc.constantFrom(...handles), points, (start, handle, change) => {
        const [x, y, width, height] = resizeBox(start.box, handle, change, start.picture);
        if (handle.includes('w')) expect(x + width).toBeCloseTo(start.box[0] + start.box[2], 9);
        else expect(x).toBe(start.box[0]);
        if (handle.includes('n')) expect(y + height).toBeCloseTo(start.box[1] + start.box[3], 9);
        else expect(y).toBe(start.box[1]);
      }),
    );
  });
});

describe('on screen', () => {
  test('a point and a box of the photo are where the photo is', () => {
    const picture = { width: 1000, height: 500 };
    const view = { width: 600, height: 400 };
    const placement = { scale: 0.5, x: 10, y: -20 };
    expect(pointOnPicture({ x: 10, y: -20 }, placement, picture)).toEqual({ x: 0.5, y: 0.5 });
    expect(pointOnPicture({ x: -240, y: 105 }, placement, picture)).toEqual({ x: 0, y: 1 });
    expect(boxInView([0.5, 0.5, 0.25, 0.5], placement, picture, view)).toEqual({
      left: 310,
      top: 180,
      width: 125,
      height: 125,
    });
  });

  test('what is drawn shows where it was drawn, at any zoom', () => {
    fc.assert(
      fc.property(placed, points, points, ({ picture, view, placement }, one, other) => {
        const pointer = (point: { x: number; y: number }) => ({
          x: (Math.abs(point.x) / 3 - 0.5) * picture.width * placement.scale + placement.x,
          y: (Math.abs(point.y) / 3 - 0.5) * picture.height * placement.scale + placement.y,
        });
        const [a, b] = [pointer(one), pointer(other)];
        const box = boxBetween(
          pointOnPicture(a, placement, picture),
          pointOnPicture(b, placement, picture),
          picture,
        );
        const shown = boxInView(box, placement, picture, view);
        // A pixel of the photo is the least that is drawn.
        expect(Math.abs(shown.left - view.width / 2 - Math.min(a.x, b.x))).toBeLessThan(
          placement.scale * 1.01,
        );
        expect(Math.abs(shown.top - view.height / 2 - Math.min(a.y, b.y))).toBeLessThan(
          placement.scale * 1.01,
        );
        expect(Math.abs(shown.width - Math.abs(a.x - b.x))).toBeLessThan(placement.scale * 1.01);
        expect(Math.abs(shown.height - Math.abs(a.y - b.y))).toBeLessThan(placement.scale * 1.01);
      }),
    );
  });

  test('a new box is half of what is visible', () => {
    const picture = { width: 800, height: 400 };
    const view = { width: 400, height: 400 };
    const whole = { scale: fitScale(picture, view), x: 0, y: 0 };
    expect(boxInMiddle(whole, picture, view)).toEqual([0.25, 0.25, 0.5, 0.5]);
    // The middle of the photo now fills the view from a quarter to three quarters across.
    const near = zoomAt(whole, 2, { x: 0, y: 0 }, picture, view);
    expect(boxInMiddle(near, picture, view)).toEqual([0.375, 0.25, 0.25, 0.5]);
    // At its left end.
    expect(boxInMiddle({ ...near, x: 200 }, picture, view)).toEqual([0.125, 0.25, 0.25, 0.5]);
  });

  test('a new box is sound, and in the view where that shows pixels enough', () => {
    fc.assert(
      fc.property(placed, ({ picture, view, placement }) => {
        const box = boxInMiddle(placement, picture, view);
        expectSound(box, picture);
        const shown = boxInView(box, placement, picture, view);
        const [middleX, middleY] = [shown.left + shown.width / 2, shown.top + shown.height / 2];
        expect(middleX).toBeGreaterThanOrEqual(-placement.scale);
        expect(middleX).toBeLessThanOrEqual(view.width + placement.scale);
        expect(middleY).toBeGreaterThanOrEqual(-placement.scale);
        expect(middleY).toBeLessThanOrEqual(view.height + placement.scale);
      }),
    );
  });

  test('the keyboard steps by a hundredth, less when zoomed in, never by less than a pixel', () => {
    expect(stepOf({ width: 500, height: 400 }, 1)).toEqual({ x: 0.01, y: 0.01 });
    expect(stepOf({ width: 4000, height: 2000 }, 1)).toEqual({ x: 0.0025, y: 0.005 });
    expect(stepOf({ width: 10, height: 4000 }, 8)).toEqual({ x: 0.1, y: 1 / 3200 });
  });

  test('the button is under the box, over it, or inside, and in the view', () => {
    const view = { width: 500, height: 400 };
    const button = { width: 100, height: 40 };
    expect(placeBeside({ left: 100, top: 100, width: 200, height: 100 }, button, view)).toEqual({
      left: 150,
      top: 212,
    });
    expect(placeBeside({ left: 0, top: 300, width: 50, height: 80 }, button, view)).toEqual({
      left: 0,
      top: 248,
    });
    expect(placeBeside({ left: 0, top: 0, width: 500, height: 400 }, button, view)).toEqual({
      left: 200,
      top: 348,
    });
    fc.assert(
      fc.property(
        fc.record({
          left: fc.integer({ min: -900, max: 900 }),
          top: fc.integer({ min: -900, max: 900 }),
          width: fc.nat(2000),
          height: fc.nat(2000),
        }),
        (box) => {
          const { left, top } = placeBeside(box, button, view);
          expect(left).toBeGreaterThanOrEqual(0);
          expect(left).toBeLessThanOrEqual(view.width - button.width);
          expect(top).toBeGreaterThanOrEqual(0);
          expect(top).toBeLessThanOrEqual(view.height - button.height);
        },
      ),
    );
  });
});
