import type { DistanceName } from '../api-training.ts';
import type { TensorFlow, Tensor2D } from './tensorflow.ts';

/** Keeps the slope of the square root finite at photos that are alike. */
const epsilon = 1e-12;

/**
 * The distances of all rows to each other, [n, n], differentiable: |a|^2 + |b|^2 - 2ab, or its root.
 *
 * Euclidean ones are preferred, as their gradient is of length 1 however near two photos are (Hermans et al., "In
 * Defense of the Triplet Loss", section 2). Where two rows are equal the gradient is 0, which is neither infinite nor
 * undefined.
 * @param descriptors [n, dimensions]
 */
export function pairwiseDistances(tf: TensorFlow, descriptors: Tensor2D, distance: DistanceName): Tensor2D {
  const squares = descriptors.square().sum(1, true);
  const products = tf.matMul(descriptors, descriptors, false, true);
  // Rounding can make it negative. Unlike `maximum`, `relu` has slope 0 at 0.
  const squared = squares.add(squares.transpose()).sub(products.mul(2)).relu();
  return (distance === 'squared-euclidean' ? squared : squared.add(epsilon).sqrt()) as Tensor2D;
}

/**
 * The same in plain numbers, of the rows of [n, dimensions].
 * @returns [n, n]
 */
export function plainDistances(descriptors: Float32Array, n: number, distance: DistanceName): Float64Array {
  const dimensions = descriptors.length / n;
  const distances = new Float64Array(n * n);
  for (let one = 0; one < n; one++) {
    for (let other = one + 1; other < n; other++) {
      let squared = 0;
      for (let at = 0; at < dimensions; at++)
        squared += (descriptors[one * dimensions + at]! - descriptors[other * dimensions + at]!) ** 2;
      const value = distance === 'squared-euclidean' ? squared : Math.sqrt(squared);
      distances[one * n + other] = value;
      distances[other * n + one] = value;
    }
  }
  return distances;
}

/** The dot product of two rows of [n, dimensions]; four sums, as one would wait for itself. */
export function rowProduct(
  a: Float32Array,
  row: number,
  b: Float32Array,
  other: number,
  dimensions: number,
): number {
  const begin = row * dimensions;
  const beginOther = other * dimensions;
  let [first, second, third, fourth] = [0, 0, 0, 0];
  let at = 0;
  for (; at + 3 < dimensions; at += 4) {
    first += a[begin + at]! * b[beginOther + at]!;
    second += a[begin + at + 1]! * b[beginOther + at + 1]!;
    third += a[begin + at + 2]! * b[beginOther + at + 2]!;
    fourth += a[begin + at + 3]! * b[beginOther + at + 3]!;
  }
  for (; at < dimensions; at++) first += a[begin + at]! * b[beginOther + at]!;
  return first + second + (third + fourth);
}
