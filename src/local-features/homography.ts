import { symmetricEigen } from '../descriptor/symmetric-eigen.ts';

/**
 * A projective map of the plane, [3, 3] row-major. It keeps orientation, so its determinant is positive and the third
 * coordinate of every point on this side of the horizon is too.
 */
export type Homography = Float64Array;

/** Corresponding points, [count, 4] row-major: x and y in one picture, x and y in the other. */
export type PointPairs = Float64Array;

/** Where the point comes to lie, or null if it is on the horizon or behind it. */
export function applyHomography(h: Homography, x: number, y: number): [x: number, y: number] | null {
  const w = h[6]! * x + h[7]! * y + h[8]!;
  if (!(w > 0)) return null;
  return [(h[0]! * x + h[1]! * y + h[2]!) / w, (h[3]! * x + h[4]! * y + h[5]!) / w];
}

/** The map back, up to a positive factor: the adjugate, which needs no division. */
export function invertHomography(h: Homography): Homography {
  const [a, b, c, d, e, f, g, i, j] = h as unknown as Nine;
  return Float64Array.of(
    e * j - f * i,
    c * i - b * j,
    b * f - c * e,
    f * g - d * j,
    a * j - c * g,
    c * d - a * f,
    d * i - e * g,
    b * g - a * i,
    a * e - b * d,
  );
}

type Nine = [number, number, number, number, number, number, number, number, number];

/** `outer` after `inner`. */
export function composeHomographies(outer: Homography, inner: Homography): Homography {
  const product = new Float64Array(9);
  for (let row = 0; row < 9; row += 3) {
    for (let column = 0; column < 3; column++) {
      product[row + column] =
        outer[row]! * inner[column]! +
        outer[row + 1]! * inner[column + 3]! +
        outer[row + 2]! * inner[column + 6]!;
    }
  }
  return product;
}

/**
 * The homography through four pairs: three points are a basis, the fourth is their sum with some factors, and the map
 * takes each to its counterpart times the ratio of the factors. Sources: Heckbert, "Fundamentals of Texture Mapping
 * and Image Warping", 1989, section 2.2.3; for the orientations, Marquez-Neila et al., "Speeding-up homography
 * estimation in mobile devices", Journal of Real-Time Image Processing, 2013.
 *
 * @param leastArea least area of each of the four triangles, in square pixels of its picture
 * @returns null unless every three points span a triangle, turning the same way in both pictures
 */
export function homographyOfFour(
  pairs: PointPairs,
  first: number,
  second: number,
  third: number,
  fourth: number,
  leastArea: number,
): Homography | null {
  const p = 4 * first;
  const q = 4 * second;
  const r = 4 * third;
  const s = 4 * fourth;
  const least = 2 * leastArea;
  const all = doubleArea(pairs, p, q, r);
  const side = all < 0 ? -1 : 1;
  const notP = doubleArea(pairs, s, q, r);
  const notQ = doubleArea(pairs, p, s, r);
  const notR = doubleArea(pairs, p, q, s);
  if (Math.min(Math.abs(all), Math.abs(notP), Math.abs(notQ), Math.abs(notR)) < least) return null;
  if (side * doubleArea(pairs, p + 2, q + 2, r + 2) < least) return null;
  const toP = doubleArea(pairs, s + 2, q + 2, r + 2);
  if (toP * Math.sign(notP) < least) return null;
  const toQ = doubleArea(pairs, p + 2, s + 2, r + 2);
  if (toQ * Math.sign(notQ) < least) return null;
  const toR = doubleArea(pairs, p + 2, q + 2, s + 2);
  if (toR * Math.sign(notR) < least) return null;
  const h = new Float64Array(9);
  addTerm(h, pairs, p, q, r, toP / notP);
  addTerm(h, pairs, q, r, p, toQ / notQ);
  addTerm(h, pairs, r, p, q, toR / notR);
  return oriented(h);
}

/** Twice the signed area of a triangle; the indices are those of each point's x. */
function doubleArea(pairs: PointPairs, a: number, b: number, c: number): number {
  const x = pairs[a]!;
  const y = pairs[a + 1]!;
  return (pairs[b]! - x) * (pairs[c + 1]! - y) - (pairs[b + 1]! - y) * (pairs[c]! - x);
}

/** Adds what takes the point to its counterpart, times `factor`, and the other two points to nothing. */
function addTerm(
  h: Float64Array,
  pairs: PointPairs,
  point: number,
  b: number,
  c: number,
  factor: number,
): void {
  const alongX = factor * (pairs[b + 1]! - pairs[c + 1]!);
  const alongY = factor * (pairs[c]! - pairs[b]!);
  const constant = factor * (pairs[b]! * pairs[c + 1]! - pairs[c]! * pairs[b + 1]!);
  const u = pairs[point + 2]!;
  const v = pairs[point + 3]!;
  h[0]! += u * alongX;
  h[1]! += u * alongY;
  h[2]! += u * constant;
  h[3]! += v * alongX;
  h[4]! += v * alongY;
  h[5]! += v * constant;
  h[6]! += alongX;
  h[7]! += alongY;
  h[8]! += constant;
}

