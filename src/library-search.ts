/** Searching a library: ranking, what is shown of it, and proof. */
import { EventEmitter } from 'node:events';
import type { Box, Match, QueryPart, Refinement, SearchParams, SearchResult } from './api-search.ts';
import type { EventData } from './api.ts';
import type { Catalog } from './catalog/catalog.ts';
import type { PhotoRow } from './catalog/photos.ts';
import { AkinError } from './errors.ts';
import { ProgressMeter } from './ingest/progress-meter.ts';
import { Lazy } from './lazy.ts';
import type { LibraryDescriptions } from './library-descriptions.ts';
import { displayOf, nullIfUnreadable } from './library-photos.ts';
import type { LibraryQueries, LibraryQuery } from './library-queries.ts';
import { readSettings } from './library-settings.ts';
import type { LocalFeatures } from './local-features/features.ts';
import { isVerified, verifiedScore, verify } from './local-features/verification.ts';
import { createAugmentation } from './search/augmentation.ts';
import { collapse } from './search/collapse.ts';
import { matchesFile } from './search/matches-file.ts';
import { PhotoSet } from './search/photo-set.ts';
import { depths, rankPhotos, rankVerified } from './search/ranking.ts';
import type { RankedPhoto, Rankers, RankingSource } from './search/ranking.ts';
import { createRegionalMatcher } from './search/regional.ts';
import { bandsAt, tierOf } from './search/tiers.ts';

/** Photos that a filter by tier may pass over, or that may collapse, before the list is full. */
const passedOver = 1000;

export interface SearchDependencies {
  catalog: Catalog;
  queries: LibraryQueries;
  /** Those of the model in use. */
  descriptions: () => LibraryDescriptions;
}

/** A search whose first answer is there. */
interface FirstAnswer {
  /** All of a search is by these, also while the model changes. */
  descriptions: LibraryDescriptions;
  query: LibraryQuery;
  source: RankingSource;
  rankers: Rankers;
  refinement: Refinement;
  depth: number;
  ranked: RankedPhoto[];
}

/** Of a part of the query. */
interface AskedFeatures {
  features: LocalFeatures;
  queryBox: Box | undefined;
}

interface SearchEvents {
  verified: [EventData<'search.verified'>];
}

/** A match with what else is needed to show it. */
interface ShownMatch extends Match {
  row: PhotoRow;
}

export class LibrarySearch extends EventEmitter<SearchEvents> {
  readonly #dependencies: SearchDependencies;
  readonly #running = new Map<number, AbortController>();
  /** By the dimensions of descriptors: models may differ in them. */
  readonly #rankers = new Map<number, Lazy<Rankers>>();

  constructor(dependencies: SearchDependencies) {
    super();
    this.#dependencies = dependencies;
  }

