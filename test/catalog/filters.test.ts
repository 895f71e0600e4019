import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openCatalog } from '../../src/catalog/catalog.ts';
import type { Catalog } from '../../src/catalog/catalog.ts';
import type { PhotoFilter } from '../../src/catalog/filters.ts';
import type { PhotoRow } from '../../src/catalog/photos.ts';
import { facts, place } from './rows.ts';

let root: string;
let catalog: Catalog;
let folders: number[];

beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'akin-filters-'));
  catalog = openCatalog(root).catalog;
  folders = ['/one', '/two', '/away'].map((folder) => catalog.folders.add(folder));
  catalog.folders.remove(folders[2]!, 1);
});

afterEach(() => {
  catalog.close();
  rmSync(root, { recursive: true, force: true });
});

const put = (folder: number, file: string, change: Parameters<typeof facts>[1] = {}): number =>
  catalog.photos.put(null, place(folders[folder]!, file), facts(file, change));

const ids = (filter: PhotoFilter): number[] => catalog.filters.ids(filter).sort((a, b) => a - b);

describe('a filter', () => {
  it('without parts fits all photos of folders that are not removed', () => {
    const [one, two] = [put(0, 'a.jpg'), put(1, 'a.jpg')];
    put(2, 'a.jpg');
    expect(ids({})).toEqual([one, two]);
  });

  it('with an empty list fits nothing', () => {
    const album = catalog.albums.create('x', [put(0, 'a.jpg')]);
    for (const part of ['folderIds', 'albumIds', 'cameras', 'formats'])
      expect(ids({ [part]: [] })).toEqual([]);
    expect(ids({ albumIds: [album + 1] })).toEqual([]);
  });

  it('tells a camera that is not known from all others', () => {
    const unknown = put(0, 'a.jpg', { camera: null });
    const known = put(0, 'b.jpg', { camera: 'A "quoted" camera' });
    const other = put(0, 'c.jpg', { camera: 'null' });
    expect(ids({ cameras: [null] })).toEqual([unknown]);
    expect(ids({ cameras: ['null'] })).toEqual([other]);
    expect(ids({ cameras: ['A "quoted" camera', null] })).toEqual([unknown, known]);
    expect(ids({ cameras: ['a "QUOTED" camera'] })).toEqual([]);
  });

  it('takes a date from its first moment to before its last', () => {
    const [before, first, last, after] = [9, 10, 19, 20].map((takenAt) => put(0, `${takenAt}`, { takenAt }));
    expect(ids({ from: 10, to: 20 })).toEqual([first, last]);
    expect(ids({ from: 10 })).toEqual([first, last, after]);
    expect(ids({ to: 20 })).toEqual([before, first, last]);
    expect(ids({ from: 20, to: 10 })).toEqual([]);
  });

  it('leaves out the photos beside another one, and none above, below or with a similar name', () => {
    const beside = ['x/a.jpg', 'x/b.jpg'].map((file) => put(0, file));
    const others = ['a.jpg', 'x.jpg', 'x/y/a.jpg', 'x0/a.jpg', 'x /a.jpg', 'y/a.jpg'].map((file) =>
      put(0, file),
    );
    const elsewhere = put(1, 'x/a.jpg');
    expect(ids({ notInFolderOf: beside[0] })).toEqual([...others, elsewhere]);
    expect(ids({ notInFolderOf: others[0] })).toEqual([...beside, ...others.slice(2), elsewhere]);
    expect(ids({ notInFolderOf: others[2] })).toEqual(
      [...beside, ...others, elsewhere].filter((id) => id !== others[2]),
    );
    expect(ids({ notInFolderOf: 999 })).toEqual([...beside, ...others, elsewhere]);
  });

  it('fits the photos that a look at each one tells', () => {
    const names = fc.constantFrom(
      '',
      'x/',
      'x/y/',
      'x0/',
      'x /',
      'x\xff/',
      '\xff\xff/',
      'x\xff0/',
      'x/\xff\n/',
    );
    const photo = fc.record({
      folder: fc.nat(2),
      path: fc.tuple(names, fc.nat(30)).map(([folder, file]) => `${folder}${file}.jpg`),
      takenAt: fc.integer({ min: -5, max: 5 }),
      camera: fc.constantFrom(null, 'One', 'Two', "O'Three"),
      format: fc.constantFrom('jpeg', 'png', 'webp'),
      album: fc.subarray([0, 1]),
    });
    const part = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined, freq: 3 });
    const wanted = fc.record({
      folders: part(fc.subarray([0, 1, 2])),
      albums: part(fc.subarray([0, 1])),
      cameras: part(fc.subarray([null, 'One', 'Two', "O'Three", 'Four'])),
      formats: part(fc.subarray(['jpeg', 'png', 'gif'])),
      from: part(fc.integer({ min: -6, max: 6 })),
      to: part(fc.integer({ min: -6, max: 6 })),
      beside: part(fc.nat(20)),
    });
    fc.assert(
      fc.property(
        fc.array(photo, { maxLength: 20 }),
        fc.array(wanted, { maxLength: 4 }),
        (photos, filters) => {
          for (const folder of folders)
            for (const id of catalog.photos.idsOfFolder(folder)) catalog.photos.delete(id);
          const albums = [catalog.albums.create('0', []), catalog.albums.create('1', [])];
          for (const { folder, path: file, album, ...rest } of photos) {
            const id = put(folder, file, rest);
            for (const at of album) catalog.albums.addPhotos(albums[at]!, [id]);
          }
          const rows = folders
            .slice(0, 2)
            .flatMap((folder) => catalog.photos.idsOfFolder(folder).map((id) => catalog.photos.get(id)!));
          for (const { folders: inFolders, albums: inAlbums, beside, ...rest } of filters) {
            const folderIds = inFolders?.map((at) => folders[at]!);
            const albumIds = inAlbums?.map((at) => albums[at]!);
            const query = beside === undefined ? undefined : rows[beside];
            const fits = (row: PhotoRow): boolean =>
              (folderIds?.includes(row.folderId) ?? true) &&
              (albumIds?.some((album) => catalog.albums.albumsOf(row.id).some(({ id }) => id === album)) ??
                true) &&
              (rest.cameras?.includes(row.camera) ?? true) &&
              (rest.formats?.includes(row.format) ?? true) &&
              row.takenAt >= (rest.from ?? -Infinity) &&
              row.takenAt < (rest.to ?? Infinity) &&
              !(query?.folderId === row.folderId && path.dirname(query.path) === path.dirname(row.path));
            expect(ids({ folderIds, albumIds, notInFolderOf: query?.id, ...rest })).toEqual(
              rows
                .filter(fits)
                .map(({ id }) => id)
                .sort((a, b) => a - b),
            );
          }
        },
      ),
      { numRuns: 150 },
    );
  });
});

describe('facets', () => {
  it('count cameras and formats of the photos that are there, most first, and tell when they were taken', () => {
    put(0, 'a.jpg', { camera: 'One', takenAt: 5 });
    put(0, 'b.jpg', { camera: null, takenAt: -7, format: 'png' });
    put(1, 'c.jpg', { camera: null, takenAt: 3 });
    put(1, 'd.jpg', { camera: 'Two', takenAt: 9 });
    put(2, 'e.jpg', { camera: 'Away', takenAt: 100, format: 'gif' });
    expect(catalog.filters.facets()).toEqual({
      cameras: [
        { camera: null, photos: 2 },
        { camera: 'One', photos: 1 },
        { camera: 'Two', photos: 1 },
      ],
      formats: [
        { format: 'jpeg', photos: 3 },
        { format: 'png', photos: 1 },
      ],
      earliest: -7,
      latest: 9,
    });
  });

  it('of an empty library are empty', () => {
    expect(catalog.filters.facets()).toEqual({ cameras: [], formats: [], earliest: null, latest: null });
  });
});
