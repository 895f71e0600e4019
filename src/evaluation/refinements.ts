/** What each refinement of the search gains on a data set, by the code that ranks a library. */
import type { Refinement } from '../api-search.ts';
import { decodeRegions } from '../descriptor/quantise.ts';
import { regionRows } from '../descriptor/region-rows.ts';
import { dot } from '../descriptor/vectors.ts';
import { verify } from '../local-features/verification.ts';
import { createAugmentation } from '../search/augmentation.ts';
import { depths, rankPhotos, rankVerified } from '../search/ranking.ts';
import type { RankedPhoto, RankedQuery, Rankers, RankingSource } from '../search/ranking.ts';
import { createRegionalMatcher } from '../search/regional.ts';
import type { Query } from './query.ts';
import type { IndexedDataset } from './index-dataset.ts';
import { RetrievalMeasure } from './retrieval.ts';
import type { Retrieval } from './retrieval.ts';

export interface MeasuredRefinement {
  readonly retrieval: Retrieval;
  /** Median for a query whose descriptor and features are there, and everybody's. */
  readonly milliseconds: number;
}

export class RefinementMeasure {
  readonly #dataset: IndexedDataset;
  readonly #rankers: Rankers;
  /** Keypoints that agree, by the query and the photo: many refinements ask for the same. */
  readonly #inliers = new Map<Query, Map<number, number>>();

  private constructor(dataset: IndexedDataset, rankers: Rankers) {
    this.#dataset = dataset;
    this.#rankers = rankers;
  }

  static async create(dataset: IndexedDataset): Promise<RefinementMeasure> {
    const dimensions = dataset.descriptors[0]!.length;
    return new RefinementMeasure(dataset, {
      regional: await createRegionalMatcher(dimensions),
      augmentation: await createAugmentation(),
    });
  }

  /** @throws what the signal throws */
  async measure(
    queries: readonly Query[],
    refinement: Refinement,
    { signal, onAnswered }: { signal?: AbortSignal; onAnswered?: () => void } = {},
  ): Promise<MeasuredRefinement> {
    const measure = new RetrievalMeasure();
    const times: number[] = [];
    for (const query of queries) {
      signal?.throwIfAborted();
      const begun = performance.now();
      const ranked = await this.#rank(query, refinement);
      times.push(performance.now() - begun);
      measure.add(query, this.#scoresOf(ranked));
      onAnswered?.();
    }
    const milliseconds = times.sort((a, b) => a - b)[times.length >> 1] ?? 0;
    return { retrieval: measure.result(), milliseconds };
  }

  async release(): Promise<void> {
    await this.#rankers.regional.release();
    await this.#rankers.augmentation.release();
  }

  async #rank(query: Query, refinement: Refinement): Promise<RankedPhoto[]> {
    const asked = this.#asked(query);
    const source = this.#sourceFor(query);
    const limit = this.#dataset.descriptors.length;
    const ranked = await rankPhotos(source, this.#rankers, asked, refinement, limit);
    if (!refinement.verification) return ranked;
    const inliers = await this.#verify(query, ranked.slice(0, depths.verification));
    return rankVerified(source, this.#rankers, asked, refinement, limit, ranked, inliers);
  }

  #asked(query: Query): RankedQuery {
    const { descriptors, regions, boxes } = this.#dataset;
    const boxed = boxes.get(query);
    if (boxed) return { descriptor: boxed.descriptor, regions: boxed.descriptor, boxed: true };
    const descriptor = descriptors[query.photo]!;
    const rows = regionRows(decodeRegions(regions[query.photo]!), descriptor.length);
    return { descriptor, regions: rows, boxed: false };
  }

  /** As a library answers: the photo that is asked with is no result, unless the protocol wants it. */
  #sourceFor({ photo, positives }: Query): RankingSource {
    const { descriptors, regions } = this.#dataset;
    return {
      nearest: async (vector, k) =>
        descriptors
          .map((descriptor, photoId) => ({ photoId, score: dot(vector, descriptor) }))
          .filter(({ photoId }) => photoId !== photo || positives.has(photo))
          .sort((a, b) => b.score - a.score || a.photoId - b.photoId)
          .slice(0, k),
      descriptors: (photoIds) => photoIds.map((photoId) => descriptors[photoId]),
      regions: (photoIds) => photoIds.map((photoId) => regions[photoId]),
    };
  }

  async #verify(query: Query, ranked: readonly RankedPhoto[]): Promise<Map<number, number>> {
    const { features, boxes } = this.#dataset;
    const known = this.#inliers.get(query) ?? new Map<number, number>();
    this.#inliers.set(query, known);
    const found = new Map<number, number>();
    for (const { photoId } of ranked) {
      const queryBox = boxes.get(query)?.box;
      const inliers =
        known.get(photoId) ??
        (await verify(features[query.photo]!, features[photoId]!, { queryBox })).inliers;
      known.set(photoId, inliers);
      found.set(photoId, inliers);
    }
    return found;
  }

  /** By place: rank alone counts, and photos that are not ranked come last. */
  #scoresOf(ranked: readonly RankedPhoto[]): Float64Array {
    const scores = new Float64Array(this.#dataset.descriptors.length).fill(-Infinity);
    for (const [rank, { photoId }] of ranked.entries()) scores[photoId] = -rank;
    return scores;
  }
}
