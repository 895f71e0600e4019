/** Sets of photos that the user's judgements tie together. */
import { connectedComponents } from './components.ts';

interface Judged {
  readonly a: number;
  readonly b: number;
  /** Whether they show the same thing. */
  readonly same: boolean;
}

/** Photos to be put into one album. */
export interface JudgedAlbum {
  /** The album that they join; null for a new one. */
  albumId: number | null;
  /** Those that are not in it yet. */
  photoIds: number[];
}

/**
 * The albums that judgements make: a set of photos that "same" ties together becomes a new one, or joins the album
 * that holds some of them. Left alone are sets that an album holds whole, sets of which several albums hold some, as
 * these would have to become one, and sets with a photo that was judged different from another one of the set, or of
 * the album that it would join.
 *
 * @param albums the photos of each
 */
export function judgedAlbums(
  judged: readonly Judged[],
  albums: ReadonlyMap<number, readonly number[]>,
): JudgedAlbum[] {
  const same = judged.filter((pair) => pair.same);
  const photos = [...new Set(same.flatMap(({ a, b }) => [a, b]))].sort((a, b) => a - b);
  const holders = new Map<number, number[]>();
  for (const [albumId, photoIds] of albums) {
    for (const photoId of photoIds) holders.set(photoId, [...(holders.get(photoId) ?? []), albumId]);
  }
  const different = judged.filter((pair) => !pair.same);
  // Two sets may join one album, but not where they contradict each other.
  const joined = new Map([...albums].map(([albumId, photoIds]) => [albumId, new Set(photoIds)]));
  return connectedComponents(
    photos,
    same.map(({ a, b }) => [a, b] as const),
  ).flatMap((set) => {
    const holding = [...new Set(set.flatMap((photoId) => holders.get(photoId) ?? []))];
    const isHeld = holding.some((albumId) => set.every((photoId) => holders.get(photoId)?.includes(albumId)));
    if (isHeld || holding.length > 1) return [];
    const albumId = holding[0] ?? null;
    const members = (albumId === null ? undefined : joined.get(albumId)) ?? new Set<number>();
    const own = new Set(set);
    const isThere = (photoId: number) => own.has(photoId) || members.has(photoId);
    // What an album holds already is the user's business.
    const contradicts = ({ a, b }: Judged) => isThere(a) && isThere(b) && (own.has(a) || own.has(b));
    if (different.some(contradicts)) return [];
    const photoIds = set.filter((photoId) => !members.has(photoId));
    for (const photoId of photoIds) members.add(photoId);
    return [{ albumId, photoIds }];
  });
}
