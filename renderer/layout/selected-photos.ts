/** Which photos are selected after a click or a key, as in lists of files. */

export interface SelectedPhotos {
  readonly ids: ReadonlySet<number>;
  /** Where a stretch begins that is selected next: the photo selected or unselected last. */
  readonly anchor: number | null;
}

export const nothingSelected: SelectedPhotos = { ids: new Set(), anchor: null };

/** Adds a photo, or takes it away. */
export function toggleSelected({ ids }: SelectedPhotos, photoId: number): SelectedPhotos {
  const next = new Set(ids);
  if (!next.delete(photoId)) next.add(photoId);
  return { ids: next, anchor: photoId };
}

/**
 * Adds all photos from the anchor to `photoId`; the anchor stays, so that a stretch can be drawn out further.
 * @param order the photos in the order shown, `photoId` among them
 */
export function extendSelected(
  { ids, anchor }: SelectedPhotos,
  order: ArrayLike<number>,
  photoId: number,
): SelectedPhotos {
  const end = indexIn(order, photoId);
  const start = anchor === null ? -1 : indexIn(order, anchor);
  if (end < 0) return { ids, anchor };
  if (start < 0) return { ids: new Set(ids).add(photoId), anchor: photoId };
  const next = new Set(ids);
  for (let index = Math.min(start, end); index <= Math.max(start, end); index += 1) {
    const between = order[index];
    if (between !== undefined) next.add(between);
  }
  return { ids: next, anchor };
}

/** Forgets photos that are not there any more. */
export function keepSelected(selected: SelectedPhotos, order: ArrayLike<number>): SelectedPhotos {
  if (selected.ids.size === 0) return selected;
  const known = new Set(Array.from(order));
  const ids = new Set([...selected.ids].filter((photoId) => known.has(photoId)));
  return ids.size === selected.ids.size ? selected : { ids, anchor: selected.anchor };
}

function indexIn(order: ArrayLike<number>, photoId: number): number {
  return Array.prototype.indexOf.call(order, photoId);
}
