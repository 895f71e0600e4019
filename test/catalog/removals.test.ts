import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openCatalog } from '../../src/catalog/catalog.ts';
import type { Catalog } from '../../src/catalog/catalog.ts';
import type { RemovedFile } from '../../src/catalog/removals.ts';
import { CatalogStore } from '../../src/ingest/catalog-store.ts';
import { facts, hashOf, place, putPhoto, vectorOf } from './rows.ts';

let root: string;
let catalog: Catalog;
let folderId: number;
let photoId: number;

beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'akin-removals-'));
  catalog = openCatalog(root).catalog;
  folderId = catalog.folders.add('/photos');
  photoId = putPhoto(catalog, folderId, 'trip/a\xff.jpg', 'a');
});

afterEach(() => {
  catalog.close();
  rmSync(root, { recursive: true, force: true });
});

const reopen = () => {
  catalog.close();
  catalog = openCatalog(root).catalog;
};

function begin(
  removalId: number,
  id = photoId,
  destination: string | null = '/target/a\xff.jpg',
): RemovedFile {
  const row = catalog.photos.get(id)!;
  const { size, modified, hash, folder } = row;
  const file = {
    photoId: id,
    folderId,
    folder,
    path: row.path,
    size,
    modified,
    hash,
    destination,
    inode: '123',
  };
  catalog.removals.removing(removalId, file);
  return catalog.removals.files(removalId).at(-1)!;
}

/** A scan's view, by the model of `putPhoto`. */
const store = () =>
  new CatalogStore(catalog, { digest: 'digest', name: 'model', version: 1, identity: 'digest' });

describe('the journal', () => {
  it('keeps what is to happen, and what came of it', () => {
    const removalId = catalog.removals.begin(5, 'folder', '/target\xff');
    const entry = begin(removalId);
    reopen();
    expect(catalog.removals.open()).toEqual([entry]);
    expect(entry).toMatchObject({
      removalId,
      photoId,
      folder: '/photos',
      path: 'trip/a\xff.jpg',
      state: 'removing',
    });
    expect(entry).toMatchObject({
      way: 'folder',
      destination: '/target/a\xff.jpg',
      inode: '123',
      size: 1000,
    });
    expect(Buffer.from(entry.hash)).toEqual(hashOf('a'));
    expect(catalog.removals.target(removalId)).toBe('/target\xff');
    catalog.removals.removed({ ...entry, destination: '/elsewhere', inode: '9' });
    expect(catalog.removals.open()).toEqual([]);
    expect(catalog.removals.files(removalId)).toMatchObject([
      { state: 'removed', destination: '/elsewhere', inode: '9' },
    ]);
    expect(catalog.removals.isDestination('/elsewhere')).toBe(true);
    expect(catalog.removals.isDestination('/target/a\xff.jpg')).toBe(false);
  });

  it('lists the removals of which something is removed, the newest first', () => {
    const other = putPhoto(catalog, folderId, 'b.jpg');
    const third = putPhoto(catalog, folderId, 'c.jpg');
    const [first, second, nothing] = [1, 2, 3].map((at) => catalog.removals.begin(at, 'trash', null)) as [
      number,
      number,
      number,
    ];
    const entries = [begin(first), begin(first, other), begin(second, third), begin(nothing, third)];
    for (const entry of entries.slice(0, 3)) catalog.removals.removed(entry);
    catalog.removals.kept(entries[3]!);
    const rows = { first: { id: first, at: 1, way: 'trash', target: null, photos: 2, bytes: 2000 } };
    expect(catalog.removals.list()).toMatchObject([{ id: second, photos: 1 }, rows.first]);
    expect(catalog.removals.get(nothing)).toBeUndefined();
    catalog.removals.restored(entries[0]!, 1);
    expect(catalog.removals.get(first)).toMatchObject({ photos: 1, bytes: 1000 });
    catalog.removals.forget(second);
    expect(catalog.removals.list().map(({ id }) => id)).toEqual([first]);
    expect(catalog.removals.files(second)).toEqual([]);
  });
});

