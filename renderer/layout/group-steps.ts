/** Which group of duplicates to look at, as one goes from group to group and groups go away. */
interface Group {
  id: number;
}

/**
 * @param place where the group that is looked at was last found in the list
 * @returns where it is now; -1 when it is gone
 */
export function placeOfGroup(groups: readonly Group[], id: number, place: number): number {
  return groups[place]?.id === id ? place : groups.findIndex((group) => group.id === id);
}

/**
 * @param by 1 for the next group, -1 for the one before
 * @returns the group to look at; null past the ends of the list. Where the group at `place` is gone, what came after
 *   it has moved up to its place, and so is the next one
 */
export function stepToGroup<Some extends Group>(
  groups: readonly Some[],
  id: number,
  place: number,
  by: 1 | -1,
): Some | null {
  const now = placeOfGroup(groups, id, place);
  if (now >= 0) return groups[now + by] ?? null;
  return groups[by > 0 ? place : place - 1] ?? null;
}
