/**
 * From a query to ranked photos: the nearest descriptors, then whatever refinement is asked for. The app, the command
 * line and the evaluation all rank by this.
 */
import type { Box, Refinement } from '../api-search.ts';
import { dot } from '../descriptor/vectors.ts';
import { isVerified, verifiedScore } from '../local-features/verification.ts';
import type { Augmentation } from './augmentation.ts';
import type { Neighbour } from './descriptor-index.ts';
import { expandByAlpha, expandByAverage, expandedBy } from './expansion.ts';
import { regionalScore, reranked } from './regional.ts';
import type { RegionalMatcher } from './regional.ts';

/** How many of the first matches each step looks at. */
export const depths = { augmentation: 1000, verification: 100 } as const;

/** What ranking asks of a library, or of a data set; photos that a filter leaves out are not in it. */
export interface RankingSource {
  nearest(query: Float32Array, k: number): Promise<readonly Neighbour[]>;
  /** [dimensions], length 1, of each photo; undefined for one that has gone. */
  descriptors(photoIds: readonly number[]): readonly (Float32Array | undefined)[];
  /** Encoded region vectors of each photo; undefined for one that has gone. */
  regions(photoIds: readonly number[]): readonly (Uint8Array | undefined)[];
}

export interface RankedQuery {
  /** [dimensions], length 1. */
  readonly descriptor: Float32Array;
  /** [regions, dimensions]: the one vector of a box, or those of a whole photo; null for a query of several photos. */
  readonly regions: Float32Array | null;
  /** Whether only a part of a photo is asked for. */
  readonly boxed: boolean;
}

export interface RankedPhoto {
  photoId: number;
  /** What it is ranked by. */
  score: number;
  /** How alike the two are, from -1 to 1, whatever it is ranked by: what the tier is told from. */
  similarity: number;
  /** Where it matches best. */
  box?: Box;
}

export interface Rankers {
  regional: RegionalMatcher;
  augmentation: Augmentation;
}

/**
 * Ranks photos by everything but verification, best first.
 * @param limit how many are wanted; more come back where a step looked at more
 */
export async function rankPhotos(
  source: RankingSource,
  rankers: Rankers,
  query: RankedQuery,
  refinement: Pick<Refinement, 'regional' | 'expansion' | 'augmentation'>,
  limit: number,
): Promise<RankedPhoto[]> {
  const descriptor = await expanded(source, query.descriptor, refinement.expansion);
  return rankBy(source, rankers, { ...query, descriptor }, query.descriptor, refinement, limit);
}

/**
 * Ranks once more, after photos were verified: they move up by how many keypoints agree, and with expansion by
 * verified matches the best of them join the query. Source for the latter: Chum et al., "Total recall", ICCV 2007,
 * section 4.
 *
 * @param ranked what `rankPhotos` returned @param verified keypoints that agree, by photo
 */
export async function rankVerified(
  source: RankingSource,
  rankers: Rankers,
  query: RankedQuery,
  refinement: Pick<Refinement, 'regional' | 'expansion' | 'augmentation'>,
  limit: number,
  ranked: readonly RankedPhoto[],
  verified: ReadonlyMap<number, number>,
): Promise<RankedPhoto[]> {
  const proven = lifted(ranked, verified);
  if (refinement.expansion !== 'verified') return proven;
  const best = proven
    .filter(({ photoId }) => isVerified(verified.get(photoId) ?? 0))
    .slice(0, expandedBy.verified)
    .map(({ photoId }) => photoId);
  if (best.length === 0) return proven;
  const matches = source.descriptors(best).filter((found) => found !== undefined);
  const descriptor = expandByAverage(query.descriptor, matches);
  const again = await rankBy(source, rankers, { ...query, descriptor }, query.descriptor, refinement, limit);
  return lifted(again, verified);
}

function lifted(ranked: readonly RankedPhoto[], verified: ReadonlyMap<number, number>): RankedPhoto[] {
  return byScore(
    ranked.map((photo) => ({
      ...photo,
      score: verifiedScore(photo.score, verified.get(photo.photoId) ?? 0),
    })),
  );
}

