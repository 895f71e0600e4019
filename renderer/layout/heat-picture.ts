/** A heat-map as a picture: smooth between the middles of cells, in lightness of one hue. */
import type { HeatMap } from '../../src/api-search.ts';

/** From nothing alike to all alike: sRGB. One hue, lighter by even steps, so that no eye confuses two of them. */
const ramp = [
  [20, 14, 0],
  [84, 59, 0],
  [150, 105, 0],
  [214, 150, 0],
  [255, 193, 50],
] as const;

/** As CSS draws it, from nothing alike to all alike. */
export const rampGradient = `linear-gradient(to right, ${ramp.map((colour) => `rgb(${colour.join(' ')})`).join(', ')})`;

/** Pixels for each cell: beyond that, the eye sees no difference. */
const pixelsPerCell = 8;

/**
 * @returns an opaque picture, RGBA row by row, `pixelsPerCell` times the map's size; between the middles of four cells
 *   the value is bilinear, beyond the outermost ones it stays
 */
export function heatPicture({ width, height, values }: HeatMap): {
  width: number;
  height: number;
  pixels: Uint8ClampedArray<ArrayBuffer>;
} {
  const picture = { width: width * pixelsPerCell, height: height * pixelsPerCell };
  const pixels = new Uint8ClampedArray(picture.width * picture.height * 4);
  const columns = Array.from({ length: picture.width }, (_, x) => between(x, width));
  for (let y = 0; y < picture.height; y += 1) {
    const row = between(y, height);
    for (const [x, column] of columns.entries()) {
      const value = (line: number) => {
        const left = values[line * width + column.first] ?? 0;
        const right = values[line * width + column.second] ?? 0;
        return left + (right - left) * column.share;
      };
      const upper = value(row.first);
      paint(pixels, (y * picture.width + x) * 4, upper + (value(row.second) - upper) * row.share);
    }
  }
  return { ...picture, pixels };
}

/** The two cells whose middles a pixel lies between, and its way from the first to the second. */
function between(pixel: number, cells: number): { first: number; second: number; share: number } {
  const place = Math.max(0, Math.min(cells - 1, (pixel + 0.5) / pixelsPerCell - 0.5));
  const first = Math.floor(place);
  return { first, second: Math.min(cells - 1, first + 1), share: place - first };
}

/** @param value from 0 to 1 */
function paint(pixels: Uint8ClampedArray, offset: number, value: number): void {
  const place = Math.max(0, Math.min(1, value)) * (ramp.length - 1);
  const step = Math.min(ramp.length - 2, Math.floor(place));
  for (let channel = 0; channel < 3; channel += 1) {
    const from = ramp[step]?.[channel] ?? 0;
    const to = ramp[step + 1]?.[channel] ?? 0;
    pixels[offset + channel] = from + (to - from) * (place - step);
  }
  pixels[offset + 3] = 255;
}
