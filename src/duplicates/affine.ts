/** Affine maps of the plane: what a picture undergoes that is resized, cropped, turned or put into another. */
import type { Homography } from '../local-features/homography.ts';

/** [2, 3] row-major: x' = m0 x + m1 y + m2, y' = m3 x + m4 y + m5. */
export type Affine = readonly [number, number, number, number, number, number];

export interface Size {
  readonly width: number;
  readonly height: number;
}

export function compose(outer: Affine, inner: Affine): Affine {
  const [a, b, c, d, e, f] = outer;
  const [p, q, r, s, t, u] = inner;
  return [a * p + b * s, a * q + b * t, a * r + b * u + c, d * p + e * s, d * q + e * t, d * r + e * u + f];
}

/** @returns null where the map flattens the plane */
export function invert([a, b, c, d, e, f]: Affine): Affine | null {
  const determinant = a * e - b * d;
  if (!(Math.abs(determinant) > 1e-12)) return null;
  const [p, q, s, t] = [e / determinant, -b / determinant, -d / determinant, a / determinant];
  return [p, q, -(p * c + q * f), s, t, -(s * c + t * f)];
}

/** A map between fractions of two pictures as one between their pixels. */
export function inPixels([a, b, c, d, e, f]: Affine, from: Size, to: Size): Affine {
  return [
    (a * to.width) / from.width,
    (b * to.width) / from.height,
    c * to.width,
    (d * to.height) / from.width,
    (e * to.height) / from.height,
    f * to.height,
  ];
}

/** A map between pixels of two pictures as one between fractions of them. */
export function inFractions(map: Affine, from: Size, to: Size): Affine {
  const unit = { width: 1 / from.width, height: 1 / from.height };
  return inPixels(map, unit, { width: 1 / to.width, height: 1 / to.height });
}

export function asHomography([a, b, c, d, e, f]: Affine): Homography {
  return Float64Array.of(a, b, c, d, e, f, 0, 0, 1);
}

/** @param homography affine, with 1 as its last number */
export function asAffine(homography: Homography): Affine {
  return [...homography.subarray(0, 6)] as unknown as Affine;
}

/** What a map between pixels does to lengths and angles. */
export interface Shape {
  /** The largest and the smallest factor of a length. */
  readonly largest: number;
  readonly smallest: number;
  /** By how many degrees it turns, from -180 to 180, once mirroring is undone. */
  readonly degrees: number;
}

export function shapeOf([a, b, , d, e]: Affine): Shape {
  // The singular values of [2, 2], from the parts that keep and that reverse the sense of rotation.
  const keeping = Math.hypot(a + e, d - b) / 2;
  const reversing = Math.hypot(a - e, d + b) / 2;
  const turn = keeping >= reversing ? Math.atan2(d - b, a + e) : Math.atan2(d + b, a - e);
  return {
    largest: keeping + reversing,
    smallest: Math.abs(keeping - reversing),
    degrees: (turn * 180) / Math.PI,
  };
}

/**
 * The affine map with the least squares of distances between the second points and where it takes the first.
 * @param pairs [count, 4], x and y of the first point, then of the second
 * @returns null for points on one line
 */
export function fitAffine(pairs: ArrayLike<number>): Affine | null {
  const count = pairs.length / 4;
  const means = [0, 0, 0, 0];
  for (let at = 0; at < pairs.length; at++) means[at % 4]! += pairs[at]! / count;
  let [xx, xy, yy] = [0, 0, 0];
  const products = [0, 0, 0, 0];
  for (let row = 0; row < count; row++) {
    const [x, y, u, v] = means.map((mean, column) => pairs[row * 4 + column]! - mean) as Four;
    xx += x * x;
    xy += x * y;
    yy += y * y;
    products[0]! += u * x;
    products[1]! += u * y;
    products[2]! += v * x;
    products[3]! += v * y;
  }
  const determinant = xx * yy - xy * xy;
  if (!(determinant > 1e-9 * (xx + yy) ** 2)) return null;
  const [ux, uy, vx, vy] = products as Four;
  const [a, b] = [(ux * yy - uy * xy) / determinant, (uy * xx - ux * xy) / determinant];
  const [d, e] = [(vx * yy - vy * xy) / determinant, (vy * xx - vx * xy) / determinant];
  const [x, y, u, v] = means as Four;
  return [a, b, u - a * x - b * y, d, e, v - d * x - e * y];
}

type Four = [number, number, number, number];
