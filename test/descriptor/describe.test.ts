import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { describeBox } from '../../src/descriptor/box.ts';
import { createDescriber } from '../../src/descriptor/describe.ts';
import type { Describer, Description } from '../../src/descriptor/describe.ts';
import {
  decodeRegions,
  dequantiseRegions,
  encodeRegions,
  maximumBlobBytes,
  regionsOf,
} from '../../src/descriptor/quantise.ts';
import { defaultModelFolder, readModel, withScales } from '../../src/model/model-folder.ts';
import type { Model } from '../../src/model/model-folder.ts';
import { createTrunk } from '../../src/model/trunk.ts';
import type { RgbPixels, Trunk } from '../../src/model/trunk.ts';
import { photo } from '../model/photo.ts';
import { referenceDescriptor, referenceGrid, referenceVectors, unit } from './reference.ts';

let model: Model;
let trunk: Trunk;
let describer: Describer;

beforeAll(async () => {
  model = await readModel(defaultModelFolder());
  trunk = await createTrunk(model, { threads: 1 });
  describer = await createDescriber(model, { threads: 1 });
});

afterAll(async () => {
  await trunk.release();
  await describer.release();
});

async function describeOne(pixels: RgbPixels): Promise<Description> {
  const [made] = await describer.describe([pixels]);
  return made!;
}

function farthest(one: ArrayLike<number>, other: ArrayLike<number>): number {
  expect(one.length).toBe(other.length);
  return Math.max(...Array.from(one, (value, index) => Math.abs(value - other[index]!)));
}

function length(vector: ArrayLike<number>): number {
  return Math.hypot(...Array.from(vector));
}

/** Single colour, as a lens cap gives. */
function plain(width: number, height: number, value = 0): RgbPixels {
  return { data: new Uint8Array(width * height * 3).fill(value), width, height };
}

describe('a real photo', () => {
  // The settings that the issue asks for: three levels, and the whole map as one region more.
  const settings = { levels: 3, wholeMap: true };

  test.each([
    ['nagasaki-boats', 512, 384],
    ['french-alpine-landscape', 333, 500],
    ['allium-oreophilum', 256, 256],
    ['black-canyon', 512, 120],
  ])('%s at %i x %i has the descriptor that the papers define', async (name, width, height) => {
    const pixels = await photo(name, width, height);
    const [map] = await trunk.run([pixels]);
    const { descriptor, regions } = await describeOne(pixels);
    expect(farthest(descriptor, referenceDescriptor(map!, model.head, settings))).toBeLessThan(1e-5);
    expect(length(descriptor)).toBeCloseTo(1, 5);

    const vectors = referenceVectors(map!, model.head, settings);
    const kept = regions.dimensions;
    const back = dequantiseRegions(regions);
    expect(back).toHaveLength(vectors.length * kept);
    for (const [region, vector] of vectors.entries()) {
      const wanted = unit(vector.slice(0, kept));
      const own = back.subarray(region * kept, (region + 1) * kept);
      // In 15 steps, a vector keeps its direction within 11 degrees, those of a few large entries too.
      expect(wanted.reduce((sum, value, index) => sum + value * own[index]!, 0)).toBeGreaterThan(0.98);
    }
    expect(
      regionsOf(regions).map((square) => ({
        left: square.x,
        top: square.y,
        right: square.x + square.width,
        bottom: square.y + square.height,
      })),
    ).toEqual(referenceGrid(map!.height, map!.width, settings));
  });

  it('gives its map and makes region vectors, for boxes', async () => {
    const pixels = await photo('nagasaki-boats', 512, 384);
    const map = await describer.map(pixels);
    const wanted = (await trunk.run([pixels]))[0]!;
    expect([map.channels, map.height, map.width]).toEqual([wanted.channels, wanted.height, wanted.width]);
    expect(map.data.every((value, index) => Math.abs(value - wanted.data[index]!) < 1e-5)).toBe(true);
    // The box of all of the photo is the first region of the grid.
    const vector = await describeBox(map, [0, 0, 1, 1], (maxima) => describer.vectors(maxima));
    expect(farthest(vector, referenceVectors(map, model.head, settings)[0]!)).toBeLessThan(1e-5);
  });

  it('has 21 regions at 4:3', async () => {
    const { regions } = await describeOne(await photo('nagasaki-boats', 512, 384));
    expect(regions.geometry).toEqual({ height: 12, width: 16, levels: 3, wholeMap: true });
    expect(regions.scales).toHaveLength(21);
  });

  it('without a head is described by its maxima alone', async () => {
    const raw = await createDescriber({ ...model, head: null }, { threads: 1 });
    const pixels = await photo('dust-bowl-home', 256, 192);
    const [map] = await trunk.run([pixels]);
    const [made] = await raw.describe([pixels]);
    await raw.release();
    expect(raw.dimensions).toBe(1280);
    expect(farthest(made!.descriptor, referenceDescriptor(map!, null, settings))).toBeLessThan(1e-5);
  });

  it('obeys the settings of the model', async () => {
    const other = { levels: 2, wholeMap: false };
    const describing = await createDescriber(
      { ...model, settings: { ...model.settings, ...other } },
      { threads: 1 },
    );
    const pixels = await photo('march-pastoral', 256, 192);
    const [map] = await trunk.run([pixels]);
    const [made] = await describing.describe([pixels]);
    await describing.release();
    expect(made!.regions.scales).toHaveLength(8);
    expect(farthest(made!.descriptor, referenceDescriptor(map!, model.head, other))).toBeLessThan(1e-5);
  });
});

