import type * as tensorflow from '@tensorflow/tfjs';
import { beforeAll, expect, test } from 'vitest';
import { createDescriber } from '../../src/descriptor/describe.ts';
import { createHead } from '../../src/descriptor/head.ts';
import { sumOfRows } from '../../src/descriptor/vectors.ts';
import { architectureNames } from '../../src/model/architecture.ts';
import { defaultModelFolder, readModel } from '../../src/model/model-folder.ts';
import type { Model } from '../../src/model/model-folder.ts';
import { createLayerTrunk } from '../../src/model/trunk.ts';
import { createNetwork, frozenLayer, isOfHead } from '../../src/training/network.ts';
import type { Network, View } from '../../src/training/network.ts';
import { Random } from '../../src/training/random.ts';
import { photo } from '../model/photo.ts';
import { startTensorflow } from '../model/tensorflow.ts';
import { tinyModel } from './tiny-model.ts';

let tf: typeof tensorflow;
let real: Model;

beforeAll(async () => {
  tf = await startTensorflow();
  real = await readModel(defaultModelFolder());
});

test('a network gives the descriptors that search gives, from pictures and from the frozen part', async () => {
  const pixels = await photo('nagasaki-boats', 128, 128);
  const describer = await createDescriber(real, { threads: 2 });
  const [expected] = await describer.describe([pixels]);
  await describer.release();

  const whole = createNetwork(tf, real, 'full');
  const picture: View = { data: pixels.data, shape: [128, 128, 3] };
  expect(largestDifference(await described(whole, [picture]), expected!.descriptor)).toBeLessThan(1e-3);
  whole.dispose();

  const frozen = await createLayerTrunk(real, [frozenLayer(real)], { threads: 2 });
  const [[map]] = (await frozen.run([pixels])) as [
    [{ data: Float32Array; channels: number; height: number; width: number }],
  ];
  await frozen.release();
  const end = createNetwork(tf, real, 'last');
  const { channels, height, width } = map;
  const view: View = {
    data: channelsLast(map.data, channels, height * width),
    shape: [height, width, channels],
  };
  expect(largestDifference(await described(end, [view]), expected!.descriptor)).toBeLessThan(1e-3);
  end.dispose();
}, 60_000);

test('views with different numbers of regions share a batch at depth head', async () => {
  const model = tinyModel(12, 5);
  const views = [regions(3, 12, 1), regions(1, 12, 2), regions(7, 12, 3)];
  const network = createNetwork(tf, model, 'head');
  const together = await described(network, views);
  const head = await createHead(model.head, 12, { threads: 1 });
  for (const [at, { data }] of views.entries()) {
    const expected = sumOfRows(await head.run(data as Float32Array), 5);
    expect(largestDifference(together.subarray(at * 5, at * 5 + 5), expected)).toBeLessThan(1e-5);
  }
  await head.release();
  network.dispose();
});

test('a region of zeros has a descriptor, and gradients that are numbers', async () => {
  const network = createNetwork(tf, tinyModel(4, 3), 'head');
  const { value, grads } = tf.variableGrads(
    () =>
      tf.sum(
        network.describe([{ data: new Float32Array(4), shape: [1, 4] }]).descriptors,
      ) as tensorflow.Scalar,
  );
  const all = [value, ...Object.values(grads)];
  for (const tensor of all) expect([...(await tensor.data())].every(Number.isFinite)).toBe(true);
  tf.dispose(all);
  network.dispose();
});

test('weights come back as they went, and others are refused', async () => {
  const network = createNetwork(tf, tinyModel(4, 3, 1), 'head');
  const other = createNetwork(tf, tinyModel(4, 3, 2), 'head');
  const weights = await network.weights();
  other.restore(weights);
  expect(await other.weights()).toEqual(weights);
  expect(() => other.restore(new Map([['head.shift', new Float32Array(3)]]))).toThrow(RangeError);
  expect([...weights.keys()].every(isOfHead)).toBe(true);
  network.dispose();
  other.dispose();
});

test('a disposed network leaves nothing behind, and describing only its answer', () => {
  const before = tf.memory().numTensors;
  const network = createNetwork(tf, real, 'last');
  const loaded = tf.memory().numTensors;
  const made = network.describe([{ data: new Float32Array(2 * 2 * 96), shape: [2, 2, 96] }]);
  expect(tf.memory().numTensors).toBe(loaded + 2);
  tf.dispose([made.descriptors, made.norms]);
  network.dispose();
  expect(tf.memory().numTensors).toBe(before);
});

test.each([
  ['mobilenet-v2', 'features.13.sum'],
  ['efficientnet-lite0', '_blocks.10.sum'],
  ['resnet-50', 'res4f'],
] as const)('%s is frozen up to %s', (architecture, layer) => {
  expect(frozenLayer({ architecture })).toBe(layer);
});

test('every architecture has a layer to be frozen up to', () => {
  for (const architecture of architectureNames) expect(frozenLayer({ architecture })).not.toBe('');
});

async function described(network: Network, views: readonly View[]): Promise<Float32Array> {
  const { descriptors, norms } = network.describe(views);
  const lengths = await norms.data();
  expect(lengths.every((length) => length > 0 && length <= 1.0001)).toBe(true);
  const values = Float32Array.from(await descriptors.data());
  tf.dispose([descriptors, norms]);
  return values;
}

function regions(count: number, channels: number, seed: number): View {
  const random = new Random(seed);
  return {
    data: Float32Array.from({ length: count * channels }, () => random.next()),
    shape: [count, channels],
  };
}

function channelsLast(values: Float32Array, channels: number, area: number): Float32Array {
  return Float32Array.from(values, (_, at) => values[(at % channels) * area + Math.floor(at / channels)]!);
}

function largestDifference(one: Float32Array, other: Float32Array): number {
  return one.reduce((most, value, at) => Math.max(most, Math.abs(value - other[at]!)), 0);
}
