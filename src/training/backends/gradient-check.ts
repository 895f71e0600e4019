/** Whether a backend computes gradients as the plain kernels of TensorFlow.js do, which are slow and right. */
import type { Tensor4D, TensorFlow } from '../tensorflow.ts';

/** Above it, a backend does not compute what it should. */
export const tolerance = 1e-3;

/**
 * The largest difference between the gradients of a few small layers, like those of a trunk, on the backend and on
 * plain kernels, as a share of the largest of a weight's gradients. Single precision gives some 1e-6.
 * @param backend a name; it is the current one afterwards
 */
export async function gradientError(tf: TensorFlow, backend: string): Promise<number> {
  const wanted = await layerGradients(tf, 'cpu');
  const found = await layerGradients(tf, backend);
  return Math.max(...wanted.map((values, weight) => difference(values, found[weight]!)));
}

async function layerGradients(tf: TensorFlow, backend: string): Promise<Float32Array[]> {
  if (!(await tf.setBackend(backend))) return [new Float32Array([Number.NaN])];
  const random = (shape: [number, number, number, number], seed: number): Tensor4D =>
    tf.randomNormal(shape, 0, 0.4, 'float32', seed);
  const inputs = [
    random([2, 16, 16, 3], 1),
    random([3, 3, 3, 8], 2),
    random([3, 3, 8, 1], 3),
    random([1, 1, 8, 6], 4),
  ];
  const gradients = tf.grads((...values) => {
    const [x, first, depthwise, pointwise] = values as Tensor4D[];
    const layer = tf.clipByValue(tf.conv2d(x!, first!, 2, 'same'), 0, 6);
    const next = tf.relu(tf.depthwiseConv2d(layer, depthwise!, 1, 'same'));
    const map = tf.conv2d(next, pointwise!, 1, 'same');
    const maxima = tf.max(map, [1, 2]);
    return tf.sum(tf.square(tf.matMul(maxima, maxima, false, true)));
  })(inputs);
  const values = await Promise.all(gradients.map((gradient) => gradient.data()));
  tf.dispose([...inputs, ...gradients]);
  return values.map((data) => Float32Array.from(data));
}

/** NaN where a value is, such that no comparison holds. */
function difference(wanted: Float32Array, found: Float32Array): number {
  const largest = Math.max(...wanted.map(Math.abs));
  return Math.max(...wanted.map((value, i) => Math.abs(value - (found[i] ?? Number.NaN)))) / largest;
}
