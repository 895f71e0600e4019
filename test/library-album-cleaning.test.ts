import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openCatalog } from '../src/catalog/catalog.ts';
import type { Catalog } from '../src/catalog/catalog.ts';
import { AkinError } from '../src/errors.ts';
import { findForeignPhotos } from '../src/library-album-cleaning.ts';
import { makeSamples } from '../src/samples.ts';
import { facts, place } from './catalog/rows.ts';
import { original } from './cli/akin-process.ts';
import { LibraryFixture, never } from './library-fixture.ts';
import { seededRandom } from './bench/seeded-random.ts';
import { featuresOf, randomDescriptors } from './local-features/random-features.ts';

describe('cleaning an album of real photos', () => {
  const fixture = new LibraryFixture();

  beforeAll(async () => {
    await fixture.open();
    await makeSamples(fixture.file('samples'), { originals: [original('airplane-from-above')] });
    await fixture.put('allium-oreophilum', 'black-canyon');
    fixture.copy('black-canyon.jpg', 'canyon-copy.jpg');
    await fixture.library.addFolder(fixture.photos);
    await fixture.library.index();
  });
  afterAll(() => fixture.close());

  const named = (part: RegExp) =>
    [...fixture.library.timeline().ids].filter((id) => part.test(fixture.library.photo(id).name));
  const clean = (ids: number[], signal = never) =>
    fixture.library.albums.clean(fixture.library.albums.create('x', ids).id, signal);

  it('proposes the photos that show something else, and says how alike they are to what', async () => {
    const planes = named(/airplane/);
    const flower = named(/allium/);
    const canyons = named(/canyon/);
    const { core, method, proposed } = await clean([...planes, ...flower, ...canyons]);
    expect([core, method]).toEqual([planes.length, 'verified']);
    const reasons = new Map(proposed.map(({ photoId, reason, part }) => [photoId, [reason, part]]));
    // Two copies are one part.
    const expected: [number, [string, number]][] = [
      ...flower.map((id): [number, [string, number]] => [id, ['alone', 1]]),
      ...canyons.map((id): [number, [string, number]] => [id, ['other-part', 2]]),
    ];
    expect(reasons).toEqual(new Map(expected));
    const found = proposed.find(({ photoId }) => photoId === flower[0])!.nearest!;
    expect(planes).toContain(found.photoId);
    expect(found.similarity).toBeLessThan(0.45);
  });

  it('proposes nothing of an album of one thing, or of copies', async () => {
    const planes = named(/airplane/);
    expect(await clean(planes)).toEqual({ core: planes.length, method: 'verified', proposed: [] });
    expect(await clean(named(/canyon/))).toEqual({ core: 2, method: 'verified', proposed: [] });
  });

  it('can be called off, and wants an album that is there', async () => {
    await expect(
      clean(named(/airplane/), AbortSignal.abort(new AkinError('cancelled'))),
    ).rejects.toMatchObject({
      code: 'cancelled',
    });
    await expect(fixture.library.albums.clean(999, never)).rejects.toMatchObject({ code: 'album-unknown' });
  });
});

describe('cleaning an album', () => {
  let root: string;
  let catalog: Catalog;
  let modelId: number;
  let read: number[];
  const away = new Set<number>();
  /** The scene that a photo's local features are of; those without one agree with no other photo. */
  const scenes = new Map<number, number>();

  beforeEach(() => {
    root = mkdtempSync(path.join(tmpdir(), 'akin-cleaning-'));
    catalog = openCatalog(root).catalog;
    modelId = catalog.descriptors.modelId('digest', 'model', 1);
    read = [];
    away.clear();
    scenes.clear();
  });
  afterEach(() => {
    catalog.close();
    rmSync(root, { recursive: true, force: true });
  });

  /** A photo with a descriptor in a plane, at an angle in degrees; without region vectors. */
  function put(angle: number | null, scene?: number): number {
    const name = `${catalog.photos.count()}.jpg`;
    return catalog.write(() => {
      const folderId = catalog.folders.add('/photos');
      const id = catalog.photos.put(null, place(folderId, name), facts(name));
      const radians = ((angle ?? 0) * Math.PI) / 180;
      const descriptor = Float32Array.of(Math.cos(radians), Math.sin(radians));
      if (angle !== null) catalog.descriptors.put(id, modelId, descriptor, Buffer.of());
      if (scene !== undefined) scenes.set(id, scene);
      return id;
    });
  }

  function features(photoId: number) {
    read.push(photoId);
    if (away.has(photoId)) return Promise.reject(new AkinError('photo-missing', { path: '' }));
    const random = seededRandom(scenes.get(photoId) ?? 1000 + photoId);
    const positions = Array.from({ length: 80 }, () => 20 + 200 * random());
    return Promise.resolve(featuresOf(positions, randomDescriptors(40, random), [300, 300]));
  }

  const clean = (ids: number[], signal = never) =>
    findForeignPhotos({ catalog, modelId: () => modelId, features }, catalog.albums.create('x', ids), signal);

  it('goes by looks where local features prove little, and does without what cannot be read', async () => {
    const own = [0, 20, 40, 60].map((angle) => put(angle));
    const foreign = put(180);
    const undescribed = put(null);
    away.add(own[0]!);
    const { core, method, proposed } = await clean([...own, foreign, undescribed]);
    expect([core, method]).toEqual([4, 'regions']);
    expect(proposed).toEqual([
      {
        photoId: foreign,
        reason: 'alone',
        part: 1,
        nearest: { photoId: own[3], similarity: expect.closeTo(-0.5, 5) as number },
      },
    ]);
  });

  it('goes by local features where they prove most, and reads no photo twice', async () => {
    const own = [0, 120, 240].map((angle) => put(angle, 7));
    const foreign = put(10);
    const { core, method, proposed } = await clean([...own, foreign]);
    expect([core, method]).toEqual([3, 'verified']);
    expect(proposed).toMatchObject([{ photoId: foreign, nearest: { photoId: own[0] } }]);
    expect(read.length).toBe(new Set(read).size);
  });

  it('takes from the match graph what is known', async () => {
    const [a, b, c] = [put(0), put(100), put(200)];
    const pairs = [
      { a, b, inliers: 40 },
      { a, b: c, inliers: 0 },
      { a: b, b: c, inliers: 11 },
    ];
    catalog.matchGraph.examined(a, { modelId, method: 'method' }, pairs);
    expect(await clean([a, b, c])).toMatchObject({ core: 2, method: 'verified', proposed: [{ photoId: c }] });
    expect(read).toEqual([]);
  });

  it('compares each photo of a large album with some of it, and lets others have their turn', async () => {
    const own = Array.from({ length: 70 }, (_, at) => put(at / 2));
    const foreign = put(180);
    let turns = 0;
    const ticking = setInterval(() => turns++, 1);
    const found = await clean([...own, foreign]);
    clearInterval(ticking);
    expect(found.core).toBe(70);
    expect(found.proposed.map(({ photoId }) => photoId)).toEqual([foreign]);
    expect(turns).toBeGreaterThan(0);
  });

  it('ends when it is called off on the way', async () => {
    const controller = new AbortController();
    const own = [0, 1, 2, 3].map((angle) => put(angle));
    const cleaning = findForeignPhotos(
      {
        catalog,
        modelId: () => modelId,
        features: (photoId) => {
          controller.abort();
          return features(photoId);
        },
      },
      catalog.albums.create('x', own),
      controller.signal,
    );
    await expect(cleaning).rejects.toMatchObject({ name: 'AbortError' });
    expect(read.length).toBeLessThan(3);
  });
});
