import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { innerPicture } from '../../src/duplicates/inner-picture.ts';
import type { Area } from '../../src/duplicates/inner-picture.ts';
import type { RgbPixels } from '../../src/model/trunk.ts';
import { seededRandom } from '../bench/seeded-random.ts';
import { realPhoto } from '../ingest/pictures.ts';

type Colour = readonly [number, number, number];

/** A page of one colour, with areas of noise on it. */
function page(width: number, height: number, colour: Colour, ...areas: Area[]): RgbPixels {
  const random = seededRandom(2);
  const data = Uint8Array.from({ length: width * height * 3 }, (_, at) => colour[at % 3]!);
  for (const area of areas) {
    for (let y = area.top; y < area.top + area.height; y++) {
      for (let x = area.left; x < area.left + area.width; x++) {
        for (let channel = 0; channel < 3; channel++)
          data[3 * (y * width + x) + channel] = (colour[channel]! + 40 + 170 * random()) % 256;
      }
    }
  }
  return { data, width, height };
}

function expectNear(found: Area | null, area: Area, within: number): void {
  for (const side of ['left', 'top', 'width', 'height'] as const)
    expect(Math.abs((found?.[side] ?? NaN) - area[side])).toBeLessThanOrEqual(within);
}

describe('the picture in a picture', () => {
  it('is found wherever it lies, on a page of whatever colour', () => {
    fc.assert(
      fc.property(
        fc.tuple(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 40 })),
        fc.tuple(fc.integer({ min: 40, max: 75 }), fc.integer({ min: 40, max: 75 })),
        fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255)),
        ([left, top], [width, height], colour) => {
          const area = { left, top, width, height };
          expectNear(innerPicture(page(120, 120, colour, area)), area, 0);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('is the largest of several', () => {
    const area = { left: 40, top: 30, width: 80, height: 60 };
    const writing = Array.from({ length: 6 }, (_, line) => ({
      left: 4,
      top: 10 + 15 * line,
      width: 25,
      height: 5,
    }));
    expectNear(innerPicture(page(160, 120, [240, 240, 240], ...writing, area)), area, 0);
  });

  it('is told in pixels of a large picture', () => {
    const area = { left: 300, top: 100, width: 600, height: 450 };
    expectNear(innerPicture(page(1280, 800, [30, 30, 30], area)), area, 5);
  });

  it('is none where there is nothing else, or only writing', () => {
    expect(innerPicture(page(100, 80, [9, 9, 9]))).toBeNull();
    expect(innerPicture(page(100, 80, [9, 9, 9], { left: 0, top: 0, width: 100, height: 80 }))).toBeNull();
    expect(innerPicture(page(200, 160, [9, 9, 9], { left: 10, top: 10, width: 20, height: 4 }))).toBeNull();
    expect(innerPicture({ data: Uint8Array.of(1, 2, 3), width: 1, height: 1 })).toBeNull();
  });

  it('is what a border surrounds, after compression too', async () => {
    const photo = sharp(realPhoto('black-canyon')).resize(400, 300, { fit: 'fill' });
    const border = { top: 30, bottom: 30, left: 30, right: 30, background: '#fff' };
    const saved = await photo.extend(border).jpeg({ quality: 70 }).toBuffer();
    const { data, info } = await sharp(saved).raw().toBuffer({ resolveWithObject: true });
    const found = innerPicture({ data, width: info.width, height: info.height });
    expectNear(found, { left: 30, top: 30, width: 400, height: 300 }, 6);
  });

  it('is none in photos without a plain sky', async () => {
    for (const name of ['black-canyon', 'locomotion-house-cat']) {
      const { data, info } = await sharp(realPhoto(name))
        .resize(400)
        .raw()
        .toBuffer({ resolveWithObject: true });
      const found = innerPicture({ data: new Uint8Array(data), width: info.width, height: info.height });
      expect([name, info.channels, found]).toEqual([name, 3, null]);
    }
  });
});
