/** The two-dimensional cosine transform of a small square, for hashes that are made of its low frequencies. */

/** A transform of squares of one side to the frequencies wanted: made once, used for every picture. */
export class CosineTransform {
  readonly #side: number;
  readonly #frequencies: readonly number[];
  /** [frequencies, side] */
  readonly #cosines: Float64Array;

  /** @param frequencies half waves over the side; both across and down */
  constructor(side: number, frequencies: readonly number[]) {
    this.#side = side;
    this.#frequencies = frequencies;
    this.#cosines = Float64Array.from({ length: frequencies.length * side }, (_, at) => {
      const place = at % side;
      return Math.cos((Math.PI * frequencies[Math.floor(at / side)]! * (2 * place + 1)) / (2 * side));
    });
  }

  /**
   * The transform of type II, without any scaling.
   * @param square [side, side]
   * @returns [frequencies down, frequencies across]
   */
  of(square: ArrayLike<number>): Float64Array {
    const side = this.#side;
    const count = this.#frequencies.length;
    const rows = new Float64Array(side * count);
    for (let y = 0; y < side; y++) {
      for (let u = 0; u < count; u++) {
        let sum = 0;
        for (let x = 0; x < side; x++) sum += square[y * side + x]! * this.#cosines[u * side + x]!;
        rows[y * count + u] = sum;
      }
    }
    const coefficients = new Float64Array(count * count);
    for (let v = 0; v < count; v++) {
      for (let u = 0; u < count; u++) {
        let sum = 0;
        for (let y = 0; y < side; y++) sum += rows[y * count + u]! * this.#cosines[v * side + y]!;
        coefficients[v * count + u] = sum;
      }
    }
    return coefficients;
  }
}

/** The middle of the values in order; the mean of both where there are two. */
export function median(values: Float64Array): number {
  const ordered = values.toSorted();
  const middle = ordered.length >>> 1;
  return ordered.length % 2 === 1 ? ordered[middle]! : (ordered[middle - 1]! + ordered[middle]!) / 2;
}
