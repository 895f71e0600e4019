/**
 * Finds a picture inside another that shows it on a screen or a page, where keypoints fail: the picture is small there,
 * and the writing around it takes the keypoints. By normalised correlation at every place and many sizes; source:
 * Lewis, "Fast normalized cross-correlation", Vision Interface 1995, for the sums over windows.
 */
import type { Affine } from './affine.ts';
import type { Plane, Pyramid } from './plane.ts';
import { shrink } from './plane.ts';

/** Long side of the page that is searched, in pixels. */
const pageSide = 64;
/** Sizes of the picture on the page, as shares of what would fill it, from the largest on, each so much smaller. */
const sizes = { largest: 0.97, smallest: 0.24, factor: 0.9 };
/** Fewer pixels than this to a side tell one picture from no other. */
const leastSide = 8;

export interface Found {
  /** From the picture to the page, in fractions. */
  readonly map: Affine;
  /** -1 to 1. */
  readonly correlation: number;
}

/** Where on the page a picture most likely is, upright and in its own form; null for a page without any contrast. */
export function findOnPage(picture: Pyramid, page: Pyramid): Found | null {
  const scale = Math.min(1, pageSide / Math.max(page[0].width, page[0].height));
  const ground = shrink(page, Math.round(page[0].width * scale), Math.round(page[0].height * scale));
  const sums = sumsOf(ground);
  const fill = Math.min(ground.width / picture[0].width, ground.height / picture[0].height);
  let best: Found | null = null;
  for (let size = sizes.largest; size >= sizes.smallest; size *= sizes.factor) {
    const width = Math.round(picture[0].width * fill * size);
    const height = Math.round(picture[0].height * fill * size);
    if (Math.min(width, height) < leastSide) break;
    const found = bestPlace(shrink(picture, width, height), ground, sums);
    if (found && found.correlation > (best?.correlation ?? 0)) {
      best = {
        correlation: found.correlation,
        map: [
          width / ground.width,
          0,
          found.left / ground.width,
          0,
          height / ground.height,
          found.top / ground.height,
        ],
      };
    }
  }
  return best;
}

/** Sums of the values, and of their squares, above and to the left of each corner of a pixel: [height + 1, width + 1]. */
interface Sums {
  readonly values: Float64Array;
  readonly squares: Float64Array;
}

function sumsOf({ data, width, height }: Plane): Sums {
  const columns = width + 1;
  const values = new Float64Array(columns * (height + 1));
  const squares = new Float64Array(columns * (height + 1));
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = (y + 1) * columns + x + 1;
      const value = data[y * width + x]!;
      values[at] = value + values[at - 1]! + values[at - columns]! - values[at - columns - 1]!;
      squares[at] = value * value + squares[at - 1]! + squares[at - columns]! - squares[at - columns - 1]!;
    }
  }
  return { values, squares };
}

function bestPlace(
  template: Plane,
  ground: Plane,
  sums: Sums,
): { left: number; top: number; correlation: number } | null {
  const { width, height } = template;
  const count = width * height;
  const mean = template.data.reduce((sum, value) => sum + value, 0) / count;
  const centred = template.data.map((value) => value - mean);
  const length = Math.sqrt(centred.reduce((sum, value) => sum + value * value, 0));
  // A picture that is the same all over is like every flat place.
  if (length < Math.sqrt(count)) return null;
  const columns = ground.width + 1;
  let best: { left: number; top: number; correlation: number } | null = null;
  for (let top = 0; top + height <= ground.height; top++) {
    for (let left = 0; left + width <= ground.width; left++) {
      const [upper, lower] = [top * columns + left, (top + height) * columns + left];
      const within = (table: Float64Array) =>
        table[lower + width]! - table[lower]! - table[upper + width]! + table[upper]!;
      const sum = within(sums.values);
      const variance = within(sums.squares) - (sum * sum) / count;
      if (variance < count) continue;
      let product = 0;
      for (let y = 0, at = 0; y < height; y++) {
        const row = (top + y) * ground.width + left;
        for (let x = 0; x < width; x++, at++) product += centred[at]! * ground.data[row + x]!;
      }
      const correlation = product / (length * Math.sqrt(variance));
      if (correlation > (best?.correlation ?? 0)) best = { left, top, correlation };
    }
  }
  return best;
}
