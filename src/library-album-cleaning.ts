/** Compares the photos of an album with each other, to find those that may not belong to it. */
import type { Cleaning } from './api-training.ts';
import type { Catalog } from './catalog/catalog.ts';
import { decodeRegions } from './descriptor/quantise.ts';
import { regionRows } from './descriptor/region-rows.ts';
import { dot } from './descriptor/vectors.ts';
import { Turns } from './duplicates/turns.ts';
import { AkinError } from './errors.ts';
import { nullIfUnreadable } from './library-photos.ts';
import type { LocalFeatures } from './local-features/features.ts';
import { isVerified, verify } from './local-features/verification.ts';
import { createRegionalMatcher, regionalScore } from './search/regional.ts';
import type { RegionalMatcher } from './search/regional.ts';
import { cleanAlbum } from './training/album-cleaning.ts';
import type { AlbumPair } from './training/album-cleaning.ts';
import { Components } from './training/components.ts';

export interface CleaningSources {
  catalog: Catalog;
  /** The model whose descriptors and region vectors are compared. */
  modelId: () => number;
  /** @throws AkinError when the photo cannot be read now */
  features: (photoId: number) => Promise<LocalFeatures>;
}

/** Each photo is compared with so many of the album that look most like it: in larger ones all pairs would take hours. */
const mostCompared = 30;

/**
 * Which photos of an album may not belong to it. Photos that the model has not described are passed over; those that
 * cannot be read now are compared by what was described of them.
 * @throws AkinError `album-unknown`; what the signal throws
 */
export async function findForeignPhotos(
  sources: CleaningSources,
  albumId: number,
  signal: AbortSignal,
): Promise<Cleaning> {
  const { catalog } = sources;
  if (!catalog.albums.get(albumId)) throw new AkinError('album-unknown');
  signal.throwIfAborted();
  const contents = contentsOf(catalog, albumId);
  return new Comparison(sources, signal).clean(contents);
}

/** The photos of an album, those of one content together. */
function contentsOf({ albums, photos }: Catalog, albumId: number): number[][] {
  const contents = new Map<string, number[]>();
  for (const photoId of [...albums.photos(albumId).ids].sort((a, b) => a - b)) {
    const hash = Buffer.from(photos.get(photoId)!.hash).toString('latin1');
    const copies = contents.get(hash);
    if (copies) copies.push(photoId);
    else contents.set(hash, [photoId]);
  }
  return [...contents.values()];
}

interface Candidate {
  a: number;
  b: number;
  similarity: number;
}

class Comparison {
  readonly #sources: CleaningSources;
  readonly #turns: Turns;
  readonly #signal: AbortSignal;
  readonly #features = new Map<number, LocalFeatures | null>();

  constructor(sources: CleaningSources, signal: AbortSignal) {
    this.#sources = sources;
    this.#signal = signal;
    this.#turns = new Turns(signal);
  }

  async clean(contents: readonly number[][]): Promise<Cleaning> {
    const candidates = await this.#candidates(contents.map(([first]) => first!));
    const pairs = await this.#prove(candidates);
    // What was in no pair, because it could not be compared, is nobody's to judge; unless it is the only one.
    const compared = new Set(pairs.flatMap(({ a, b }) => [a, b]));
    const judged = contents.filter(([first]) => compared.has(first!) || contents.length === 1);
    const copies = judged.flatMap(([first, ...others]) =>
      others.map((other): AlbumPair => ({ a: first!, b: other, proven: true, similarity: 1 })),
    );
    return cleanAlbum(judged.flat(), [...pairs, ...copies]);
  }

