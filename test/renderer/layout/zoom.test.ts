import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  clampPlacement,
  fitScale,
  largestScale,
  renderingSize,
  zoomAt,
} from '../../../renderer/layout/zoom.ts';

const sizes = fc.record({
  width: fc.integer({ min: 1, max: 20_000 }),
  height: fc.integer({ min: 1, max: 20_000 }),
});
const views = fc.record({
  width: fc.integer({ min: 50, max: 4000 }),
  height: fc.integer({ min: 50, max: 3000 }),
});
const coordinate = fc.double({ min: -5000, max: 5000, noNaN: true });

describe('the viewer', () => {
  test('fits large pictures and leaves small ones as they are', () => {
    expect(fitScale({ width: 4000, height: 1000 }, { width: 1000, height: 500 })).toBe(0.25);
    expect(fitScale({ width: 1000, height: 4000 }, { width: 1000, height: 500 })).toBe(0.125);
    expect(fitScale({ width: 100, height: 100 }, { width: 1000, height: 500 })).toBe(1);
  });

  test('never shows a gap beside a picture that is larger than the view', () => {
    fc.assert(
      fc.property(
        sizes,
        views,
        fc.double({ min: 0.001, max: 100, noNaN: true }),
        coordinate,
        coordinate,
        (picture, view, scale, x, y) => {
          const placed = clampPlacement({ scale, x, y }, picture, view);
          expect(placed.scale).toBeGreaterThanOrEqual(fitScale(picture, view));
          expect(placed.scale).toBeLessThanOrEqual(largestScale);
          const shown = picture.width * placed.scale;
          if (shown <= view.width) expect(placed.x).toBe(0);
          else expect(Math.abs(placed.x) - (shown - view.width) / 2).toBeLessThanOrEqual(1e-6);
        },
      ),
    );
  });

  test('zooming keeps what is under the pointer there', () => {
    const picture = { width: 4000, height: 3000 };
    const view = { width: 800, height: 600 };
    const before = clampPlacement({ scale: 1, x: 100, y: -50 }, picture, view);
    const pointer = { x: 200, y: 100 };
    const after = zoomAt(before, 2, pointer, picture, view);
    expect((pointer.x - after.x) / after.scale).toBeCloseTo((pointer.x - before.x) / before.scale, 9);
    expect((pointer.y - after.y) / after.scale).toBeCloseTo((pointer.y - before.y) / before.scale, 9);
  });

  test('asks for as many pixels as the screen shows, in few sizes, never more than the picture needs', () => {
    const picture = { width: 4000, height: 3000 };
    expect(renderingSize(picture, 0.2, 1)).toBe(1024);
    expect(renderingSize(picture, 0.2, 2)).toBe(2048);
    expect(renderingSize(picture, 8, 2)).toBe(4096);
    expect(renderingSize({ width: 30_000, height: 100 }, 1, 1)).toBe(8192);
  });
});
