/** What training makes small: losses over the triplets of a batch (anchor, positive, negative). */
import type { DistanceName, LossName, Margin } from '../api-training.ts';
import { pairwiseDistances, plainDistances } from './distances.ts';
import type { PairMasks } from './judged-pairs.ts';
import type { Scalar, Tensor, Tensor1D, Tensor2D, TensorFlow } from './tensorflow.ts';

/** Places in the batch. */
export interface Triplet {
  readonly anchor: number;
  readonly positive: number;
  readonly negative: number;
}

export interface LossOptions {
  loss: LossName;
  margin: Margin;
  /** `triplet` is of squared distances whatever this says. */
  distance: DistanceName;
  /**
   * Distances are multiplied by it before anything is made of them, as if descriptors were so long: 1 as in the papers,
   * 10 for descriptors of length 1 with a soft margin, which would hardly tell 0 from their largest distance, 2.
   */
  scale: number;
  /** `batch-sample` draws by it: 2 n^2 numbers from 0 up to 1. */
  random?: () => number;
  /** `triplet` is of these alone, as they were mined; without, of all of the batch. */
  triplets?: readonly Triplet[];
}

/** What counts as having a loss. */
const least = 1e-5;
/** Larger than any distance. Not infinite: on some graphics cards that is not a number to reckon with. */
const beyond = 1e6;

/**
 * The loss of a batch, differentiable in its descriptors. With d the distance times `scale`, a an anchor, p and n its
 * positives and negatives, and phi(x) = max(0, margin + x) or, soft, ln(1 + e^x):
 *
 * - `batch-hard`: the mean over anchors of phi(max d(a,p) - min d(a,n)) (Hermans et al., "In Defense of the Triplet
 *   Loss", equation 5); those that are equally far share the gradient of one.
 * - `batch-all`: the mean over all triplets of phi(d(a,p) - d(a,n)) (equation 6); `batch-all-non-zero` only over those
 *   whose loss is above 1e-5.
 * - `batch-sample`: the mean over anchors of phi(d(a,p) - d(a,n)) for one p, drawn by the softmax of d, and one n, drawn
 *   by that of -d.
 * - `adaptive-weighted`: the mean over anchors of phi(sum w d(a,p) - sum w d(a,n)), weighted by those softmaxes (Ristani
 *   and Tomasi, "Features for Multi-Target Multi-Camera Tracking and Re-Identification", section 3.1). The gradient goes
 *   through the weights too, as in the authors' code.
 * - `triplet`: half the mean of phi(d(a,p)^2 - d(a,n)^2), over all triplets of the batch whose loss is above 1e-5, or
 *   over the mined ones (Gordo et al., "End-to-end Learning of Deep Visual Representations for Image Retrieval", 3.2).
 *
 * Anchors without a positive or without a negative do not count; without any triplet the loss is 0.
 * @param descriptors [n, dimensions]
 * @throws TypeError for `batch-sample` without `random`
 */
export function batchLoss(
  tf: TensorFlow,
  descriptors: Tensor2D,
  masks: PairMasks,
  options: LossOptions,
): Scalar {
  return tf.tidy(() => {
    const { loss, scale, triplets } = options;
    if (loss === 'triplet' && triplets) return minedLoss(tf, descriptors, triplets, options);
    const distance = loss === 'triplet' ? 'squared-euclidean' : options.distance;
    const batch = new TensorBatch(tf, pairwiseDistances(tf, descriptors, distance).mul(scale), masks);
    switch (loss) {
      case 'batch-hard':
        return batch.meanOfAnchors(batch.furthestPositives().sub(batch.nearestNegatives()), options);
      case 'batch-sample':
        return batch.meanOfAnchors(batch.drawnDifferences(options.random), options);
      case 'adaptive-weighted':
        return batch.meanOfAnchors(batch.weightedDifferences(), options);
      case 'batch-all':
        return batch.meanOfTriplets(options, false);
      case 'batch-all-non-zero':
        return batch.meanOfTriplets(options, true);
      case 'triplet':
        return batch.meanOfTriplets(options, true).mul(0.5);
    }
  });
}

/** The distances of a batch, [n, n], with what is positive and what negative. */
class TensorBatch {
  readonly #tf: TensorFlow;
  readonly #distances: Tensor2D;
  readonly #positives: Tensor2D;
  readonly #negatives: Tensor2D;
  /** [n], 1 for anchors that count. */
  readonly #counts: Tensor1D;
  readonly #size: number;
  readonly #anchors: number;
  readonly #triplets: number;

