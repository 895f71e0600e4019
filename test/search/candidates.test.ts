import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Candidates } from '../../src/search/candidates.ts';

interface Bounded {
  photoId: number;
  lower: number;
  upper: number;
}

function offerAll(candidates: Candidates, photos: readonly Bounded[], atOnce: number): void {
  for (let from = 0; from < photos.length; from += atOnce) {
    const some = photos.slice(from, from + atOnce);
    const bounds = Float32Array.from(some.flatMap(({ lower, upper }) => [lower, upper]));
    candidates.offer(bounds, some.length, (at) => some[at]!.photoId);
  }
}

function taken(candidates: Candidates): Bounded[] {
  const { photoIds, bounds } = candidates.take();
  return Array.from(photoIds, (photoId, at) => ({
    photoId,
    lower: bounds[2 * at]!,
    upper: bounds[2 * at + 1]!,
  })).sort((a, b) => a.photoId - b.photoId);
}

const better = (a: Bounded, b: Bounded) => b.lower - a.lower || a.photoId - b.photoId;

describe('Candidates', () => {
  it('keeps the best and everything that may be as good', () => {
    const candidates = new Candidates(2, 5);
    const photos = [
      { photoId: 1, lower: 0.5, upper: 0.75 },
      { photoId: 2, lower: 0.25, upper: 0.5 },
      { photoId: 3, lower: 0.75, upper: 1 },
      { photoId: 4, lower: 0, upper: 0.25 },
      { photoId: 5, lower: 0.25, upper: 0.375 },
    ];
    offerAll(candidates, photos, 5);
    expect(taken(candidates).map(({ photoId }) => photoId)).toEqual([1, 2, 3]);
  });

  it('keeps, of any photos in any order, exactly those whose upper bound reaches the last best lower one', () => {
    // Halves and quarters: no rounding, and many ties.
    const score = fc.integer({ min: -40, max: 40 });
    const photo = fc.record({ score, width: fc.nat(6) });
    fc.assert(
      fc.property(
        fc.array(photo, { maxLength: 300 }),
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 64 }),
        (some, wanted, atOnce) => {
          const photos = some.map(({ score: middle, width }, at) => ({
            photoId: 1 + ((at * 211) % 307),
            lower: (middle - width) / 4,
            upper: (middle + width) / 4,
          }));
          const candidates = new Candidates(wanted, photos.length);
          offerAll(candidates, photos, atOnce);
          const last = photos.toSorted(better)[wanted - 1];
          const expected = photos.filter(({ upper }) => !last || upper >= last.lower);
          expect(taken(candidates)).toEqual(expected.sort((a, b) => a.photoId - b.photoId));
        },
      ),
    );
  });

  it('goes through far more photos than it has room for, in any order', () => {
    const orders = ['rising', 'falling', 'mixed'] as const;
    for (const order of orders) {
      const photos = Array.from({ length: 50_000 }, (_, at) => {
        const place = order === 'rising' ? at : order === 'falling' ? 50_000 - at : (at * 7919) % 50_000;
        return { photoId: at + 1, lower: place, upper: place + 5 };
      });
      const candidates = new Candidates(100, photos.length);
      offerAll(candidates, photos, 1024);
      const expected = photos.toSorted(better).slice(0, 105);
      expect(taken(candidates)).toEqual(expected.sort((a, b) => a.photoId - b.photoId));
    }
  });

  it('keeps the smallest photo ids of too many that are equally good', () => {
    const photos = Array.from({ length: 30_000 }, (_, at) => ({
      photoId: 30_000 - at,
      lower: 0.5,
      upper: 0.75,
    }));
    const candidates = new Candidates(10, photos.length);
    offerAll(candidates, photos, 1024);
    const kept = taken(candidates).map(({ photoId }) => photoId);
    expect(kept).toEqual(Array.from({ length: 1040 }, (_, at) => at + 1));
  });
});
