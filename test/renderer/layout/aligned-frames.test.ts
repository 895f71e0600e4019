import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  changeFrame,
  followKeeper,
  frameSize,
  invert,
  keeperFrame,
  layInFrame,
  mapPoint,
  placeAt,
  sameFractions,
  turnToKeeper,
  unionFrame,
} from '../../../renderer/layout/aligned-frames.ts';
import type { Homography, Laid } from '../../../renderer/layout/aligned-frames.ts';
import type { Point } from '../../../renderer/layout/box-drawing.ts';
import type { Placement, Size } from '../../../renderer/layout/zoom.ts';

/** A quarter turn to the right: what was the bottom left corner is the top left one. */
const turned: Homography = [0, -1, 1, 1, 0, 0, 0, 0, 1];
const mirrored: Homography = [-1, 0, 1, 0, 1, 0, 0, 0, 1];
/** The other photo shows the right half of the keeper. */
const rightHalf: Homography = [0.5, 0, 0.5, 0, 1, 0, 0, 0, 1];

const keeper: Size = { width: 400, height: 300 };

/** Where CSS puts a point of the laid-out element: the matrix times the point, divided by its fourth coordinate. */
function drawn({ matrix }: Laid, x: number, y: number): Point {
  const point = [x, y, 0, 1];
  const [toX = 0, toY = 0, , depth = 0] = [0, 1, 2, 3].map((row) =>
    point.reduce((sum, value, column) => sum + (matrix[column * 4 + row] ?? 0) * value, 0),
  );
  return { x: toX / depth, y: toY / depth };
}

/** Where a point of a picture, in fractions, lies from the middle of the view. */
function onScreen({ x, y }: Point, placement: Placement, picture: Size): Point {
  return {
    x: placement.x + (x - 0.5) * picture.width * placement.scale,
    y: placement.y + (y - 0.5) * picture.height * placement.scale,
  };
}

const sizes = fc.record({
  width: fc.integer({ min: 20, max: 8000 }),
  height: fc.integer({ min: 20, max: 8000 }),
});
const share = fc.double({ min: 0, max: 1, noNaN: true });
const slight = fc.double({ min: -0.2, max: 0.2, noNaN: true });
/** Turned and mirrored in eight ways, stretched, sheared, moved and tilted, whatever the factor in front. */
const homographies: fc.Arbitrary<Homography> = fc
  .record({
    eighth: fc.integer({ min: 0, max: 7 }),
    stretch: fc.tuple(
      fc.double({ min: 0.2, max: 3, noNaN: true }),
      fc.double({ min: 0.2, max: 3, noNaN: true }),
    ),
    shear: fc.tuple(slight, slight),
    move: fc.tuple(slight, slight),
    tilt: fc.tuple(slight, slight),
    factor: fc.constantFrom(1, -1, 3, -0.2),
  })
  .map(({ eighth, stretch, shear, move, tilt, factor }) => {
    const across = eighth & 1 ? -1 : 1;
    const down = eighth & 2 ? -1 : 1;
    const [one, two] = [
      [stretch[0] * across, shear[0] * stretch[0]],
      [shear[1] * stretch[1], stretch[1] * down],
    ] as [number[], number[]];
    const linear = eighth & 4 ? [two, one] : [one, two];
    const rows = linear.map(([x = 0, y = 0], row) => [x, y, 0.5 - (x + y) / 2 + (move[row] ?? 0)]);
    return [...rows.flat(), ...tilt, 1].map((value) => value * factor);
  });

function near(one: Point | null, other: Point, digits = 6): void {
  expect(one?.x).toBeCloseTo(other.x, digits);
  expect(one?.y).toBeCloseTo(other.y, digits);
}

