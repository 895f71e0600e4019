import fc from 'fast-check';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createFeatureExtractor } from '../../src/local-features/extract.ts';
import type { FeatureExtractor } from '../../src/local-features/extract.ts';
import { countOf, localDimensions } from '../../src/local-features/features.ts';
import type { LocalFeatures } from '../../src/local-features/features.ts';
import { matchFeatures } from '../../src/local-features/matching.ts';
import {
  defaultLocalFeatureModelFolder,
  readLocalFeatureModel,
} from '../../src/model/local-feature-model.ts';
import type { LocalFeatureModel } from '../../src/model/local-feature-model.ts';
import type { RgbPixels } from '../../src/model/trunk.ts';
import { photo } from '../model/photo.ts';
import { referenceFeatures } from './xfeat-reference.ts';

let model: LocalFeatureModel;
let extractor: FeatureExtractor;

beforeAll(async () => {
  model = await readLocalFeatureModel(defaultLocalFeatureModelFolder());
  extractor = await createFeatureExtractor(model, { threads: 1 });
});

afterAll(() => extractor.release());

describe('features of a photo', () => {
  it.each([
    ['march-pastoral', 128, 96],
    // Sides that are no multiples of 32: what is added to the picture may give no keypoint.
    ['nagasaki-boats', 101, 75],
    ['allium-oreophilum', 40, 130],
  ])('are those of a slow network in plain loops: %s at %i x %i', async (name, width, height) => {
    const pixels = await photo(name, width, height);
    const expected = referenceFeatures(pixels, model.tensors);
    const found = await extractor.extract(pixels);
    expect(found).toMatchObject({ width, height });
    expect(countOf(found)).toBeGreaterThan(15);

    const byPlace = new Map(expected.map((keypoint) => [placeOf(keypoint.x, keypoint.y), keypoint]));
    const places = placesOf(found);
    // The two compute in different precision, and may decide differently where it is a close call.
    for (const { x, y, margin } of expected) {
      if (margin > 1e-4) expect(places).toContain(placeOf(x, y));
    }
    let previous = Infinity;
    for (const [index, place] of places.entries()) {
      const { score, descriptor } = byPlace.get(place)!;
      expect(score).toBeLessThan(previous + 1e-4);
      previous = score;
      const row = found.descriptors.subarray(index * localDimensions, (index + 1) * localDimensions);
      const worst = descriptor.reduce((most, part, at) => Math.max(most, Math.abs(part * 127 - row[at]!)), 0);
      expect(worst).toBeLessThan(0.51);
    }
  });

  it('are the strongest, and no more than the model says', async () => {
    const pixels = await photo('march-pastoral', 512, 384);
    const all = await extractor.extract(pixels);
    expect(countOf(all)).toBe(model.settings.keypoints);
    const settings = { ...model.settings, keypoints: 50 };
    const frugal = await createFeatureExtractor({ ...model, settings }, { threads: 2 });
    const few = await frugal.extract(pixels);
    await frugal.release();
    expect(few).toEqual({
      ...all,
      positions: all.positions.slice(0, 100),
      descriptors: all.descriptors.slice(0, 50 * localDimensions),
    });
  });

  it('lie at least three pixels apart, and are unit vectors', async () => {
    const found = await extractor.extract(await photo('nagasaki-boats', 300, 200));
    const points = pointsOf(found);
    for (const [index, [x, y]] of points.entries()) {
      const distances = points
        .slice(index + 1)
        .map(([otherX, otherY]) => Math.max(Math.abs(x - otherX), Math.abs(y - otherY)));
      expect(Math.min(...distances)).toBeGreaterThan(2);
      const row = found.descriptors.subarray(index * localDimensions, (index + 1) * localDimensions);
      expect(Math.abs(Math.hypot(...row) - 127)).toBeLessThan(4);
    }
  });

  it.each([
    // By whole cells of 8 x 8 pixels, in each of which the network looks for one keypoint, they stay the same ones.
    [40, 24, 1.5],
    [37, 22, 8],
  ])('move with what is in the picture: by %i, %i to within %d pixels', async (left, top, tolerance) => {
    const wide = await photo('march-pastoral', 512, 384);
    const part = crop(wide, left, top, 416, 320);
    const matches = await matched(await extractor.extract(part), await extractor.extract(wide));
    const right = matches.filter(
      ([[x, y], [otherX, otherY]]) => Math.hypot(x + left - otherX, y + top - otherY) < tolerance,
    );
    expect(right.length).toBeGreaterThan(200);
    expect(right.length / matches.length).toBeGreaterThan(0.85);
  });

  it('stay where they are in a smaller picture, on average to a fraction of a pixel', async () => {
    const large = await photo('nagasaki-boats', 512, 384);
    const [width, height] = [412, 309];
    const smaller = await sharp(large.data, { raw: { width: 512, height: 384, channels: 3 } })
      .resize(width, height, { fit: 'fill' })
      .raw()
      .toBuffer();
    const small = { data: new Uint8Array(smaller), width, height };
    const matches = await matched(await extractor.extract(small), await extractor.extract(large));
    const offsets = matches
      .map(([[x, y], [largeX, largeY]]) => [
        ((x + 0.5) * 512) / width - 0.5 - largeX,
        ((y + 0.5) * 384) / height - 0.5 - largeY,
      ])
      .filter(([x = 0, y = 0]) => Math.hypot(x, y) < 8);
    expect(offsets.length).toBeGreaterThan(200);
    expect(offsets.length / matches.length).toBeGreaterThan(0.85);
    for (const axis of [0, 1]) {
      const mean = offsets.reduce((sum, offset) => sum + offset[axis]!, 0) / offsets.length;
      expect(Math.abs(mean)).toBeLessThan(0.5);
    }
  });
});

