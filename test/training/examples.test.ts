import { expect, it } from 'vitest';
import { chooseExamples } from '../../src/training/examples.ts';
import type { Comparison } from '../../src/training/examples.ts';

function comparison(photo: number, before: number, after: number): Comparison {
  return {
    photo,
    positives: new Set([7, 8]),
    before: { precision: before, matches: [9, 7] },
    after: { precision: after, matches: [7, 8] },
  };
}

const photoIds = Array.from({ length: 10 }, (_, place) => 100 + place);

it('shows what gained and lost most, with what was found before and after', () => {
  const { improved, worse } = chooseExamples(
    [
      comparison(0, 50, 60),
      comparison(1, 50, 90),
      comparison(2, 80, 30),
      comparison(3, 40, 40.5),
      comparison(4, 9, 9),
    ],
    photoIds,
  );
  expect(improved.map(({ photoId }) => photoId)).toEqual([101, 100]);
  expect(worse).toEqual([
    {
      photoId: 102,
      before: {
        precision: 80,
        matches: [
          { photoId: 109, right: false },
          { photoId: 107, right: true },
        ],
      },
      after: {
        precision: 30,
        matches: [
          { photoId: 107, right: true },
          { photoId: 108, right: true },
        ],
      },
    },
  ]);
});

it('shows no more than six of each', () => {
  const many = Array.from({ length: 9 }, (_, at) => comparison(at, 10, 20 + at));
  const { improved, worse } = chooseExamples(many, photoIds);
  expect(improved.map(({ photoId }) => photoId)).toEqual([108, 107, 106, 105, 104, 103]);
  expect(worse).toEqual([]);
});