/** Scales the map to length 1 with a positive determinant; null if it is not finite or flattens the plane. */
function oriented(h: Float64Array): Homography | null {
  let squares = 0;
  for (const value of h) squares += value * value;
  const scale = (determinant(h) < 0 ? -1 : 1) / Math.sqrt(squares);
  for (let cell = 0; cell < 9; cell++) h[cell]! *= scale;
  return determinant(h) > smallestDeterminant ? h : null;
}

/** In pixels, the determinant of a map of length 1 is small: 1e-6 or so where the shift is of 1,000 pixels. */
const smallestDeterminant = 1e-18;

function determinant(h: Float64Array): number {
  return (
    h[0]! * (h[4]! * h[8]! - h[5]! * h[7]!) -
    h[1]! * (h[3]! * h[8]! - h[5]! * h[6]!) +
    h[2]! * (h[3]! * h[7]! - h[4]! * h[6]!)
  );
}

/** Limits of what one camera sees of a plane from two places, and of what local features still recognise. */
const plausible = { leastZoom: 1 / 10, mostZoom: 10, mostStretch: 8, leastSpread: 2 };

/**
 * Whether two photos of one plane could be related in this way: nothing is zoomed by more than 10 at any of the
 * pairs, or stretched by more than 8 along one direction (a plane seen at 7 degrees); and the pairs do not lie on a
 * line or in one spot, where any map would do.
 *
 * @param rows the pairs that agree with the map
 * @param tolerance how far they may be off in each picture; they must spread over twice as much
 */
export function isPlausible(
  h: Homography,
  pairs: PointPairs,
  rows: ArrayLike<number>,
  tolerance: readonly [number, number],
): boolean {
  const area = determinant(h);
  for (let index = 0; index < rows.length; index++) {
    const [x, y] = [pairs[rows[index]! * 4]!, pairs[rows[index]! * 4 + 1]!];
    const target = applyHomography(h, x, y);
    if (!target) return false;
    const [u, v] = target;
    const w = h[6]! * x + h[7]! * y + h[8]!;
    const zoom = Math.sqrt(area / w) / w;
    if (!(zoom >= plausible.leastZoom && zoom <= plausible.mostZoom)) return false;
    const [a, b] = [(h[0]! - u * h[6]!) / w, (h[1]! - u * h[7]!) / w];
    const [c, d] = [(h[3]! - v * h[6]!) / w, (h[4]! - v * h[7]!) / w];
    // The sum of the singular values' squares over their product is the stretch and its inverse.
    const stretch = (a * a + b * b + c * c + d * d) / (zoom * zoom);
    if (!(stretch <= plausible.mostStretch + 1 / plausible.mostStretch)) return false;
  }
  return (
    spread(pairs, rows, 0) >= plausible.leastSpread * tolerance[0] &&
    spread(pairs, rows, 2) >= plausible.leastSpread * tolerance[1]
  );
}

/** Standard deviation of the points across the direction in which they differ least. */
function spread(pairs: PointPairs, rows: ArrayLike<number>, offset: 0 | 2): number {
  const count = rows.length;
  let [x, y, xx, xy, yy] = [0, 0, 0, 0, 0];
  for (let index = 0; index < count; index++) {
    const row = rows[index]! * 4 + offset;
    x += pairs[row]! / count;
    y += pairs[row + 1]! / count;
  }
  for (let index = 0; index < count; index++) {
    const row = rows[index]! * 4 + offset;
    const [dx, dy] = [pairs[row]! - x, pairs[row + 1]! - y];
    xx += (dx * dx) / count;
    xy += (dx * dy) / count;
    yy += (dy * dy) / count;
  }
  const smaller = (xx + yy) / 2 - Math.hypot((xx - yy) / 2, xy);
  return Math.sqrt(Math.max(0, smaller));
}

/**
 * The homography that fits the pairs best: the normalised direct linear transformation, then weighted by the inverse
 * covariance of its residuals, which makes it minimise Sampson's error, the first-order distance in both pictures.
 * Source: Hartley and Zisserman, "Multiple View Geometry", 2nd edition, algorithm 4.2 and section 4.2.6.
 *
 * @param rows the pairs to use, at least four
 * @param weightings how often it is weighted; 0 is the plain transformation, more than 3 change nothing visible
 * @returns null if the points do not determine a map that keeps orientation
 */
