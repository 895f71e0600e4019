import fc from 'fast-check';
import { expect, it } from 'vitest';
import { HardAlbumSampler, nearestAlbums } from '../../src/training/hard-albums.ts';
import { PkSampler } from '../../src/training/pk-sampler.ts';
import { Random } from '../../src/training/random.ts';

/** So many albums of four photos, numbered on. */
function albumsOf(count: number): number[][] {
  return Array.from({ length: count }, (_, album) => [0, 1, 2, 3].map((photo) => 4 * album + photo));
}

/** Albums lie on a half circle in their order, so that those with near numbers are near. */
function onCircle(albums: number) {
  return (photos: readonly number[]) =>
    Promise.resolve(
      Float32Array.from(
        photos.flatMap((photo) => {
          const angle = (Math.PI * Math.floor(photo / 4)) / albums + (photo % 4) * 1e-4;
          return [Math.cos(angle), Math.sin(angle)];
        }),
      ),
    );
}

it('orders other albums as they first appear among the neighbours of the first photo', () => {
  // Similarities of the first photo (1, 0): .8 and 0 for album 1, .6 for 2, .9 and -1 for 3.
  const descriptors = Float32Array.from([1, 0, 0, 1, 0.8, 0.6, 0, 1, 0.6, 0.8, 0.9, 0.436, -1, 0]);
  expect(nearestAlbums([2, 2, 1, 2], descriptors, 50)[0]).toEqual([3, 1, 2]);
  expect(nearestAlbums([2, 2, 1, 2], descriptors, 2)[0]).toEqual([3, 1]);
});

it('finds what going through all sorted neighbours finds', () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 2, maxLength: 8 });
  fc.assert(
    fc.property(sizes, fc.integer({ min: 0, max: 2 ** 32 - 1 }), (counts, seed) => {
      const random = new Random(seed);
      const owners = counts.flatMap((size, album) => Array.from({ length: size }, () => album));
      const rows = owners.map(() => [random.normal(), random.normal(), random.normal()]);
      const pools = nearestAlbums(counts, Float32Array.from(rows.flat()), 3);
      for (const [album, pool] of pools.entries()) {
        const query = rows[owners.indexOf(album)]!;
        const product = (row: number[]) => row.reduce((sum, value, at) => sum + value * query[at]!, 0);
        const sorted = [...rows.keys()].sort((one, other) => product(rows[other]!) - product(rows[one]!));
        const appearing = [...new Set(sorted.map((photo) => owners[photo]!))];
        expect(pool).toEqual(appearing.filter((other) => other !== album).slice(0, 3));
      }
    }),
    { numRuns: 40 },
  );
});

it('puts albums that are near the anchor into half of the batch, and none twice', async () => {
  const albums = albumsOf(400);
  const sampler = new HardAlbumSampler(albums, {
    albumsPerBatch: 18,
    photosPerAlbum: 2,
    random: new Random(3),
  });
  await sampler.refresh(onCircle(400));
  let far = 0;
  for (let time = 0; time < 20; time++) {
    const { photos, labels } = sampler.next();
    expect([photos.length, new Set(photos).size]).toEqual([36, 36]);
    for (const [place, photo] of photos.entries()) expect(albums[labels[place]!]).toContain(photo);
    const [anchor, ...rest] = [...new Set(labels)] as number[];
    expect(rest).toHaveLength(17);
    // Nine of them are from the pool of 50, which reaches 25 albums to both sides, 50 at an end.
    for (const near of rest.slice(0, 9)) expect(Math.abs(near - anchor!)).toBeLessThanOrEqual(50);
    far += rest.slice(9).filter((album) => Math.abs(album - anchor!) > 50).length;
  }
  expect(far).toBeGreaterThan(80);
});

it('gives every album its turn as an anchor', async () => {
  const sampler = new HardAlbumSampler(albumsOf(9), {
    albumsPerBatch: 4,
    photosPerAlbum: 2,
    random: new Random(5),
  });
  await sampler.refresh(onCircle(9));
  const anchors = Array.from({ length: 9 }, () => sampler.next().labels[0]);
  expect(new Set(anchors).size).toBe(9);
});

it('is as random as any before it knows what is near', () => {
  const options = { albumsPerBatch: 5, photosPerAlbum: 3 };
  const sampler = new HardAlbumSampler(albumsOf(12), { ...options, random: new Random(8) });
  const plain = new PkSampler(albumsOf(12), { ...options, random: new Random(8) });
  for (let time = 0; time < 5; time++) expect(sampler.next()).toEqual(plain.next());
});

it('takes all albums where there are fewer than P', async () => {
  const sampler = new HardAlbumSampler(albumsOf(3), {
    albumsPerBatch: 12,
    photosPerAlbum: 4,
    random: new Random(1),
  });
  await sampler.refresh(onCircle(3));
  expect(new Set(sampler.next().labels)).toEqual(new Set([0, 1, 2]));
});

it('asks for descriptors of a part of very many photos, some of each album', async () => {
  const albums = Array.from({ length: 20 }, (_, album) =>
    Array.from({ length: 1000 }, (__, photo) => 1000 * album + photo),
  );
  const sampler = new HardAlbumSampler(albums, {
    albumsPerBatch: 12,
    photosPerAlbum: 4,
    random: new Random(1),
  });
  let asked: readonly number[] = [];
  await sampler.refresh((photos) => {
    asked = photos;
    return Promise.resolve(Float32Array.from(photos, () => 1));
  });
  expect(new Set(asked).size).toBe(5000);
  expect(new Set(asked.map((photo) => Math.floor(photo / 1000))).size).toBe(20);
});

it('goes on from a stored state as if nothing had been', async () => {
  const options = { albumsPerBatch: 5, photosPerAlbum: 2 };
  const sampler = new HardAlbumSampler(albumsOf(80), { ...options, random: new Random(1) });
  for (let time = 0; time < 6; time++) {
    if (time === 2) await sampler.refresh(onCircle(80));
    const stored = JSON.stringify(sampler.state);
    const resumed = new HardAlbumSampler(albumsOf(80), { ...options, random: new Random(99) });
    resumed.restore(JSON.parse(stored));
    const expected = [sampler.next(), sampler.next()];
    expect([resumed.next(), resumed.next()]).toEqual(expected);
  }
});
