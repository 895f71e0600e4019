import type * as tensorflow from '@tensorflow/tfjs';
import { beforeAll, expect, test } from 'vitest';
import { Adam } from '../../src/training/adam.ts';
import { startTensorflow } from '../model/tensorflow.ts';

let tf: typeof tensorflow;

beforeAll(async () => {
  tf = await startTensorflow();
});

const gradients = [
  [0.5, -2],
  [0.25, 1],
  [-0.125, 4],
];

/** The algorithm as it stands in the paper, in double precision. */
function slowAdam(start: number[], rate: number, factors: number[]): number[] {
  const values = [...start];
  const mean = [0, 0];
  const square = [0, 0];
  for (const [step, gradient] of gradients.entries()) {
    for (let at = 0; at < 2; at++) {
      mean[at] = 0.9 * mean[at]! + 0.1 * gradient[at]!;
      square[at] = 0.999 * square[at]! + 0.001 * gradient[at]! ** 2;
      const unbiasedMean = mean[at]! / (1 - 0.9 ** (step + 1));
      const unbiasedSquare = square[at]! / (1 - 0.999 ** (step + 1));
      values[at]! -= (factors[step]! * rate * unbiasedMean) / (Math.sqrt(unbiasedSquare) + 1e-8);
    }
  }
  return values;
}

function variables() {
  return new Map([
    ['slow', tf.variable(tf.tensor1d([1, 2]))],
    ['fast', tf.variable(tf.tensor1d([1, 2]))],
  ]);
}

function run(adam: Adam, from: number, to: number, factors: number[]): void {
  for (let step = from; step < to; step++) {
    tf.tidy(() => {
      const gradient = tf.tensor1d(gradients[step]!);
      adam.apply(
        new Map([
          ['slow', gradient],
          ['fast', gradient],
        ]),
        factors[step]!,
      );
    });
  }
}

const rateOf = (name: string) => (name === 'fast' ? 0.1 : 0.01);

test('each variable moves as in the paper, at its own rate and by the schedule', async () => {
  const moved = variables();
  const factors = [1, 0.5, 0.25];
  const adam = new Adam(tf, moved, rateOf);
  run(adam, 0, 3, factors);
  for (const name of ['slow', 'fast'] as const) {
    const expected = slowAdam([1, 2], rateOf(name), factors);
    expect([...(await moved.get(name)!.data())]).toEqual(expected.map((value) => expect.closeTo(value, 5)));
  }
  adam.dispose();
});

test('one that is restored goes on exactly where the other was', async () => {
  const factors = [1, 1, 1];
  const straight = variables();
  const one = new Adam(tf, straight, rateOf);
  run(one, 0, 3, factors);

  const resumed = variables();
  const first = new Adam(tf, resumed, rateOf);
  run(first, 0, 1, factors);
  const state = await first.state();
  first.dispose();
  const second = new Adam(tf, resumed, rateOf);
  second.restore(state);
  run(second, 1, 3, factors);
  for (const name of straight.keys())
    expect(await resumed.get(name)!.data()).toEqual(await straight.get(name)!.data());
  expect(() => second.restore(new Map())).toThrow(RangeError);
  second.dispose();
  one.dispose();
});

test('an update keeps no tensors, and a disposed Adam none', () => {
  const moved = variables();
  const before = tf.memory().numTensors;
  const adam = new Adam(tf, moved, rateOf);
  const made = tf.memory().numTensors;
  run(adam, 0, 2, [1, 1]);
  expect(tf.memory().numTensors).toBe(made);
  adam.dispose();
  expect(tf.memory().numTensors).toBe(before);
});