export function fitHomography(
  pairs: PointPairs,
  rows: ArrayLike<number>,
  weightings: number,
): Homography | null {
  if (rows.length < 4) return null;
  const from = centring(pairs, rows, 0);
  const to = centring(pairs, rows, 2);
  if (!from || !to) return null;
  const points = new Float64Array(rows.length * 4);
  for (let index = 0; index < rows.length; index++) {
    const row = rows[index]! * 4;
    points[index * 4] = (pairs[row]! - from.x) * from.scale;
    points[index * 4 + 1] = (pairs[row + 1]! - from.y) * from.scale;
    points[index * 4 + 2] = (pairs[row + 2]! - to.x) * to.scale;
    points[index * 4 + 3] = (pairs[row + 3]! - to.y) * to.scale;
  }
  let h: Float64Array | null = null;
  for (let round = 0; round <= weightings; round++) {
    h = smallestSolution(normalEquations(points, h, from.scale, to.scale));
    if (!h) return null;
  }
  const centre = Float64Array.of(
    from.scale,
    0,
    -from.scale * from.x,
    0,
    from.scale,
    -from.scale * from.y,
    0,
    0,
    1,
  );
  const back = Float64Array.of(1 / to.scale, 0, to.x, 0, 1 / to.scale, to.y, 0, 0, 1);
  return oriented(composeHomographies(back, composeHomographies(h!, centre)));
}

interface Centring {
  x: number;
  y: number;
  scale: number;
}

/** The shift and scale that bring the points' centroid to 0 and their mean distance from it to the root of 2. */
function centring(pairs: PointPairs, rows: ArrayLike<number>, offset: 0 | 2): Centring | null {
  const count = rows.length;
  let [x, y, distance] = [0, 0, 0];
  for (let index = 0; index < count; index++) {
    x += pairs[rows[index]! * 4 + offset]! / count;
    y += pairs[rows[index]! * 4 + offset + 1]! / count;
  }
  for (let index = 0; index < count; index++) {
    const row = rows[index]! * 4 + offset;
    distance += Math.hypot(pairs[row]! - x, pairs[row + 1]! - y) / count;
  }
  return distance > 0 ? { x, y, scale: Math.SQRT2 / distance } : null;
}

/**
 * The sum of A' W A, [9, 9], over the pairs' equations u w = x' and v w = y'. W is the identity at first, then the
 * inverse of the equations' covariance near `h` when each coordinate in each picture is off by a pixel's share.
 */
function normalEquations(
  points: Float64Array,
  h: Float64Array | null,
  fromScale: number,
  toScale: number,
): Float64Array {
  const sum = new Float64Array(81);
  const [fromVariance, toVariance] = [fromScale ** 2, toScale ** 2];
  for (let at = 0; at < points.length; at += 4) {
    const [x, y, u, v] = [points[at]!, points[at + 1]!, points[at + 2]!, points[at + 3]!];
    let [wuu, wuv, wvv] = [1, 0, 1];
    if (h) {
      const w = h[6]! * x + h[7]! * y + h[8]!;
      const [ux, uy] = [h[0]! - u * h[6]!, h[1]! - u * h[7]!];
      const [vx, vy] = [h[3]! - v * h[6]!, h[4]! - v * h[7]!];
      const own = toVariance * w * w;
      const cuu = fromVariance * (ux * ux + uy * uy) + own;
      const cvv = fromVariance * (vx * vx + vy * vy) + own;
      const cuv = fromVariance * (ux * vx + uy * vy);
      const area = cuu * cvv - cuv * cuv;
      // A point on the horizon of a bad first guess says nothing.
      if (!(area > 0)) continue;
      [wuu, wuv, wvv] = [cvv / area, -cuv / area, cuu / area];
    }
    // Both equations are linear in p = (x, y, 1), so A' W A is made of nine blocks, each a multiple of p p'.
    const onU = -(wuu * u + wuv * v);
    const onV = -(wuv * u + wvv * v);
    addBlock(sum, 0, x, y, wuu);
    addBlock(sum, 3, x, y, wuv);
    addBlock(sum, 6, x, y, onU);
    addBlock(sum, 30, x, y, wvv);
    addBlock(sum, 33, x, y, onV);
    addBlock(sum, 60, x, y, -(onU * u + onV * v));
  }
  for (let row = 0; row < 9; row++)
    for (let column = 0; column < row; column++) sum[row * 9 + column] = sum[column * 9 + row]!;
  return sum;
}

/** Adds a multiple of p p' to the block of the [9, 9] matrix that begins at `cell`. */
function addBlock(sum: Float64Array, cell: number, x: number, y: number, factor: number): void {
  const fx = factor * x;
  const fy = factor * y;
  sum[cell]! += fx * x;
  sum[cell + 1]! += fx * y;
  sum[cell + 2]! += fx;
  sum[cell + 9]! += fx * y;
  sum[cell + 10]! += fy * y;
  sum[cell + 11]! += fy;
  sum[cell + 18]! += fx;
  sum[cell + 19]! += fy;
  sum[cell + 20]! += factor;
}

/** Share of the largest eigenvalue that the second smallest must exceed, or more than one map fits. */
const leastShare = 1e-13;

/** The unit vector that the symmetric matrix shrinks most. */
function smallestSolution(matrix: Float64Array): Float64Array | null {
  if (!matrix.every(Number.isFinite)) return null;
  const { values, vectors } = symmetricEigen(matrix, 9);
  return values[7]! > leastShare * values[0]! ? vectors.subarray(72) : null;
}
