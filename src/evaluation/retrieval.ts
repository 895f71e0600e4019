import { dot } from '../descriptor/vectors.ts';
import { averagePrecision, precisionAtRecalls, precisionWithin } from './average-precision.ts';
import type { CurvePoint } from './average-precision.ts';
import type { Query } from './query.ts';

/** The numbers of results that precision is told for. */
export const cutOffs = [1, 5, 10] as const;

/** How well a set of descriptors finds what belongs together; shares are in percent. */
export interface Retrieval {
  readonly queries: number;
  /** Mean average precision. */
  readonly mAP: number;
  /** Share of the queries whose first result is right. */
  readonly r1: number;
  /** Mean precision of the first 1, 5 and 10 results, as `precisionWithin` counts it. */
  readonly precisionAt: Readonly<Record<(typeof cutOffs)[number], number>>;
  /** How many of the first four results are right, on average: the N-S score of UKBench. */
  readonly amongFirstFour: number;
  /** Precision at 21 levels of recall, from 0 to 100, averaged over the queries. */
  readonly curve: readonly CurvePoint[];
  /** Average precision of each query, in their order. */
  readonly perQuery: readonly number[];
  /** In the order of their first queries. */
  readonly perGroup: readonly { readonly group: string; readonly queries: number; readonly mAP: number }[];
}

/**
 * Ranks all photos for every query by dot product; see `RetrievalMeasure`.
 *
 * @param descriptors one of length 1 for each photo of the data set
 * @param asked the descriptor of each query, where it is not that of its photo, as for a box
 */
export function measureRetrieval(
  queries: readonly Query[],
  descriptors: readonly Float32Array[],
  asked: readonly Float32Array[] = queries.map(({ photo }) => descriptors[photo]!),
): Retrieval {
  const measure = new RetrievalMeasure();
  for (const [index, query] of queries.entries()) {
    measure.add(
      query,
      descriptors.map((descriptor) => dot(asked[index]!, descriptor)),
    );
  }
  return measure.result();
}

/** Gathers how queries were answered, one by one, so that a caller may pause in between. */
export class RetrievalMeasure {
  readonly #perQuery: { group: string; precision: number }[] = [];
  #firstRight = 0;
  #amongFirstFour = 0;
  readonly #precisionAt = cutOffs.map(() => 0);
  readonly #curve = precisionAtRecalls([], 1).map(({ recall }) => ({ recall, precision: 0 }));

  /** @param scores of every photo for this query; equal ones keep the photos' order */
  add(query: Query, scores: ArrayLike<number>): void {
    const ranks = ranksOfPositives(query, scores);
    const positives = query.positives.size;
    this.#perQuery.push({ group: query.group, precision: averagePrecision(ranks, positives) });
    if (ranks[0] === 0) this.#firstRight++;
    this.#amongFirstFour += ranks.filter((rank) => rank < 4).length;
    for (const [index, cutOff] of cutOffs.entries())
      this.#precisionAt[index]! += precisionWithin(ranks, cutOff);
    for (const [index, { precision }] of precisionAtRecalls(ranks, positives).entries())
      this.#curve[index]!.precision += precision;
  }

  result(): Retrieval {
    const perQuery = this.#perQuery.map(({ precision }) => 100 * precision);
    const queries = perQuery.length;
    const percent = queries === 0 ? 0 : 100 / queries;
    const [one, five, ten] = this.#precisionAt.map((sum) => sum * percent) as [number, number, number];
    return {
      queries,
      mAP: mean(perQuery),
      r1: this.#firstRight * percent,
      precisionAt: { 1: one, 5: five, 10: ten },
      amongFirstFour: queries === 0 ? 0 : this.#amongFirstFour / queries,
      curve: this.#curve.map(({ recall, precision }) => ({
        recall: 100 * recall,
        precision: precision * percent,
      })),
      perQuery,
      perGroup: this.#perGroup(),
    };
  }

  #perGroup(): Retrieval['perGroup'] {
    const groups = Map.groupBy(this.#perQuery, ({ group }) => group);
    return [...groups].map(([group, own]) => ({
      group,
      queries: own.length,
      mAP: 100 * mean(own.map(({ precision }) => precision)),
    }));
  }
}

/**
 * Zero-based ranks of the query's positives among all photos but its junk, rising. Its own photo is left out too,
 * unless it is one of its positives. Counts instead of sorting: there may be 100,000 photos.
 */
export function ranksOfPositives(
  { photo, positives, junk }: Pick<Query, 'photo' | 'positives' | 'junk'>,
  scores: ArrayLike<number>,
): number[] {
  const right = [...positives].sort((a, b) => scores[b]! - scores[a]! || a - b);
  /** Wrong photos that come before each positive, but not before the one above it. */
  const between = new Int32Array(right.length + 1);
  for (let other = 0; other < scores.length; other++) {
    if (positives.has(other) || other === photo || junk.has(other)) continue;
    const score = scores[other]!;
    let low = 0;
    let high = right.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const positive = right[middle]!;
      const before = scores[positive]! > score || (scores[positive]! === score && positive < other);
      if (before) low = middle + 1;
      else high = middle;
    }
    between[low]!++;
  }
  let wrong = 0;
  return right.map((_, index) => (wrong += between[index]!) + index);
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}
