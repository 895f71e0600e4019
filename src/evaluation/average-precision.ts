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
