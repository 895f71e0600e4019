/** A picture in which any mirroring, rotation or change of colour shows. */
import sharp from 'sharp';
import type { Sharp } from 'sharp';
import { expect } from 'vitest';
import type { RgbPixels } from '../../src/model/trunk.ts';

export const corners = {
  topLeft: [180, 70, 60],
  topRight: [80, 150, 90],
  bottomLeft: [80, 100, 160],
  bottomRight: [200, 180, 90],
} as const;

/** Four quarters of one colour each, so that any mirroring, rotation or change of colour shows. */
export function quarters(width = 96, height = 64): Sharp {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const left = x < width / 2;
      const colour =
        y < height / 2
          ? left
            ? corners.topLeft
            : corners.topRight
          : left
            ? corners.bottomLeft
            : corners.bottomRight;
      data.set(colour, 3 * (y * width + x));
    }
  }
  return sharp(data, { raw: { width, height, channels: 3 } });
}

export function pixelAt({ data, width, height }: RgbPixels, x: number, y: number): number[] {
  const at = 3 * (Math.floor(y * height) * width + Math.floor(x * width));
  return [...data.subarray(at, at + 3)];
}

export function expectColour(found: number[], wanted: readonly number[], tolerance: number): void {
  const furthest = Math.max(...found.map((value, channel) => Math.abs(value - (wanted[channel] ?? 0))));
  expect(furthest, `${found} should be near ${wanted}`).toBeLessThanOrEqual(tolerance);
}

export function expectQuarters(pixels: RgbPixels, tolerance: number): void {
  expectColour(pixelAt(pixels, 0.25, 0.25), corners.topLeft, tolerance);
  expectColour(pixelAt(pixels, 0.75, 0.25), corners.topRight, tolerance);
  expectColour(pixelAt(pixels, 0.25, 0.75), corners.bottomLeft, tolerance);
  expectColour(pixelAt(pixels, 0.75, 0.75), corners.bottomRight, tolerance);
}
