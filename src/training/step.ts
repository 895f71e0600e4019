/** Gradients of a whole batch, in memory for a part of it. */
import { setImmediate } from 'node:timers/promises';
import type { Network, View } from './network.ts';
import type { Scalar, Tensor, Tensor1D, Tensor2D, TensorFlow, Variable } from './tensorflow.ts';

export interface StepGradients {
  readonly loss: number;
  /** [views, dimensions] */
  readonly descriptors: Float32Array;
  /** Mean of the views' norms. */
  readonly norm: number;
  /** By variable, for the caller to dispose. */
  readonly gradients: Map<string, Tensor>;
}

export interface StepOptions {
  /** Views whose activations are in memory at a time. */
  readonly chunk: number;
  readonly signal?: AbortSignal;
}

/**
 * The gradients of a loss over all views, as if they had been described at once. All are described first, keeping the
 * descriptors only; the loss gives its gradient for those; then each part is described again, to pass its share of it
 * on. Source: Gordo et al., IJCV 2017, section 3.2, where it is done image by image.
 *
 * @param views at least one
 * @param lossOf differentiable in [views, dimensions] descriptors
 * @throws what the signal throws
 */
export async function gradientsOf(
  tf: TensorFlow,
  network: Network,
  views: readonly View[],
  lossOf: (descriptors: Tensor2D) => Scalar,
  { chunk, signal }: StepOptions,
): Promise<StepGradients> {
  const parts = inParts(views, chunk);
  const described = await describeParts(tf, network, parts, signal);
  const gradients = new Map<string, Tensor>();
  try {
    const { value, grad } = tf.valueAndGrad((descriptors) => lossOf(descriptors as Tensor2D))(described.all);
    try {
      let from = 0;
      for (const part of parts) {
        await takeTurn(signal);
        const share = tf.slice(grad as Tensor2D, [from, 0], [part.length, network.dimensions]);
        addGradients(tf, network, part, share, gradients);
        share.dispose();
        from += part.length;
      }
      const [loss] = await value.data();
      const descriptors = Float32Array.from(await described.all.data());
      return { loss: loss!, descriptors, norm: described.norm, gradients };
    } finally {
      tf.dispose([value, grad]);
    }
  } catch (error) {
    tf.dispose([...gradients.values()]);
    throw error;
  } finally {
    described.all.dispose();
  }
}

function inParts(views: readonly View[], chunk: number): View[][] {
  const parts = [];
  for (let from = 0; from < views.length; from += chunk) parts.push(views.slice(from, from + chunk));
  return parts;
}

async function describeParts(
  tf: TensorFlow,
  network: Network,
  parts: readonly (readonly View[])[],
  signal?: AbortSignal,
): Promise<{ all: Tensor2D; norm: number }> {
  const made: { descriptors: Tensor2D; norms: Tensor1D }[] = [];
  try {
    for (const part of parts) {
      await takeTurn(signal);
      made.push(network.describe(part));
    }
    const mean = tf.tidy(() => tf.mean(tf.concat1d(made.map(({ norms }) => norms))));
    const [norm] = await mean.data();
    mean.dispose();
    return {
      all: tf.concat2d(
        made.map(({ descriptors }) => descriptors),
        0,
      ),
      norm: norm!,
    };
  } finally {
    for (const { descriptors, norms } of made) tf.dispose([descriptors, norms]);
  }
}

/** Adds what a part contributes: the gradient of its descriptors' dot product with the loss's gradient. */
function addGradients(
  tf: TensorFlow,
  network: Network,
  part: readonly View[],
  share: Tensor2D,
  sums: Map<string, Tensor>,
): void {
  const variables = [...network.variables.values()];
  const { value, grads } = tf.variableGrads(
    () => tf.sum(tf.mul(network.describe(part).descriptors, share)) as Scalar,
    variables,
  );
  value.dispose();
  for (const [name, variable] of network.variables) {
    const gradient = grads[(variable as Variable).name]!;
    const sum = sums.get(name);
    sums.set(name, sum ? tf.add(sum, gradient) : gradient);
    if (sum) tf.dispose([sum, gradient]);
  }
}

/** Lets messages through between two parts: one of them may be the wish to stop. */
async function takeTurn(signal?: AbortSignal): Promise<void> {
  await setImmediate();
  signal?.throwIfAborted();
}
