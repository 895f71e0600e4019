import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Figures, Gain } from '../../../src/api-training.ts';
import { gainVerdict, runVerdict } from '../../../renderer/layout/gain-verdict.ts';

test.each([
  ['clearly better', 50, 62, [9, 15], { verdict: 'better', points: 12, low: 9, high: 15 }],
  ['perhaps better', 50, 51, [-1, 3], { verdict: 'maybe-better', points: 1, low: -1, high: 3 }],
  ['clearly worse', 50, 45, [-8, -2], { verdict: 'worse', points: 5, low: 2, high: 8 }],
  ['perhaps worse', 50, 49, [-4, 2], { verdict: 'maybe-worse', points: 1, low: -2, high: 4 }],
  ['no different', 50, 50.04, [-1, 1], { verdict: 'same', points: 0, low: -1, high: 1 }],
] as const)('%s', (_, before, after, [low, high], words) => {
  expect(gainVerdict({ queries: 9, before, after, interval: [low, high] })).toEqual(words);
});

test('the amount is never negative, and the span goes upwards and holds it where the interval does', () => {
  const percent = fc.double({ min: 0, max: 100, noNaN: true });
  const wide = fc.double({ min: 0, max: 20, noNaN: true });
  fc.assert(
    fc.property(percent, percent, wide, wide, (before, after, below, above) => {
      const gain = after - before;
      const words = gainVerdict({ queries: 1, before, after, interval: [gain - below, gain + above] });
      expect(words.points).toBeGreaterThanOrEqual(0);
      expect(words.low).toBeLessThanOrEqual(words.high);
      if (words.verdict !== 'same') {
        expect(words.low).toBeLessThanOrEqual(words.points + 1e-9);
        expect(words.high).toBeGreaterThanOrEqual(words.points - 1e-9);
      }
    }),
  );
});

const gains: Record<string, Gain> = {
  better: { queries: 9, before: 50, after: 62, interval: [9, 15] },
  'maybe better': { queries: 9, before: 50, after: 51, interval: [-1, 3] },
  same: { queries: 9, before: 50, after: 50, interval: [-1, 1] },
  'maybe worse': { queries: 9, before: 50, after: 49, interval: [-4, 2] },
  worse: { queries: 9, before: 50, after: 45, interval: [-8, -2] },
};

function figures(better: boolean, heldOutAlbums: string, newPhotos: string): Figures {
  return {
    heldOutAlbums: gains[heldOutAlbums] ?? null,
    newPhotos: gains[newPhotos] ?? null,
    ownAlbums: null,
    kept: null,
    share: 1,
    tuned: { heldOutAlbums: null, newPhotos: null, kept: null },
    better,
    stopped: null,
    seconds: 1,
  };
}

test.each([
  ['better', 'better', 'better'],
  ['better', 'maybe worse', 'better'],
  ['better', 'none', 'better'],
  ['maybe better', 'same', 'unclear'],
  ['better', 'worse', 'unclear'],
  ['maybe better', 'worse', 'unclear'],
  ['none', 'none', 'unclear'],
  ['maybe worse', 'same', 'not-better'],
  ['same', 'same', 'not-better'],
  ['none', 'worse', 'not-better'],
] as const)('albums %s, new photos %s: %s', (albums, photos, verdict) => {
  expect(runVerdict(figures(true, albums, photos))).toBe(verdict);
  expect(runVerdict(figures(false, albums, photos)), 'not better where it was chosen').toBe('not-better');
});