  /** @throws AkinError `cancelled`, and those of `LibraryQueries.join` */
  async run(params: SearchParams, signal: AbortSignal): Promise<SearchResult> {
    const begun = performance.now();
    return resultOf(await this.#unverified(params, signal), begun);
  }

  /**
   * As `run`; then compares the keypoints of the first 100 with the query's, which `verified` tells one by one, and
   * ranks by what was found.
   * @throws AkinError as `run`
   */
  async verify(params: SearchParams & { key: number }, signal: AbortSignal): Promise<SearchResult> {
    const begun = performance.now();
    const controller = new AbortController();
    this.#running.get(params.key)?.abort();
    this.#running.set(params.key, controller);
    try {
      const either = AbortSignal.any([signal, controller.signal]);
      return resultOf(await this.#verified(params, params.key, either), begun);
    } finally {
      if (this.#running.get(params.key) === controller) this.#running.delete(params.key);
    }
  }

  /** Calls a verification off; one that has ended is no error. */
  cancel(key: number): Record<string, never> {
    this.#running.get(key)?.abort();
    return {};
  }

  /** The results as the content of a file, verified where the request or the settings say so. */
  async export(
    params: SearchParams & { format: 'csv' | 'json' },
    signal: AbortSignal,
  ): Promise<{ content: Uint8Array }> {
    const { verification } = this.#refinement(params);
    const matches = verification
      ? await this.#verified(params, null, signal)
      : await this.#unverified(params, signal);
    const records = matches.map(({ row, score, similarity, tier, verified, box, copies }) => ({
      path: displayOf(row),
      score,
      similarity,
      tier,
      verified,
      box,
      copies: copies
        ?.flatMap((photoId) => this.#dependencies.catalog.photos.get(photoId) ?? [])
        .map(displayOf),
    }));
    return { content: matchesFile(records, params.format) };
  }

  /** Calls all verifications off. */
  stop(): void {
    for (const controller of this.#running.values()) controller.abort();
  }

  async release(): Promise<void> {
    this.stop();
    for (const rankers of this.#rankers.values()) {
      await rankers.release(({ regional, augmentation }) =>
        Promise.all([regional.release(), augmentation.release()]),
      );
    }
  }

  async #rank(
    params: SearchParams,
    descriptions: LibraryDescriptions,
    signal: AbortSignal,
  ): Promise<FirstAnswer> {
    const { queries, catalog } = this.#dependencies;
    const query = await queries.join(params.query, params.unlike ?? [], descriptions);
    const { modelId } = descriptions;
    const index = await descriptions.index.get();
    const rankers = await this.#rankersOf(descriptions.model.head!.dimensions);
    if (signal.aborted) throw new AkinError('cancelled');
    const allowed = this.#allowed(params);
    const source: RankingSource = {
      nearest: async (vector, k) => {
        const found = await index.search(vector, k + query.photoIds.size, allowed && { allowed });
        return found.filter(({ photoId }) => !query.photoIds.has(photoId)).slice(0, k);
      },
      descriptors: (photoIds) => catalog.descriptors.getMany(photoIds, modelId),
      regions: (photoIds) => catalog.descriptors.manyRegions(photoIds, modelId),
    };
    const refinement = this.#refinement(params);
    const depth = params.limit + (params.filter?.tiers || params.collapse ? passedOver : 0);
    const ranked = await rankPhotos(source, rankers, query, refinement, depth);
    if (signal.aborted) throw new AkinError('cancelled');
    return { descriptions, query, source, rankers, refinement, depth, ranked };
  }

  async #unverified(params: SearchParams, signal: AbortSignal): Promise<ShownMatch[]> {
    const descriptions = this.#dependencies.descriptions();
    return descriptions.during(async () => {
      const answer = await this.#rank(params, descriptions, signal);
      return this.#shown(params, answer, answer.ranked);
    });
  }

  async #verified(params: SearchParams, key: number | null, signal: AbortSignal): Promise<ShownMatch[]> {
    const descriptions = this.#dependencies.descriptions();
    return descriptions.during(async () => {
      const answer = await this.#rank(params, descriptions, signal);
      const { query, source, rankers, refinement, depth, ranked } = answer;
      const inliers = await this.#verifyFirst(params.query, ranked, key, signal);
      const again = await rankVerified(source, rankers, query, refinement, depth, ranked, inliers);
      return this.#shown(params, answer, again, inliers);
    });
  }

  #rankersOf(dimensions: number): Promise<Rankers> {
    const rankers = this.#rankers.get(dimensions) ?? new Lazy(() => loadRankers(dimensions));
    this.#rankers.set(dimensions, rankers);
    return rankers.get();
  }

  /**
   * Keypoints that agree, for each of the first photos that can be read.
   * @throws AkinError `cancelled`, and those of reading what is asked with
   */
  async #verifyFirst(
    parts: readonly QueryPart[],
    ranked: readonly RankedPhoto[],
    key: number | null,
    signal: AbortSignal,
  ): Promise<Map<number, number>> {
    const asked: AskedFeatures[] = [];
    for (const part of parts) {
      asked.push({ features: await this.#dependencies.queries.features(part), queryBox: part.box });
    }
    const found = new Map<number, number>();
    const first = ranked.slice(0, depths.verification);
    const meter = new ProgressMeter();
    meter.note(0, performance.now());
    let next = this.#featuresOf(first[0]);
    for (const [at, { photoId, score }] of first.entries()) {
      const features = await next;
      if (signal.aborted) throw new AkinError('cancelled');
      // The next photo is read while this one is compared.
      next = this.#featuresOf(first[at + 1]);
      // Whoever waits for it learns of its failure.
      next.catch(() => null);
      if (features === null) continue;
      const inliers = await mostInliers(asked, features);
      found.set(photoId, inliers);
      if (key === null) continue;
      this.emit('verified', {
        key,
        photoId,
        verified: proven(inliers),
        score: verifiedScore(score, inliers),
        ...meter.progress(at + 1, first.length),
      });
    }
    return found;
  }

  /** Null where the photo cannot be read any more, or after the last one. */
  async #featuresOf(photo: RankedPhoto | undefined): Promise<LocalFeatures | null> {
    if (!photo) return null;
    return this.#dependencies.queries.features({ photoId: photo.photoId }).catch(nullIfUnreadable);
  }

  #shown(
    { limit, collapse: collapses, sort, filter }: SearchParams,
    { query, descriptions }: FirstAnswer,
    ranked: readonly RankedPhoto[],
    inliers: ReadonlyMap<number, number> = new Map(),
  ): ShownMatch[] {
    const bands = bandsAt(descriptions.model.settings.scales);
    let matches: ShownMatch[] = [];
    for (const { photoId, score, similarity, box } of ranked) {
      // A photo may have gone since the index knew it.
      const row = this.#dependencies.catalog.photos.get(photoId);
      if (!row) continue;
      const agreeing = inliers.get(photoId);
      const likeness = {
        sameContent: query.hash !== null && Buffer.compare(query.hash, row.hash) === 0,
        whole: query.hash !== null,
        verified: agreeing !== undefined && isVerified(agreeing),
      };
      const tier = tierOf(similarity, likeness, bands);
      if (filter?.tiers && !filter.tiers.includes(tier)) continue;
      matches.push({
        photoId,
        score,
        similarity,
        tier,
        row,
        ...(box && { box }),
        ...(agreeing !== undefined && { verified: proven(agreeing) }),
      });
      if (!collapses && matches.length === limit) break;
    }
    if (collapses) matches = this.#collapsed(matches, limit, bands.nearDuplicate, descriptions.modelId);
    return sort === 'date' ? matches.sort((a, b) => b.row.takenAt - a.row.takenAt) : matches;
  }

