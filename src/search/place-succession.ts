/** Which place each part of a newly cut match graph continues. */

export interface PlaceBefore {
  readonly id: number;
  readonly photos: readonly number[];
}

/** The part with this photo continues this place, whatever else it holds. */
export interface Pin {
  readonly placeId: number;
  readonly photoId: number;
}

/**
 * The place that each part continues: pairs of a place and a part are taken by the number of photos they share, the
 * most first; among equals the place with the smaller id, then the part that comes first.
 *
 * @param before a photo may be in several
 * @param parts no photo is in two
 * @returns for each part the id of a place, or null for a new one; no id twice
 */
export function succeed(
  before: readonly PlaceBefore[],
  parts: readonly (readonly number[])[],
  pin?: Pin,
): (number | null)[] {
  const partOf = new Map<number, number>();
  parts.forEach((photos, part) => {
    for (const photo of photos) partOf.set(photo, part);
  });
  const pinned = pin && partOf.get(pin.photoId);
  const overlaps: { id: number; part: number; shared: number }[] = [];
  if (pin && pinned !== undefined) overlaps.push({ id: pin.placeId, part: pinned, shared: Infinity });
  for (const { id, photos } of before) {
    const shared = new Map<number, number>();
    for (const photo of photos) {
      const part = partOf.get(photo);
      if (part !== undefined) shared.set(part, (shared.get(part) ?? 0) + 1);
    }
    for (const [part, count] of shared) overlaps.push({ id, part, shared: count });
  }
  overlaps.sort((a, b) => b.shared - a.shared || a.id - b.id || a.part - b.part);
  const successors = new Array<number | null>(parts.length).fill(null);
  const taken = new Set<number>();
  for (const { id, part } of overlaps) {
    if (taken.has(id) || successors[part] !== null) continue;
    successors[part] = id;
    taken.add(id);
  }
  return successors;
}