describe('a photo that is set aside', () => {
  const setAside = () => {
    const entry = begin(catalog.removals.begin(1, 'trash', null));
    catalog.removals.removed(entry);
    return entry;
  };

  it('is in no list, and comes back as it was, also after the next start', () => {
    const before = catalog.photos.get(photoId);
    const albumId = catalog.albums.create('Album', [photoId]);
    const entry = setAside();
    reopen();
    expect(catalog.removals.isSetAside(photoId)).toBe(true);
    expect(catalog.photos.get(photoId)).toBeUndefined();
    expect(catalog.photos.count()).toBe(0);
    expect(catalog.photos.timeline().ids).toHaveLength(0);
    expect(catalog.albums.get(albumId)?.photos).toBe(0);
    expect(catalog.folders.list()).toMatchObject([{ path: '/photos', photos: 0 }]);
    expect(catalog.removals.restored(entry, before!.modified)).toBe(true);
    expect(catalog.photos.get(photoId)).toEqual(before);
    expect(catalog.albums.get(albumId)?.photos).toBe(1);
    expect(catalog.descriptors.get(photoId, 1)).toEqual(vectorOf(photoId));
  });

  it('takes its place back from one that a scan put there meanwhile', () => {
    const entry = setAside();
    const meanwhile = putPhoto(catalog, folderId, 'trip/a\xff.jpg', 'a');
    catalog.removals.restored(entry, 7.5);
    expect(catalog.photos.get(meanwhile)).toBeUndefined();
    expect(catalog.photos.get(photoId)).toMatchObject({ path: 'trip/a\xff.jpg', modified: 7.5 });
    // And keeps it, when that scan writes once more.
    expect(catalog.photos.put(null, place(folderId, 'trip/a\xff.jpg'), facts('a'))).toBe(photoId);
  });

  it('is not touched by a scan that began before, nor while its file is on the way', () => {
    const entry = begin(catalog.removals.begin(1, 'trash', null));
    store().remove([photoId], []);
    expect(catalog.photos.count()).toBe(1);
    catalog.removals.removed(entry);
    const file = place(folderId, 'trip/a\xff.jpg');
    store().remove([photoId], []);
    store().write([{ kind: 'failed', file, photoId, code: 'photo-damaged', reason: 'cut', keep: false }]);
    store().write([{ kind: 'copied', file, photoId, source: photoId }]);
    expect(catalog.removals.isSetAside(photoId)).toBe(true);
    expect(catalog.photos.count()).toBe(0);
    expect(catalog.removals.restored(entry, 1)).toBe(true);
  });

  it('is known again when a scan finds its file where it was, and nowhere else', () => {
    setAside();
    const elsewhere = { ...place(folderId, 'elsewhere.jpg') };
    const [copy] = store().write([{ kind: 'copied', file: elsewhere, photoId: null, source: photoId }]);
    expect(copy?.photoId).not.toBe(photoId);
    const file = place(folderId, 'trip/a\xff.jpg', { modified: 42 });
    expect(catalog.removals.cameBack(file, hashOf('other'))).toBeNull();
    const [back] = store().write([{ kind: 'copied', file, photoId: null, source: photoId }]);
    expect(back?.photoId).toBe(photoId);
    expect(catalog.photos.get(photoId)).toMatchObject({ modified: 42 });
    expect(catalog.removals.list()).toEqual([]);
  });

  it('is forgotten once its folder is and its file is back', () => {
    const entry = setAside();
    catalog.folders.remove(folderId, 1);
    reopen();
    expect(catalog.removals.isSetAside(photoId)).toBe(true);
    expect(catalog.removals.restored(entry, 1)).toBe(false);
    expect(catalog.removals.isSetAside(photoId)).toBe(false);
  });
});
