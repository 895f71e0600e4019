import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitPhotos } from '../../src/training/split.ts';
import type { PhotoSplit, SplitWishes } from '../../src/training/split.ts';

/** Albums of these sizes, with photos numbered through. */
function albumsOf(sizes: readonly number[]) {
  let next = 1;
  return sizes.map((size, at) => ({ id: at + 1, photos: Array.from({ length: size }, () => next++) }));
}

function split(sizes: readonly number[], wishes: Partial<SplitWishes> = {}): PhotoSplit {
  return splitPhotos({ albums: albumsOf(sizes), others: [], copies: [], heldOut: 0.25, seed: 1, ...wishes });
}

/** Every part with photos of its own, as one set each. */
function partsOf(parts: PhotoSplit): ReadonlySet<number>[] {
  return [
    new Set(parts.trainingAlbums.flatMap(({ training }) => training)),
    new Set(parts.trainingAlbums.flatMap(({ validation }) => validation)),
    new Set(parts.trainingAlbums.flatMap(({ heldOut }) => heldOut)),
    new Set(parts.heldOutAlbums.flatMap(({ photos }) => photos)),
    new Set(parts.others.training),
    new Set(parts.others.measured),
    new Set(parts.leftOut),
  ];
}

/** The plain way: the photo is spread over all pairs until nothing changes. */
function shotNames(photos: readonly number[], copies: readonly (readonly [number, number])[]) {
  const names = new Map([...photos, ...copies.flat()].map((photo) => [photo, photo]));
  for (let changed = true; changed;) {
    changed = false;
    for (const [a, b] of copies) {
      const least = Math.min(names.get(a)!, names.get(b)!);
      changed ||= names.get(a) !== least || names.get(b) !== least;
      names.set(a, least).set(b, least);
    }
  }
  return names;
}

const library = fc
  .record({
    sizes: fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 1, maxLength: 12 }),
    others: fc.integer({ min: 0, max: 20 }),
    seed: fc.integer({ min: 0, max: 0xffff_ffff }),
    heldOut: fc.double({ min: 0.1, max: 0.5, noNaN: true }),
  })
  .chain(({ sizes, others, seed, heldOut }) => {
    const albums = albumsOf(sizes);
    const first = albums.flatMap(({ photos }) => photos).length + 1;
    const photo = fc.integer({ min: 1, max: first + others });
    return fc.record({
      albums: fc.constant(albums),
      others: fc.constant(Array.from({ length: others }, (_, at) => first + at)),
      copies: fc.array(fc.tuple(photo, photo), { maxLength: 15 }),
      seed: fc.constant(seed),
      heldOut: fc.constant(heldOut),
    });
  });

