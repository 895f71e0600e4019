import fc from 'fast-check';
import { expect, it } from 'vitest';
import { HardNegativeSampler, mineTriplets } from '../../src/training/hard-negatives.ts';
import type { MinedPhotos } from '../../src/training/hard-negatives.ts';
import { pairRelation } from '../../src/training/judged-pairs.ts';
import { Random } from '../../src/training/random.ts';

/** Rows of length 1 at these angles, in degrees. */
function atAngles(...degrees: number[]): Float32Array {
  return Float32Array.from(
    degrees.flatMap((angle) => [Math.cos((angle * Math.PI) / 180), Math.sin((angle * Math.PI) / 180)]),
  );
}

function minedFrom(albums: number[]): MinedPhotos {
  return {
    photos: albums.map((_, row) => 100 + row),
    labels: albums,
    relation: pairRelation(albums, []),
  };
}

it('keeps triplets with a loss, the highest first', () => {
  // Squared distances are 2 - 2 cos: .268 at 30 degrees, .121 at 20, .030 at 10, .586 at 45.
  const labels = [0, 0, 1, 1];
  const mine = (margin: number) =>
    mineTriplets(atAngles(0, 20, 30, 75), 4, pairRelation(labels, []), { margin, scale: 1 });
  expect(mine(0.1)).toEqual([
    { anchor: 1, positive: 0, negative: 2 },
    { anchor: 2, positive: 3, negative: 1 },
    { anchor: 2, positive: 3, negative: 0 },
  ]);
  expect(mine(0.16)[0]).toEqual({ anchor: 0, positive: 1, negative: 2 });
});

it('lets what was judged count more than albums, and leaves out what is not known', () => {
  const relation = pairRelation([0, 0, 0, null, null], [{ a: 0, b: 1, same: false }], (_, b) => b === 4);
  const triplets = mineTriplets(atAngles(0, 1, 40, 1, 2), 5, relation, { margin: 0.1, scale: 1 });
  expect(triplets.filter(({ anchor }) => anchor === 0)).toEqual([
    { anchor: 0, positive: 2, negative: 1 },
    { anchor: 0, positive: 2, negative: 4 },
  ]);
});

it('finds the 25 highest losses of all triplets of each photo', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 3, maxLength: 40 }),
      fc.integer({ min: 0, max: 2 ** 32 - 1 }),
      fc.constantFrom(0.1, 0.8, 'soft' as const),
      (labels, seed, margin) => {
        const random = new Random(seed);
        const rows = labels.map(() => {
          const row = [random.normal(), random.normal(), random.normal()];
          const length = Math.hypot(...row);
          return row.map((value) => Math.fround(value / length));
        });
        const squared = (a: number, b: number) =>
          rows[a]!.reduce((sum, value, at) => sum + (value - rows[b]![at]!) ** 2, 0);
        const loss = (difference: number) =>
          margin === 'soft' ? Math.log(1 + Math.exp(difference)) : Math.max(0, margin + difference);
        const lossOf = (anchor: number, positive: number, negative: number) =>
          loss(2 * (squared(anchor, positive) - squared(anchor, negative)));

        const descriptors = Float32Array.from(rows.flat());
        const mined = mineTriplets(descriptors, labels.length, pairRelation(labels, []), {
          margin,
          scale: 2,
        });
        for (const anchor of labels.keys()) {
          const all: number[] = [];
          for (const [positive, own] of labels.entries())
            for (const [negative, foreign] of labels.entries())
              if (positive !== anchor && own === labels[anchor] && foreign !== own)
                all.push(lossOf(anchor, positive, negative));
          const expected = all
            .filter((value) => value > 1e-5)
            .sort((one, other) => other - one)
            .slice(0, 25);
          const found = mined
            .filter((triplet) => triplet.anchor === anchor)
            .map(({ positive, negative }) => lossOf(anchor, positive, negative));
          expect(found).toEqual(expected.map((value) => expect.closeTo(value, 4)));
        }
      },
    ),
    { numRuns: 30 },
  );
});

