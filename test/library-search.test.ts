import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Box, Filter, Match, QueryPart, Refinement, SearchParams } from '../src/api-search.ts';
import { Engine } from '../src/engine.ts';
import { LibraryPictures } from '../src/library-pictures.ts';
import { LibraryFixture, never, smallPhoto } from './library-fixture.ts';
import { fillWithCopies, sideBySide } from './library-of-copies.ts';

/** Nothing but descriptors. */
const plain: Refinement = { regional: 'off', expansion: 'off', augmentation: false, verification: false };
const key = 7;

describe('a library of photos and their copies', () => {
  const fixture = new LibraryFixture();
  let moreId: number;

  beforeAll(async () => {
    await fillWithCopies(fixture);
    moreId = fixture.library.folders().find((folder) => folder.path === path.join(fixture.root, 'more'))!.id;
  });
  afterAll(() => fixture.close());

  const id = (...parts: string[]) => fixture.idOf(...parts);
  const canyon = () => ({ photoId: id('black-canyon.jpg') });
  const boats = () => ({ photoId: id('nagasaki-boats.jpg') });

  async function find(query: QueryPart[], params: Partial<SearchParams> = {}): Promise<Match[]> {
    const asked = { query, refinement: plain, limit: 50, ...params };
    return (await fixture.library.search.run(asked, never)).matches;
  }
  const pathsOf = (matches: readonly Match[]) => fixture.pathsOf(matches.map(({ photoId }) => photoId));
  const found = async (query: QueryPart[], params?: Partial<SearchParams>) =>
    pathsOf(await find(query, params));

  describe('a box', () => {
    const left: Box = [0, 0, 0.5, 1];
    const right: Box = [0.5, 0, 0.5, 1];
    const both = () => id('both.png');

    it.each([
      [left, 'canyon'],
      [right, 'boats'],
    ])('%j finds what it shows most of', async (box, wanted) => {
      const matches = await find([{ photoId: both(), box }]);
      const paths = pathsOf(matches);
      const belongs = paths.map((name) => name.includes(wanted));
      const count = belongs.filter(Boolean).length;
      expect(count).toBe(wanted === 'canyon' ? 4 : 2);
      expect(belongs.slice(0, count)).not.toContain(false);
      expect(paths).not.toContain('photos/both.png');
    });

    it('tells where each photo matches, and never calls one a duplicate', async () => {
      const matches = await find([{ photoId: both(), box: left }]);
      expect(matches).toHaveLength(9);
      for (const { box, tier } of matches) {
        expect(['same-scene', 'similar']).toContain(tier);
        const [x, y, width, height] = box!;
        for (const side of [x, y, width, height]) expect(side).toBeGreaterThanOrEqual(0);
        expect(width * height).toBeGreaterThan(0);
        expect(x + width).toBeLessThanOrEqual(1.000001);
        expect(y + height).toBeLessThanOrEqual(1.000001);
      }
      // Even all of a photo, as a box, finds its copy as the same scene.
      const whole = await find([{ ...canyon(), box: [0, 0, 1, 1] }]);
      const copy = whole.find(({ photoId }) => photoId === id('canyon-copy.jpg'));
      expect(copy?.tier).toBe('same-scene');
    });

    it('finds the part of a photo that shows it', async () => {
      const matches = await find([{ ...boats(), box: [0, 0, 1, 1] }]);
      const [x, , width] = matches.find(({ photoId }) => photoId === both())!.box!;
      expect(x + width / 2).toBeGreaterThan(0.5);
    });

    it.each([[[0.3, 0.3, 0, 0]], [[1, 1, 0.5, 0.5]], [[0.2, 0.2, 0.1, 0]]] as [Box][])(
      '%j, which holds nothing, is refused',
      async (box) => {
        await expect(find([{ ...canyon(), box }])).rejects.toMatchObject({ code: 'box-empty' });
        const key = 1;
        const asked = { query: [{ ...canyon(), box }], limit: 5, key };
        await expect(fixture.library.search.verify(asked, never)).rejects.toMatchObject({
          code: 'box-empty',
        });
      },
    );

    it('of one pixel still has an answer', async () => {
      const matches = await find([{ ...canyon(), box: [0.5, 0.5, 1 / 320, 1 / 234] }]);
      expect(matches).toHaveLength(9);
      expect(matches.every(({ score }) => Number.isFinite(score))).toBe(true);
    });

    it.each([[[Number.NaN, 0, 1, 1]], [[0, 0, 1]], [[-0.1, 0, 1, 1]], [[0, 0, 1.1, 1]], [['0', 0, 1, 1]]])(
      '%j is no box',
      async (box) => {
        const engine = new Engine(fixture.library, () => undefined);
        const asked = { query: [{ ...canyon(), box }], limit: 5 };
        await expect(engine.request('search.run', asked, never)).rejects.toMatchObject({
          code: 'bad-request',
        });
      },
    );

    it('may be on a picture that is not in the library', async () => {
      const content = await sideBySide('black-canyon', 'locomotion-house-cat');
      const { pictureId } = await fixture.library.pictures.open('pasted', content);
      const [first] = await found([{ pictureId, box: right }]);
      expect(first).toBe('more/cat.jpg');
      const box: Box = [0.5, 0.5, 0, 0];
      await expect(find([{ pictureId, box }])).rejects.toMatchObject({ code: 'box-empty' });
    });
  });

  describe('filters', () => {
    const filtered = async (filter: Filter, params: Partial<SearchParams> = {}) =>
      (await found([canyon()], { filter, ...params })).sort();

    it('let photos of some folders, dates, cameras and types through', async () => {
      expect(await filtered({ folderIds: [moreId] })).toEqual(['more/canyon.jpg', 'more/cat.jpg']);
      const day = (text: string) => Date.parse(`${text}T00:00:00Z`);
      expect(await filtered({ from: day('1999-12-31'), to: day('2000-01-01') })).toEqual(['more/canyon.jpg']);
      expect(await filtered({ from: day('2000-01-01'), to: day('2002-01-01') })).toEqual(['more/cat.jpg']);
      expect(await filtered({ cameras: ['Cat Cam', 'Old Cam'], to: day('2000-01-01') })).toEqual([
        'more/canyon.jpg',
      ]);
      expect(await filtered({ cameras: [null] })).toHaveLength(7);
      expect(await filtered({ formats: ['webp', 'png'] })).toEqual([
        'photos/both.png',
        'photos/grey.png',
        'photos/trip/boats.png',
        'photos/trip/canyon.webp',
      ]);
    });

    it('let photos of albums through', async () => {
      const photoIds = [id('grey.png'), id('trip', 'boats.png')];
      const album = fixture.library.albums.create('Some', photoIds);
      expect(await filtered({ albumIds: [album.id] })).toEqual(['photos/grey.png', 'photos/trip/boats.png']);
      fixture.library.albums.remove(album.id);
      expect(await filtered({ albumIds: [album.id] })).toEqual([]);
    });

    it('leave out what lies in the folder of the first query photo, not what lies below it', async () => {
      expect(await filtered({ notInSameFolder: true })).toEqual([
        'more/canyon.jpg',
        'more/cat.jpg',
        'photos/trip/boats.png',
        'photos/trip/canyon.webp',
      ]);
      const { pictureId } = await fixture.library.pictures.open('a', await smallPhoto('black-canyon'));
      const filter = { notInSameFolder: true };
      expect(await found([{ pictureId }], { filter })).toHaveLength(10);
      expect(await found([{ pictureId }, { photoId: id('trip', 'boats.png') }], { filter })).toHaveLength(8);
    });

    it('that nothing fits find nothing', async () => {
      expect(await filtered({ formats: [] })).toEqual([]);
      expect(await filtered({ cameras: ['Cat Cam'], formats: ['png'] })).toEqual([]);
      expect(await filtered({ folderIds: [999] }, { collapse: true })).toEqual([]);
      const asked = { query: [canyon()], filter: { formats: [] }, limit: 5, key };
      expect((await fixture.library.search.verify(asked, never)).matches).toEqual([]);
    });

    it('count before the limit does', async () => {
      const all = await found([canyon()]);
      const pictures = all.filter((name) => name.endsWith('.png'));
      expect(all.slice(0, 2)).not.toContain(pictures[1]);
      expect(await found([canyon()], { filter: { formats: ['png'] }, limit: 2 })).toEqual(
        pictures.slice(0, 2),
      );
    });

    it('by tier show only those, as they are without it', async () => {
      const all = await find([canyon()]);
      for (const tier of ['identical', 'near-duplicate', 'same-scene', 'similar'] as const) {
        const only = await find([canyon()], { filter: { tiers: [tier] } });
        expect(only).toEqual(all.filter((match) => match.tier === tier));
      }
      const tiers = all.map(({ tier }) => tier);
      expect(tiers).toContain('identical');
      expect(tiers).toContain('similar');
      const last = all.filter(({ tier }) => tier === 'similar').slice(0, 1);
      expect(await find([canyon()], { filter: { tiers: ['similar'] }, limit: 1 })).toEqual(last);
    });
  });

  describe('what is shown', () => {
    it('near-identical results become one, with the others told', async () => {
      const all = await find([boats()]);
      const collapsed = await find([boats()], { collapse: true });
      const shown = collapsed.flatMap(({ photoId, copies = [] }) => [photoId, ...copies]);
      expect(shown.sort()).toEqual(all.map(({ photoId }) => photoId).sort());
      const group = collapsed.find(({ photoId, copies = [] }) =>
        [photoId, ...copies].includes(id('black-canyon.jpg')),
      )!;
      // The file and its copy are one for certain.
      expect([group.photoId, ...group.copies!]).toEqual(
        expect.arrayContaining([id('black-canyon.jpg'), id('canyon-copy.jpg')]),
      );
      // The limit counts keepers, and what lies behind it still joins them.
      const place = collapsed.indexOf(group);
      const few = await find([boats()], { collapse: true, limit: place + 1 });
      expect(few).toEqual(collapsed.slice(0, place + 1));
    });

    it('by date come the best ones, newest first', async () => {
      const best = await find([canyon()], { limit: 4 });
      const dated = await find([canyon()], { limit: 4, sort: 'date' });
      const times = dated.map(({ photoId }) => fixture.library.photo(photoId).takenAt);
      expect(times).toEqual(times.toSorted((a, b) => b - a));
      expect(new Set(dated)).toEqual(new Set(best));
      expect(pathsOf(dated).at(-1)).toBe('more/canyon.jpg');
    });

    it('several photos are one query, and no results', async () => {
      const matches = await find([canyon(), boats()]);
      const paths = pathsOf(matches);
      expect(paths).not.toContain('photos/black-canyon.jpg');
      expect(paths).not.toContain('photos/nagasaki-boats.jpg');
      const belongs = paths.map((name) => /canyon|boats|both/.test(name));
      expect(belongs.lastIndexOf(true)).toBe(belongs.filter(Boolean).length - 1);
      // No photo is a copy of several.
      expect(matches.map(({ tier }) => tier)).not.toContain('identical');
    });

    it('what results should be unlike is none, and takes what is like it down', async () => {
      const photoId = id('both.png');
      const scoreOf = async (unlike: QueryPart[]) => {
        const matches = await find([{ photoId }], { unlike });
        return { paths: pathsOf(matches), scores: new Map(matches.map((one) => [one.photoId, one.score])) };
      };
      const [before, after] = [await scoreOf([]), await scoreOf([boats()])];
      expect(before.paths).toContain('photos/nagasaki-boats.jpg');
      expect(after.paths).not.toContain('photos/nagasaki-boats.jpg');
      const other = id('trip', 'boats.png');
      expect(after.scores.get(other)).toBeLessThan(before.scores.get(other)! - 0.05);
      const kept = id('trip', 'canyon.webp');
      expect(after.scores.get(kept)! - before.scores.get(kept)!).toBeGreaterThan(
        after.scores.get(other)! - before.scores.get(other)!,
      );
    });
  });

  describe('export', () => {
    const text = async (params: Partial<SearchParams>, format: 'csv' | 'json') => {
      const asked = { query: [boats()], refinement: plain, limit: 20, ...params, format };
      return Buffer.from((await fixture.library.search.export(asked, never)).content).toString('utf8');
    };
    type Record = {
      path: string;
      score: number;
      tier: string;
      verified?: number;
      box?: Box;
      copies?: string[];
    };

    it('has what was found, with paths', async () => {
      const matches = await find([boats()], { collapse: true, limit: 20 });
      const records = JSON.parse(await text({ collapse: true }, 'json')) as Record[];
      const pathOf = (photoId: number) => fixture.library.photo(photoId).path;
      expect(records).toEqual(
        matches.map(({ photoId, copies, ...match }) => ({
          path: pathOf(photoId),
          ...match,
          ...(copies && { copies: copies.map(pathOf) }),
        })),
      );
      const rows = (await text({ collapse: true }, 'csv')).trim().split('\r\n').slice(1);
      expect(rows.map((row) => row.split(',')[0])).toEqual(records.map((record) => `"${record.path}"`));
      expect(rows.every((row) => row.split(',')[4] === '')).toBe(true);
    });

    it('is verified where that is wanted, by the request or by the settings', async () => {
      const wanted = JSON.parse(
        await text({ refinement: { ...plain, verification: true } }, 'json'),
      ) as Record[];
      expect(wanted.map(({ verified: points }) => points! > 0)).toEqual(
        wanted.map((record) => /boats|both/.test(record.path)),
      );
      await fixture.library.set({ refinement: { ...plain, verification: true } });
      const usual = JSON.parse(await text({ refinement: {} }, 'json')) as Record[];
      expect(usual).toEqual(wanted);
    });
  });

  it('pictures that were put aside are told to be opened once more', async () => {
    await expect(find([{ pictureId: 999 }])).rejects.toMatchObject({ code: 'picture-forgotten' });
    await expect(find([canyon()], { unlike: [{ pictureId: 999 }] })).rejects.toMatchObject({
      code: 'picture-forgotten',
    });
    await expect(find([{ photoId: 999 }])).rejects.toMatchObject({ code: 'photo-unknown' });
  });
});

