/** Pictures of a plane whose relation is known. */
import fc from 'fast-check';
import type { Homography, PointPairs } from '../../src/local-features/homography.ts';

export const width = 640;
export const height = 480;

/** A camera that moved: turned, zoomed, shifted, and tilted so that one side looks up to twice as large. */
export const warps = fc
  .record({
    angle: fc.double({ min: -0.8, max: 0.8, noNaN: true }),
    zoom: fc.double({ min: 0.5, max: 2, noNaN: true }),
    stretch: fc.double({ min: 0.7, max: 1.4, noNaN: true }),
    shift: fc.tuple(fc.integer({ min: -200, max: 200 }), fc.integer({ min: -200, max: 200 })),
    tilt: fc.tuple(
      fc.double({ min: -0.3, max: 0.3, noNaN: true }),
      fc.double({ min: -0.3, max: 0.3, noNaN: true }),
    ),
  })
  .map(({ angle, zoom, stretch, shift, tilt }): Homography => {
    const [cosine, sine] = [zoom * Math.cos(angle), zoom * Math.sin(angle)];
    return Float64Array.of(
      cosine * stretch,
      -sine,
      shift[0],
      sine * stretch,
      cosine,
      shift[1],
      tilt[0] / width,
      tilt[1] / height,
      1,
    );
  });

/** The textbook formula, for points in front of the camera. */
export function warp(h: ArrayLike<number>, x: number, y: number): [number, number] {
  const w = h[6]! * x + h[7]! * y + h[8]!;
  return [(h[0]! * x + h[1]! * y + h[2]!) / w, (h[3]! * x + h[4]! * y + h[5]!) / w];
}

/** Normally distributed: Box and Muller. */
export function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/**
 * Points of the first picture and where they are in the second, each coordinate off by `noise` pixels.
 * @param outliers the first so many lie anywhere instead
 */
export function pairsOf(
  h: Homography,
  count: number,
  random: () => number,
  { noise = 0, outliers = 0 } = {},
): PointPairs {
  const pairs = new Float64Array(count * 4);
  for (let row = 0; row < count; row++) {
    const [x, y] = [random() * width, random() * height];
    const target = row < outliers ? [random() * width, random() * height] : warp(h, x, y);
    for (const [cell, value] of [x, y, ...target].entries()) {
      pairs[row * 4 + cell] = value + noise * normal(random);
    }
  }
  return pairs;
}

/** Largest distance, in pixels, between where two homographies take a grid of points of the first picture. */
export function distance(one: ArrayLike<number>, other: ArrayLike<number>): number {
  let largest = 0;
  for (let x = 0; x <= width; x += width / 4) {
    for (let y = 0; y <= height; y += height / 4) {
      const [a, b] = [warp(one, x, y), warp(other, x, y)];
      largest = Math.max(largest, Math.hypot(a[0] - b[0], a[1] - b[1]));
    }
  }
  return largest;
}

export const allRows = (pairs: PointPairs): number[] =>
  Array.from({ length: pairs.length / 4 }, (_, row) => row);
