import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cleanAlbum } from '../../src/training/album-cleaning.ts';
import type { AlbumPair } from '../../src/training/album-cleaning.ts';

const proven = (a: number, b: number, similarity = 0.5): AlbumPair => ({ a, b, proven: true, similarity });
const alike = (a: number, b: number, similarity: number): AlbumPair => ({ a, b, proven: false, similarity });

describe('an album where most photos are verified', () => {
  it('proposes those that are not, whatever they look like', () => {
    const pairs = [
      proven(1, 2),
      proven(2, 3),
      proven(3, 4),
      proven(4, 5),
      proven(5, 6),
      proven(7, 8),
      alike(1, 9, 0.9),
      alike(2, 9, 0.9),
      alike(6, 7, 0.2),
      alike(5, 8, 0.1),
      alike(8, 9, 0.95),
    ];
    expect(cleanAlbum([1, 2, 3, 4, 5, 6, 7, 8, 9], pairs)).toEqual({
      core: 6,
      method: 'verified',
      proposed: [
        { photoId: 8, reason: 'other-part', part: 2, nearest: { photoId: 5, similarity: 0.1 } },
        { photoId: 7, reason: 'other-part', part: 2, nearest: { photoId: 6, similarity: 0.2 } },
        { photoId: 9, reason: 'alone', part: 1, nearest: { photoId: 1, similarity: 0.9 } },
      ],
    });
  });
});

describe('an album where few photos are verified', () => {
  it('keeps those that look alike', () => {
    const pairs = [proven(1, 2), alike(2, 3, 0.45), alike(3, 4, 0.7), alike(4, 5, 0.449)];
    expect(cleanAlbum([1, 2, 3, 4, 5], pairs)).toEqual({
      core: 4,
      method: 'regions',
      proposed: [{ photoId: 5, reason: 'alone', part: 1, nearest: { photoId: 4, similarity: 0.449 } }],
    });
  });

  it('gives no reason to keep a photo that was compared with nothing', () => {
    expect(cleanAlbum([1, 2, 3], [alike(1, 2, 0.8)]).proposed).toEqual([
      { photoId: 3, reason: 'alone', part: 1, nearest: null },
    ]);
  });

  it('is not judged where no part holds more than half of it', () => {
    expect(cleanAlbum([1, 2, 3, 4], [alike(1, 2, 0.9), alike(3, 4, 0.9)])).toEqual({
      core: 2,
      method: 'regions',
      proposed: [],
    });
    expect(cleanAlbum([1, 2, 3], []).proposed).toEqual([]);
  });
});

it('of one photo or none, nothing is proposed', () => {
  expect(cleanAlbum([], [])).toMatchObject({ core: 0, proposed: [] });
  expect(cleanAlbum([5], [])).toMatchObject({ core: 1, proposed: [] });
});

describe('whatever is compared', () => {
  const size = 7;
  const album = fc.record({
    photoIds: fc.uniqueArray(fc.nat(size), { minLength: 1 }),
    likeness: fc.array(fc.record({ proven: fc.boolean(), similarity: fc.constantFrom(0.1, 0.2, 0.5, 0.9) }), {
      minLength: 64,
      maxLength: 64,
    }),
    compared: fc.array(fc.boolean(), { minLength: 64, maxLength: 64 }),
  });
  const pairsOf = ({
    photoIds,
    likeness,
    compared,
  }: {
    photoIds: number[];
    likeness: Omit<AlbumPair, 'a' | 'b'>[];
    compared: boolean[];
  }) =>
    photoIds.flatMap((a) =>
      photoIds.flatMap((b) => (a < b && compared[a * 8 + b] ? [{ a, b, ...likeness[a * 8 + b]! }] : [])),
    );

  it('the order makes no difference', () => {
    fc.assert(
      fc.property(
        album.chain((one) =>
          fc.tuple(
            fc.constant(one),
            fc.shuffledSubarray(one.photoIds, { minLength: one.photoIds.length }),
            fc.shuffledSubarray(pairsOf(one), { minLength: pairsOf(one).length }),
          ),
        ),
        ([one, photoIds, pairs]) => {
          const turned = pairs.map(({ a, b, ...rest }, at) =>
            at % 2 === 0 ? { a, b, ...rest } : { a: b, b: a, ...rest },
          );
          expect(cleanAlbum(photoIds, turned)).toEqual(cleanAlbum(one.photoIds, pairsOf(one)));
        },
      ),
    );
  });

  it('what is proposed and the core are the whole album, and no pair that counts joins them', () => {
    fc.assert(
      fc.property(album, (one) => {
        const pairs = pairsOf(one);
        const { core, proposed, method } = cleanAlbum(one.photoIds, pairs);
        if (proposed.length === 0) return;
        expect(core + proposed.length).toBe(one.photoIds.length);
        expect(2 * core).toBeGreaterThan(one.photoIds.length);
        if (method === 'verified') expect(core).toBeGreaterThanOrEqual((2 / 3) * one.photoIds.length);
        const outside = new Map(proposed.map((photo) => [photo.photoId, photo]));
        const counts = (pair: AlbumPair) => pair.proven || (method === 'regions' && pair.similarity >= 0.45);
        for (const pair of pairs.filter(counts)) {
          expect(outside.has(pair.a)).toBe(outside.has(pair.b));
          expect(outside.get(pair.a)?.part).toBe(outside.get(pair.b)?.part);
        }
        for (const { photoId, reason, part, nearest } of proposed) {
          expect(reason).toBe(part === 1 ? 'alone' : 'other-part');
          const towards = pairs
            .filter(({ a, b }) => (a === photoId && !outside.has(b)) || (b === photoId && !outside.has(a)))
            .map(({ similarity }) => similarity);
          expect(nearest?.similarity ?? -Infinity).toBe(Math.max(-Infinity, ...towards));
        }
      }),
    );
  });
});
