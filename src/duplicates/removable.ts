/** Which photos may be removed: never a protected one, and never one that no surviving photo stands for. */

/** What a removal has to know of a group. */
export interface RemovalGroup {
  /** The keeper, then the members, each before those that the keep rules like less. */
  readonly photos: readonly number[];
  /** Whether two of its photos match each other, and not only the keeper. */
  readonly match: (a: number, b: number) => boolean;
}

export interface Removable {
  readonly photoId: number;
  /** The photo that stays in its place: the keeper, or the best that stays of those that it matches. */
  readonly survivor: number;
}

export interface Refusal {
  readonly photoId: number;
  /**
   * `not-in-group`: it is no duplicate, or no longer. `no-survivor`: no photo that it matches itself would stay, which
   * holds for each photo of a group that is to go as a whole.
   */
  readonly reason: 'protected' | 'not-in-group' | 'no-survivor';
}

/**
 * Parts what is to be removed into what may go and what must not. Each photo of the one list or the other, in the order
 * in which they were named, and once.
 */
export function removable(
  photoIds: Iterable<number>,
  groupOf: (photoId: number) => RemovalGroup | undefined,
  isProtected: (photoId: number) => boolean,
): { allowed: Removable[]; refused: Refusal[] } {
  const going = new Set(photoIds);
  const stays = (photoId: number): boolean => !going.has(photoId) || isProtected(photoId);
  const allowed: Removable[] = [];
  const refused: Refusal[] = [];
  for (const photoId of going) {
    const group = groupOf(photoId);
    if (isProtected(photoId)) refused.push({ photoId, reason: 'protected' });
    else if (!group) refused.push({ photoId, reason: 'not-in-group' });
    else {
      const survivor = group.photos.find(
        (other) => other !== photoId && stays(other) && group.match(photoId, other),
      );
      if (survivor === undefined) refused.push({ photoId, reason: 'no-survivor' });
      else allowed.push({ photoId, survivor });
    }
  }
  return { allowed, refused };
}
