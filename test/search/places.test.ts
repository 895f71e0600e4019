import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Constraints } from '../../src/search/place-decisions.ts';
import { cutPlaces, cutPlacesInTurns } from '../../src/search/places.ts';
import type { Match } from '../../src/search/places.ts';
import { referencePlaces } from './places-reference.ts';

function match(a: number, b: number, inliers: number): Match {
  return { a: Math.min(a, b), b: Math.max(a, b), inliers };
}

/** All pairs of these photos. */
function clique(photos: readonly number[], inliers: number): Match[] {
  return photos.flatMap((a, at) => photos.slice(at + 1).map((b) => match(a, b, inliers)));
}

function photosOf(matches: readonly Match[], constraints: Partial<Constraints> = {}): number[][] {
  return cutPlaces(matches, constraints).map(({ photos }) => [...photos].sort((a, b) => a - b));
}

const matchesOf = (photos: number) =>
  fc
    .array(
      fc.record({
        a: fc.integer({ min: 1, max: photos }),
        b: fc.integer({ min: 1, max: photos }),
        inliers: fc.oneof(
          fc.integer({ min: 0, max: 12 }),
          fc.integer({ min: 8, max: 60 }),
          fc.constantFrom(20, 21, 25),
        ),
      }),
      { maxLength: photos * 4 },
    )
    .map((found) => {
      const pairs = new Map(
        found
          .filter(({ a, b }) => a !== b)
          .map(({ a, b, inliers }) => [`${Math.min(a, b)} ${Math.max(a, b)}`, match(a, b, inliers)]),
      );
      return [...pairs.values()];
    });

describe('places', () => {
  it('are photos that match for sure, or match several others', () => {
    expect(photosOf([match(1, 2, 20)])).toEqual([[1, 2]]);
    expect(photosOf([match(1, 2, 19)])).toEqual([]);
    // Weights 12 and 1 make 13; on average over the two pairs that is enough.
    expect(photosOf([match(1, 2, 30), match(1, 3, 19), match(2, 3, 8)])).toEqual([[1, 2, 3]]);
    expect(photosOf([match(1, 2, 30), match(1, 3, 19), match(2, 3, 7)])).toEqual([[1, 2]]);
  });

  it('are none without matches', () => {
    expect(cutPlaces([])).toEqual([]);
    expect(cutPlaces([match(1, 2, 0), match(2, 3, 7)])).toEqual([]);
  });

  it('come largest first, and of the same size the denser one', () => {
    const pair = clique([1, 2], 50);
    const chain = [match(11, 12, 40), match(12, 13, 40)];
    const triangle = clique([21, 22, 23], 40);
    const four = clique([31, 32, 33, 34], 40);
    expect(photosOf([...pair, ...chain, ...triangle, ...four])).toEqual([
      [31, 32, 33, 34],
      [21, 22, 23],
      [11, 12, 13],
      [1, 2],
    ]);
  });

  it('begin with the photo that matches the others the most', () => {
    const matches = [match(5, 1, 30), match(5, 2, 30), match(5, 3, 30), match(1, 2, 30), match(2, 3, 31)];
    expect(cutPlaces(matches)).toEqual([{ photos: [2, 5, 3, 1], pairs: 5 }]);
  });

  it('count the pairs that match within them, and no others', () => {
    const [place] = cutPlaces([...clique([1, 2, 3], 40), match(1, 9, 10), match(2, 9, 5)]);
    expect(place).toEqual({ photos: [1, 2, 3], pairs: 3 });
  });

  it('are not joined by one pair that matches weakly, nor large ones by one that matches well', () => {
    const weakly = fc.tuple(
      fc.integer({ min: 2, max: 9 }),
      fc.integer({ min: 2, max: 9 }),
      fc.integer({ min: 8, max: 19 }),
    );
    const well = fc.tuple(
      fc.integer({ min: 5, max: 9 }),
      fc.integer({ min: 5, max: 9 }),
      fc.integer({ min: 20, max: 500 }),
    );
    fc.assert(
      fc.property(fc.oneof(weakly, well), ([left, right, inliers]) => {
        const one = Array.from({ length: left }, (_, at) => at + 1);
        const other = Array.from({ length: right }, (_, at) => at + 101);
        const found = photosOf([...clique(one, 40), ...clique(other, 40), match(1, 101, inliers)]);
        expect(found).toHaveLength(2);
        expect(found).toEqual(expect.arrayContaining([one, other]));
      }),
    );
  });

  it('are joined where many pairs match a little', () => {
    const one = [1, 2, 3, 4];
    const other = [11, 12, 13, 14];
    const between = one.flatMap((a) => other.map((b) => match(a, b, 9)));
    expect(photosOf([...clique(one, 40), ...clique(other, 40), ...between])).toEqual([[...one, ...other]]);
  });

  it('have no photo twice, and none that matches nothing', () => {
    fc.assert(
      fc.property(matchesOf(20), (matches) => {
        const placed = photosOf(matches).flat();
        expect(new Set(placed).size).toBe(placed.length);
        const matched = new Set(matches.filter(({ inliers }) => inliers >= 8).flatMap(({ a, b }) => [a, b]));
        for (const photo of placed) expect(matched).toContain(photo);
      }),
    );
  });

  it('are the same in whatever order the matches come', () => {
    fc.assert(
      fc.property(
        matchesOf(15).chain((matches) =>
          fc.tuple(fc.constant(matches), fc.shuffledSubarray(matches, { minLength: matches.length })),
        ),
        ([matches, shuffled]) => {
          expect(cutPlaces(shuffled)).toEqual(cutPlaces(matches));
        },
      ),
    );
  });

  it('are those of a slow reference', () => {
    fc.assert(
      fc.property(matchesOf(14), (matches) => {
        expect(cutPlaces(matches)).toEqual(referencePlaces(matches));
      }),
      { numRuns: 300 },
    );
  });

  it('are the same when others get their turn meanwhile', async () => {
    const cliques = Array.from({ length: 150 }, (_, at) => clique([3 * at + 1, 3 * at + 2, 3 * at + 3], 30));
    const matches = [...cliques.flat(), match(1, 4, 19)];
    let turns = 0;
    const turn = setInterval(() => turns++, 0);
    const places = await cutPlacesInTurns(matches);
    clearInterval(turn);
    expect(places).toEqual(cutPlaces(matches));
    expect(places).toHaveLength(150);
    expect(turns).toBeGreaterThanOrEqual(1);
  });
});