  #collapsed(
    matches: readonly ShownMatch[],
    limit: number,
    nearDuplicate: number,
    modelId: number,
  ): ShownMatch[] {
    const ids = matches.map(({ photoId }) => photoId);
    const descriptors = this.#dependencies.catalog.descriptors.getMany(ids, modelId);
    const collapsible = matches.flatMap((match, at) => {
      const descriptor = descriptors[at];
      return descriptor ? [{ match, descriptor, hash: match.row.hash }] : [];
    });
    return collapse(collapsible, limit, nearDuplicate).map(({ keeper, copies }) => ({
      ...keeper.match,
      ...(copies.length > 0 && { copies: copies.map(({ match }) => match.photoId) }),
    }));
  }

  /** The photos that the filter lets through; undefined for all. */
  #allowed({ filter = {}, query }: SearchParams): PhotoSet | undefined {
    const { tiers: _tiers, notInSameFolder, ...rest } = filter;
    const first = query.find((part) => 'photoId' in part);
    const notInFolderOf = notInSameFolder && first && 'photoId' in first ? first.photoId : undefined;
    const asked = { ...rest, notInFolderOf };
    if (Object.values(asked).every((part) => part === undefined)) return undefined;
    return new PhotoSet(this.#dependencies.catalog.filters.ids(asked));
  }

  #refinement({ refinement }: SearchParams): Refinement {
    const usual = readSettings(this.#dependencies.catalog).refinement;
    return {
      regional: refinement?.regional ?? usual.regional,
      expansion: refinement?.expansion ?? usual.expansion,
      augmentation: refinement?.augmentation ?? usual.augmentation,
      verification: refinement?.verification ?? usual.verification,
    };
  }
}

/** Of the part of a query that agrees best. */
async function mostInliers(asked: readonly AskedFeatures[], other: LocalFeatures): Promise<number> {
  let most = 0;
  for (const { features, queryBox } of asked) {
    most = Math.max(most, (await verify(features, other, { queryBox })).inliers);
  }
  return most;
}

/** Fewer keypoints than prove anything count for the order, but are no proof to show. */
function proven(inliers: number): number {
  return isVerified(inliers) ? inliers : 0;
}

async function loadRankers(dimensions: number): Promise<Rankers> {
  return {
    regional: await createRegionalMatcher(dimensions),
    augmentation: await createAugmentation(),
  };
}

function resultOf(shown: readonly ShownMatch[], begun: number): SearchResult {
  return {
    matches: shown.map(({ row: _row, ...match }) => match),
    aspects: shown.map(({ row }) => row.width / row.height),
    milliseconds: performance.now() - begun,
  };
}