const labels = Array.from({ length: 24 }, (_, row) => Math.floor(row / 3));
/** Photos of each album lie around the circle, so that everything is mistaken for everything. */
const mixedUp = (photos: readonly number[]) =>
  Promise.resolve(atAngles(...photos.map((photo) => ((photo - 100) % 3) * 120 + (photo - 100))));

it('gives whole triplets, mined ones and each photo once', async () => {
  const sampler = new HardNegativeSampler(minedFrom(labels), {
    triplets: 6,
    margin: 0.1,
    scale: 1,
    random: new Random(2),
  });
  await sampler.refresh(mixedUp);
  const seen = new Set<number>();
  for (let time = 0; time < 60; time++) {
    const { photos, labels: albums, triplets } = sampler.next();
    expect(triplets).toHaveLength(6);
    expect(new Set(photos).size).toBe(photos.length);
    expect(photos.map((photo) => labels[photo - 100])).toEqual(albums);
    const used = triplets!.flatMap(({ anchor, positive, negative }) => [anchor, positive, negative]);
    expect(new Set(used)).toEqual(new Set(photos.keys()));
    const descriptors = await mixedUp(photos);
    const product = (a: number, b: number) =>
      descriptors[2 * a]! * descriptors[2 * b]! + descriptors[2 * a + 1]! * descriptors[2 * b + 1]!;
    for (const { anchor, positive, negative } of triplets!) {
      expect(albums[positive]).toBe(albums[anchor]);
      expect(albums[negative]).not.toBe(albums[anchor]);
      expect(0.1 + 2 * product(anchor, negative) - 2 * product(anchor, positive)).toBeGreaterThan(0);
      seen.add(photos[anchor]!);
    }
  }
  expect(seen.size).toBe(24);
});

it('gives triplets by chance before it knows any, and where none has a loss', async () => {
  const sampler = new HardNegativeSampler(minedFrom(labels), {
    triplets: 6,
    margin: 0.1,
    scale: 1,
    random: new Random(2),
  });
  const check = () => {
    const { labels: albums, triplets } = sampler.next();
    expect(triplets).toHaveLength(6);
    for (const { anchor, positive, negative } of triplets!) {
      expect(positive).not.toBe(anchor);
      expect(albums[positive]).toBe(albums[anchor]);
      expect(albums[negative]).not.toBe(albums[anchor]);
    }
  };
  check();
  await sampler.refresh((photos) =>
    Promise.resolve(atAngles(...photos.map((photo) => 45 * labels[photo - 100]!))),
  );
  expect(sampler.state.mined).toEqual([]);
  check();
});

it('has 5000 photos described at most', async () => {
  const albums = Array.from({ length: 6000 }, (_, row) => Math.floor(row / 2));
  // Only a few have a positive, for the test to be quick.
  const relation = (a: number, b: number) => (a < 20 && b === (a ^ 1) ? 'positive' : null);
  const sampler = new HardNegativeSampler(
    { ...minedFrom(albums), relation },
    { triplets: 6, margin: 0.1, scale: 1, random: new Random(2) },
  );
  let asked = 0;
  await sampler.refresh((photos) => {
    asked = new Set(photos).size;
    return Promise.resolve(new Float32Array(photos.length).fill(1));
  });
  expect(asked).toBe(5000);
});

it('goes on from a stored state as if nothing had been', async () => {
  const options = { triplets: 4, margin: 'soft' as const, scale: 10 };
  const sampler = new HardNegativeSampler(minedFrom(labels), { ...options, random: new Random(1) });
  for (let time = 0; time < 6; time++) {
    if (time === 2) await sampler.refresh(mixedUp);
    const stored = JSON.stringify(sampler.state);
    const resumed = new HardNegativeSampler(minedFrom(labels), { ...options, random: new Random(99) });
    resumed.restore(JSON.parse(stored));
    const expected = [sampler.next(), sampler.next()];
    expect([resumed.next(), resumed.next()]).toEqual(expected);
  }
});
