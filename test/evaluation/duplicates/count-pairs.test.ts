import { describe, expect, it } from 'vitest';
import type { SoughtPhoto } from '../../../src/evaluation/duplicates/copies.ts';
import {
  bestThreshold,
  countInGroups,
  measurePairs,
  missedPairs,
  precisionApart,
  precisionOf,
  recallOf,
} from '../../../src/evaluation/duplicates/count-pairs.ts';
import { editsOf } from '../../../src/evaluation/duplicates/edits.ts';

const edits = editsOf('evaluation');
const [first, second] = ['cropped 50 %', 'grey'].map((name) => edits.find((edit) => edit.name === name)!);

/** Photos 0 to 2; 3 and 4 are copies of 0, 5 and 6 of 1. */
const photos: SoughtPhoto[] = [
  ...[0, 1, 2].map((original) => ({ file: `${original}`, original, edit: null })),
  ...[0, 1].flatMap((original) =>
    [first!, second!].map((edit) => ({ file: `${original} ${edit.name}`, original, edit })),
  ),
];
const pair = (one: number, other: number, distance: number) => ({ one, other, distance });

describe('pairs that were called', () => {
  it('are right for a photo and its copy, neutral for two copies of it, and else wrong', () => {
    const pairs = [pair(0, 3, 1), pair(3, 4, 1), pair(5, 1, 2), pair(4, 6, 2), pair(2, 3, 3), pair(0, 4, 9)];
    const measured = measurePairs(photos, pairs, 3);
    expect(measured).toMatchObject({
      right: 2,
      wanted: 4,
      wrong: 2,
      alike: 0,
      falsePairs: [pair(4, 6, 2), pair(2, 3, 3)],
    });
    expect(measured.edits).toEqual([
      { edit: 'cropped 50 %', right: 2, wanted: 2, wrong: 1, alike: 0 },
      { edit: 'grey', right: 0, wanted: 2, wrong: 1, alike: 0 },
    ]);
    expect([precisionOf(measured), recallOf(measured)]).toEqual([0.5, 0.5]);
  });

  it('are told apart where the photos themselves were called, with the pairs of their copies', () => {
    const pairs = [pair(0, 3, 1), pair(1, 2, 1), pair(2, 6, 1), pair(0, 5, 1)];
    const measured = measurePairs(photos, pairs, 1);
    expect(measured).toMatchObject({ right: 1, wrong: 3, alike: 2 });
    expect([precisionOf(measured), precisionApart(measured)]).toEqual([0.25, 0.5]);
  });

  it('are none at all, which is precise', () => {
    const measured = measurePairs(photos, [pair(0, 3, 5)], 4);
    expect([precisionOf(measured), precisionApart(measured), recallOf(measured)]).toEqual([1, 1, 0]);
  });

  it('leave the copies that were missed', () => {
    expect(missedPairs(photos, [pair(3, 0, 1), pair(1, 6, 8), pair(0, 4, 2)], 4)).toEqual([
      [1, 5],
      [1, 6],
    ]);
  });

  it('are counted among photos of one thing, each pair once however many groups it is in', () => {
    const groups = [new Set([0, 1, 2]), new Set([2, 1])];
    expect(countInGroups(groups, [pair(2, 1, 3), pair(0, 3, 1)])).toEqual({ called: 1, pairs: 3 });
  });
});

describe('the best threshold', () => {
  it('finds the most that is precise enough, at the strictest of such thresholds', () => {
    // Precise up to 2; wrong at 3; and precise enough again at 4, where two more are right.
    const pairs = [pair(0, 3, 1), pair(3, 4, 2), pair(2, 3, 3), pair(1, 5, 4), pair(1, 6, 4), pair(1, 2, 5)];
    expect(bestThreshold(photos, pairs, 0.999)).toMatchObject({ threshold: 1, right: 1 });
    expect(bestThreshold(photos, pairs, 0.75)).toMatchObject({ threshold: 4, right: 3 });
  });

  it('is none where nothing is precise enough', () => {
    expect(bestThreshold(photos, [pair(1, 2, 1), pair(0, 3, 1)], 0.9)).toBeNull();
  });
});
