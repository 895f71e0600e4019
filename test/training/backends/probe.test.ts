import { afterEach, beforeEach, expect, test } from 'vitest';
import { depths } from '../../../src/api-training.ts';
import { defaultModelFolder, readModel } from '../../../src/model/model-folder.ts';
import type { Backend } from '../../../src/training/backends/backend.ts';
import { gradientError } from '../../../src/training/backends/gradient-check.ts';
import { openBackend } from '../../../src/training/backends/open-backend.ts';
import { probeBackend, secondsOfRuns } from '../../../src/training/backends/probe.ts';

let backend: Backend;
beforeEach(async () => {
  backend = await openBackend('wasm');
});
afterEach(() => backend.close());

test('every depth is measured, and nothing is left behind', async () => {
  const views = await probeBackend(backend, await readModel(defaultModelFolder()));
  for (const depth of depths) expect(views[depth]).toBeGreaterThan(0);
  expect(backend.tf.memory().numTensors).toBe(0);
});

test('a run takes as long as the views of its steps', () => {
  const views = { head: 1, last: 2, full: 0 };
  // P x K = 18 x 4, 12 x 4, and 12 others that are also described by the parent.
  expect(secondsOfRuns(views, 40)).toEqual({ head: 300 * (72 + 15), last: 2 * 80 * (48 + 15), full: 0 });
  expect(secondsOfRuns(views, 6)).toEqual({ head: 300 * (24 + 15), last: 2 * 80 * (24 + 15), full: 0 });
});

test('a backend that computes wrongly is refused', async () => {
  const { tf } = backend;
  expect(await gradientError(tf, 'wasm')).toBeLessThan(1e-5);
  const right = tf.getKernel('Relu', 'wasm');
  tf.unregisterKernel('Relu', 'wasm');
  tf.registerKernel({
    ...right,
    kernelFunc: (parameters) => tf.getKernel('Abs', 'wasm').kernelFunc(parameters),
  });
  try {
    await expect(probeBackend(backend, await readModel(defaultModelFolder()))).rejects.toMatchObject({
      code: 'training-backend',
      details: { backend: 'wasm' },
    });
  } finally {
    tf.unregisterKernel('Relu', 'wasm');
    tf.registerKernel(right);
  }
});
