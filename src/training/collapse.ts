/**
 * Whether a network begins to give the same descriptor for everything, which a triplet loss allows: no photo is then
 * nearer than another, the loss stays where it is with all distances at 0 (at the margin, or at ln 2 for a soft one),
 * and there is no way back. Signs as in Hermans et al., "In defense of the triplet loss", 2017.
 */

export interface BatchSigns {
  readonly loss: number;
  /** Root mean square of the distances between the batch's descriptors, 0 to 2; see `spread`. */
  readonly spread: number;
  /** Mean length of descriptors before they are normalised. */
  readonly norm: number;
  /** Share of the K - 1 nearest photos that are of the anchor's album, 0 to 1. */
  readonly precision: number;
}

export interface CollapseState {
  /** Steps in a row that looked collapsed. */
  readonly inRow: number;
}

/** Batches in a row before it is believed: a single one may be of photos that are really alike. */
const patience = 10;
/** Descriptors of photos that have nothing to do with each other are 1 apart, or more. */
const leastSpread = 0.05;
/** How near the loss is to that of equal descriptors, as a share of it. */
const pinned = 0.05;
/** Precision of a network that still tells albums apart is a good deal above this multiple of chance. */
const chanceFactor = 1.5;

export class CollapseWatch {
  readonly #flatLoss: number;
  readonly #chance: number;
  #inRow: number;

  /**
   * @param flatLoss of a batch whose descriptors are all equal
   * @param chance precision of a batch in random order
   */
  constructor(flatLoss: number, chance: number, { inRow }: CollapseState = { inRow: 0 }) {
    this.#flatLoss = flatLoss;
    this.#chance = chance;
    this.#inRow = inRow;
  }

  get state(): CollapseState {
    return { inRow: this.#inRow };
  }

  /** Notes the signs of one more batch, and says whether all is lost: numbers that are none are so at once. */
  note({ loss, spread, norm, precision }: BatchSigns): boolean {
    if (![loss, spread, norm].every(Number.isFinite)) return true;
    const alike =
      spread < leastSpread &&
      Math.abs(loss - this.#flatLoss) <= pinned * this.#flatLoss &&
      precision <= chanceFactor * this.#chance;
    this.#inRow = alike ? this.#inRow + 1 : 0;
    return this.#inRow >= patience;
  }
}

/**
 * Root mean square of the distances between all pairs of rows of length 1; from their sum, as
 * sum of (2 - 2 a.b) over all pairs = n^2 - |sum|^2, each pair once.
 * @param descriptors [n, dimensions], n of at least 2
 */
export function spread(descriptors: Float32Array, dimensions: number): number {
  const count = descriptors.length / dimensions;
  const sum = new Float64Array(dimensions);
  for (const [at, value] of descriptors.entries()) sum[at % dimensions]! += value;
  const length = sum.reduce((total, value) => total + value * value, 0);
  // Rounding may leave a little less than nothing; what is no number has to stay so.
  const mean = (2 * (count * count - length)) / (count * (count - 1));
  return Math.sqrt(mean < 0 ? 0 : mean);
}
