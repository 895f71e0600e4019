/** Which photos outside the albums may be taken for something else than an album shows. */
import { rowProduct } from './distances.ts';
import type { Descriptors } from './measure.ts';
import { shots } from './split.ts';

/** Whether a photo outside the albums, by its place, may be a negative of an album, by its place among them. */
export type SafeNegatives = (other: number, album: number) => boolean;

export interface NegativeCandidates {
  /** Places of the photos of each album. */
  readonly albums: readonly (readonly number[])[];
  /** Places of photos outside the albums. */
  readonly others: readonly number[];
  /** Pairs that are one shot. */
  readonly copies: readonly (readonly [number, number])[];
  /** Pairs that were judged to show the same. */
  readonly same: readonly (readonly [number, number])[];
  /** By the model that training begins with; who is missing is not safe. */
  readonly descriptors: Descriptors;
}

/** How much less like the album than its own photos are among each other a photo must be, as a difference of cosines. */
const margin = 0.05;

/**
 * Nobody said what photos outside the albums show. One of them may well show what an album does: to push it away would
 * teach the opposite of what the album is for (a false negative). They are kept out in three ways; a photo is safe as a
 * negative of an album only where all of these hold:
 *
 * - it is less like each photo of the album than the album's limit. That is the similarity of the photo of the album
 *   that is least like its nearest mate, so that a photo that would fit in as well as the worst of the album does is
 *   out; or the median of that over all albums where it is lower, as an album whose photos are all alike says nothing
 *   of what else it could hold. `margin` is taken off. Copies are no mates: they are alike whatever the album is;
 * - it is no copy of a photo of the album, nor a copy of a copy;
 * - no chain of "same" judgements ties it to one.
 *
 * Decided by the model that training begins with, once: a model that has learnt to push a photo away would find it ever
 * safer.
 *
 * What it costs: negatives that are nearest, which would teach most, are those that are left out, whether true or false;
 * an album that is itself a mixture has so low a limit that few photos are safe for it. And a photo that shows the same
 * thing in a way that the model cannot see yet, as from behind, gets through: only a judgement helps against that.
 *
 * @returns false for photos that are not among `others`
 */
export function safeNegatives(candidates: NegativeCandidates): SafeNegatives {
  const { albums, others, copies, same, descriptors } = candidates;
  const limits = limitsOf(albums, descriptors, shots(copies));
  const tiedTo = shots([...copies, ...same]);
  const ties = albums.map((photos) => new Set(photos.map(tiedTo)));
  const safe = new Map(others.map((other) => [other, new Set<number>()]));
  for (const [album, photos] of albums.entries()) {
    for (const other of others) {
      if (!descriptors.has(other) || ties[album]!.has(tiedTo(other))) continue;
      if (nearest(other, photos, descriptors) < limits[album]!) safe.get(other)!.add(album);
    }
  }
  return (other, album) => safe.get(other)?.has(album) ?? false;
}

/** Less than any similarity where nothing is known of what any album holds together. */
function limitsOf(
  albums: readonly (readonly number[])[],
  descriptors: Descriptors,
  shotOf: (photo: number) => number,
): number[] {
  const least = albums.map((photos) => {
    const similarities = photos
      .filter((photo) => descriptors.has(photo))
      .map((photo) => {
        const mates = photos.filter((mate) => shotOf(mate) !== shotOf(photo));
        return nearest(photo, mates, descriptors);
      });
    return Math.min(...similarities.filter((similarity) => similarity > -Infinity));
  });
  const known = least.filter((similarity) => similarity < Infinity).sort((a, b) => a - b);
  const middle = known.length / 2;
  const median =
    known.length === 0 ? -Infinity : (known[Math.ceil(middle - 1)]! + known[Math.floor(middle)]!) / 2;
  return least.map((similarity) => Math.min(similarity, median) - margin);
}

/** The similarity to the most similar of the photos that are described; less than any where there is none. */
function nearest(photo: number, photos: readonly number[], descriptors: Descriptors): number {
  const own = descriptors.get(photo)!;
  let most = -Infinity;
  for (const other of photos) {
    const descriptor = descriptors.get(other);
    if (descriptor) most = Math.max(most, rowProduct(own, 0, descriptor, 0, own.length));
  }
  return most;
}