describe('constraints', () => {
  it('keep photos together that match nothing', () => {
    expect(photosOf([], { together: [[3, 1]] })).toEqual([[1, 3]]);
    expect(photosOf(clique([1, 2], 40), { together: [[2, 7]] })).toEqual([[1, 2, 7]]);
  });

  it('keep photos apart, whatever else matches both', () => {
    const matches = clique([1, 2, 3, 4, 5], 60);
    const found = photosOf(matches, {
      together: [
        [1, 2],
        [3, 4],
      ],
      apart: [[1, 3]],
    });
    expect(found).toHaveLength(2);
    expect(found).toEqual(
      expect.arrayContaining([
        [1, 2, 5],
        [3, 4],
      ]),
    );
  });

  it('hold for all places', () => {
    fc.assert(
      fc.property(
        matchesOf(14),
        fc.uniqueArray(fc.integer({ min: 1, max: 14 }), { minLength: 4, maxLength: 10 }),
        fc.integer({ min: 1, max: 3 }),
        (matches, chosen, at) => {
          const together = [chosen.slice(0, at), chosen.slice(at)].map((group) =>
            group.toSorted((a, b) => a - b),
          );
          const apart = [[together[0]![0]!, together[1]![0]!] as const];
          const constraints = { together: together.filter((group) => group.length > 1), apart };
          const places = photosOf(matches, constraints);
          for (const group of constraints.together) {
            expect(places.filter((photos) => photos.some((photo) => group.includes(photo)))).toHaveLength(1);
          }
          for (const photos of places) {
            expect(together.every((group) => group.some((photo) => photos.includes(photo)))).toBe(false);
          }
          expect(cutPlaces(matches, constraints)).toEqual(referencePlaces(matches, constraints));
        },
      ),
    );
  });

  it('a photo and its copies count as one', () => {
    const copies = [[1, 5, 6, 7]];
    expect(photosOf([], { together: copies, copies })).toEqual([]);
    // With a weight of 17 on average: over four photos that would not do.
    const found = photosOf([match(1, 2, 24)], { together: copies, copies });
    expect(found).toEqual([[1, 2, 5, 6, 7]]);
    const many = [Array.from({ length: 40 }, (_, at) => at + 10)];
    expect(photosOf([match(10, 2, 24)], { together: many, copies: many })[0]).toHaveLength(41);
    expect(photosOf([match(10, 2, 24)], { together: many })[0]).toHaveLength(40);
  });
});
