import type * as tensorflow from '@tensorflow/tfjs';
import { beforeAll, expect, test } from 'vitest';
import { createNetwork } from '../../src/training/network.ts';
import type { View } from '../../src/training/network.ts';
import { Random } from '../../src/training/random.ts';
import { gradientsOf } from '../../src/training/step.ts';
import { startTensorflow } from '../model/tensorflow.ts';
import { tinyModel } from './tiny-model.ts';

let tf: typeof tensorflow;

beforeAll(async () => {
  tf = await startTensorflow();
});

const random = new Random(7);
const views: View[] = Array.from({ length: 7 }, () => ({
  data: Float32Array.from({ length: 3 * 6 }, () => random.next()),
  shape: [3, 6],
}));

/** Needs all descriptors at once: parts alone would not know it. */
function lossOf(descriptors: tensorflow.Tensor2D): tensorflow.Scalar {
  return tf.tidy(() => tf.mean(tf.exp(tf.matMul(descriptors, descriptors, false, true))));
}

test('gradients of parts add up to those of the whole batch', async () => {
  const network = createNetwork(tf, tinyModel(6, 4), 'head');
  const whole = tf.variableGrads(
    () => lossOf(network.describe(views).descriptors),
    [...network.variables.values()],
  );
  const expectedLoss = (await whole.value.data())[0];
  for (const chunk of [1, 3, 7, 50]) {
    const { loss, descriptors, norm, gradients } = await gradientsOf(tf, network, views, lossOf, { chunk });
    expect(loss).toBeCloseTo(expectedLoss!, 5);
    expect(descriptors).toHaveLength(7 * 4);
    expect(norm).toBeGreaterThan(0);
    for (const [name, variable] of network.variables) {
      const [expected, found] = await Promise.all([
        whole.grads[variable.name]!.data(),
        gradients.get(name)!.data(),
      ]);
      expect([...found]).toEqual([...expected].map((value) => expect.closeTo(value, 5)));
    }
    tf.dispose([...gradients.values()]);
  }
  tf.dispose([whole.value, ...Object.values(whole.grads)]);
  network.dispose();
});

test('gradients agree with finite differences', async () => {
  const network = createNetwork(tf, tinyModel(6, 4), 'head');
  const { gradients } = await gradientsOf(tf, network, views, lossOf, { chunk: 2 });
  const weights = await network.weights();
  const size = 1e-2;
  for (const [name, at] of [
    ['head.shift', 2],
    ['head.projection', 11],
  ] as const) {
    const lossAt = async (change: number) => {
      const moved = weights.get(name)!.map((value, index) => (index === at ? value + change : value));
      network.restore(new Map([...weights, [name, moved]]));
      const loss = tf.tidy(() => lossOf(network.describe(views).descriptors));
      const [value] = await loss.data();
      loss.dispose();
      return value!;
    };
    const slope = ((await lossAt(size)) - (await lossAt(-size))) / (2 * size);
    network.restore(weights);
    expect((await gradients.get(name)!.data())[at]).toBeCloseTo(slope, 3);
  }
  tf.dispose([...gradients.values()]);
  network.dispose();
});

test('a step that is called off leaves no tensors behind', async () => {
  const network = createNetwork(tf, tinyModel(6, 4), 'head');
  const before = tf.memory().numTensors;
  const signal = AbortSignal.abort();
  await expect(gradientsOf(tf, network, views, lossOf, { chunk: 2, signal })).rejects.toThrow();
  let calls = 0;
  const late = new AbortController();
  const stopping = (descriptors: tensorflow.Tensor2D) => {
    calls += 1;
    late.abort();
    return lossOf(descriptors);
  };
  await expect(
    gradientsOf(tf, network, views, stopping, { chunk: 2, signal: late.signal }),
  ).rejects.toThrow();
  expect(calls).toBe(1);
  expect(tf.memory().numTensors).toBe(before);
  network.dispose();
});
