import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { succeed } from '../../src/search/place-succession.ts';

const before = [
  { id: 7, photos: [1, 2, 3, 4] },
  { id: 8, photos: [5, 6, 7] },
];

describe('a part of the graph', () => {
  it('continues the place that it shares the most photos with', () => {
    expect(
      succeed(before, [
        [5, 6, 9],
        [10, 11],
        [3, 4, 7],
      ]),
    ).toEqual([8, null, 7]);
  });

  it('leaves the place to another part that shares more', () => {
    expect(succeed(before, [[1], [2, 3, 4]])).toEqual([null, 7]);
  });

  it('gets a second choice when its first place is taken', () => {
    const places = [
      { id: 1, photos: [1, 2, 3, 4, 5, 6] },
      { id: 2, photos: [5, 6] },
    ];
    expect(
      succeed(places, [
        [1, 2, 3, 4],
        [5, 6],
      ]),
    ).toEqual([1, 2]);
  });

  it('of two that share as many goes on under the smaller id, the first part before the second', () => {
    expect(
      succeed(
        [
          { id: 3, photos: [1, 2] },
          { id: 2, photos: [3, 4] },
        ],
        [[1, 2, 3, 4]],
      ),
    ).toEqual([2]);
    expect(succeed([{ id: 3, photos: [1, 2] }], [[1], [2]])).toEqual([3, null]);
  });

  it('continues the place that it is told to', () => {
    expect(succeed(before, [[4], [1, 2, 3]], { placeId: 7, photoId: 4 })).toEqual([7, null]);
    expect(succeed(before, [[1, 2, 3, 4, 5, 6, 7]], { placeId: 8, photoId: 1 })).toEqual([8]);
    expect(succeed(before, [[1, 2]], { placeId: 8, photoId: 99 })).toEqual([7]);
  });

  it('takes an id that no other part takes, and all keep theirs when nothing changes', () => {
    const partition = fc
      .array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 20 })
      .map((labels) =>
        [...new Set(labels)].map((label) => labels.flatMap((of, photo) => (of === label ? [photo] : []))),
      );
    fc.assert(
      fc.property(partition, partition, (one, other) => {
        const places = one.map((photos, at) => ({ id: 10 + at, photos }));
        expect(succeed(places, one)).toEqual(places.map(({ id }) => id));
        const ids = succeed(places, other).filter((id) => id !== null);
        expect(new Set(ids).size).toBe(ids.length);
        for (const [at, id] of succeed(places, other).entries()) {
          const shared = places
            .find((place) => place.id === id)
            ?.photos.filter((photo) => other[at]!.includes(photo));
          if (id !== null) expect(shared).not.toEqual([]);
        }
      }),
    );
  });
});
