import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  averagePrecision,
  precisionAtRecalls,
  precisionWithin,
} from '../../src/evaluation/average-precision.ts';
import { referenceAveragePrecision } from './reference.ts';

test.each([
  [[0], 1, 1],
  [[1], 1, 0.25],
  [[3], 1, 0.125],
  [[0, 1, 2], 3, 1],
  [[0, 2, 5], 3, 0.677778],
  [[0, 2], 3, 0.527778],
  [[], 3, 0],
  [[], 0, 0],
])('ranks %j of %i positives: %d', (ranks, positives, expected) => {
  expect(averagePrecision(ranks, positives)).toBeCloseTo(expected, 6);
});

/** A ranked list, and positives that it does not hold. */
const ranked = fc.record({
  list: fc.array(fc.boolean(), { maxLength: 60 }),
  missing: fc.nat(5),
});

function ranksIn(list: readonly boolean[]): number[] {
  return [...list.keys()].filter((rank) => list[rank]);
}

test('it is the area under the precision-recall curve', () => {
  fc.assert(
    fc.property(ranked, ({ list, missing }) => {
      const ranks = ranksIn(list);
      const positives = ranks.length + missing;
      fc.pre(positives > 0);
      const area = averagePrecision(ranks, positives);
      expect(area).toBeCloseTo(referenceAveragePrecision(list, positives), 12);
      expect(area).toBeGreaterThanOrEqual(0);
      expect(area).toBeLessThanOrEqual(1 + 1e-12);
    }),
  );
});

test('only a list that begins with every positive gets 1', () => {
  fc.assert(
    fc.property(ranked, ({ list, missing }) => {
      const ranks = ranksIn(list);
      const positives = ranks.length + missing;
      fc.pre(positives > 0);
      const perfect = missing === 0 && ranks.every((rank, index) => rank === index);
      expect(averagePrecision(ranks, positives) > 1 - 1e-9).toBe(perfect);
    }),
  );
});

test('a positive that moves up never lowers it', () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { minLength: 2, maxLength: 40 }), fc.nat(), (list, at) => {
      const place = at % (list.length - 1);
      fc.pre(!list[place] && list[place + 1]!);
      const better = list.with(place, true).with(place + 1, false);
      const positives = ranksIn(list).length;
      expect(averagePrecision(ranksIn(better), positives)).toBeGreaterThan(
        averagePrecision(ranksIn(list), positives),
      );
    }),
  );
});

// All positives before the cut-off: only the list down to the last of them counts.
test.each([
  [[], 5, 0],
  [[0], 1, 1],
  [[1], 1, 0],
  [[0, 2], 5, 2 / 3],
  [[0, 1, 2, 3, 4, 5], 5, 1],
  [[0, 4, 9], 5, 2 / 5],
  [[0, 4, 9], 10, 3 / 10],
  [[20], 10, 0],
])('ranks %j within the first %i: %d', (ranks, cutOff, expected) => {
  expect(precisionWithin(ranks, cutOff)).toBeCloseTo(expected, 12);
});

test('precision at a recall is the best at that recall or a higher one', () => {
  const at = Object.fromEntries(
    precisionAtRecalls([1, 2, 9], 4).map(({ recall, precision }) => [recall.toFixed(2), precision]),
  );
  expect(at['0.00']).toBeCloseTo(2 / 3, 12);
  expect(at['0.50']).toBeCloseTo(2 / 3, 12);
  expect(at['0.55']).toBeCloseTo(3 / 10, 12);
  expect(at['0.75']).toBeCloseTo(3 / 10, 12);
  expect(at['0.80']).toBe(0);
  expect(at['1.00']).toBe(0);
});
