import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { textToByteString } from '../../src/catalog/path-bytes.ts';
import { folderAlbums, folderNames, subFolders } from '../../src/training/folder-albums.ts';
import type { KnownAlbum } from '../../src/training/folder-albums.ts';

const photosAt = (...paths: string[]) =>
  paths.map((path, at) => ({ photoId: at + 1, path: textToByteString(path) }));

describe('sub-folders', () => {
  it('are those with photos of their own, at any depth, but not the folder itself', () => {
    const photos = photosAt('a.jpg', 'Rome/b.jpg', 'Rome/c.jpg', 'trips/2019/Oslo/d.jpg', 'Röm/e.jpg');
    expect(subFolders('/home/photos', photos)).toEqual([
      { parts: ['photos', 'Rome'], photoIds: [2, 3] },
      { parts: ['photos', textToByteString('Röm')], photoIds: [5] },
      { parts: ['photos', 'trips', '2019', 'Oslo'], photoIds: [4] },
    ]);
    expect(subFolders('/home/photos', photos, 'trips').map(({ photoIds }) => photoIds)).toEqual([[4]]);
    expect(subFolders('/home/photos', photos, 'trips/2019/Oslo')).toEqual([]);
    expect(subFolders('/home/photos', photos, 'tri')).toEqual([]);
  });
});

describe('the names of folders', () => {
  it.each<[string[], string[]]>([
    [['p/Rome'], ['Rome']],
    [
      ['p/2019/Rome', 'p/2020/Rome', 'p/Oslo'],
      ['2019/Rome', '2020/Rome', 'Oslo'],
    ],
    [
      ['p/a/x/Rome', 'p/b/x/Rome', 'p/b/y/Rome'],
      ['a/x/Rome', 'b/x/Rome', 'y/Rome'],
    ],
    [
      ['p/Rome', 'p/p/Rome'],
      ['p/Rome', 'p/p/Rome'],
    ],
    [['p/ '], ['p/']],
    [[`p/${'long '.repeat(50)}`], ['long '.repeat(40).trim()]],
  ])('of %j are %j', (folders, names) => {
    expect(folderNames(folders.map((folder) => folder.split('/')))).toEqual(names);
  });

  it('tell all folders apart, and end with their own name', () => {
    const part = fc.constantFrom('a', 'b', 'c');
    const folder = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => ['p', ...parts]);
    const folders = fc.uniqueArray(folder, { maxLength: 8, selector: (parts) => parts.join('/') });
    fc.assert(
      fc.property(folders, (some) => {
        const names = folderNames(some);
        expect(new Set(names).size).toBe(some.length);
        for (const [at, parts] of some.entries()) {
          expect(`/${parts.join('/')}`).toMatch(new RegExp(`/${names[at]!}$`));
          const alike = some.filter((other) => other.at(-1) === parts.at(-1));
          expect(names[at] === parts.at(-1)).toBe(alike.length === 1);
        }
      }),
    );
  });
});

describe('the albums of folders', () => {
  const folder = (path: string, ...photoIds: number[]) => ({ parts: ['p', ...path.split('/')], photoIds });
  const album = (id: number, name: string, ...photoIds: number[]): KnownAlbum => ({ id, name, photoIds });

  it('are new ones, or gain what is missing by their name', () => {
    expect(folderAlbums([folder('Rome', 1, 2), folder('Oslo', 3)], [album(7, 'Rome', 2, 9)])).toEqual([
      { albumId: 7, name: 'Rome', photoIds: [1] },
      { albumId: null, name: 'Oslo', photoIds: [3] },
    ]);
  });

  it('are found again when they were renamed, or when a second folder of the name came', () => {
    expect(folderAlbums([folder('Rome', 1, 2)], [album(7, 'Holiday', 2, 1)])).toMatchObject([
      { albumId: 7, photoIds: [] },
    ]);
    expect(folderAlbums([folder('2019/Rome', 1, 2), folder('2020/Rome', 3)], [album(7, 'Rome', 1)])).toEqual([
      { albumId: 7, name: 'Rome', photoIds: [2] },
      { albumId: null, name: '2020/Rome', photoIds: [3] },
    ]);
    expect(folderAlbums([folder('2019/Rome', 1, 2)], [album(7, '2019/Rome', 1)])).toMatchObject([
      { albumId: 7, photoIds: [2] },
    ]);
  });

  it('are not those that the user made of some of the photos, or of others too', () => {
    const albums = [album(7, 'Colosseum', 1), album(8, 'Everything', 1, 2, 3), album(9, 'empty')];
    expect(folderAlbums([folder('Rome', 1, 2)], albums)).toMatchObject([{ albumId: null }]);
  });

  it('hold every sub-folder whole, and nothing is left to do the next time', () => {
    const name = fc.constantFrom('a', 'b', 'a/b', 'b/b', 'a/a/b', 'c/ ', 'c');
    const owners = fc.array(fc.tuple(name, fc.nat(12)), { maxLength: 14 });
    const known = fc.array(
      fc.record({ name: fc.constantFrom('a', 'b', 'a/b', 'z'), photoIds: fc.uniqueArray(fc.nat(12)) }),
      {
        maxLength: 4,
      },
    );
    fc.assert(
      fc.property(owners, known, (pairs, made) => {
        // A photo lies in one folder.
        const homes = new Map(pairs.map(([home, photoId]) => [photoId, home]));
        const photos = [...homes].map(([photoId, home]) => ({ photoId, path: `${home}/${photoId}.jpg` }));
        const folders = subFolders('/p', photos);
        const albums = made.map((one, at) => album(at + 1, one.name, ...one.photoIds));
        const found = folderAlbums(folders, albums);
        const after = new Map(albums.map((one) => [one.id, one]));
        const owned = found.map(({ albumId, name: called, photoIds }, at) => {
          const id = albumId ?? 100 + at;
          const before = after.get(id)?.photoIds ?? [];
          after.set(id, album(id, called, ...before, ...photoIds));
          expect(before.filter((photoId) => photoIds.includes(photoId))).toEqual([]);
          return id;
        });
        expect(new Set(owned).size).toBe(folders.length);
        for (const [at, { photoIds }] of folders.entries()) {
          expect(after.get(owned[at]!)!.photoIds).toEqual(expect.arrayContaining([...photoIds]));
        }
        const again = folderAlbums(folders, [...after.values()]);
        expect(again.filter(({ albumId, photoIds }) => albumId === null || photoIds.length > 0)).toEqual([]);
      }),
    );
  });
});
