import { rmSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Album, AlbumEvaluation } from '../src/api.ts';
import { makeSamples } from '../src/samples.ts';
import { original } from './cli/akin-process.ts';
import { referenceAveragePrecision } from './evaluation/reference.ts';
import { LibraryFixture, never } from './library-fixture.ts';

const unknown = expect.objectContaining({ code: 'album-unknown' }) as Error;

describe('albums', () => {
  let fixture: LibraryFixture;
  let told: number[];

  beforeEach(async () => {
    fixture = new LibraryFixture();
    await fixture.open();
    told = [];
    fixture.library.on('albums', (albums) => told.push(albums));
    await fixture.put('black-canyon', 'nagasaki-boats', 'march-pastoral');
    await fixture.library.addFolder(fixture.photos);
    await fixture.library.index();
  });
  afterEach(() => fixture.close());

  const albums = () => fixture.library.albums;
  const id = (name: string) => fixture.idOf(`${name}.jpg`);
  const photosOf = ({ id: albumId }: Pick<Album, 'id'>) =>
    fixture.pathsOf(albums().photos(albumId).ids).sort();

  it('are made, filled, emptied and renamed, and each change is told', () => {
    const created = albums().create('Water', [id('nagasaki-boats')]);
    expect(created).toEqual({ id: created.id, name: 'Water', photos: 1, cover: id('nagasaki-boats') });
    const canyon = id('black-canyon');
    expect(albums().add(created.id, [canyon, canyon, id('nagasaki-boats')]).photos).toBe(2);
    expect(photosOf(created)).toEqual(['photos/black-canyon.jpg', 'photos/nagasaki-boats.jpg']);
    const { ids, aspects } = albums().photos(created.id);
    expect(aspects).toEqual(
      ids.map((photoId) => {
        const { width, height } = fixture.library.photo(photoId);
        return expect.closeTo(width / height, 5) as number;
      }),
    );
    expect(albums().rename(created.id, 'Rivers')).toMatchObject({ id: created.id, name: 'Rivers' });
    expect(albums().take(created.id, [id('nagasaki-boats'), id('march-pastoral')])).toMatchObject({
      photos: 1,
    });
    expect(photosOf(created)).toEqual(['photos/black-canyon.jpg']);
    expect(albums().take(created.id, [canyon])).toEqual({
      ...created,
      name: 'Rivers',
      photos: 0,
      cover: null,
    });
    albums().create('Another', [canyon]);
    expect(
      albums()
        .list()
        .map(({ name }) => name),
    ).toEqual(['Another', 'Rivers']);
    expect(told).toEqual([1, 1, 1, 1, 1, 2]);
    // Whatever becomes of albums, the photos stay.
    expect(fixture.all()).toHaveLength(3);
  });

  it('that were removed come back as they were', async () => {
    const album = albums().create('Water', [id('nagasaki-boats'), id('black-canyon')]);
    albums().remove(album.id);
    expect(albums().list()).toEqual([]);
    expect(() => albums().photos(album.id)).toThrow(unknown);
    expect(() => albums().remove(album.id)).toThrow(unknown);
    // One of its photos goes meanwhile.
    rmSync(fixture.file('nagasaki-boats.jpg'));
    await fixture.library.index();
    expect(albums().restore(album.id)).toMatchObject({ id: album.id, name: 'Water', photos: 1 });
    expect(photosOf(album)).toEqual(['photos/black-canyon.jpg']);
    expect(() => albums().restore(album.id)).toThrow(unknown);
    expect(told).toEqual([1, 0, 1]);
  });

  it('survive a restart', async () => {
    const album = albums().create('Water', [id('nagasaki-boats')]);
    await fixture.open();
    expect(albums().list()).toEqual([album]);
    albums().remove(album.id);
    await fixture.open();
    expect(albums().list()).toEqual([]);
    expect(() => albums().restore(album.id)).toThrow(unknown);
  });

  it('that are not there are an error, and nothing is told', () => {
    const photoIds = [id('black-canyon')];
    for (const ask of [
      () => albums().photos(999),
      () => albums().rename(999, 'Name'),
      () => albums().add(999, photoIds),
      () => albums().take(999, photoIds),
      () => albums().remove(999),
      () => albums().restore(999),
    ])
      expect(ask).toThrow(unknown);
    expect(told).toEqual([]);
  });

  it('are shown without the photos of folders that were removed', () => {
    const album = albums().create('Water', [id('nagasaki-boats')]);
    const [folder] = fixture.library.folders();
    fixture.library.removeFolder(folder!.id);
    expect(albums().list()).toEqual([{ ...album, photos: 0, cover: null }]);
    expect(albums().photos(album.id).ids).toEqual([]);
  });
});

