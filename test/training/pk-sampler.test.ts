import fc from 'fast-check';
import { expect, it } from 'vitest';
import { PkSampler } from '../../src/training/pk-sampler.ts';
import { Random } from '../../src/training/random.ts';

/** Albums of so many photos, numbered on. */
function albumsOf(...sizes: number[]): number[][] {
  let next = 0;
  return sizes.map((size) => Array.from({ length: size }, () => next++));
}

it('gives P albums with K of their photos, none twice', () => {
  const sizes = fc.array(fc.integer({ min: 4, max: 9 }), { minLength: 5, maxLength: 12 });
  fc.assert(
    fc.property(sizes, fc.integer({ min: 0, max: 2 ** 32 - 1 }), (counts, seed) => {
      const albums = albumsOf(...counts);
      const sampler = new PkSampler(albums, {
        albumsPerBatch: 5,
        photosPerAlbum: 4,
        random: new Random(seed),
      });
      for (let time = 0; time < 10; time++) {
        const { photos, labels } = sampler.next();
        expect(photos).toHaveLength(20);
        expect(new Set(photos).size).toBe(20);
        expect(new Set(labels).size).toBe(5);
        for (const [place, photo] of photos.entries()) expect(albums[labels[place]!]).toContain(photo);
      }
    }),
    { numRuns: 30 },
  );
});

it('gives every album its turn before any has a second one', () => {
  const albums = albumsOf(...Array.from({ length: 7 }, () => 4));
  const sampler = new PkSampler(albums, { albumsPerBatch: 3, photosPerAlbum: 2, random: new Random(4) });
  const turns = new Float64Array(7);
  for (let time = 1; time <= 70; time++) {
    for (const label of new Set(sampler.next().labels)) turns[label!]!++;
    expect(Math.max(...turns) - Math.min(...turns)).toBeLessThanOrEqual(2);
  }
  expect([...turns]).toEqual(Array.from({ length: 7 }, () => 30));
});

it('repeats the photos of small albums evenly', () => {
  const sampler = new PkSampler(albumsOf(3, 1, 8), {
    albumsPerBatch: 3,
    photosPerAlbum: 4,
    random: new Random(1),
  });
  const { photos, labels } = sampler.next();
  const times = (label: number): number[] => {
    const own = photos.filter((_, place) => labels[place] === label);
    return [...new Set(own)].map((photo) => own.filter((other) => other === photo).length).sort();
  };
  expect(times(0)).toEqual([1, 1, 2]);
  expect(times(1)).toEqual([4]);
  expect(times(2)).toEqual([1, 1, 1, 1]);
});

it('takes all albums where there are fewer than P', () => {
  const sampler = new PkSampler(albumsOf(4, 4), {
    albumsPerBatch: 12,
    photosPerAlbum: 4,
    random: new Random(1),
  });
  for (let time = 0; time < 3; time++) {
    const { photos, labels } = sampler.next();
    expect([photos.length, new Set(photos).size, new Set(labels).size]).toEqual([8, 8, 2]);
  }
});

it('draws other photos and other albums together each time', () => {
  const albums = albumsOf(...Array.from({ length: 10 }, () => 8));
  const sampler = new PkSampler(albums, { albumsPerBatch: 5, photosPerAlbum: 4, random: new Random(9) });
  const batches = Array.from({ length: 20 }, () => sampler.next());
  expect(new Set(batches.flatMap(({ photos }) => photos)).size).toBe(80);
  expect(new Set(batches.map(({ labels }) => [...new Set(labels)].sort().join())).size).toBeGreaterThan(15);
});

it('goes on from a stored state as if nothing had been', () => {
  const albums = albumsOf(5, 6, 7, 4, 9);
  const options = { albumsPerBatch: 3, photosPerAlbum: 4 };
  const sampler = new PkSampler(albums, { ...options, random: new Random(1) });
  for (let time = 0; time < 7; time++) {
    const stored = JSON.stringify(sampler.state);
    const resumed = new PkSampler(albums, { ...options, random: new Random(99) });
    resumed.restore(JSON.parse(stored));
    const expected = [sampler.next(), sampler.next()];
    expect([resumed.next(), resumed.next()]).toEqual(expected);
  }
});
