/** Cards that come and go while somebody looks at them. */

/**
 * The order to show while nothing may jump: what was shown stays where it is, and what is new fills the gaps of what is
 * gone, else comes last.
 *
 * @param shown ids in the order shown so far
 * @param wanted all ids, in the order that is right
 */
export function steadyOrder(shown: readonly number[], wanted: readonly number[]): number[] {
  const known = new Set(shown);
  const there = new Set(wanted);
  const fresh = wanted.filter((id) => !known.has(id));
  const kept = shown.flatMap((id) => (there.has(id) ? id : (fresh.shift() ?? [])));
  return [...kept, ...fresh];
}

export function isSameOrder(one: readonly number[], other: readonly number[]): boolean {
  return one.length === other.length && one.every((id, at) => id === other[at]);
}
