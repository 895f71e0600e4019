/** Which photos are selected for removal, and what that frees. Each is held with its size in bytes. */
import type { DuplicateGroupSummary } from '../../src/api-duplicates.ts';

export type Marked = ReadonlyMap<number, number>;
type Removable = Pick<DuplicateGroupSummary, 'removable' | 'sizes'>;

export const nothingMarked: Marked = new Map();

export function markedBytes(marked: Marked): number {
  let sum = 0;
  for (const bytes of marked.values()) sum += bytes;
  return sum;
}

/** Leaves only what may be removed, with the sizes that it has now. */
export function keepMarked(marked: Marked, groups: readonly Removable[]): Marked {
  const kept = new Map<number, number>();
  for (const { removable, sizes } of groups) {
    for (const [place, photoId] of removable.entries()) {
      if (marked.has(photoId)) kept.set(photoId, sizes[place] ?? 0);
    }
  }
  return kept;
}

export function toggleMarked(marked: Marked, photoId: number, bytes: number): Marked {
  const next = new Map(marked);
  if (!next.delete(photoId)) next.set(photoId, bytes);
  return next;
}

export function markedOf(marked: Marked, { removable }: Removable): number {
  return removable.reduce((count, photoId) => count + (marked.has(photoId) ? 1 : 0), 0);
}

/** Marks all of a group that may be removed; where all are marked, none. */
export function toggleGroup(marked: Marked, group: Removable): Marked {
  const all = markedOf(marked, group) === group.removable.length;
  const next = new Map(marked);
  for (const [place, photoId] of group.removable.entries()) {
    if (all) next.delete(photoId);
    else next.set(photoId, group.sizes[place] ?? 0);
  }
  return next;
}

/** Whether there is something to remove, and all of it is marked. */
export function allMarked(marked: Marked, groups: readonly Removable[]): boolean {
  const removable = groups.reduce((sum, group) => sum + group.removable.length, 0);
  return removable > 0 && keepMarked(marked, groups).size === removable;
}

/** A photo of a group, the keeper first. */
interface Member {
  photoId: number;
  bytes: number;
  protected: boolean;
}

/**
 * Another photo of a group is kept. It is not removed, whatever was marked; and where all others were to go, the one
 * that was kept before goes too, unless it is protected.
 */
export function handOver(marked: Marked, before: readonly Member[], after: readonly Member[]): Marked {
  const [keeper] = after;
  const [former, ...others] = before;
  const offered = others.filter((photo) => !photo.protected);
  const all = offered.length > 0 && offered.every(({ photoId }) => marked.has(photoId));
  const next = new Map(marked);
  if (keeper) next.delete(keeper.photoId);
  if (all && former && former.photoId !== keeper?.photoId && !former.protected) {
    const stays = after.some(({ photoId }) => photoId === former.photoId);
    if (stays) next.set(former.photoId, former.bytes);
  }
  return next;
}
