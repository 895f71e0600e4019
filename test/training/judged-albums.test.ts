import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judgedAlbums } from '../../src/training/judged-albums.ts';

const same = (a: number, b: number) => ({ a, b, same: true });
const different = (a: number, b: number) => ({ a, b, same: false });

describe('the albums of judgements', () => {
  it.each<
    [string, Parameters<typeof judgedAlbums>[0], [number, number[]][], ReturnType<typeof judgedAlbums>]
  >([
    [
      'are what "same" ties together',
      [same(1, 2), same(5, 6), same(2, 9)],
      [],
      [
        { albumId: null, photoIds: [1, 2, 9] },
        { albumId: null, photoIds: [5, 6] },
      ],
    ],
    [
      'are none where "different" contradicts within a set',
      [same(1, 2), same(2, 3), different(1, 3), same(7, 8)],
      [],
      [{ albumId: null, photoIds: [7, 8] }],
    ],
    [
      'do not mind what is different between two sets',
      [same(1, 2), same(3, 4), different(1, 3)],
      [],
      [
        { albumId: null, photoIds: [1, 2] },
        { albumId: null, photoIds: [3, 4] },
      ],
    ],
    ['are none where an album holds the set', [same(1, 2)], [[7, [1, 2, 3]]], []],
    [
      'join the album that holds some of a set',
      [same(1, 2), same(2, 3)],
      [[7, [2, 9]]],
      [{ albumId: 7, photoIds: [1, 3] }],
    ],
    ['join no album with a photo that is different', [same(1, 2), different(1, 9)], [[7, [2, 9]]], []],
    [
      'join an album, whatever is judged about its own photos',
      [same(1, 2), different(8, 9)],
      [[7, [2, 8, 9]]],
      [{ albumId: 7, photoIds: [1] }],
    ],
    [
      'do not choose between two albums',
      [same(1, 2)],
      [
        [7, [1]],
        [8, [2]],
      ],
      [],
    ],
    ['are none of "different" alone', [different(1, 2)], [], []],
  ])('%s', (_title, judged, albums, expected) => {
    expect(judgedAlbums(judged, new Map(albums))).toEqual(expected);
  });

  it('are none a second time', () => {
    const pair = fc.tuple(fc.nat(7), fc.nat(7), fc.boolean()).filter(([a, b]) => a < b);
    const judgements = fc.uniqueArray(pair, { selector: ([a, b]) => `${a} ${b}`, maxLength: 10 });
    const albums = fc.array(fc.uniqueArray(fc.nat(7)), { maxLength: 3 });
    fc.assert(
      fc.property(judgements, albums, (pairs, made) => {
        const judged = pairs.map(([a, b, isSame]) => ({ a, b, same: isSame }));
        const members = new Map(made.map((photoIds, at) => [at, photoIds]));
        for (const [at, { albumId, photoIds }] of judgedAlbums(judged, members).entries()) {
          expect(photoIds.length).toBeGreaterThan(albumId === null ? 1 : 0);
          const id = albumId ?? 100 + at;
          members.set(id, [...(members.get(id) ?? []), ...photoIds]);
          const whole = new Set(members.get(id));
          expect(
            judged.some(
              ({ a, b, same: isSame }) =>
                !isSame && whole.has(a) && whole.has(b) && (photoIds.includes(a) || photoIds.includes(b)),
            ),
          ).toBe(false);
        }
        expect(judgedAlbums(judged, members)).toEqual([]);
      }),
    );
  });
});