describe('at several scales', () => {
  const longSide = 256;
  const scales = [0.75, 1, 1.5];
  const settings = { levels: 3, wholeMap: true };
  const small = () => ({ ...model, settings: { ...model.settings, longSide } });
  let several: Describer;
  let one: Describer;

  beforeAll(async () => {
    several = await createDescriber(withScales(small(), scales), { threads: 1 });
    one = await createDescriber(small(), { threads: 1 });
  });

  afterAll(async () => {
    await several.release();
    await one.release();
  });

  async function resized({ data, width, height }: RgbPixels, long: number): Promise<RgbPixels> {
    const scale = long / Math.max(width, height);
    const size = { width: Math.round(width * scale), height: Math.round(height * scale) };
    const picture = sharp(data, { raw: { width, height, channels: 3 } });
    return {
      data: await picture
        .resize({ ...size, fit: 'fill' })
        .raw()
        .toBuffer(),
      ...size,
    };
  }

  it.each([
    ['as large as the largest scale', 384, 288, 256],
    ['upright, between two scales', 240, 320, 256],
    ['smaller than the long side', 120, 90, 120],
  ])('a photo %s has the mean direction of the descriptors at each', async (_, width, height, base) => {
    const pixels = await photo('nagasaki-boats', width, height);
    const sum = new Float64Array(512);
    for (const scale of scales) {
      const [map] = await trunk.run([await resized(pixels, base * scale)]);
      for (const [axis, value] of referenceDescriptor(map!, model.head, settings).entries())
        sum[axis]! += value;
    }
    const [made] = await several.describe([pixels]);
    const wanted = sum.map((value) => value / length(sum));
    expect(farthest(made!.descriptor, wanted)).toBeLessThan(1e-5);
    const [alone] = await one.describe([await resized(pixels, base)]);
    expect(made!.regions).toEqual(alone!.regions);
    expect(farthest(made!.descriptor, alone!.descriptor)).toBeGreaterThan(0.01);
  });

  it('photos of several sizes are described as one by one', async () => {
    const pictures = [
      await photo('black-canyon', 384, 256),
      plain(3, 1),
      await photo('march-pastoral', 96, 96),
    ];
    const together = await several.describe(pictures);
    for (const [index, pixels] of pictures.entries()) {
      const [alone] = await several.describe([pixels]);
      expect(farthest(together[index]!.descriptor, alone!.descriptor)).toBeLessThan(1e-5);
      expect(length(alone!.descriptor)).toBeCloseTo(1, 5);
    }
    expect(await several.describe([])).toEqual([]);
  });
});

describe('several pictures in one call', () => {
  it('are described as one by one, in their order, whatever sizes they have', async () => {
    const pictures = [
      await photo('nagasaki-boats', 256, 192),
      await photo('allium-oreophilum', 192, 256),
      await photo('black-canyon', 256, 192),
      await photo('locomotion-house-cat', 256, 256),
      plain(1, 1, 90),
      await photo('march-pastoral', 192, 256),
    ];
    const together = await describer.describe(pictures);
    expect(together).toHaveLength(pictures.length);
    for (const [index, made] of together.entries()) {
      const alone = await describeOne(pictures[index]!);
      expect(farthest(made.descriptor, alone.descriptor)).toBeLessThan(1e-5);
      expect(made.regions.geometry).toEqual(alone.regions.geometry);
      expect(farthest(dequantiseRegions(made.regions), dequantiseRegions(alone.regions))).toBeLessThan(
        Math.max(...alone.regions.scales) + 1e-5,
      );
    }
    expect(await describer.describe([])).toEqual([]);
  });
});

describe('degenerate pictures', () => {
  test.each([
    ['one pixel', plain(1, 1, 200)],
    ['one row', plain(512, 1, 128)],
    ['one column', plain(1, 512, 128)],
    ['a long panorama', plain(512, 40, 30)],
    ['all black', plain(64, 48)],
    ['all white', plain(64, 48, 255)],
  ])('%s has a descriptor of length 1 and regions that fit', async (_, pixels) => {
    const { descriptor, regions } = await describeOne(pixels);
    expect(descriptor).toHaveLength(512);
    expect(length(descriptor)).toBeCloseTo(1, 5);
    expect(regions.scales).toHaveLength(regionsOf(regions).length);
    const blob = encodeRegions(regions);
    expect(blob.length).toBeLessThanOrEqual(maximumBlobBytes);
    expect(decodeRegions(blob)).toEqual(regions);
  });
});