async function expanded(
  source: RankingSource,
  query: Float32Array,
  expansion: Refinement['expansion'],
): Promise<Float32Array> {
  if (expansion !== 'average' && expansion !== 'alpha') return query;
  const nearest = await source.nearest(query, expandedBy[expansion]);
  const descriptors = source.descriptors(nearest.map(({ photoId }) => photoId));
  const matches = nearest.flatMap(({ score }, at) => {
    const descriptor = descriptors[at];
    return descriptor ? [{ descriptor, score }] : [];
  });
  if (expansion === 'alpha') return expandByAlpha(query, matches);
  return expandByAverage(
    query,
    matches.map(({ descriptor }) => descriptor),
  );
}

async function rankBy(
  source: RankingSource,
  rankers: Rankers,
  query: RankedQuery,
  asked: Float32Array,
  { regional, augmentation }: Pick<Refinement, 'regional' | 'augmentation'>,
  limit: number,
): Promise<RankedPhoto[]> {
  const depth = Math.max(
    limit,
    augmentation ? depths.augmentation : 0,
    query.boxed ? reranked.box : reranked.photo,
  );
  const nearest = await source.nearest(query.descriptor, depth);
  let ranked: RankedPhoto[] = nearest.map(({ photoId, score }) => ({ photoId, score, similarity: score }));
  if (query.descriptor !== asked) ranked = withSimilarity(source, asked, ranked);
  if (augmentation) ranked = await augmented(source, rankers, query.descriptor, ranked);
  if (query.regions === null) return ranked;
  return placed(source, rankers.regional, query, query.regions, regional, ranked);
}

/** After an expansion, what a photo is called is still judged by the query alone. */
function withSimilarity(
  source: RankingSource,
  asked: Float32Array,
  ranked: readonly RankedPhoto[],
): RankedPhoto[] {
  const descriptors = source.descriptors(ranked.map(({ photoId }) => photoId));
  return ranked.flatMap((photo, at) => {
    const descriptor = descriptors[at];
    return descriptor ? [{ ...photo, similarity: dot(asked, descriptor) }] : [];
  });
}

async function augmented(
  source: RankingSource,
  { augmentation }: Rankers,
  query: Float32Array,
  ranked: readonly RankedPhoto[],
): Promise<RankedPhoto[]> {
  const first = ranked.slice(0, depths.augmentation);
  const descriptors = source.descriptors(first.map(({ photoId }) => photoId));
  const known = first.filter((_, at) => descriptors[at] !== undefined);
  const scores = await augmentation.scores(
    query,
    descriptors.filter((descriptor) => descriptor !== undefined),
  );
  return followedBy(
    byScore(known.map((photo, at) => ({ ...photo, score: scores[at]! }))),
    ranked.slice(depths.augmentation),
  );
}

/** Finds where the first matches match best and, for a box or by a switch, ranks them by it. */
async function placed(
  source: RankingSource,
  matcher: RegionalMatcher,
  query: RankedQuery,
  regions: Float32Array,
  regional: Refinement['regional'],
  ranked: readonly RankedPhoto[],
): Promise<RankedPhoto[]> {
  const depth = query.boxed ? reranked.box : reranked.photo;
  const first = ranked.slice(0, depth);
  const blobs = source.regions(first.map(({ photoId }) => photoId));
  const matches = await matcher.match(regions, blobs);
  const rule = query.boxed ? 'box' : regional === 'off' ? null : regional;
  const found = first.map((photo, at): RankedPhoto => {
    const match = matches[at]!;
    if (match === null) return photo;
    const score = rule === null ? photo.score : regionalScore(photo.score, match, rule);
    const similarity = query.boxed ? regionalScore(photo.similarity, match, 'box') : photo.similarity;
    return { ...photo, score, similarity, box: match.box };
  });
  const rest = ranked.slice(depth);
  return rule === null ? [...found, ...rest] : followedBy(byScore(found), rest);
}

/** Photos that a step did not look at stay behind those that it did, whatever the scale of its scores. */
function followedBy(first: readonly RankedPhoto[], rest: readonly RankedPhoto[]): RankedPhoto[] {
  const last = first.at(-1)?.score ?? Infinity;
  return [...first, ...rest.map((photo) => ({ ...photo, score: Math.min(photo.score, last) }))];
}

/** Equal ones keep their order: photos that a step did not look at have the score of the last that it did. */
function byScore(photos: RankedPhoto[]): RankedPhoto[] {
  return photos.sort((a, b) => b.score - a.score);
}
