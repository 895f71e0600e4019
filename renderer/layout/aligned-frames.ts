/**
 * Two photos of one shot in one frame. Homographies are [3, 3] row-major and map fractions of the upright other photo to
 * fractions of the keeper; they may turn, mirror, scale and tilt.
 */
import type { Point } from './box-drawing.ts';
import type { Placement, Size } from './zoom.ts';

export type Homography = readonly number[];

/** Left, top, right and bottom, as fractions of the keeper; outside of it below 0 or above 1. */
export interface Frame {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** Shows both photos at the same place where nothing is known of how they lie. */
export const sameFractions: Homography = [1, 0, 0, 0, 1, 0, 0, 0, 1];

/** The keeper alone. */
export const keeperFrame: Frame = { left: 0, top: 0, right: 1, bottom: 1 };

/** How far the frame of both may reach beyond the keeper, as a share of its width or height. */
const widestMargin = 0.5;

const middle: Point = { x: 0.5, y: 0.5 };

/** Where a point comes to lie, or null if it is on the horizon or behind it. */
export function mapPoint(homography: Homography, { x, y }: Point): Point | null {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0, i = 0] = homography;
  const depth = g * x + h * y + i;
  if (!(depth * depthAt(homography, middle) > 0)) return null;
  return { x: (a * x + b * y + c) / depth, y: (d * x + e * y + f) / depth };
}

/** The map back, up to a factor: the adjugate. */
export function invert(homography: Homography): Homography {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0, i = 0] = homography;
  return [
    e * i - f * h,
    c * h - b * i,
    b * f - c * e,
    f * g - d * i,
    a * i - c * g,
    c * d - a * f,
    d * h - e * g,
    b * g - a * h,
    a * e - b * d,
  ];
}

/** How points near one are turned, mirrored and stretched: the Jacobian [2, 2] row-major, per fraction. */
function jacobian(homography: Homography, point: Point): [number, number, number, number] {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = homography;
  const { x, y } = point;
  const depth = depthAt(homography, point);
  const toX = (a * x + b * y + c) / depth;
  const toY = (d * x + e * y + f) / depth;
  return [(a - toX * g) / depth, (b - toX * h) / depth, (d - toY * g) / depth, (e - toY * h) / depth];
}

function depthAt([, , , , , , g = 0, h = 0, i = 0]: Homography, { x, y }: Point): number {
  return g * x + h * y + i;
}

/** What a frame that shows both photos has to hold; limited, so that the keeper stays large enough to look at. */
export function unionFrame(toKeeper: Homography): Frame {
  const corners = [0, 1].flatMap((x) => [0, 1].map((y) => mapPoint(toKeeper, { x, y })));
  // A corner at the horizon is as far away as can be, on a side that is not known.
  if (corners.includes(null)) return limited(-Infinity, -Infinity, Infinity, Infinity);
  const xs = corners.map((corner) => corner?.x ?? 0);
  const ys = corners.map((corner) => corner?.y ?? 0);
  return limited(Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys));
}

function limited(left: number, top: number, right: number, bottom: number): Frame {
  return {
    left: Math.max(-widestMargin, Math.min(0, left)),
    top: Math.max(-widestMargin, Math.min(0, top)),
    right: Math.min(1 + widestMargin, Math.max(1, right)),
    bottom: Math.min(1 + widestMargin, Math.max(1, bottom)),
  };
}

/** The size of a frame in pixels of the keeper. */
export function frameSize(frame: Frame, keeper: Size): Size {
  return {
    width: (frame.right - frame.left) * keeper.width,
    height: (frame.bottom - frame.top) * keeper.height,
  };
}

/** A photo laid out as `size` CSS pixels from the frame's corner, and moved to its place by `matrix3d(...)`. */
export interface Laid {
  size: Size;
  /** The 16 numbers of `matrix3d`, column by column; the transformation's origin is the top left corner. */
  matrix: number[];
}

/**
 * Lays a photo into the frame. It is laid out about as large as it is seen, so that it is drawn as sharply as it can be.
 * @param scale CSS pixels for a pixel of the keeper
 */
