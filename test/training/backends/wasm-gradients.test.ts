import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openBackend } from '../../../src/training/backends/open-backend.ts';
import type { Backend } from '../../../src/training/backends/backend.ts';
import type { Tensor, Tensor4D } from '../../../src/training/tensorflow.ts';

let backend: Backend;
beforeAll(async () => {
  backend = await openBackend('wasm');
});
afterAll(() => backend.close());

/** The gradients of a sum of squares by TensorFlow.js's plain kernels and by these, as one list each. */
async function both(shapes: number[][], layer: (...inputs: Tensor4D[]) => Tensor): Promise<number[][]> {
  const { tf } = backend;
  const found: number[][] = [];
  for (const name of ['cpu', 'wasm']) {
    await tf.setBackend(name);
    const inputs = shapes.map((shape, seed) => tf.randomNormal(shape, 0, 1, 'float32', seed + 1));
    const gradients = tf.grads((...values) => tf.sum(tf.square(layer(...(values as Tensor4D[])))))(inputs);
    found.push(gradients.flatMap((gradient) => [...gradient.dataSync()]));
    tf.dispose([...inputs, ...gradients]);
  }
  return found;
}

function expectAlike([wanted, found]: number[][]): void {
  const largest = Math.max(...wanted!.map(Math.abs), 1e-3);
  const deviation = Math.max(...wanted!.map((value, i) => Math.abs(value - found![i]!)));
  expect(deviation / largest).toBeLessThan(1e-5);
}

const convolution = fc.record({
  height: fc.integer({ min: 5, max: 9 }),
  width: fc.integer({ min: 5, max: 9 }),
  kernel: fc.constantFrom(1, 3, 5),
  stride: fc.constantFrom(1, 2),
  padding: fc.constantFrom<'same' | 'valid' | number>('same', 'valid', 1, 2),
  channels: fc.integer({ min: 1, max: 5 }),
  filters: fc.integer({ min: 1, max: 5 }),
});

it('gives the gradients of convolutions as the plain kernels do', async () => {
  await fc.assert(
    fc.asyncProperty(convolution, async ({ height, width, kernel, stride, padding, channels, filters }) => {
      const { tf } = backend;
      const x = [2, height, width, channels];
      expectAlike(
        await both([x, [kernel, kernel, channels, filters]], (a, w) => tf.conv2d(a, w, stride, padding)),
      );
      expectAlike(
        await both([x, [kernel, kernel, channels, 1]], (a, w) => tf.depthwiseConv2d(a, w, stride, padding)),
      );
    }),
    { numRuns: 25 },
  );
});

it('gives the gradients of a gather, a bias and products of matrices as the plain kernels do', async () => {
  const { tf } = backend;
  expectAlike(await both([[4, 3]], (x) => tf.gather(x, [0, 2, 2])));
  expectAlike(await both([[2, 3, 4, 5], [5]], (x, b) => tf.add(x, b)));
  expectAlike(
    await both(
      [
        [4, 3],
        [5, 3],
      ],
      (a, b) => tf.matMul(a, b, false, true),
    ),
  );
});
