import { dot } from '../descriptor/vectors.ts';
import { averagePrecision } from './average-precision.ts';
import type { Query } from './dataset.ts';

/** How well a set of descriptors finds what belongs together. */
export interface Retrieval {
  queries: number;
  /** Mean average precision, in percent. */
  mAP: number;
  /** Share of the queries whose first result is right, in percent. */
  r1: number;
}

/**
 * Ranks all photos for every query by dot product, without the query itself and its junk. Equal scores keep the
 * photos' order.
 *
 * @param descriptors one of length 1 for each photo of the data set
 */
export function measureRetrieval(queries: readonly Query[], descriptors: readonly Float32Array[]): Retrieval {
  let precision = 0;
  let firstRight = 0;
  for (const query of queries) {
    const scores = descriptors.map((descriptor) => dot(descriptors[query.photo]!, descriptor));
    const ranking = Array.from(descriptors.keys())
      .filter((photo) => photo !== query.photo && !query.junk.has(photo))
      .sort((a, b) => scores[b]! - scores[a]!);
    const ranks = Array.from(ranking.keys()).filter((rank) => query.positives.has(ranking[rank]!));
    precision += averagePrecision(ranks, query.positives.size);
    if (ranks[0] === 0) firstRight++;
  }
  const percent = 100 / queries.length;
  return { queries: queries.length, mAP: precision * percent, r1: firstRight * percent };
}