describe('the split of a run', () => {
  it('puts every photo of an album into one part', () => {
    fc.assert(
      fc.property(library, (wishes) => {
        const parts = partsOf(splitPhotos(wishes));
        const ofAlbums = [...parts[0]!, ...parts[1]!, ...parts[2]!, ...parts[3]!, ...parts[6]!];
        expect(ofAlbums.sort((a, b) => a - b)).toEqual(wishes.albums.flatMap(({ photos }) => photos));
      }),
    );
  });

  it('never puts photos of one shot into two parts, nor into two albums', () => {
    fc.assert(
      fc.property(library, (wishes) => {
        const result = splitPhotos(wishes);
        const all = [...wishes.albums.flatMap(({ photos }) => photos), ...wishes.others];
        const names = shotNames(all, wishes.copies);
        const used = partsOf(result).slice(0, 6);
        const shots = used.map((photos) => new Set([...photos].map((photo) => names.get(photo)!)));
        for (const [at, one] of shots.entries()) {
          for (const other of shots.slice(at + 1))
            expect([...one].filter((shot) => other.has(shot))).toEqual([]);
        }
        const albums = [
          ...result.trainingAlbums.map(({ training, validation, heldOut }) => [
            ...training,
            ...validation,
            ...heldOut,
          ]),
          ...result.heldOutAlbums.map(({ photos }) => photos),
        ].map((photos) => new Set(photos.map((photo) => names.get(photo)!)));
        expect(albums.reduce((sum, { size }) => sum + size, 0)).toBe(
          new Set(albums.flatMap((set) => [...set])).size,
        );
        // What takes part is worth it: two different photos at least.
        for (const { training } of result.trainingAlbums) {
          expect(new Set(training.map((photo) => names.get(photo)!)).size).toBeGreaterThanOrEqual(2);
        }
        for (const { photos } of result.heldOutAlbums) {
          expect(new Set(photos.map((photo) => names.get(photo)!)).size).toBeGreaterThanOrEqual(2);
        }
      }),
    );
  });

  it('follows from the seed and the photos, in whatever order they come', () => {
    fc.assert(
      fc.property(library, (wishes) => {
        const turned = {
          ...wishes,
          albums: wishes.albums.map(({ id, photos }) => ({ id, photos: [...photos].reverse() })).reverse(),
          others: [...wishes.others].reverse(),
          copies: wishes.copies.map(([a, b]): [number, number] => [b, a]).reverse(),
        };
        expect(splitPhotos(turned)).toEqual(splitPhotos(wishes));
      }),
    );
  });

  it('leaves enough for training', () => {
    fc.assert(
      fc.property(library, (wishes) => {
        const { trainingAlbums, heldOutAlbums } = splitPhotos(wishes);
        if (heldOutAlbums.length > 0) expect(trainingAlbums.length).toBeGreaterThanOrEqual(3);
        for (const { training, validation, heldOut } of trainingAlbums) {
          const all = training.length + validation.length + heldOut.length;
          if (validation.length + heldOut.length > 0)
            expect(training.length).toBeGreaterThanOrEqual(Math.min(4, all - 1));
        }
      }),
    );
  });

  it('works with the fewest albums and photos that can be learnt from', () => {
    for (const seed of [1, 2, 3, 4]) {
      const { trainingAlbums, heldOutAlbums, leftOut } = split([4, 4, 4, 4, 4, 4], { seed });
      expect(heldOutAlbums.map(({ photos }) => photos.length)).toEqual([4, 4]);
      expect(trainingAlbums.map(({ training }) => training.length)).toEqual([3, 3, 3, 3]);
      expect(trainingAlbums.flatMap(({ validation }) => validation)).toHaveLength(1);
      expect(trainingAlbums.flatMap(({ heldOut }) => heldOut)).toHaveLength(3);
      expect(leftOut).toEqual([]);
    }
  });

  it('holds out the share that was asked for, a quarter of the photos for validation', () => {
    const { trainingAlbums, heldOutAlbums } = split(
      Array.from({ length: 40 }, () => 20),
      { heldOut: 0.4 },
    );
    expect(heldOutAlbums).toHaveLength(16);
    expect(trainingAlbums.map(({ training }) => training.length)).toEqual(
      Array.from({ length: 24 }, () => 12),
    );
    expect(trainingAlbums.flatMap(({ validation }) => validation)).toHaveLength((24 * 8) / 4);
  });

  it('differs with the seed, and draws every album as often', () => {
    const held = Array.from({ length: 12 }, () => 0);
    const seeds = 600;
    for (let seed = 0; seed < seeds; seed++) {
      for (const { id } of split(
        held.map(() => 4),
        { seed },
      ).heldOutAlbums)
        held[id - 1]!++;
    }
    // 3 of 12 each time: binomial with a deviation of 10.6 around 150.
    for (const count of held) expect(Math.abs(count - seeds / 4)).toBeLessThan(54);
  });

  it('changes little when albums are added', () => {
    const before = split(Array.from({ length: 20 }, () => 6));
    const after = split(Array.from({ length: 24 }, () => 6));
    const still = before.heldOutAlbums.filter(({ id }) =>
      after.heldOutAlbums.some((album) => album.id === id),
    );
    expect(still.length).toBeGreaterThanOrEqual(before.heldOutAlbums.length - 1);
    for (const album of before.trainingAlbums) {
      const same = after.trainingAlbums.find(({ id }) => id === album.id);
      if (same) expect(same.training).toEqual(album.training);
    }
  });

  it('leaves a shot in two albums to the one with more of it, and albums of one shot out', () => {
    const sizes = [5, 5, 5, 5, 5, 5, 3];
    // 1 and 2 are one shot with 6 of the second album; 31, 32 and 33 are all of the last album.
    const { trainingAlbums, heldOutAlbums, leftOut } = split(sizes, {
      copies: [
        [6, 1],
        [2, 6],
        [31, 32],
        [32, 33],
      ],
    });
    expect(leftOut).toEqual([6, 31, 32, 33]);
    expect([...trainingAlbums, ...heldOutAlbums].map(({ id }) => id).sort()).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('takes no copy of an album as a photo of none', () => {
    const { others } = split([4, 4, 4, 4, 4, 4], {
      others: [100, 101, 102, 103],
      // 100 is a copy by way of a photo that is nowhere else.
      copies: [
        [100, 200],
        [200, 3],
        [102, 103],
      ],
    });
    expect([...others.training, ...others.measured].sort()).toEqual([101, 102, 103]);
    expect(others.training.includes(102)).toBe(others.training.includes(103));
  });
});