describe('the evaluation of albums', () => {
  const fixture = new LibraryFixture();
  const names = ['airplane-from-above', 'allium-oreophilum'];

  beforeAll(async () => {
    await fixture.open();
    rmSync(fixture.photos, { recursive: true });
    await makeSamples(fixture.photos, { originals: names.map(original) });
    await fixture.library.addFolder(fixture.photos);
    await fixture.library.index();
  });
  afterAll(() => fixture.close());
  afterEach(() => {
    for (const { id } of fixture.library.albums.list()) fixture.library.albums.remove(id);
  });

  const photoIds = (part: RegExp) =>
    [...fixture.library.timeline().ids].filter((id) => part.test(fixture.library.photo(id).path));
  const create = (name: string, part: RegExp) => fixture.library.albums.create(name, photoIds(part));
  const evaluate = () => fixture.library.albums.evaluate(never);

  /** By searching the albums with each of their photos, as a user would. */
  async function searched(): Promise<Pick<AlbumEvaluation, 'queries' | 'mAP' | 'r1'>> {
    const albums = fixture.library.albums.list();
    const filter = { albumIds: albums.map(({ id }) => id) };
    const refinement = { regional: 'off', expansion: 'off', augmentation: false } as const;
    const precisions: number[] = [];
    let first = 0;
    for (const { id } of albums) {
      const own = fixture.library.albums.photos(id).ids;
      for (const photoId of own) {
        const query = [{ photoId }];
        const asked = { query, filter, refinement, limit: 100 };
        const { matches } = await fixture.library.search.run(asked, never);
        const right = matches.map((match) => own.includes(match.photoId));
        precisions.push(referenceAveragePrecision(right, own.length - 1));
        if (right[0]) first++;
      }
    }
    const queries = precisions.length;
    const sum = precisions.reduce((total, precision) => total + precision, 0);
    return { queries, mAP: (100 * sum) / queries, r1: (100 * first) / queries };
  }

  it('is perfect where photos are found by their copies', async () => {
    // They are told by name.
    const albums = [create('Flowers', /allium/), create('Planes', /airplane/)];
    const found = await evaluate();
    expect(found).toMatchObject({ queries: 18, mAP: 100, r1: 100 });
    expect(found.albums).toEqual(albums.map(({ id }) => ({ albumId: id, photos: 9, mAP: 100 })));
    expect(found.precisionAt.map(({ k, precision }) => [k, Math.round(precision)])).toEqual([
      [1, 100],
      [5, 100],
      [10, 100],
    ]);
    expect(found.curve.map(({ precision }) => Math.round(precision))).toEqual(found.curve.map(() => 100));
    const recalls = found.curve.map(({ recall }) => recall);
    expect([recalls[0], recalls.at(-1)]).toEqual([0, 100]);
    expect(recalls).toEqual(recalls.toSorted((a, b) => a - b));
  });

  it('counts what a search finds where albums mix photos, and shares of them', async () => {
    create('Large ones', /(copy|cropped|straightened|small)\./);
    create('Bright and dark', /(brighter|darker)\./);
    create('Planes', /airplane-from-above-(copy|brighter|recompressed)/);
    const [found, expected] = [await evaluate(), await searched()];
    expect(found.queries).toBe(expected.queries);
    expect(found.mAP).toBeCloseTo(expected.mAP, 3);
    expect(found.r1).toBeCloseTo(expected.r1, 6);
    expect(found.mAP).toBeGreaterThan(10);
    expect(found.mAP).toBeLessThan(95);
    const whole = found.albums.reduce((sum, { photos, mAP }) => sum + photos * mAP, 0) / found.queries;
    expect(whole).toBeCloseTo(found.mAP, 6);
  });

  it('is nothing where no album has two photos', async () => {
    const nothing = { queries: 0, mAP: 0, r1: 0, albums: [] };
    expect(await evaluate()).toMatchObject(nothing);
    create('One', /airplane-from-above-copy/);
    expect(await evaluate()).toMatchObject(nothing);
    expect((await evaluate()).curve.every(({ precision }) => precision === 0)).toBe(true);
  });

  it('can be called off', async () => {
    create('Planes', /airplane/);
    await expect(fixture.library.albums.evaluate(AbortSignal.abort())).rejects.toMatchObject({
      code: 'cancelled',
    });
  });
});