export function layInFrame(
  toKeeper: Homography,
  photo: Size,
  keeper: Size,
  frame: Frame,
  scale: number,
): Laid {
  const seen = scale * localScale(toKeeper, photo, keeper, middle);
  const size = { width: photo.width * seen, height: photo.height * seen };
  const acrossX = keeper.width * scale;
  const acrossY = keeper.height * scale;
  const depth = depthAt(toKeeper, middle);
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0, i = 0] = toKeeper.map(
    (value) => value / depth,
  );
  const rows = [
    [a - frame.left * g, b - frame.left * h, c - frame.left * i].map((value) => value * acrossX),
    [d - frame.top * g, e - frame.top * h, f - frame.top * i].map((value) => value * acrossY),
    [g, h, i],
  ];
  const [
    [m11 = 0, m12 = 0, m14 = 0] = [],
    [m21 = 0, m22 = 0, m24 = 0] = [],
    [m41 = 0, m42 = 0, m44 = 0] = [],
  ] = rows.map(([x = 0, y = 0, one = 0]) => [x / size.width, y / size.height, one]);
  return { size, matrix: [m11, m21, 0, m41, m12, m22, 0, m42, 0, 0, 1, 0, m14, m24, 0, m44] };
}

/** How many of the keeper's pixels a pixel of the other photo is wide at a point of it; by area. */
function localScale(toKeeper: Homography, other: Size, keeper: Size, at: Point): number {
  const [xx, xy, yx, yy] = jacobian(toKeeper, at);
  const share = Math.abs(xx * yy - xy * yx);
  return Math.sqrt((share * keeper.width * keeper.height) / (other.width * other.height));
}

/** The point of a picture in the middle of the view, in fractions. */
function centre(placement: Placement, picture: Size): Point {
  return {
    x: 0.5 - placement.x / (picture.width * placement.scale),
    y: 0.5 - placement.y / (picture.height * placement.scale),
  };
}

/** The placement with a point of the picture in the middle of the view. */
export function placeAt({ x, y }: Point, picture: Size, scale: number): Placement {
  return { scale, x: (0.5 - x) * picture.width * scale + 0, y: (0.5 - y) * picture.height * scale + 0 };
}

/**
 * How the other photo lies in its view so that its middle shows what the keeper's middle shows, as large.
 * @returns null if the other photo has no such point
 */
export function followKeeper(
  placement: Placement,
  keeper: Size,
  other: Size,
  toKeeper: Homography,
): Placement | null {
  const point = mapPoint(invert(toKeeper), centre(placement, keeper));
  if (!point || !(depthAt(toKeeper, point) * depthAt(toKeeper, middle) > 0)) return null;
  const scale = placement.scale * localScale(toKeeper, other, keeper, point);
  return Number.isFinite(scale) && scale > 0 ? placeAt(point, other, scale) : null;
}

/**
 * Turns a way on the screen over the other photo into the way over the keeper that shows the same.
 * @param at the other photo's placement
 */
export function turnToKeeper(
  way: Point,
  at: Placement,
  keeper: Size,
  other: Size,
  toKeeper: Homography,
): Point {
  const point = centre(at, other);
  const [xx, xy, yx, yy] = jacobian(toKeeper, point);
  const across = way.x / other.width;
  const down = way.y / other.height;
  const scale = localScale(toKeeper, other, keeper, point);
  return {
    x: ((xx * across + xy * down) * keeper.width) / scale,
    y: ((yx * across + yy * down) * keeper.height) / scale,
  };
}

/** The same point of the keeper in the middle, when it is shown in another frame. */
export function changeFrame(placement: Placement, keeper: Size, from: Frame, to: Frame): Placement {
  const { x, y } = centre(placement, frameSize(from, keeper));
  const onKeeper = {
    x: from.left + x * (from.right - from.left),
    y: from.top + y * (from.bottom - from.top),
  };
  return placeAt(
    {
      x: (onKeeper.x - to.left) / (to.right - to.left),
      y: (onKeeper.y - to.top) / (to.bottom - to.top),
    },
    frameSize(to, keeper),
    placement.scale,
  );
}
