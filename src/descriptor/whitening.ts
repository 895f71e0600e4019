import type { Head } from '../model/head-file.ts';
import { symmetricEigen } from './symmetric-eigen.ts';

/** Rows are gathered into blocks of this many, so that a block's columns stay in the processor's cache. */
const blockRows = 64;

/** Eigenvalues below this share of the largest count as noise: dividing by them would only blow it up. */
const smallestShare = 1e-9;

/** The variance that rounding gives equal vectors of length 1; it keeps what they teach finite. */
const smallestVariance = Number.EPSILON ** 2;

/** Mean and covariance of vectors that need not be in memory together, summed in float64. */
export class VectorStatistics {
  readonly channels: number;
  #count = 0;
  readonly #sum: Float64Array;
  /** Upper triangle of the sum of x x', row-major. */
  readonly #products: Float64Array;
  /** Rows not summed yet, as [channels, blockRows]. */
  readonly #block: Float64Array;
  #waiting = 0;

  constructor(channels: number) {
    this.channels = channels;
    this.#sum = new Float64Array(channels);
    this.#products = new Float64Array(channels * channels);
    this.#block = new Float64Array(channels * blockRows);
  }

  get count(): number {
    return this.#count;
  }

  /** Adds the rows of a [rows, channels] matrix. */
  add(rows: Float32Array): void {
    const { channels } = this;
    for (let start = 0; start < rows.length; start += channels) {
      for (let channel = 0; channel < channels; channel++) {
        const value = rows[start + channel]!;
        this.#sum[channel]! += value;
        this.#block[channel * blockRows + this.#waiting] = value;
      }
      this.#count++;
      this.#waiting++;
      if (this.#waiting === blockRows) this.#addBlock();
    }
  }

  mean(): Float64Array {
    return this.#sum.map((value) => value / this.#count);
  }

  /** [channels, channels], row-major; divided by the number of vectors. */
  covariance(): Float64Array {
    this.#addBlock();
    const { channels } = this;
    const mean = this.mean();
    const covariance = new Float64Array(channels * channels);
    for (let i = 0; i < channels; i++) {
      for (let j = i; j < channels; j++) {
        const value = this.#products[i * channels + j]! / this.#count - mean[i]! * mean[j]!;
        covariance[i * channels + j] = value;
        covariance[j * channels + i] = value;
      }
    }
    return covariance;
  }

  #addBlock(): void {
    const { channels } = this;
    const block = this.#block;
    const products = this.#products;
    const silent = Uint8Array.from({ length: channels }, (_, i) =>
      Number(block.subarray(i * blockRows, (i + 1) * blockRows).every((value) => value === 0)),
    );
    // Two channels by two: four sums that do not wait for each other. An odd last channel is paired with itself.
    for (let i = 0; i < channels; i += 2) {
      const iNext = Math.min(i + 1, channels - 1);
      // Many channels are silent in many regions; their products are 0.
      if (silent[i] === 1 && silent[iNext] === 1) continue;
      for (let j = i; j < channels; j += 2) {
        const jNext = Math.min(j + 1, channels - 1);
        const toNext = (iNext - i) * blockRows;
        const toRight = (j - i) * blockRows;
        const toRightNext = (jNext - i) * blockRows;
        let sum = 0;
        let sumNext = 0;
        let nextSum = 0;
        let nextNext = 0;
        for (let cell = i * blockRows, end = cell + blockRows; cell < end; cell++) {
          const left = block[cell]!;
          const leftNext = block[cell + toNext]!;
          const right = block[cell + toRight]!;
          const rightNext = block[cell + toRightNext]!;
          sum += left * right;
          sumNext += left * rightNext;
          nextSum += leftNext * right;
          nextNext += leftNext * rightNext;
        }
        products[i * channels + j]! += sum;
        if (jNext > j) products[i * channels + jNext]! += sumNext;
        if (iNext > i && j > i) products[iNext * channels + j]! += nextSum;
        if (iNext > i && jNext > j) products[iNext * channels + jNext]! += nextNext;
      }
    }
    block.fill(0);
    this.#waiting = 0;
  }
}

/**
 * PCA-whitening: centres vectors, turns them to the directions of largest variance, and gives each the same
 * variance. Source: Jégou and Chum, "Negative evidences and co-occurrences in image retrieval: the benefit of PCA
 * and whitening", ECCV 2012; on region vectors as in Tolias et al., ICLR 2016, section 3.2.
 *
 * @param dimensions how many directions to keep, at most `statistics.channels`
 */
export function learnWhitening(statistics: VectorStatistics, dimensions: number): Head {
  const { channels } = statistics;
  const mean = statistics.mean();
  const { values, vectors } = symmetricEigen(statistics.covariance(), channels);
  const floor = Math.max(values[0]! * smallestShare, smallestVariance);
  const projection = new Float32Array(dimensions * channels);
  for (let row = 0; row < dimensions; row++) {
    const scale = 1 / Math.sqrt(Math.max(values[row]!, floor));
    for (let channel = 0; channel < channels; channel++) {
      projection[row * channels + channel] = scale * vectors[row * channels + channel]!;
    }
  }
  return { shift: Float32Array.from(mean, (value) => -value), projection, dimensions, channels };
}