describe('a picture with nothing in it', () => {
  it.each([
    [1, 1],
    [8, 8],
    [300, 8],
    [7, 200],
    [128, 96],
  ])('has no features: %i x %i', async (width, height) => {
    for (const level of [0, 119, 255]) {
      const data = new Uint8Array(width * height * 3).fill(level);
      expect(await extractor.extract({ data, width, height })).toEqual({
        width,
        height,
        positions: new Float32Array(),
        descriptors: new Int8Array(),
      });
    }
  });

  it('or with noise, of any size, gives features inside it', async () => {
    const picture = fc
      .record({ width: fc.integer({ min: 1, max: 70 }), height: fc.integer({ min: 1, max: 70 }) })
      .chain(({ width, height }) => {
        const length = width * height * 3;
        const data = fc.uint8Array({ minLength: length, maxLength: length });
        return data.map((bytes) => ({ data: bytes, width, height }));
      });
    await fc.assert(
      fc.asyncProperty(picture, async (pixels) => {
        const found = await extractor.extract(pixels);
        for (const [x, y] of pointsOf(found)) {
          expect(x).toBeLessThan(pixels.width);
          expect(y).toBeLessThan(pixels.height);
        }
        expect(found.descriptors).toHaveLength(countOf(found) * localDimensions);
      }),
      { numRuns: 25 },
    );
  });
});

it('bytes that do not fill the picture are refused', async () => {
  const data = new Uint8Array(10);
  await expect(extractor.extract({ data, width: 2, height: 2 })).rejects.toThrow(RangeError);
  await expect(extractor.extract({ data: data.subarray(0, 0), width: 0, height: 2 })).rejects.toThrow(
    RangeError,
  );
});

type Point = [x: number, y: number];

/** Positions of the keypoints that match. */
async function matched(one: LocalFeatures, other: LocalFeatures): Promise<[Point, Point][]> {
  const pairs = await matchFeatures(one, other);
  const [onePoints, otherPoints] = [pointsOf(one), pointsOf(other)];
  return Array.from(pairs.query, (index, pair) => [onePoints[index]!, otherPoints[pairs.other[pair]!]!]);
}

function pointsOf({ positions }: LocalFeatures): Point[] {
  return Array.from({ length: positions.length / 2 }, (_, index) => [
    positions[index * 2]!,
    positions[index * 2 + 1]!,
  ]);
}

function placesOf(features: LocalFeatures): string[] {
  return pointsOf(features).map(([x, y]) => placeOf(x, y));
}

function placeOf(x: number, y: number): string {
  return `${x},${y}`;
}

function crop(pixels: RgbPixels, left: number, top: number, width: number, height: number): RgbPixels {
  const data = new Uint8Array(width * height * 3);
  for (let row = 0; row < height; row++) {
    const start = ((top + row) * pixels.width + left) * 3;
    data.set(pixels.data.subarray(start, start + width * 3), row * width * 3);
  }
  return { data, width, height };
}
