import type * as tensorflow from '@tensorflow/tfjs';
import { beforeAll, expect, test } from 'vitest';
import { architectureNames, architectureOf } from '../../src/model/architecture.ts';
import type { ArchitectureName } from '../../src/model/architecture.ts';
import { defaultModelFolder, readModel } from '../../src/model/model-folder.ts';
import type { Model } from '../../src/model/model-folder.ts';
import { tensorflowTrunk } from '../../src/model/tensorflow-trunk.ts';
import { createTrunk } from '../../src/model/trunk.ts';
import type { FeatureMap, RgbPixels } from '../../src/model/trunk.ts';
import { photo } from './photo.ts';
import { startTensorflow } from './tensorflow.ts';
import { randomTensors } from './weights.ts';

let tf: typeof tensorflow;
let real: Model;

beforeAll(async () => {
  tf = await startTensorflow();
  real = await readModel(defaultModelFolder());
});

test.each(architectureNames)(
  '%s gives the same features on both runtimes',
  async (name) => {
    const model = name === 'mobilenet-v2' ? real : randomModel(name);
    // Odd sizes show where the two would pad differently.
    const [width, height] = name === 'mobilenet-v2' ? ([333, 250] as const) : ([101, 66] as const);
    const pixels = await photo('nagasaki-boats', width, height);
    const trunk = await createTrunk(model, { threads: 2 });
    const [map] = await trunk.run([pixels]);
    await trunk.release();

    const other = tensorflowTrunk(tf, model);
    const features = tf.tidy(() => {
      const output = other.apply(tf.tensor4d(pixels.data, [1, pixels.height, pixels.width, 3], 'int32'));
      return tf.transpose(output, [0, 3, 1, 2]);
    });
    const values = await features.data<'float32'>();
    expect(features.shape).toEqual([1, map!.channels, map!.height, map!.width]);
    expect([map!.channels, map!.height, map!.width]).toEqual([
      model.channels,
      Math.ceil(pixels.height / 32),
      Math.ceil(pixels.width / 32),
    ]);
    const largest = values.reduce((most, value) => Math.max(most, value), 0);
    const difference = values.reduce(
      (most, value, index) => Math.max(most, Math.abs(value - map!.data[index]!)),
      0,
    );
    expect(largest).toBeGreaterThan(0.1);
    expect(difference / largest).toBeLessThan(1e-3);
    features.dispose();
    other.dispose();
  },
  60_000,
);

test('disposing a TensorFlow.js trunk frees its weights, and running it keeps only the output', () => {
  const before = tf.memory().numTensors;
  const trunk = tensorflowTrunk(tf, real);
  const loaded = tf.memory().numTensors;
  const picture = tf.zeros([1, 32, 32, 3]) as tensorflow.Tensor4D;
  trunk.apply(picture).dispose();
  picture.dispose();
  expect(tf.memory().numTensors).toBe(loaded);
  expect(loaded).toBeGreaterThan(before);
  trunk.dispose();
  expect(tf.memory().numTensors).toBe(before);
});

test('pictures of mixed sizes come back in their order, whatever shares a batch', async () => {
  const trunk = await createTrunk(real, { threads: 2 });
  const wide = await photo('french-alpine-landscape', 96, 64);
  const tall = await photo('allium-oreophilum', 64, 96);
  const other = await photo('black-canyon', 96, 64);
  const mixed: RgbPixels[] = [wide, tall, other, tall, ...Array.from({ length: 8 }, () => wide)];
  const alone = new Map<RgbPixels, FeatureMap>();
  for (const pixels of [wide, tall, other]) alone.set(pixels, (await trunk.run([pixels]))[0]!);
  const maps = await trunk.run(mixed);
  expect(maps).toHaveLength(mixed.length);
  for (const [index, map] of maps.entries()) {
    const expected = alone.get(mixed[index]!)!;
    expect([map.channels, map.height, map.width]).toEqual([1280, expected.height, expected.width]);
    const difference = map.data.reduce(
      (most, value, at) => Math.max(most, Math.abs(value - expected.data[at]!)),
      0,
    );
    expect(difference).toBeLessThan(1e-3);
  }
  expect(await trunk.run([])).toEqual([]);
  await trunk.release();
});

test('a picture of one pixel has a feature map, and none is negative', async () => {
  const trunk = await createTrunk(real, { threads: 1 });
  const [map] = await trunk.run([{ data: Uint8Array.of(200, 10, 90), width: 1, height: 1 }]);
  expect(map).toMatchObject({ channels: 1280, height: 1, width: 1 });
  expect(map!.data.every((value) => value >= 0)).toBe(true);
  await trunk.release();
});

test.each([
  { data: new Uint8Array(11), width: 2, height: 2 },
  { data: new Uint8Array(0), width: 0, height: 5 },
  { data: new Uint8Array(12), width: 1.5, height: 8 / 3 },
])('bytes that do not fill the size are refused', async (pixels) => {
  const trunk = await createTrunk(real, { threads: 1 });
  await expect(trunk.run([pixels])).rejects.toThrow(RangeError);
  await trunk.release();
});

test('the trunk knows an alpine lake from boats and from a flower', async () => {
  const trunk = await createTrunk(real, { threads: 2 });
  const [lake, brighter, boats, flower] = (
    await trunk.run([
      await photo('french-alpine-landscape', 256, 192),
      brightened(await photo('french-alpine-landscape', 256, 192)),
      await photo('nagasaki-boats', 256, 192),
      await photo('allium-oreophilum', 256, 192),
    ])
  ).map(direction);
  await trunk.release();
  expect(dot(lake!, brighter!)).toBeGreaterThan(dot(lake!, boats!));
  expect(dot(lake!, boats!)).toBeGreaterThan(dot(lake!, flower!));
});

function brightened(pixels: RgbPixels): RgbPixels {
  return { ...pixels, data: pixels.data.map((value) => Math.min(255, value * 1.3)) };
}

/** The mean over all places, of length one. */
function direction({ data, channels, height, width }: FeatureMap): number[] {
  const area = height * width;
  const sums = Array.from({ length: channels }, (_, channel) =>
    data.subarray(channel * area, (channel + 1) * area).reduce((sum, value) => sum + value, 0),
  );
  const length = Math.hypot(...sums);
  return sums.map((value) => value / length);
}

function dot(one: number[], other: number[]): number {
  return one.reduce((sum, value, index) => sum + value * other[index]!, 0);
}

function randomModel(name: ArchitectureName): Model {
  const architecture = architectureOf(name);
  const { channels, preprocessing } = architecture;
  return {
    ...real,
    architecture: name,
    channels,
    preprocessing,
    tensors: randomTensors(architecture),
    head: null,
  };
}
