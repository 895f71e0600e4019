import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import type { RgbPixels } from '../../src/model/trunk.ts';
import { augment, drawRecipe, randomOfView } from '../../src/training/augmentation.ts';
import type { Recipe } from '../../src/training/augmentation.ts';
import { Random } from '../../src/training/random.ts';
import { photo } from '../model/photo.ts';

const plainLight = { brightness: 1, contrast: 1, saturation: 1 };

/** The whole of a photo, as it is. */
function whole({ width, height }: { width: number; height: number }): Recipe {
  return { centre: [width / 2, height / 2], size: [width, height], angle: 0, mirrored: false, ...plainLight };
}

/** Red rises with x, green with y, blue is one value. */
function gradient(width: number, height: number): RgbPixels {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) data.set([2 * x, 2 * y, 90], 3 * (y * width + x));
  }
  return { data, width, height };
}

function pixel({ data, width }: RgbPixels, x: number, y: number): number[] {
  return Array.from(data.subarray(3 * (y * width + x), 3 * (y * width + x) + 3));
}

/** Mean absolute difference of values. */
function difference(one: RgbPixels, other: RgbPixels): number {
  expect([one.width, one.height]).toEqual([other.width, other.height]);
  return one.data.reduce((sum, value, at) => sum + Math.abs(value - other.data[at]!), 0) / one.data.length;
}

/** Corners of the crop in the photo, in pixels. */
function corners({ centre, size, angle }: Recipe): [number, number][] {
  return [
    [-1, -1],
    [1, -1],
    [-1, 1],
    [1, 1],
  ].map(([right, down]) => {
    const [x, y] = [(right! * size[0]) / 2, (down! * size[1]) / 2];
    return [
      centre[0] + x * Math.cos(angle) - y * Math.sin(angle),
      centre[1] + x * Math.sin(angle) + y * Math.cos(angle),
    ];
  });
}

describe('what is drawn', () => {
  const side = fc.integer({ min: 1, max: 4000 });

  it('is a crop within the photo, turned by at most 10 degrees, of the agreed area and aspect', () => {
    fc.assert(
      fc.property(fc.nat(), side, side, (seed, width, height) => {
        const recipe = drawRecipe(new Random(seed), width, height);
        for (const [x, y] of corners(recipe)) {
          expect(x).toBeGreaterThan(-1e-6);
          expect(x).toBeLessThan(width + 1e-6);
          expect(y).toBeGreaterThan(-1e-6);
          expect(y).toBeLessThan(height + 1e-6);
        }
        expect(Math.abs(recipe.angle)).toBeLessThanOrEqual(Math.PI / 18);
        const aspect = recipe.size[0] / recipe.size[1];
        expect(aspect).toBeGreaterThan(3 / 4 - 1e-9);
        expect(aspect).toBeLessThan(4 / 3 + 1e-9);
        const area = (recipe.size[0] * recipe.size[1]) / (width * height);
        const longest = Math.max(width / height, height / width);
        // A crop of 4:3 holds no more of a longer photo; turned by 10 degrees, it may have to be .82 of its size.
        const largest = Math.min(1, 4 / 3 / longest);
        expect(area).toBeLessThan(largest + 1e-9);
        expect(area).toBeGreaterThan(Math.min(0.35, largest) * 0.65);
        for (const factor of [recipe.brightness, recipe.contrast, recipe.saturation]) {
          expect(factor).toBeGreaterThanOrEqual(0.8);
          expect(factor).toBeLessThanOrEqual(1.2);
        }
      }),
    );
  });

  it('is spread over all that is allowed', () => {
    const random = new Random(3);
    const recipes = Array.from({ length: 400 }, () => drawRecipe(random, 400, 300));
    const spread = (of: (recipe: Recipe) => number) => {
      const values = recipes.map(of);
      return [Math.min(...values), Math.max(...values)];
    };
    const [smallest, largest] = spread(({ size }) => (size[0] * size[1]) / 120_000);
    expect(smallest).toBeLessThan(0.38);
    expect(smallest).toBeGreaterThan(0.34);
    expect(largest).toBeGreaterThan(0.85);
    const [narrowest, widest] = spread(({ size }) => size[0] / size[1]);
    expect(narrowest).toBeLessThan(0.8);
    expect(widest).toBeGreaterThan(1.25);
    const [left, right] = spread(({ angle }) => angle);
    expect(left).toBeLessThan(-0.15);
    expect(right).toBeGreaterThan(0.15);
    const mirrored = recipes.filter((recipe) => recipe.mirrored).length;
    expect(mirrored).toBeGreaterThan(150);
    expect(mirrored).toBeLessThan(250);
  });

  it('is the same for one view of one photo, and another for any other', () => {
    const drawn = (seed: number, name: string, view: string) =>
      JSON.stringify(drawRecipe(randomOfView(seed, name, view), 400, 300));
    const first = drawn(1, 'a', '3/4');
    drawn(2, 'b', '0/0');
    expect(drawn(1, 'a', '3/4')).toBe(first);
    const others = [drawn(2, 'a', '3/4'), drawn(1, 'b', '3/4'), drawn(1, 'a', '4/3'), drawn(1, 'a', '3/5')];
    expect(new Set([first, ...others]).size).toBe(5);
  });
});

