/** Queries made of several descriptors: several photos, examples of what is not meant, and a query's own matches. */
import { l2Normalise } from '../descriptor/vectors.ts';

/** A descriptor [dimensions] of length 1, and how much it counts. */
export interface WeightedDescriptor {
  readonly descriptor: Float32Array;
  readonly weight: number;
}

/**
 * How much the examples of what is not meant count against those of what is: the book's weight. With the first wrong
 * match of each query as its example, test/bench/expansion.ts finds mAP on buildings and products up from 65.3 and
 * 69.3 to 66.3 and 72.1; with 0.25 it is 63.7 and 72.7, with 0.5 59.6 and 69.6.
 */
const unlikeWeight = 0.15;

/**
 * Matches that a query is expanded with, by test/bench/expansion.ts. More cost precision, since far down the list they
 * are wrong more often: the average of 5 loses 9 points on buildings. Verified ones are hardly ever wrong.
 */
export const expandedBy = { average: 2, alpha: 5, verified: 5 } as const;

/** Of alpha query expansion: near matches count, far ones hardly do. */
export const alpha = 3;

/**
 * One query of several photos: their mean, less a share of the mean of the examples that results should be unlike.
 * Sources: Arandjelović and Zisserman, "Multiple queries for large scale specific object retrieval", BMVC 2012,
 * section 2.1 (the average of the queries); Rocchio's rule as in Manning, Raghavan and Schütze, "Introduction to
 * information retrieval", 2008, section 9.1.1 (the examples that are not relevant).
 *
 * @param wanted at least one, each [dimensions] of length 1 @param unlike as `wanted`, or none
 * @returns [dimensions], length 1; zeros where the two sides cancel out
 */
export function joinQueries(
  wanted: readonly Float32Array[],
  unlike: readonly Float32Array[] = [],
): Float32Array {
  return weightedMean([
    ...wanted.map((descriptor) => ({ descriptor, weight: 1 / wanted.length })),
    ...unlike.map((descriptor) => ({ descriptor, weight: -unlikeWeight / unlike.length })),
  ]);
}

/**
 * The mean of a query and its best matches: average query expansion. Source: Chum et al., "Total recall", ICCV 2007,
 * section 4.2, on descriptors as in Gordo et al., IJCV 2017, section 5.3.
 *
 * @param matches best first, without the query itself
 * @returns [dimensions], length 1
 */
export function expandByAverage(query: Float32Array, matches: readonly Float32Array[]): Float32Array {
  const others = matches.map((descriptor) => ({ descriptor, weight: 1 }));
  return weightedMean([{ descriptor: query, weight: 1 }, ...others]);
}

/**
 * As `expandByAverage`, each match weighted by its similarity to the power of `alpha`: a match that is hardly similar
 * hardly counts. Source: Radenović, Tolias and Chum, TPAMI 2018, section 4.4.
 */
export function expandByAlpha(
  query: Float32Array,
  matches: readonly { descriptor: Float32Array; score: number }[],
): Float32Array {
  const others = matches.map(({ descriptor, score }) => ({
    descriptor,
    weight: Math.max(0, score) ** alpha,
  }));
  return weightedMean([{ descriptor: query, weight: 1 }, ...others]);
}

/** The length-1 sum; a sum of zeros stays as it is. */
export function weightedMean(parts: readonly WeightedDescriptor[]): Float32Array {
  const sum = new Float32Array(parts[0]!.descriptor.length);
  for (const { descriptor, weight } of parts) {
    for (let index = 0; index < sum.length; index++) sum[index]! += weight * descriptor[index]!;
  }
  return l2Normalise(sum);
}
