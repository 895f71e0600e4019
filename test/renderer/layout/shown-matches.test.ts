import { expect, test } from 'vitest';
import { shownMatches } from '../../../renderer/layout/shown-matches.ts';
import type { Match, SearchResult } from '../../../src/api-search.ts';

function match(photoId: number, tier: Match['tier'], score: number, copies?: number[]): Match {
  return { photoId, tier, score, similarity: score, ...(copies && { copies }) };
}

const result: SearchResult = {
  matches: [
    match(1, 'similar', 0.5),
    match(2, 'same-scene', 0.7, [21, 22]),
    match(3, 'same-scene', 1.2),
    match(4, 'identical', 1),
  ],
  aspects: [1, 2, 3, 4],
  milliseconds: 5,
};
const none = new Set<number>();
const square = () => 1;

test('best first: by tier, then by score, with each photo’s own aspect', () => {
  expect(shownMatches(result, 'score', none, square)).toMatchObject({
    ids: [4, 3, 2, 1],
    aspects: [4, 3, 2, 1],
    places: [1, 2, 3, 4],
    start: [0, 1, 3],
    tiers: ['identical', 'same-scene', 'similar'],
  });
});

test('by date: as the engine answered, in one section that is of no tier', () => {
  expect(shownMatches(result, 'date', none, square)).toMatchObject({
    ids: [1, 2, 3, 4],
    start: [0],
    tiers: [],
  });
});

test('copies follow the match that they are of, and later sections begin later', () => {
  const shown = shownMatches(result, 'score', new Set([2, 3]), (photoId) => photoId);
  expect(shown).toMatchObject({
    ids: [4, 3, 2, 21, 22, 1],
    aspects: [4, 3, 2, 21, 22, 1],
    places: [1, 2, 3, 3, 3, 4],
    start: [0, 1, 5],
  });
  expect(shown.matches.map(({ photoId }) => photoId)).toEqual([4, 3, 2, 2, 2, 1]);
});

test('nothing found, or not yet', () => {
  const empty = { ids: [], start: [], tiers: [] };
  expect(shownMatches(null, 'score', none, square)).toMatchObject(empty);
  expect(shownMatches({ ...result, matches: [] }, 'date', none, square)).toMatchObject(empty);
});
