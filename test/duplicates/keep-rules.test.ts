import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keepRuleNames } from '../../src/api-duplicates.ts';
import type { KeepRule, KeepRules } from '../../src/api-duplicates.ts';
import { keepOrder, standardKeepRules } from '../../src/duplicates/keep-rules.ts';
import type { KeepCandidate } from '../../src/duplicates/keep-rules.ts';
import { anyCandidates, candidate } from './candidates.ts';

const standard = keepOrder(standardKeepRules);

function rulesOf(names: readonly KeepRule[], folderIds: number[] = []): KeepRules {
  const off = keepRuleNames.filter((name) => !names.includes(name));
  return {
    rules: [...names.map((rule) => ({ rule, on: true })), ...off.map((rule) => ({ rule, on: false }))],
    folderIds,
  };
}

describe('each rule, where all before it are even', () => {
  const cases: [KeepRule, Partial<KeepCandidate>, Partial<KeepCandidate>][] = [
    ['protected', { protected: true, pixels: 1 }, { pixels: 100 }],
    ['resolution', { pixels: 101, shown: 0.5 }, { pixels: 100 }],
    ['uncropped', { shown: 1 }, { shown: 0.9, format: 'dng' }],
    ['uncropped', { shown: 0.8 }, { shown: 0.6 }],
    ['uncropped', { framed: false }, { framed: true }],
    ['format', { format: 'nef' }, { format: 'tiff' }],
    ['format', { format: 'png' }, { format: 'heic' }],
    ['format', { format: 'avif' }, { format: 'jpeg', bytes: 9_000_000 }],
    ['format', { format: 'jpeg' }, { format: 'webp' }],
    ['format', { format: 'webp' }, { format: 'gif' }],
    ['file-size', { bytes: 2 }, { bytes: 1, richness: 9 }],
    ['metadata', { richness: 2 }, { richness: 1, takenAt: 0 }],
    ['oldest', { takenAt: 1 }, { takenAt: 2, folderId: 1 }],
    ['path-length', { path: '/b.jpg' }, { path: '/aa.jpg' }],
    ['path-length', { path: '/a.jpg' }, { path: '/b.jpg' }],
  ];

  it.each(cases)('%s: %j rather than %j', (rule, better, worse) => {
    const [kept, other] = [candidate(2, better), candidate(1, worse)];
    expect(standard.compare(kept, other)).toBeLessThan(0);
    expect(standard.compare(other, kept)).toBeGreaterThan(0);
    expect(standard.decidingRule(kept, other)).toBe(rule);
  });

  it('folders in the order that was given, the others after them', () => {
    const order = keepOrder({ ...standardKeepRules, folderIds: [7, 3] });
    const photos = [5, 3, 7].map((folderId) => candidate(folderId, { folderId, path: '/same/path.jpg' }));
    expect(photos.toSorted(order.compare).map(({ folderId }) => folderId)).toEqual([7, 3, 5]);
    expect(order.decidingRule(photos[1]!, photos[2]!)).toBe('folder-order');
  });
});

it('two copies of one crop are even, though they were not aligned to the last pixel', () => {
  const [one, other] = [candidate(1, { shown: 0.7012, bytes: 5 }), candidate(2, { shown: 0.6998, bytes: 6 })];
  expect(standard.decidingRule(one, other)).toBe('file-size');
});

it('rules are asked in the order that was given, those that are off not at all', () => {
  const large = candidate(1, { bytes: 10, takenAt: 5, pixels: 1 });
  const old = candidate(2, { bytes: 9, takenAt: 4, pixels: 2 });
  const first = (rules: KeepRule[]) => [old, large].toSorted(keepOrder(rulesOf(rules)).compare)[0];
  expect(first(['protected', 'file-size', 'oldest'])).toBe(large);
  expect(first(['protected', 'oldest', 'file-size'])).toBe(old);
  expect(keepOrder(rulesOf(['protected', 'oldest', 'file-size'])).decidingRule(old, large)).toBe('oldest');
  // Nothing told them apart, yet one of them comes first.
  expect(first(['protected'])).toBe(large);
  expect(keepOrder(rulesOf(['protected'])).decidingRule(old, large)).toBeNull();
});

it('whatever the rules: they order photos totally, and the rule that decides is the first that is not even', () => {
  const anyRules = fc
    .tuple(fc.shuffledSubarray(keepRuleNames.slice(1)), fc.uniqueArray(fc.integer({ min: 1, max: 4 })))
    .map(([names, folderIds]) => rulesOf(['protected', ...names], folderIds));
  fc.assert(
    fc.property(anyRules, anyCandidates(3), (rules, [a, b, c]) => {
      const order = keepOrder(rules);
      const sign = (x: KeepCandidate, y: KeepCandidate) => Math.sign(order.compare(x, y));
      expect(sign(a!, b!)).toBe(-sign(b!, a!));
      expect(sign(a!, b!)).not.toBe(0);
      expect(order.compare(a!, a!)).toBe(0);
      if (sign(a!, b!) < 0 && sign(b!, c!) < 0) expect(sign(a!, c!)).toBe(-1);
      const decided = order.decidingRule(a!, b!);
      const asked = rules.rules.filter(({ on }) => on).map(({ rule }) => rule);
      const alone = asked.map((rule) => ({ rule, found: comparedBy(rule, rules.folderIds, a!, b!) }));
      const first = alone.find(({ found }) => found !== 0);
      expect(decided).toBe(first?.rule ?? null);
      if (first) expect(sign(a!, b!)).toBe(Math.sign(first.found));
    }),
    { numRuns: 500 },
  );
});

/** By one rule alone; 0 where it does not tell them apart. */
function comparedBy(rule: KeepRule, folderIds: number[], a: KeepCandidate, b: KeepCandidate): number {
  const order = keepOrder({ rules: [{ rule, on: true }], folderIds });
  return order.decidingRule(a, b) === null ? 0 : order.compare(a, b);
}
