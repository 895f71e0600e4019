import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openCatalog } from '../../src/catalog/catalog.ts';
import type { Catalog } from '../../src/catalog/catalog.ts';
import { facts, place } from './rows.ts';

let root: string;
let catalog: Catalog;
let folderId: number;

beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'akin-albums-'));
  catalog = openCatalog(root).catalog;
  folderId = catalog.folders.add('/photos');
});

afterEach(() => {
  catalog.close();
  rmSync(root, { recursive: true, force: true });
});

function put(name: string, takenAt: number | null = 1, folder = folderId): number {
  return catalog.photos.put(null, place(folder, name), facts(name, { takenAt }));
}

const idsOf = (albumId: number) => [...catalog.albums.photos(albumId).ids];

describe('albums', () => {
  it('are listed by name, with their photos and the newest of them as the cover', () => {
    const [early, late, last] = [put('a.jpg', 10), put('b.jpg', 30), put('c.jpg', 30)];
    const { albums } = catalog;
    const tower = albums.create('tower', [early, late, last]);
    const bridge = albums.create('Bridge', [early]);
    const empty = albums.create('empty', []);
    expect(albums.list()).toEqual([
      { id: bridge, name: 'Bridge', photos: 1, cover: early },
      { id: empty, name: 'empty', photos: 0, cover: null },
      { id: tower, name: 'tower', photos: 3, cover: last },
    ]);
    expect(albums.get(tower)).toEqual(albums.list()[2]);
    expect(albums.get(tower + 9)).toBeUndefined();
    expect(idsOf(tower)).toEqual([last, late, early]);
    expect([...albums.photos(tower).aspects]).toEqual([1.5, 1.5, 1.5]);
    expect([...albums.photos(tower).takenAt]).toEqual([30, 30, 10]);
    expect(albums.albumsOf(early)).toEqual([
      { id: bridge, name: 'Bridge' },
      { id: tower, name: 'tower' },
    ]);
    expect(albums.albumsOf(early + 99)).toEqual([]);
  });

  it('take photos in once each, leave out those that are not there, and give them back', () => {
    const [one, two, three] = [put('a.jpg'), put('b.jpg'), put('c.jpg')];
    const { albums } = catalog;
    const album = albums.create('x', [one, one, 999]);
    expect(albums.addPhotos(album, [one, two, 1000])).toBe(1);
    expect(idsOf(album)).toEqual([two, one]);
    expect(albums.removePhotos(album, [two, three])).toBe(1);
    expect(idsOf(album)).toEqual([one]);
    expect(() => albums.addPhotos(album + 1, [one])).toThrow(/FOREIGN KEY/);
  });

  it('can be renamed, also to the name of another', () => {
    const album = catalog.albums.create('x', []);
    catalog.albums.create('y', []);
    expect(catalog.albums.rename(album, 'y')).toBe(true);
    expect(catalog.albums.rename(album + 9, 'z')).toBe(false);
    expect(catalog.albums.list().map(({ name }) => name)).toEqual(['y', 'y']);
  });

  it('come back whole after a removal, under an id that nothing else had meanwhile', () => {
    const ids = [put('a.jpg'), put('b.jpg')];
    const { albums } = catalog;
    const album = albums.create('x', ids);
    const before = albums.list();
    const removed = albums.remove(album)!;
    expect(removed).toMatchObject({ id: album, name: 'x', photoIds: ids });
    expect(albums.list()).toEqual([]);
    expect(albums.albumsOf(ids[0]!)).toEqual([]);
    expect(albums.remove(album)).toBeUndefined();
    const other = albums.create('other', []);
    expect(other).not.toBe(album);
    catalog.photos.delete(ids[1]!);
    albums.restore(removed);
    expect(albums.get(album)).toEqual({ ...before[0], photos: 1, cover: ids[0] });
    expect(albums.remove(album)).toEqual({ ...removed, photoIds: [ids[0]] });
  });

  it('lose a photo that leaves the library, and keep one that is moved or changed', () => {
    const [gone, moved] = [put('a.jpg'), put('b.jpg')];
    const album = catalog.albums.create('x', [gone, moved]);
    catalog.photos.delete(gone);
    catalog.photos.move(moved, place(folderId, 'elsewhere.jpg'));
    catalog.photos.put(moved, place(folderId, 'elsewhere.jpg', { size: 9 }), facts('new'));
    expect(idsOf(album)).toEqual([moved]);
  });

  it('do not show photos of a removed folder, and have them again when it comes back', () => {
    const other = catalog.folders.add('/other');
    const [own, hidden] = [put('a.jpg', 1), put('b.jpg', 2, other)];
    const album = catalog.albums.create('x', [own, hidden]);
    catalog.folders.remove(other, 1);
    expect(catalog.albums.list()).toEqual([{ id: album, name: 'x', photos: 1, cover: own }]);
    expect(idsOf(album)).toEqual([own]);
    catalog.albums.restore(catalog.albums.remove(album)!);
    catalog.folders.restore(other);
    expect(idsOf(album)).toEqual([hidden, own]);
    catalog.folders.remove(other, 1);
    catalog.close();
    catalog = openCatalog(root).catalog;
    expect(catalog.albums.list()).toEqual([{ id: album, name: 'x', photos: 1, cover: own }]);
  });

  it('hold what sets of photos would, whatever is done to them', () => {
    const photos = Array.from({ length: 6 }, (_, at) => put(`${at}.jpg`));
    const some = fc.subarray(photos);
    const step = fc.record({
      kind: fc.constantFrom('create', 'add', 'take', 'remove', 'undo'),
      which: fc.nat(4),
      photoIds: some,
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
        const { albums } = catalog;
        for (const { id } of albums.list()) albums.remove(id);
        const expected = new Map<number, Set<number>>();
        let removed: ReturnType<typeof albums.remove>;
        for (const { kind, which, photoIds } of steps) {
          const id = [...expected.keys()][which % Math.max(1, expected.size)];
          if (kind === 'create') expected.set(albums.create('x', photoIds), new Set(photoIds));
          else if (kind === 'undo' && removed) {
            albums.restore(removed);
            expected.set(removed.id, new Set(removed.photoIds));
            removed = undefined;
          } else if (id === undefined) continue;
          else if (kind === 'add') {
            const fresh = photoIds.filter((photo) => !expected.get(id)!.has(photo));
            expect(albums.addPhotos(id, photoIds)).toBe(fresh.length);
            for (const photo of photoIds) expected.get(id)!.add(photo);
          } else if (kind === 'take') {
            const there = photoIds.filter((photo) => expected.get(id)!.delete(photo));
            expect(albums.removePhotos(id, photoIds)).toBe(there.length);
          } else if (kind === 'remove') {
            removed = albums.remove(id)!;
            expected.delete(id);
          }
        }
        for (const { id, photos: count, cover } of albums.list()) {
          const newestFirst = [...expected.get(id)!].sort((a, b) => b - a);
          expect(idsOf(id)).toEqual(newestFirst);
          expect([count, cover]).toEqual([newestFirst.length, newestFirst[0] ?? null]);
        }
        expect(albums.list().map(({ id }) => id)).toEqual([...expected.keys()].sort((a, b) => a - b));
        for (const photo of photos) {
          const holding = [...expected].filter(([, set]) => set.has(photo)).map(([id]) => id);
          expect(albums.albumsOf(photo).map(({ id }) => id)).toEqual(holding.sort((a, b) => a - b));
        }
      }),
      { numRuns: 60 },
    );
  });
});
