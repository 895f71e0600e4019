import fc from 'fast-check';
import { expect, it } from 'vitest';
import { safeNegatives } from '../../src/training/safe-negatives.ts';
import type { NegativeCandidates } from '../../src/training/safe-negatives.ts';

/** Descriptors at these angles, in degrees, by place. */
function at(angles: Record<number, number>): Map<number, Float32Array> {
  return new Map(
    Object.entries(angles).map(([place, degrees]) => {
      const angle = (degrees * Math.PI) / 180;
      return [Number(place), Float32Array.of(Math.cos(angle), Math.sin(angle))];
    }),
  );
}

const nothing = { copies: [], same: [] };

/**
 * Nearest mates: 10, 10 and 20 degrees in the first album, 30 in the second, 60 in the third: limits are cos 30 - .05
 * (35.3 degrees) for the first two, cos 60 - .05 (63.3 degrees) for the last.
 */
const albums = [
  [0, 1, 2],
  [3, 4],
  [5, 6],
] as const;
const angles = { 0: 0, 1: 10, 2: 30, 3: 90, 4: 120, 5: 180, 6: 240 };

function safeAlbums(angle: number, more: Partial<NegativeCandidates> = {}): number[] {
  const descriptors = at({ ...angles, 10: angle });
  const safe = safeNegatives({ ...nothing, albums, others: [10], descriptors, ...more });
  return [0, 1, 2].filter((album) => safe(10, album));
}

it('lets photos be negatives of albums that they are less like than the limit', () => {
  expect(safeAlbums(300)).toEqual([0, 1]);
  expect(safeAlbums(304)).toEqual([0, 1, 2]);
  expect(safeAlbums(326)).toEqual([1, 2]);
  expect(safeAlbums(56)).toEqual([2]);
  expect(safeAlbums(66)).toEqual([0, 2]);
});

it('keeps out copies of photos of the album, and copies of copies', () => {
  expect(safeAlbums(304, { copies: [[10, 1]] })).toEqual([1, 2]);
  const copies = [
    [20, 10],
    [3, 20],
  ] as const;
  expect(safeAlbums(304, { copies })).toEqual([0, 2]);
});

it('keeps out what was judged the same, along the chain of judgements and copies', () => {
  expect(safeAlbums(304, { same: [[5, 10]] })).toEqual([0, 1]);
  expect(safeAlbums(304, { same: [[21, 4]], copies: [[21, 10]] })).toEqual([0, 2]);
});

it('does not take copies within an album for a sign of what it holds', () => {
  // With its copy as a mate, each photo of the first album would have a similarity of 1.
  const descriptors = at({ 0: 0, 1: 0, 2: 40, 3: 40, 4: 200, 5: 240, 10: 335, 11: 300 });
  const wishes = {
    ...nothing,
    albums: [
      [0, 1, 2, 3],
      [4, 5],
    ],
    others: [10, 11],
    descriptors,
  };
  const copies = [
    [0, 1],
    [2, 3],
  ] as const;
  const safe = safeNegatives({ ...wishes, copies });
  expect([safe(10, 0), safe(11, 0)]).toEqual([false, true]);
});

it('has nothing safe where nothing is known: of a photo, or of all albums', () => {
  const safe = safeNegatives({ ...nothing, albums, others: [10], descriptors: at(angles) });
  expect([safe(10, 0), safe(99, 0)]).toEqual([false, false]);
  const descriptors = at({ 0: 0, 10: 180 });
  expect(safeNegatives({ ...nothing, albums: [[0]], others: [10], descriptors })(10, 0)).toBe(false);
});

it('never lets in what fits as well as the worst of the album, and lets in fewer as ties are added', () => {
  const angle = fc.integer({ min: 0, max: 359 });
  fc.assert(
    fc.property(
      fc.array(angle, { minLength: 7, maxLength: 7 }),
      angle,
      fc.boolean(),
      (own, other, copied) => {
        const descriptors = at({ ...own, 10: other });
        const wishes = { albums, others: [10], descriptors, copies: [], same: [] };
        const safe = safeNegatives(wishes);
        const tie = [[10, 3]] as const;
        const tied = safeNegatives({ ...wishes, ...(copied ? { copies: tie } : { same: tie }) });
        expect(tied(10, 1)).toBe(false);
        for (const [album, photos] of albums.entries()) {
          if (tied(10, album)) expect(safe(10, album)).toBe(true);
          const similarity = (a: number, b: number) => Math.cos(((a - b) * Math.PI) / 180);
          const worst = Math.min(
            ...photos.map((photo) =>
              Math.max(
                ...photos.filter((mate) => mate !== photo).map((mate) => similarity(own[mate]!, own[photo]!)),
              ),
            ),
          );
          const most = Math.max(...photos.map((photo) => similarity(own[photo]!, other)));
          if (most > worst - 0.05 + 1e-6) expect(safe(10, album)).toBe(false);
        }
      },
    ),
    { numRuns: 100 },
  );
});
