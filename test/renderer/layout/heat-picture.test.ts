import fc from 'fast-check';
import { expect, test } from 'vitest';
import { heatPicture } from '../../../renderer/layout/heat-picture.ts';

/** WCAG's relative luminance. */
function luminance(pixels: Uint8ClampedArray, pixel: number): number {
  const linear = [...pixels.subarray(pixel * 4, pixel * 4 + 3)].map((value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * linear[0]! + 0.7152 * linear[1]! + 0.0722 * linear[2]!;
}

function hue(pixels: Uint8ClampedArray, pixel: number): number {
  const [red, green, blue] = [...pixels.subarray(pixel * 4, pixel * 4 + 3)] as [number, number, number];
  return (Math.atan2(Math.sqrt(3) * (green - blue), 2 * red - green - blue) * 180) / Math.PI;
}

const maps = fc
  .record({ width: fc.integer({ min: 1, max: 6 }), height: fc.integer({ min: 1, max: 6 }) })
  .chain(({ width, height }) =>
    fc
      .array(fc.double({ min: 0, max: 1, noNaN: true }), {
        minLength: width * height,
        maxLength: width * height,
      })
      .map((values) => ({ width, height, values: Float32Array.from(values) })),
  );

test('the more alike, the lighter, in one hue, from near black to bright', () => {
  const { width, pixels } = heatPicture({ width: 64, height: 1, values: ascending(64) });
  const lights = Array.from({ length: width }, (_, x) => luminance(pixels, x));
  for (let x = 1; x < width; x += 1) expect(lights[x]).toBeGreaterThanOrEqual(lights[x - 1]!);
  expect(lights[0]).toBeLessThan(0.02);
  expect(lights.at(-1)).toBeGreaterThan(0.55);
  const hues = Array.from({ length: width }, (_, x) => hue(pixels, x));
  expect(Math.max(...hues) - Math.min(...hues)).toBeLessThan(6);
});

function ascending(count: number): Float32Array {
  return Float32Array.from({ length: count }, (_, place) => place / (count - 1));
}

test('equal cells make one colour, and every pixel is opaque', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 1, max: 9 }),
      fc.double({ min: 0, max: 1 }),
      (width, height, value) => {
        const values = new Float32Array(width * height).fill(value);
        const picture = heatPicture({ width, height, values });
        expect(picture.pixels).toHaveLength(picture.width * picture.height * 4);
        const [first] = new Uint32Array(picture.pixels.buffer);
        expect(new Uint32Array(picture.pixels.buffer).every((pixel) => pixel === first)).toBe(true);
        expect(picture.pixels[3]).toBe(255);
      },
    ),
  );
});

test('turned on its side, a map makes a picture turned on its side', () => {
  fc.assert(
    fc.property(maps, (map) => {
      const turned = {
        width: map.height,
        height: map.width,
        values: map.values.map(
          (_, cell) => map.values[(cell % map.height) * map.width + Math.floor(cell / map.height)]!,
        ),
      };
      const [one, other] = [heatPicture(map), heatPicture(turned)];
      for (let y = 0; y < one.height; y += 1) {
        for (let x = 0; x < one.width; x += 1) {
          for (let channel = 0; channel < 3; channel += 1) {
            const here = one.pixels[(y * one.width + x) * 4 + channel]!;
            // Which side is blended first shows in the last bit only.
            expect(Math.abs(here - other.pixels[(x * other.width + y) * 4 + channel]!)).toBeLessThanOrEqual(
              1,
            );
          }
        }
      }
    }),
  );
});

test('between two cells it goes straight from one to the other, and stays at the ends', () => {
  // The first quarter of the ramp is straight in each colour.
  const { width, pixels } = heatPicture({ width: 2, height: 1, values: Float32Array.of(0, 0.25) });
  const red = Array.from({ length: width }, (_, x) => pixels[x * 4]!);
  expect(red.slice(0, 4)).toEqual([20, 20, 20, 20]);
  expect(red.slice(-4)).toEqual([84, 84, 84, 84]);
  const steps = red.slice(4, 12).map((value, place) => value - (20 + (64 * (place + 0.5)) / 8));
  for (const step of steps) expect(Math.abs(step)).toBeLessThanOrEqual(0.5);
});
