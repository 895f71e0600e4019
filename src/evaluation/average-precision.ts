/**
 * Average precision as the area under the precision-recall curve, by the trapezoidal rule of the Oxford and Paris
 * benchmarks. Source: Philbin et al., "Object retrieval with large vocabularies and fast spatial matching",
 * CVPR 2007, and the `compute_ap` program that comes with its photos.
 *
 * @param ranks zero-based ranks of the positives that were found, rising; junk is no longer in the list
 * @param positives how many there are, found or not
 * @returns from 0 to 1; 0 where there are no positives
 */
export function averagePrecision(ranks: readonly number[], positives: number): number {
  let area = 0;
  for (const [found, rank] of ranks.entries()) {
    const before = rank === 0 ? 1 : found / rank;
    const after = (found + 1) / (rank + 1);
    area += (before + after) / (2 * positives);
  }
  return area;
}

/**
 * Precision of the first results as the revisited benchmarks count it: where all positives are found before the
 * cut-off, only the results down to the last of them count. Source: Radenović et al., "Revisiting Oxford and Paris:
 * large-scale image retrieval benchmarking", CVPR 2018, section 3.2, and the program that comes with it.
 *
 * @param ranks zero-based ranks of the positives, rising
 * @returns from 0 to 1; 0 where there are none
 */
export function precisionWithin(ranks: readonly number[], cutOff: number): number {
  const last = ranks.at(-1);
  if (last === undefined) return 0;
  const results = Math.min(last + 1, cutOff);
  return ranks.filter((rank) => rank < results).length / results;
}

/** A point of a precision-recall curve. */
export interface CurvePoint {
  readonly recall: number;
  readonly precision: number;
}

const recallLevels = Array.from({ length: 21 }, (_, level) => level / 20);

/**
 * Interpolated precision at recall 0, .05, ... 1: the best precision at that recall or any higher one; 0 where it is
 * never reached. Curves of several queries can so be averaged. Source: Manning, Raghavan and Schütze, "Introduction
 * to Information Retrieval", 2008, section 8.4.
 *
 * @param ranks zero-based ranks of the positives that were found, rising
 * @param positives how many there are, found or not, at least 1
 */
export function precisionAtRecalls(ranks: readonly number[], positives: number): CurvePoint[] {
  const precisions = ranks.map((rank, index) => (index + 1) / (rank + 1));
  for (let index = precisions.length - 2; index >= 0; index--)
    precisions[index] = Math.max(precisions[index]!, precisions[index + 1]!);
  return recallLevels.map((recall) => {
    // Enough of the positives for this recall; a hair less, since 0.15 of 20 is not quite 3.
    const needed = Math.max(1, Math.ceil(recall * positives - 1e-9));
    return { recall, precision: precisions[needed - 1] ?? 0 };
  });
}