  /** The pairs worth comparing, the most similar first. */
  async #candidates(photoIds: readonly number[]): Promise<Candidate[]> {
    const { catalog, modelId } = this.#sources;
    const found = catalog.descriptors.getMany(photoIds, modelId());
    const described = photoIds.flatMap((photoId, at) => {
      const descriptor = found[at];
      return descriptor ? [{ photoId, descriptor }] : [];
    });
    const partners = new Map<number, Map<number, number>>();
    for (const one of described) {
      const scored = described
        .filter((other) => other !== one)
        .map((other) => ({ photoId: other.photoId, score: dot(one.descriptor, other.descriptor) }))
        .sort((x, y) => y.score - x.score || x.photoId - y.photoId)
        .slice(0, mostCompared);
      for (const { photoId, score } of scored) {
        const [a, b] = [Math.min(one.photoId, photoId), Math.max(one.photoId, photoId)];
        const row = partners.get(a) ?? new Map<number, number>();
        partners.set(a, row.set(b, score));
      }
      if (this.#turns.isOver) await this.#turns.next();
    }
    const dimensions = described[0]?.descriptor.length;
    if (dimensions === undefined) return [];
    const matcher = await createRegionalMatcher(dimensions);
    try {
      const candidates: Candidate[] = [];
      for (const [a, row] of partners) {
        candidates.push(...(await this.#similarities(matcher, dimensions, a, row)));
        if (this.#turns.isOver) await this.#turns.next();
      }
      return candidates.sort((x, y) => y.similarity - x.similarity || x.a - y.a || x.b - y.b);
    } finally {
      await matcher.release();
    }
  }

  async #similarities(
    matcher: RegionalMatcher,
    dimensions: number,
    a: number,
    row: ReadonlyMap<number, number>,
  ): Promise<Candidate[]> {
    const { descriptors } = this.#sources.catalog;
    const modelId = this.#sources.modelId();
    const own = queryOf(descriptors.regions(a, modelId), dimensions);
    const others = [...row.keys()];
    const matches = own && (await matcher.match(own, descriptors.manyRegions(others, modelId)));
    return others.map((b, at) => ({
      a,
      b,
      similarity: regionalScore(row.get(b)!, matches?.[at] ?? null, 'best-pair'),
    }));
  }

  /**
   * Compares pairs by their local features, the most similar first. A pair that is tied together by proven ones already
   * needs no proof of its own; what the match graph knows is not compared once more.
   */
  async #prove(candidates: readonly Candidate[]): Promise<AlbumPair[]> {
    const known = new Map<number, Map<number, number>>();
    const parts = new Components();
    const pairs: AlbumPair[] = [];
    for (const { a, b, similarity } of candidates) {
      let proven = false;
      if (!parts.areJoined(a, b)) {
        const row = known.get(a) ?? this.#knownInliers(a);
        known.set(a, row);
        proven = isVerified(row.get(b) ?? (await this.#inliers(a, b)));
        if (proven) parts.join(a, b);
        if (this.#turns.isOver) await this.#turns.next();
      }
      pairs.push({ a, b, proven, similarity });
    }
    return pairs;
  }

  /** Of the pairs that were compared when the match graph was built. */
  #knownInliers(photoId: number): Map<number, number> {
    const { matchGraph } = this.#sources.catalog;
    const inliers = new Map(matchGraph.comparedWith(photoId).map((other) => [other, 0]));
    for (const match of matchGraph.matchesOf(photoId)) inliers.set(match.photoId, match.inliers);
    return inliers;
  }

  async #inliers(a: number, b: number): Promise<number> {
    const [one, other] = [await this.#featuresOf(a), await this.#featuresOf(b)];
    this.#signal.throwIfAborted();
    return one && other ? (await verify(one, other)).inliers : 0;
  }

  async #featuresOf(photoId: number): Promise<LocalFeatures | null> {
    const known = this.#features.get(photoId);
    if (known !== undefined) return known;
    const features = await this.#sources.features(photoId).catch(nullIfUnreadable);
    this.#features.set(photoId, features);
    return features;
  }
}

/** Null where there are none that can be read. */
function queryOf(blob: Uint8Array | undefined, dimensions: number): Float32Array | null {
  if (!blob) return null;
  try {
    return regionRows(decodeRegions(blob), dimensions);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}
