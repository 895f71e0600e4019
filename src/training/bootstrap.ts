/** How sure a gain is. */
import { Random } from './random.ts';

/** Enough that the ends of the interval move by less than a tenth of its length from seed to seed. */
const samples = 2000;

/** Share of the samples that lie within the interval. */
const confidence = 0.95;

/**
 * The bootstrap interval of a mean gain, by percentiles: of as many albums as there are, drawn with replacement, the
 * gains of all queries are averaged, many times over. Albums are drawn, and not queries: what helps one photo of an
 * album as a rule helps all of them, so that queries drawn one by one would make the gain look surer than it is.
 * Source: Efron and Tibshirani, "An Introduction to the Bootstrap", 1993, chapter 13, with the clusters of chapter 8.
 *
 * @param gains of each query, after less before
 * @param groups the album of each query
 * @returns lower and upper end, in the unit of the gains; zeros without queries
 */
export function gainInterval(
  gains: readonly number[],
  groups: readonly (string | number)[],
  seed: number,
): [number, number] {
  if (gains.length === 0) return [0, 0];
  const byGroup = Map.groupBy(gains.keys(), (query) => groups[query]!);
  const albums = [...byGroup.values()].map((queries) => ({
    queries: queries.length,
    sum: queries.reduce((sum, query) => sum + gains[query]!, 0),
  }));
  const random = new Random(seed);
  const means = Float64Array.from({ length: samples }, () => {
    let [sum, queries] = [0, 0];
    for (let drawn = 0; drawn < albums.length; drawn++) {
      const album = albums[random.below(albums.length)]!;
      sum += album.sum;
      queries += album.queries;
    }
    return sum / queries;
  }).sort();
  return [quantile(means, (1 - confidence) / 2), quantile(means, (1 + confidence) / 2)];
}

/** Between the two nearest values, in proportion. */
function quantile(sorted: Float64Array, share: number): number {
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  const next = sorted[Math.min(below + 1, sorted.length - 1)]!;
  return sorted[below]! + (place - below) * (next - sorted[below]!);
}
