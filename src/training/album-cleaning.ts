/**
 * Which photos of an album may not belong to it: those outside the largest part that hangs together. Source: Gordo et
 * al., "End-to-end learning of deep visual representations for image retrieval", IJCV 2017, section 3.3, where photos
 * of a landmark are joined by verified pairs, and all but the largest connected component are dropped. Here they are
 * proposed to the user, and photos of things that hardly verify are joined by how alike they look, too.
 */
import type { Cleaning } from '../api-training.ts';
import { connectedComponents } from './components.ts';

/** Two photos of an album that were compared. */
export interface AlbumPair {
  readonly a: number;
  readonly b: number;
  /** Whether their local features prove that they show the same thing. */
  readonly proven: boolean;
  /** By their descriptors and their best pair of regions, from -1 to 1. */
  readonly similarity: number;
}

/**
 * Where the largest part that proven pairs join holds this share of the album, local features tell what belongs to it;
 * else most of its photos show something that hardly verifies, such as fruit, and looks count as well. Chosen by
 * test/bench/album-cleaning.ts, as what follows: any share from a half to three quarters does the same on products.
 */
const leastVerified = 2 / 3;

/**
 * Photos as similar as this count as the same thing where local features do not decide: the most with which no more than
 * 6 % of the own photos of albums of products are proposed. By both rules together, of foreign photos that are a fifth
 * of an album 92 % are proposed and 6 % of its own for products, 90 % and none for buildings, of which there are few: 30
 * foreign photos and 43 of their own; with 0.46 a seventh of those would be proposed. With nothing but local features
 * all foreign ones are, but also 47 % of an album's own for products and 26 % for buildings. Of foreign photos that look
 * most like those of the album, another carton of one maker mostly, 23 % are proposed for products and 57 % for
 * buildings.
 */
const leastSimilarity = 0.45;

/**
 * Proposes photos for removal, those that resemble the others the least first. Where no part holds more than half of
 * the photos, nobody can tell what the album shows, and none is proposed.
 *
 * @param photoIds of the album, those that could be compared
 * @param pairs of them, no pair twice; in any order, as that of the photos makes no difference either
 */
export function cleanAlbum(photoIds: readonly number[], pairs: readonly AlbumPair[]): Cleaning {
  const proven = partsOf(
    photoIds,
    pairs.filter((pair) => pair.proven),
  );
  const isVerified = proven.length > 0 && proven[0]!.length >= leastVerified * photoIds.length;
  const method = isVerified ? 'verified' : 'regions';
  const parts = isVerified
    ? proven
    : partsOf(
        photoIds,
        pairs.filter((pair) => pair.proven || pair.similarity >= leastSimilarity),
      );
  const [core = [], ...others] = parts;
  if (2 * core.length <= photoIds.length) return { core: core.length, proposed: [], method };
  const nearest = nearestOf(new Set(core), pairs);
  const proposed = others.flatMap((part) =>
    part.map((photoId) => ({
      photoId,
      reason: part.length === 1 ? ('alone' as const) : ('other-part' as const),
      part: part.length,
      nearest: nearest.get(photoId) ?? null,
    })),
  );
  const similarityOf = (photo: (typeof proposed)[number]) => photo.nearest?.similarity ?? -Infinity;
  proposed.sort((a, b) => similarityOf(a) - similarityOf(b) || a.photoId - b.photoId);
  return { core: core.length, proposed, method };
}

/** The connected parts, the largest first; of equal ones the one with the lowest id. */
function partsOf(photoIds: readonly number[], pairs: readonly AlbumPair[]): number[][] {
  const ordered = photoIds.toSorted((a, b) => a - b);
  return connectedComponents(
    ordered,
    pairs.map(({ a, b }) => [a, b] as const),
  ).sort((one, other) => other.length - one.length || one[0]! - other[0]!);
}

/** For each photo outside the core the one in it that it resembles most; of equals the one with the lower id. */
function nearestOf(
  core: ReadonlySet<number>,
  pairs: readonly AlbumPair[],
): Map<number, { photoId: number; similarity: number }> {
  const nearest = new Map<number, { photoId: number; similarity: number }>();
  for (const { a, b, similarity } of pairs) {
    if (core.has(a) === core.has(b)) continue;
    const [inside, outside] = core.has(a) ? [a, b] : [b, a];
    const best = nearest.get(outside);
    const isBetter =
      !best || similarity > best.similarity || (similarity === best.similarity && inside < best.photoId);
    if (isBetter) nearest.set(outside, { photoId: inside, similarity });
  }
  return nearest;
}