  constructor(tf: TensorFlow, distances: Tensor2D, { positives, negatives }: PairMasks) {
    const n = distances.shape[0];
    const [own, foreign] = [rowSums(positives, n), rowSums(negatives, n)];
    const counts = own.map((sum, row) => Number(sum > 0 && foreign[row]! > 0));
    this.#tf = tf;
    this.#distances = distances;
    this.#size = n;
    this.#positives = tf.tensor2d(positives, [n, n]);
    this.#negatives = tf.tensor2d(negatives, [n, n]);
    this.#counts = tf.tensor1d(counts);
    this.#anchors = counts.reduce((sum, count) => sum + count, 0);
    this.#triplets = own.reduce((sum, count, row) => sum + count * foreign[row]!, 0);
  }

  meanOfAnchors(differences: Tensor, options: LossOptions): Scalar {
    return phi(differences, options.margin).mul(this.#counts).sum().div(Math.max(1, this.#anchors)) as Scalar;
  }

  /** [n]; 0 where there is none. */
  furthestPositives(): Tensor {
    return this.#chosen(this.#distances, this.#positives);
  }

  nearestNegatives(): Tensor {
    return this.#chosen(this.#distances.neg(), this.#negatives);
  }

  /** [n, n] + noise of Gumbel's: the largest of these is drawn with the probability of the softmax (1611.01144). */
  drawnDifferences(random: (() => number) | undefined): Tensor {
    if (!random) throw new TypeError('The loss batch-sample needs random numbers.');
    const noise = (): Tensor2D =>
      this.#tf.tensor2d(
        Float32Array.from(
          { length: this.#size ** 2 },
          () => -Math.log(-Math.log(random() || Number.MIN_VALUE)),
        ),
        [this.#size, this.#size],
      );
    const distances = this.#distances;
    return this.#chosen(distances.add(noise()), this.#positives).sub(
      this.#chosen(distances.neg().add(noise()), this.#negatives),
    );
  }

  weightedDifferences(): Tensor {
    const distances = this.#distances;
    const positives = this.#softmax(distances, this.#positives).mul(distances).sum(1);
    return positives.sub(this.#softmax(distances.neg(), this.#negatives).mul(distances).sum(1));
  }

  meanOfTriplets({ margin }: LossOptions, nonZero: boolean): Scalar {
    const tf = this.#tf;
    const n = this.#size;
    const differences = this.#distances.expandDims(2).sub(this.#distances.expandDims(1));
    const mask = this.#positives.reshape([n, n, 1]).mul(this.#negatives.reshape([n, 1, n]));
    const losses = phi(differences, margin).mul(mask);
    if (!nonZero) return losses.sum().div(Math.max(1, this.#triplets)) as Scalar;
    const count = constant(tf, losses, (values) => values.greater(least).cast('float32').sum().maximum(1));
    return losses.sum().div(count) as Scalar;
  }

  /** The distances where the score of a row is largest within the mask; equal ones are averaged, and share the gradient. */
  #chosen(scores: Tensor, mask: Tensor2D): Tensor {
    const weights = constant(this.#tf, scores, (values) => {
      const masked = values.add(mask.sub(1).mul(beyond));
      const largest = masked.equal(masked.max(1, true)).cast('float32').mul(mask);
      return largest.div(largest.sum(1, true).maximum(1));
    });
    return this.#distances.mul(weights).sum(1);
  }

  /** Softmax of each row's scores within the mask; zeros where it is empty. */
  #softmax(scores: Tensor, mask: Tensor2D): Tensor {
    const largest = constant(this.#tf, scores, (values) => values.add(mask.sub(1).mul(beyond)).max(1, true));
    // What is outside the mask could be so much larger that its exponential were infinite.
    const powers = scores.sub(largest).mul(mask).exp().mul(mask);
    // The largest power is 1, so that this changes only rows that are empty.
    const empty = this.#tf.tidy(() => this.#tf.scalar(1).sub(mask.max(1, true)));
    return powers.div(powers.sum(1, true).add(empty));
  }
}

/** Rows are picked by products with zeros and ones: `gather` cannot be differentiated on every backend. */
function minedLoss(
  tf: TensorFlow,
  descriptors: Tensor2D,
  triplets: readonly Triplet[],
  { margin, scale }: LossOptions,
): Scalar {
  if (triplets.length === 0) return descriptors.sum().mul(0);
  const n = descriptors.shape[0];
  const rows = (part: keyof Triplet): Tensor => {
    const picks = new Float32Array(triplets.length * n);
    for (const [index, triplet] of triplets.entries()) picks[index * n + triplet[part]] = 1;
    return tf.matMul(tf.tensor2d(picks, [triplets.length, n]), descriptors);
  };
  const anchors = rows('anchor');
  const positives = anchors.sub(rows('positive')).square().sum(1);
  const negatives = anchors.sub(rows('negative')).square().sum(1);
  return phi(positives.sub(negatives).mul(scale), margin).mean().mul(0.5) as Scalar;
}

function phi(differences: Tensor, margin: Margin): Tensor {
  return margin === 'soft' ? differences.softplus() : differences.add(margin).relu();
}

/** What is made of the values, without a gradient. */
function constant(tf: TensorFlow, values: Tensor, of: (values: Tensor) => Tensor): Tensor {
  const made = tf.customGrad((input) => ({
    value: of(input as Tensor),
    gradFunc: () => tf.zeros(values.shape),
  }));
  return made(values);
}

/**
 * How much of a batch still has a loss above 1e-5, 0 to 1: of its anchors for `batch-hard` and `adaptive-weighted`, of
 * the mined triplets where `triplet` has them, else of its triplets. 0 when nothing counts. With a soft margin nearly
 * everything has a loss, unless `scale` is large.
 * @param descriptors [n, dimensions]
 */
export function activeShare(descriptors: Float32Array, masks: PairMasks, options: LossOptions): number {
  const { loss, scale, triplets } = options;
  const n = Math.round(Math.sqrt(masks.positives.length));
  const distances = plainDistances(
    descriptors,
    n,
    loss === 'triplet' ? 'squared-euclidean' : options.distance,
  ).map((distance) => distance * scale);
  const share = new ActiveShare(options);
  if (loss === 'triplet' && triplets) {
    for (const { anchor, positive, negative } of triplets)
      share.add(distances[anchor * n + positive]! - distances[anchor * n + negative]!);
    return share.value;
  }
  for (let anchor = 0; anchor < n; anchor++) {
    const row = distances.subarray(anchor * n, (anchor + 1) * n);
    const positives = [...row].filter((_, other) => masks.positives[anchor * n + other]! > 0);
    const negatives = [...row].filter((_, other) => masks.negatives[anchor * n + other]! > 0);
    if (positives.length === 0 || negatives.length === 0) continue;
    if (loss === 'batch-hard') share.add(Math.max(...positives) - Math.min(...negatives));
    else if (loss === 'adaptive-weighted')
      share.add(softMaximum(positives) + softMaximum(negatives.map((d) => -d)));
    else for (const positive of positives) for (const negative of negatives) share.add(positive - negative);
  }
  return share.value;
}

/** Whether a triplet has a loss above 1e-5. @param difference `scale` times d(a,p) - d(a,n) */
export function hasLoss(difference: number, margin: Margin): boolean {
  const loss =
    margin === 'soft'
      ? Math.max(difference, 0) + Math.log1p(Math.exp(-Math.abs(difference)))
      : Math.max(0, margin + difference);
  return loss > least;
}

class ActiveShare {
  readonly #margin: Margin;
  #active = 0;
  #all = 0;

  constructor({ margin }: LossOptions) {
    this.#margin = margin;
  }

  add(difference: number): void {
    this.#all++;
    if (hasLoss(difference, this.#margin)) this.#active++;
  }

  get value(): number {
    return this.#all === 0 ? 0 : this.#active / this.#all;
  }
}

/** The mean of values, weighted by their softmax. */
function softMaximum(values: readonly number[]): number {
  const largest = Math.max(...values);
  const weights = values.map((value) => Math.exp(value - largest));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return values.reduce((total, value, index) => total + (value * weights[index]!) / sum, 0);
}

function rowSums(matrix: Float32Array, n: number): number[] {
  return Array.from({ length: n }, (_, row) =>
    matrix.subarray(row * n, (row + 1) * n).reduce((sum, value) => sum + value, 0),
  );
}
