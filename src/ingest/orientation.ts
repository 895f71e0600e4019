/** The eight ways in which a camera may have been held (EXIF 2.32, tag 0x0112 Orientation). */
import type { RgbPixels } from '../model/trunk.ts';

/** Whether a picture with this orientation stands on its side, so that upright it swaps width and height. */
export function isSideways(orientation: number): boolean {
  return orientation >= 5 && orientation <= 8;
}

/**
 * Turns stored pixels upright. It runs on the resized picture: rotating before resizing, as libvips would, keeps
 * the whole original in memory.
 * @param orientation 1 to 8; anything else counts as 1
 */
export function turnUpright(stored: RgbPixels, orientation: number): RgbPixels {
  if (!(orientation >= 2 && orientation <= 8)) return stored;
  const { data, width, height } = stored;
  const sideways = isSideways(orientation);
  const upright = {
    data: new Uint8Array(data.length),
    width: sideways ? height : width,
    height: sideways ? width : height,
  };
  // Stored row 0 is the upright top (1, 2), bottom (3, 4), left (5, 8) or right (6, 7) side; column 0 likewise.
  const fromRight = orientation === 2 || orientation === 3 || orientation === 6 || orientation === 7;
  const fromBottom = orientation === 3 || orientation === 4 || orientation === 7 || orientation === 8;
  let target = 0;
  for (let row = 0; row < upright.height; row++) {
    const y = fromBottom ? upright.height - 1 - row : row;
    for (let column = 0; column < upright.width; column++, target += 3) {
      const x = fromRight ? upright.width - 1 - column : column;
      const source = 3 * (sideways ? x * width + y : y * width + x);
      upright.data[target] = data[source] ?? 0;
      upright.data[target + 1] = data[source + 1] ?? 0;
      upright.data[target + 2] = data[source + 2] ?? 0;
    }
  }
  return upright;
}
