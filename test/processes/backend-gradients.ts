/** Tells the parent process the gradients of one step on a backend, or why that does not run here. */
import type { BackendName } from '../../src/api-training.ts';
import { AkinError } from '../../src/errors.ts';
import { defaultModelFolder, readModel } from '../../src/model/model-folder.ts';
import { gradientError } from '../../src/training/backends/gradient-check.ts';
import { openBackend } from '../../src/training/backends/open-backend.ts';
import { createNetwork } from '../../src/training/network.ts';
import type { Network, View } from '../../src/training/network.ts';
import { Random } from '../../src/training/random.ts';
import { gradientsOf } from '../../src/training/step.ts';
import type { TensorFlow } from '../../src/training/tensorflow.ts';

/** What a step came to. */
export interface StepAnswer {
  loss: number;
  descriptors: Float32Array;
  /** By variable of the network. */
  gradients: Map<string, Float32Array>;
  /** Tensors that it left behind. */
  left: number;
}

export interface BackendGradients {
  device: string;
  /** See `gradientError`. */
  error: number;
  head: StepAnswer;
  /** Null where a processor stands in for a graphics card, and takes minutes. */
  full: StepAnswer | null;
}

export type BackendAnswer = BackendGradients | { reason: string };

async function answer(name: BackendName): Promise<BackendAnswer> {
  let backend;
  try {
    backend = await openBackend(name, { allowSoftware: true });
  } catch (thrown) {
    if (!(thrown instanceof AkinError)) throw thrown;
    return { reason: thrown.message };
  }
  const { tf, device } = backend;
  const error = await gradientError(tf, name);
  const model = await readModel(defaultModelFolder());
  const head = await step(tf, createNetwork(tf, model, 'head'), noise(4, [5, model.channels]));
  const full = backend.software
    ? null
    : await step(tf, createNetwork(tf, model, 'full'), noise(3, [64, 64, 3]));
  const failure = backend.failure();
  if (failure) throw failure;
  await backend.close();
  return { device, error, head, full };
}

async function step(tf: TensorFlow, network: Network, views: readonly View[]): Promise<StepAnswer> {
  const before = tf.memory().numTensors;
  const { loss, descriptors, gradients } = await gradientsOf(
    tf,
    network,
    views,
    // All descriptors take part at once, as in the losses.
    (rows) => tf.tidy(() => tf.mean(tf.exp(tf.matMul(rows, rows, false, true)))),
    { chunk: 2 },
  );
  const values = new Map<string, Float32Array>();
  for (const [name, gradient] of gradients) values.set(name, Float32Array.from(await gradient.data()));
  tf.dispose([...gradients.values()]);
  const left = tf.memory().numTensors - before;
  network.dispose();
  return { loss, descriptors, gradients: values, left };
}

function noise(count: number, shape: readonly number[]): View[] {
  const random = new Random(5);
  const length = shape.reduce((product, size) => product * size, 1);
  return Array.from({ length: count }, () => ({
    data: Uint8Array.from({ length }, () => random.below(256)),
    shape,
  }));
}

process.send!(await answer(process.argv[2] as BackendName), undefined, undefined, () => process.exit());
