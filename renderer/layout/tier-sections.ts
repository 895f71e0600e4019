/** Groups matches by tier, surest first, and inside a tier best first. */
import type { Match, Tier } from '../../src/api-search.ts';

export const tierOrder: readonly Tier[] = ['identical', 'near-duplicate', 'same-scene', 'similar'];

export interface TierSections {
  /** The place of each match in the engine's answer, in the order to show them. */
  order: number[];
  /** [sections] the first shown match of each tier that has any. */
  start: number[];
  /** [sections] */
  tiers: Tier[];
}

export function tierSections(matches: readonly Match[]): TierSections {
  const order: number[] = [];
  const start: number[] = [];
  const tiers: Tier[] = [];
  for (const tier of tierOrder) {
    const places = [...matches.keys()].filter((place) => matches[place]?.tier === tier);
    if (places.length === 0) continue;
    places.sort((a, b) => (matches[b]?.score ?? 0) - (matches[a]?.score ?? 0) || a - b);
    start.push(order.length);
    tiers.push(tier);
    order.push(...places);
  }
  return { order, start, tiers };
}
