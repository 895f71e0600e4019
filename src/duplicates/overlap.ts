/** How much of two pictures shows the same, once one of them is laid over the other. */
import type { Affine } from './affine.ts';

/** A point as fractions of a picture. */
type Point = readonly [x: number, y: number];

/** @returns the corners of the part of the unit square that the map's picture of the unit square covers, in order */
export function overlapOf(map: Affine): readonly Point[] {
  const [a, b, c, d, e, f] = map;
  let polygon: readonly Point[] = (
    [
      [0, 0],
      [1, 0],
      [1, 1],
      [0, 1],
    ] as const
  ).map(([x, y]) => [a * x + b * y + c, d * x + e * y + f]);
  // Sutherland and Hodgman, "Reentrant polygon clipping", 1974: side by side.
  for (const axis of [0, 1] as const) {
    polygon = clip(polygon, (point) => point[axis]);
    polygon = clip(polygon, (point) => 1 - point[axis]);
  }
  return polygon;
}

/** The part of a polygon where a linear measure is not negative. */
function clip(polygon: readonly Point[], measure: (point: Point) => number): Point[] {
  return polygon.flatMap((point, at) => {
    const next = polygon[(at + 1) % polygon.length]!;
    const [here, there] = [measure(point), measure(next)];
    const kept = here >= 0 ? [point] : [];
    if (here >= 0 === there >= 0) return kept;
    const share = here / (here - there);
    return [
      ...kept,
      [point[0] + share * (next[0] - point[0]), point[1] + share * (next[1] - point[1])] as const,
    ];
  });
}

/** The area of a polygon: the shoelace formula. */
export function areaOf(polygon: readonly Point[]): number {
  let sum = 0;
  for (const [at, [x, y]] of polygon.entries()) {
    const [nextX, nextY] = polygon[(at + 1) % polygon.length]!;
    sum += x * nextY - nextX * y;
  }
  return Math.abs(sum) / 2;
}

/**
 * The shares of two pictures that they have in common.
 * @param map from a to b, in fractions
 * @returns [of a, of b], each 0 to 1
 */
export function overlapShares(map: Affine): [ofA: number, ofB: number] {
  const [a, b, , d, e] = map;
  const ofB = areaOf(overlapOf(map));
  const enlargement = Math.abs(a * e - b * d);
  return [enlargement > 0 ? Math.min(1, ofB / enlargement) : 0, Math.min(1, ofB)];
}