describe('opened pictures', () => {
  it('make room for later ones, those first that were not asked about for longest', async () => {
    const [one, two, three] = await Promise.all(
      ['black-canyon', 'nagasaki-boats', 'march-pastoral'].map((name) => smallPhoto(name)),
    );
    const pictures = new LibraryPictures(one!.length + two!.length + three!.length - 1);
    const first = await pictures.open('one', one!);
    const second = await pictures.open('two', two!);
    expect(pictures.get(first.pictureId)).toMatchObject({ name: 'one', content: one });
    const third = await pictures.open('three', three!);
    expect(() => pictures.get(second.pictureId)).toThrow(
      expect.objectContaining({ code: 'picture-forgotten' }),
    );
    expect(pictures.get(first.pictureId).content).toBe(one);
    expect(pictures.get(third.pictureId).content).toBe(three);
  });

  it('stay, however large, until the next one', async () => {
    const content = await smallPhoto('black-canyon');
    const pictures = new LibraryPictures(1);
    const { pictureId } = await pictures.open('one', content);
    expect(pictures.get(pictureId).content).toBe(content);
    await expect(pictures.open('none', Buffer.from('no picture'))).rejects.toMatchObject({
      code: 'photo-unsupported',
    });
    expect(pictures.get(pictureId).content).toBe(content);
    const next = await pictures.open('two', content);
    expect(() => pictures.get(pictureId)).toThrow(expect.objectContaining({ code: 'picture-forgotten' }));
    expect(pictures.get(next.pictureId).name).toBe('two');
  });
});