describe('a photo laid over the keeper', () => {
  test('lies where it was aligned to: worked values', () => {
    const other = { width: 300, height: 400 };
    const laid = layInFrame(turned, other, keeper, keeperFrame, 2);
    expect(laid.size).toEqual({ width: 600, height: 800 });
    near(drawn(laid, 0, 0), { x: 800, y: 0 });
    near(drawn(laid, 600, 0), { x: 800, y: 600 });
    near(drawn(laid, 0, 800), { x: 0, y: 0 });
    near(drawn(laid, 600, 800), { x: 0, y: 600 });
    const half = layInFrame(rightHalf, { width: 100, height: 150 }, keeper, keeperFrame, 1);
    expect(half.size).toEqual({ width: 200, height: 300 });
    expect(half.matrix).toEqual([1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 200, 0, 0, 1]);
    const flipped = layInFrame(mirrored, keeper, keeper, keeperFrame, 0.5);
    near(drawn(flipped, 0, 0), { x: 200, y: 0 });
    near(drawn(flipped, 50, 150), { x: 150, y: 150 });
  });

  test('is drawn where the homography puts each of its points, in front of the viewer', () => {
    fc.assert(
      fc.property(homographies, sizes, sizes, share, share, (toKeeper, photo, kept, x, y) => {
        const frame = unionFrame(toKeeper);
        const laid = layInFrame(toKeeper, photo, kept, frame, 0.7);
        const expected = mapPoint(toKeeper, { x, y });
        expect(expected).not.toBeNull();
        if (!expected) return;
        const found = drawn(laid, x * laid.size.width, y * laid.size.height);
        expect(found.x / kept.width).toBeCloseTo((expected.x - frame.left) * 0.7, 6);
        expect(found.y / kept.height).toBeCloseTo((expected.y - frame.top) * 0.7, 6);
        const depth =
          (laid.matrix[3] ?? 0) * x * laid.size.width +
          (laid.matrix[7] ?? 0) * y * laid.size.height +
          (laid.matrix[15] ?? 0);
        expect(depth).toBeGreaterThan(0);
      }),
    );
  });

  test('is laid out as large as it is seen', () => {
    fc.assert(
      fc.property(homographies, sizes, sizes, (toKeeper, photo, kept) => {
        const laid = layInFrame(toKeeper, photo, kept, keeperFrame, 1);
        expect(laid.size.width / laid.size.height).toBeCloseTo(photo.width / photo.height, 6);
        // The area of a tiny square in the middle, on the element and on the screen.
        const step = 1e-4;
        const [origin, right, below] = [
          [0, 0],
          [step, 0],
          [0, step],
        ].map(([x = 0, y = 0]) => drawn(laid, (0.5 + x) * laid.size.width, (0.5 + y) * laid.size.height));
        if (!origin || !right || !below) return;
        const area = Math.abs(
          (right.x - origin.x) * (below.y - origin.y) - (right.y - origin.y) * (below.x - origin.x),
        );
        expect(area / (laid.size.width * laid.size.height * step ** 2)).toBeCloseTo(1, 2);
      }),
    );
  });
});

describe('the way back', () => {
  test('leads to the point it came from', () => {
    fc.assert(
      fc.property(homographies, share, share, (toKeeper, x, y) => {
        const there = mapPoint(toKeeper, { x, y });
        const [g = 0, h = 0, i = 0] = invert(toKeeper).slice(6);
        // Beyond the horizon of the way back there is nothing to compare with.
        fc.pre(there !== null && (g * there.x + h * there.y + i) * (g * 0.5 + h * 0.5 + i) > 0);
        if (there) near(mapPoint(invert(toKeeper), there), { x, y });
      }),
    );
  });

  test('there is none for a point at the horizon or behind it', () => {
    const tilted = [1, 0, 0, 0, 1, 0, -2, 0, 1.5];
    expect(mapPoint(tilted, { x: 0.75, y: 0.5 })).toBeNull();
    expect(mapPoint(tilted, { x: 0.9, y: 0.5 })).toBeNull();
    expect(mapPoint(tilted, { x: 0.5, y: 0.5 })).toEqual({ x: 1, y: 1 });
  });
});

describe('the frame of both photos', () => {
  test('is the keeper where the other lies within', () => {
    expect(unionFrame(sameFractions)).toEqual(keeperFrame);
    expect(unionFrame(turned)).toEqual(keeperFrame);
    expect(unionFrame(rightHalf)).toEqual(keeperFrame);
  });

  test('grows with the other photo, to twice the keeper at most', () => {
    const wider = [1.25, 0, 0, 0, 1, 0, 0, 0, 1];
    expect(unionFrame(wider)).toEqual({ left: 0, top: 0, right: 1.25, bottom: 1 });
    expect(frameSize(unionFrame(wider), keeper)).toEqual({ width: 500, height: 300 });
    expect(unionFrame([9, 0, -4, 0, 9, -4, 0, 0, 1])).toEqual({
      left: -0.5,
      top: -0.5,
      right: 1.5,
      bottom: 1.5,
    });
    expect(unionFrame([1, 0, 0, 0, 1, 0, -2, 0, 1.5])).toEqual({
      left: -0.5,
      top: -0.5,
      right: 1.5,
      bottom: 1.5,
    });
  });

  test('is the least one that holds all points of both, as far as it may reach', () => {
    fc.assert(
      fc.property(homographies, (toKeeper) => {
        const frame = unionFrame(toKeeper);
        const found = { left: 0, top: 0, right: 1, bottom: 1 };
        for (let along = 0; along <= 20; along++) {
          for (let down = 0; down <= 20; down++) {
            const point = mapPoint(toKeeper, { x: along / 20, y: down / 20 });
            if (!point) continue;
            found.left = Math.max(-0.5, Math.min(found.left, point.x));
            found.top = Math.max(-0.5, Math.min(found.top, point.y));
            found.right = Math.min(1.5, Math.max(found.right, point.x));
            found.bottom = Math.min(1.5, Math.max(found.bottom, point.y));
          }
        }
        for (const side of ['left', 'top', 'right', 'bottom'] as const) {
          expect(frame[side]).toBeCloseTo(found[side], 9);
        }
      }),
    );
  });
});

