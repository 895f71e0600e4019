/** Pictures of one channel, and how they are made smaller and looked at between pixels. */
import type { RgbPixels } from '../model/trunk.ts';

export interface Plane {
  /** [height, width], 0 to 255. */
  readonly data: Float32Array;
  readonly width: number;
  readonly height: number;
}

/** Luma as in Rec. 601. */
export function greyOf({ data, width, height }: RgbPixels): Plane {
  const grey = new Float32Array(width * height);
  for (let pixel = 0, at = 0; pixel < grey.length; pixel++, at += 3) {
    grey[pixel] = 0.299 * data[at]! + 0.587 * data[at + 1]! + 0.114 * data[at + 2]!;
  }
  return { data: grey, width, height };
}

/** Half as wide and high, each pixel the mean of four; what is odd loses its last row or column. */
export function halve({ data, width, height }: Plane): Plane {
  const size = { width: Math.max(1, width >> 1), height: Math.max(1, height >> 1) };
  const half = new Float32Array(size.width * size.height);
  const [right, below] = [width > 1 ? 1 : 0, height > 1 ? width : 0];
  for (let y = 0, to = 0; y < size.height; y++) {
    for (let x = 0, from = 2 * y * width; x < size.width; x++, from += 2, to++) {
      half[to] = (data[from]! + data[from + right]! + data[from + below]! + data[from + right + below]!) / 4;
    }
  }
  return { data: half, ...size };
}

/** A picture, half of it, a quarter of it, and so on. */
export type Pyramid = readonly [Plane, ...Plane[]];

/** Down to a side of less than 32 pixels. Each level shows all of the picture, so that fractions of it stay the same. */
export function pyramidOf(plane: Plane): Pyramid {
  const levels: [Plane, ...Plane[]] = [plane];
  for (let last = plane; Math.min(last.width, last.height) >= 32;) {
    const { width, height } = last;
    last = width % 2 === 0 && height % 2 === 0 ? halve(last) : squeeze(last, width >> 1, height >> 1);
    levels.push(last);
  }
  return levels;
}

/** Squeezed to another form, each pixel the mean of what it covers. */
export function squeeze({ data, width, height }: Plane, newWidth: number, newHeight: number): Plane {
  const across = sharesOf(width, newWidth);
  const down = sharesOf(height, newHeight);
  const rows = new Float32Array(newWidth * height);
  for (let y = 0; y < height; y++) {
    for (const { to, from, share } of across) rows[y * newWidth + to]! += share * data[y * width + from]!;
  }
  const squeezed = new Float32Array(newWidth * newHeight);
  for (const { to, from, share } of down) {
    for (let x = 0; x < newWidth; x++) squeezed[to * newWidth + x]! += share * rows[from * newWidth + x]!;
  }
  return { data: squeezed, width: newWidth, height: newHeight };
}

/** As `squeeze`, from the smallest level that has as many pixels. */
export function shrink(pyramid: Pyramid, width: number, height: number): Plane {
  const level = pyramid.findLast((plane) => plane.width >= width && plane.height >= height) ?? pyramid[0];
  return squeeze(level, width, height);
}

/** Which of `length` pixels make each of `wanted`, and how much of it. */
function sharesOf(length: number, wanted: number): { to: number; from: number; share: number }[] {
  const step = length / wanted;
  return Array.from({ length: wanted }, (_, to) => {
    const [start, end] = [to * step, (to + 1) * step];
    const [first, last] = [Math.floor(start), Math.min(length, Math.ceil(end - 1e-9))];
    return Array.from({ length: last - first }, (_unused, at) => {
      const from = first + at;
      return { to, from, share: (Math.min(end, from + 1) - Math.max(start, from)) / step };
    });
  }).flat();
}

/**
 * The value at a place between pixels, whose centres are at .5; linear between them, and NaN outside the picture.
 */
export function valueAt({ data, width, height }: Plane, x: number, y: number): number {
  if (!(x >= 0 && y >= 0 && x <= width && y <= height)) return Number.NaN;
  const left = Math.min(Math.max(x - 0.5, 0), width - 1);
  const top = Math.min(Math.max(y - 0.5, 0), height - 1);
  const column = Math.min(left | 0, Math.max(0, width - 2));
  const row = Math.min(top | 0, Math.max(0, height - 2));
  const [right, below] = [width > 1 ? 1 : 0, height > 1 ? width : 0];
  const [u, v] = [left - column, top - row];
  const at = row * width + column;
  const upper = data[at]! + u * (data[at + right]! - data[at]!);
  const lower = data[at + below]! + u * (data[at + below + right]! - data[at + below]!);
  return upper + v * (lower - upper);
}

/** The share of pixels that are like those beside and below them, 0 to 1. */
export function flatnessOf({ data, width, height }: Plane): number {
  let even = 0;
  for (let y = 0; y + 1 < height; y++) {
    for (let at = y * width, end = at + width - 1; at < end; at++) {
      const change = Math.abs(data[at]! - data[at + 1]!) + Math.abs(data[at]! - data[at + width]!);
      if (change <= flatChange) even++;
    }
  }
  return even / Math.max(1, (width - 1) * (height - 1));
}

/** Grey values, across and down together. */
const flatChange = 2;