describe('what is made of it', () => {
  it('is the photo itself where nothing is done to it', async () => {
    const pixels = await photo('nagasaki-boats', 40, 40);
    expect(await augment(pixels, whole(pixels), 40)).toEqual(pixels);
  });

  it('is mirrored', async () => {
    const pixels = await photo('nagasaki-boats', 40, 40);
    const view = await augment(pixels, { ...whole(pixels), mirrored: true }, 40);
    for (const [x, y] of [
      [0, 0],
      [7, 30],
      [39, 12],
    ] as const)
      expect(pixel(view, x, y)).toEqual(pixel(pixels, 39 - x, y));
  });

  it('shows the crop, pixel by pixel between those of the photo', async () => {
    const recipe = { ...whole({ width: 0, height: 0 }), centre: [30, 50], size: [20, 30] } as const;
    const view = await augment(gradient(100, 100), recipe, 60);
    // The view's pixel (x, y) lies at 20 + (x + .5) / 3 and 35 + (y + .5) / 2; the photo's values are 2 (x - .5).
    for (const [x, y] of [
      [0, 0],
      [59, 59],
      [13, 40],
    ] as const) {
      const wanted = [2 * (20 + (x + 0.5) / 3 - 0.5), 2 * (35 + (y + 0.5) / 2 - 0.5), 90];
      for (const [channel, value] of pixel(view, x, y).entries())
        expect(Math.abs(value - wanted[channel]!)).toBeLessThanOrEqual(0.501);
    }
  });

  it.each([
    ['enlarged', 90],
    ['brought down', 20],
  ])('is turned clockwise about its centre, %s', async (_, side) => {
    const angle = Math.PI / 20;
    const recipe = { ...whole({ width: 0, height: 0 }), centre: [50, 45], size: [40, 40], angle } as const;
    const view = await augment(gradient(100, 100), recipe, side);
    for (const [x, y] of [
      [0, 0],
      [side - 1, 3],
      [5, side - 2],
    ] as const) {
      const across = (40 * (x + 0.5)) / side - 20;
      const down = (40 * (y + 0.5)) / side - 20;
      const wanted = [
        2 * (50 + Math.cos(angle) * across - Math.sin(angle) * down - 0.5),
        2 * (45 + Math.sin(angle) * across + Math.cos(angle) * down - 0.5),
      ];
      const [red, green] = pixel(view, x, y);
      expect(Math.abs(red! - wanted[0]!)).toBeLessThan(1.2);
      expect(Math.abs(green! - wanted[1]!)).toBeLessThan(1.2);
    }
  });

  it('is averaged where it is smaller than the photo: fine stripes become grey', async () => {
    const stripes = gradient(120, 120);
    for (let at = 0; at < stripes.data.length; at++) stripes.data[at] = Math.floor(at / 3) % 2 ? 255 : 0;
    const recipe = { ...whole(stripes), size: [100, 100], angle: 0.1 } as const;
    const view = await augment(stripes, recipe, 30);
    const inner = view.data.filter((_, at) => at > 6 * 90 && at < 24 * 90);
    expect(Math.min(...inner)).toBeGreaterThan(96);
    expect(Math.max(...inner)).toBeLessThan(160);
  });

  test('a photo seen again at half its size is the mean of four pixels each', async () => {
    const pixels = await photo('black-canyon', 64, 64);
    const view = await augment(pixels, whole(pixels), 32);
    const wanted = new Uint8Array(32 * 32 * 3).map((_, at) => {
      const [x, y, channel] = [2 * (Math.floor(at / 3) % 32), 2 * Math.floor(at / 96), at % 3];
      const four = [
        pixel(pixels, x, y),
        pixel(pixels, x + 1, y),
        pixel(pixels, x, y + 1),
        pixel(pixels, x + 1, y + 1),
      ];
      return four.reduce((sum, values) => sum + values[channel]!, 0) / 4;
    });
    expect(difference(view, { data: wanted, width: 32, height: 32 })).toBeLessThan(5);
  });

  it('has the light and colours that were drawn', async () => {
    // Two pixels of grey 100 and 60 on average: luma of (200, 100, 50) is .299 x 200 + .587 x 100 + .114 x 50 = 124.2.
    const data = Uint8Array.of(200, 100, 50, 60, 60, 60, 200, 100, 50, 60, 60, 60);
    const pixels = { data, width: 2, height: 2 };
    const made = (change: Partial<Recipe>) => augment(pixels, { ...whole(pixels), ...change }, 2);
    expect(pixel(await made({ brightness: 1.2 }), 0, 0)).toEqual([240, 120, 60]);
    // The mean of 124.2 and 60 is 92.1; distances to it shrink to four fifths.
    expect(pixel(await made({ contrast: 0.8 }), 0, 0)).toEqual([178, 98, 58]);
    expect(pixel(await made({ contrast: 0.8 }), 1, 0)).toEqual([66, 66, 66]);
    // Distances to 124.2 grow by a fifth.
    expect(pixel(await made({ saturation: 1.2 }), 0, 0)).toEqual([215, 95, 35]);
    expect(pixel(await made({ saturation: 1.2 }), 1, 0)).toEqual([60, 60, 60]);
    // All of them: (x 1.1 - 101.31) x 1.2 + 101.31 is 243.7, 111.7, 45.7, whose grey is 143.7.
    const all = await made({ brightness: 1.1, contrast: 1.2, saturation: 0.8 });
    expect(pixel(all, 0, 0)).toEqual([224, 118, 65]);
    // 266, 122, 50 with grey 156.7 become 288, 115, 29: what would be lighter than white is white.
    expect(pixel(await made({ brightness: 1.2, contrast: 1.2, saturation: 1.2 }), 0, 0)).toEqual([
      255, 115, 29,
    ]);
  });

  it('is the same each time, and leaves the photo as it was', async () => {
    const pixels = await photo('march-pastoral', 90, 60);
    const before = pixels.data.slice();
    const recipe = drawRecipe(new Random(7), 90, 60);
    const first = await augment(pixels, recipe, 48);
    expect(first).toEqual(await augment(pixels, recipe, 48));
    expect([first.width, first.height, first.data.length]).toEqual([48, 48, 48 * 48 * 3]);
    expect(pixels.data).toEqual(before);
  });

  it('is made of any photo at any side', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(),
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 1, max: 40 }),
        async (seed, width, height, side) => {
          const data = new Uint8Array(width * height * 3).fill(200);
          const recipe = { ...drawRecipe(new Random(seed), width, height), ...plainLight };
          const view = await augment({ data, width, height }, recipe, side);
          // No black corner, and nothing else either that is not of the photo.
          expect(view.data.every((value) => value === 200)).toBe(true);
          expect(view.data).toHaveLength(3 * side * side);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('refuses bytes that do not fill the photo', async () => {
    const pixels = { data: new Uint8Array(11), width: 2, height: 2 };
    await expect(augment(pixels, whole(pixels), 2)).rejects.toThrow(RangeError);
  });
});
