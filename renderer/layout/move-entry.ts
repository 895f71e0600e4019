/** Moves an entry of a list that the user puts in order. */

/** @returns an order with the entry at `from` moved to `to`; the same order where that is outside it */
export function moveEntry<Entry>(order: readonly Entry[], from: number, to: number): readonly Entry[] {
  const entry = order[from];
  if (entry === undefined || from === to || to < 0 || to >= order.length) return order;
  return order.toSpliced(from, 1).toSpliced(to, 0, entry);
}