describe('photos side by side', () => {
  test('show the same point as large: worked values', () => {
    // The right half of the keeper, in as many pixels as the keeper has: each is half as wide.
    const other = { width: 400, height: 600 };
    const shown = followKeeper(placeAt({ x: 0.75, y: 0.5 }, keeper, 2), keeper, other, rightHalf);
    expect(shown).toEqual({ scale: 1, x: 0, y: 0 });
    const corner = followKeeper(placeAt({ x: 1, y: 0 }, keeper, 2), keeper, other, rightHalf);
    expect(corner).toEqual({ scale: 1, x: -200, y: 300 });
  });

  test('have what they both show in the middle of their views, at the same size', () => {
    fc.assert(
      fc.property(
        homographies,
        sizes,
        sizes,
        share,
        share,
        fc.double({ min: 0.05, max: 8, noNaN: true }),
        (toKeeper, other, kept, x, y, scale) => {
          const onKeeper = mapPoint(toKeeper, { x, y });
          fc.pre(onKeeper !== null);
          if (!onKeeper) return;
          const placement = placeAt(onKeeper, kept, scale);
          const shown = followKeeper(placement, kept, other, toKeeper);
          fc.pre(shown !== null);
          if (!shown) return;
          const seen = onScreen({ x, y }, shown, other);
          const unit = shown.scale * Math.max(other.width, other.height);
          expect(seen.x / unit).toBeCloseTo(0, 6);
          expect(seen.y / unit).toBeCloseTo(0, 6);
          // A small square there covers as much of the screen on both.
          const step = 1e-5;
          const right = mapPoint(toKeeper, { x: x + step, y });
          const below = mapPoint(toKeeper, { x, y: y + step });
          if (!right || !below) return;
          const share = Math.abs(
            (right.x - onKeeper.x) * (below.y - onKeeper.y) - (right.y - onKeeper.y) * (below.x - onKeeper.x),
          );
          const onOther = step ** 2 * other.width * other.height * shown.scale ** 2;
          expect((share * kept.width * kept.height * scale ** 2) / onOther).toBeCloseTo(1, 2);
        },
      ),
    );
  });

  test('move together, whichever is dragged', () => {
    fc.assert(
      fc.property(homographies, sizes, sizes, slight, slight, (toKeeper, other, kept, right, down) => {
        const at = placeAt({ x: 0.5, y: 0.5 }, other, 1);
        const onKeeper = mapPoint(toKeeper, { x: 0.5, y: 0.5 });
        if (!onKeeper) return;
        const keptScale = followKeeper(placeAt(onKeeper, kept, 1), kept, other, toKeeper)?.scale ?? 0;
        const before = placeAt(onKeeper, kept, 1 / keptScale);
        // A drag by very little: only there a tilted photo moves as the one beside it.
        const way = { x: (right * other.width) / 1e4, y: (down * other.height) / 1e4 };
        const turnedWay = turnToKeeper(way, at, kept, other, toKeeper);
        const after = { ...before, x: before.x + turnedWay.x, y: before.y + turnedWay.y };
        const shown = followKeeper(after, kept, other, toKeeper);
        fc.pre(shown !== null);
        if (!shown) return;
        expect((shown.x / shown.scale - way.x) / other.width).toBeCloseTo(0, 6);
        expect((shown.y / shown.scale - way.y) / other.height).toBeCloseTo(0, 6);
      }),
    );
  });

  test('a drag over a photo turned to the right goes down where the keeper goes right', () => {
    const other = { width: 300, height: 400 };
    const way = turnToKeeper({ x: 10, y: 0 }, placeAt({ x: 0.5, y: 0.5 }, other, 1), keeper, other, turned);
    near(way, { x: 0, y: 10 });
  });
});

describe('another frame', () => {
  test('keeps the point in the middle', () => {
    const frame = { left: -0.5, top: 0, right: 1, bottom: 1.25 };
    const placement = placeAt({ x: 0.25, y: 0.75 }, keeper, 3);
    const within = changeFrame(placement, keeper, keeperFrame, frame);
    expect(within).toEqual(placeAt({ x: 0.5, y: 0.6 }, { width: 600, height: 375 }, 3));
    near(changeFrame(within, keeper, frame, keeperFrame), placement);
  });
});
