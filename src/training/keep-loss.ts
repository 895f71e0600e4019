import type { Scalar, Tensor2D, TensorFlow } from './tensorflow.ts';

/**
 * How far descriptors have moved from those that the parent gave the same views: the mean of 1 less their similarity,
 * 0 to 2. Added to the loss with photos that are not to be learnt, it keeps what the model knew of them. Source: Li and
 * Hoiem, "Learning without forgetting", ECCV 2016, with descriptors in the place of answers.
 * @param descriptors [n, dimensions], of length 1, differentiable @param parent of the same shape
 */
export function keepLoss(tf: TensorFlow, descriptors: Tensor2D, parent: Tensor2D): Scalar {
  return tf.tidy(() => tf.sub<Scalar>(1, tf.mean(tf.sum(tf.mul(descriptors, parent), 1))));
}
