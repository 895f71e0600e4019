/** The eight orientations of a picture: turned by quarters, and mirrored. */
import type { Homography } from '../local-features/homography.ts';
import type { RgbPixels } from '../model/trunk.ts';

/**
 * Turned clockwise by a quarter as often as `quarters` says, after it was mirrored from left to right where `mirrored`
 * says so.
 */
export interface Orientation {
  readonly quarters: 0 | 1 | 2 | 3;
  readonly mirrored: boolean;
}

export const upright: Orientation = { quarters: 0, mirrored: false };
export const mirrored: Orientation = { quarters: 0, mirrored: true };

/** All eight, upright first. */
export const orientations: readonly Orientation[] = [false, true].flatMap((isMirrored) =>
  ([0, 1, 2, 3] as const).map((quarters) => ({ quarters, mirrored: isMirrored })),
);

/** Whether width and height change places. */
export function isTransposed({ quarters }: Orientation): boolean {
  return quarters % 2 === 1;
}

/** From the picture to the picture in an orientation, both in fractions: an affine map, [3, 3] row-major. */
export function orientationMap({ quarters, mirrored: isMirrored }: Orientation): Homography {
  // Of x: the sign it begins with, and where it begins.
  const [sign, start] = isMirrored ? [-1, 1] : [1, 0];
  switch (quarters) {
    case 0:
      return Float64Array.of(sign, 0, start, 0, 1, 0, 0, 0, 1);
    case 1:
      return Float64Array.of(0, -1, 1, sign, 0, start, 0, 0, 1);
    case 2:
      return Float64Array.of(-sign, 0, 1 - start, 0, -1, 1, 0, 0, 1);
    case 3:
      return Float64Array.of(0, 1, 0, -sign, 0, 1 - start, 0, 0, 1);
  }
}

/** The picture in an orientation. */
export function turnPixels({ data, width, height }: RgbPixels, orientation: Orientation): RgbPixels {
  const size = isTransposed(orientation) ? { width: height, height: width } : { width, height };
  const turned = new Uint8Array(data.length);
  const [a, b, c, d, e, f] = orientationMap(orientation) as unknown as Six;
  // The same map for the places of pixels, whose last one is at the size less one.
  const [right, down] = [size.width - 1, size.height - 1];
  const place = (x: number, y: number) =>
    (Math.round(d * x + e * y + f * down) * size.width + Math.round(a * x + b * y + c * right)) * 3;
  const [origin, acrossStep, downStep] = [place(0, 0), place(1, 0) - place(0, 0), place(0, 1) - place(0, 0)];
  for (let y = 0, from = 0; y < height; y++) {
    for (let x = 0, to = origin + y * downStep; x < width; x++, from += 3, to += acrossStep) {
      turned[to] = data[from]!;
      turned[to + 1] = data[from + 1]!;
      turned[to + 2] = data[from + 2]!;
    }
  }
  return { data: turned, ...size };
}

type Six = [number, number, number, number, number, number];

/** A square of numbers, [side, side], in an orientation. */
export function turnSquare(square: Float32Array, side: number, orientation: Orientation): Float32Array {
  const turned = new Float32Array(square.length);
  const [a, b, c, d, e, f] = orientationMap(orientation) as unknown as Six;
  const last = side - 1;
  for (let y = 0, from = 0; y < side; y++) {
    for (let x = 0; x < side; x++, from++) {
      turned[(d * x + e * y + f * last) * side + a * x + b * y + c * last] = square[from]!;
    }
  }
  return turned;
}
