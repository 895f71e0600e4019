import fc from 'fast-check';
import { expect, test } from 'vitest';
import { tierOrder, tierSections } from '../../../renderer/layout/tier-sections.ts';

const matches = fc.array(
  fc.record({
    photoId: fc.integer({ min: 1 }),
    score: fc.double({ min: -1, max: 1, noNaN: true }),
    similarity: fc.constant(0.5),
    tier: fc.constantFrom(...tierOrder),
  }),
);

test('every match is shown once, surest tier first, best first inside a tier', () => {
  fc.assert(
    fc.property(matches, (list) => {
      const { order, start, tiers } = tierSections(list);
      expect(order.toSorted((a, b) => a - b)).toEqual([...list.keys()]);
      expect(tiers).toEqual(tierOrder.filter((tier) => list.some((match) => match.tier === tier)));
      tiers.forEach((tier, section) => {
        const shown = order.slice(start[section], start[section + 1]).map((place) => list[place]);
        expect(shown.every((match) => match?.tier === tier)).toBe(true);
        const scores = shown.map((match) => match?.score ?? 0);
        expect(scores).toEqual(scores.toSorted((a, b) => b - a));
      });
    }),
  );
});

test('an identical photo comes before one with a higher score', () => {
  const { order } = tierSections([
    { photoId: 7, score: 0.99, similarity: 0.99, tier: 'near-duplicate' },
    { photoId: 8, score: 0.98, similarity: 0.98, tier: 'identical' },
  ]);
  expect(order).toEqual([1, 0]);
});
