import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openCatalog } from '../../src/catalog/catalog.ts';
import type { Catalog } from '../../src/catalog/catalog.ts';
import { facts, hashOf, place, putPhoto, vectorOf } from './rows.ts';

const nothingKnown = { takenAt: null, camera: null, latitude: null, longitude: null };

let root: string;
let catalog: Catalog;
let folderId: number;
let modelId: number;

beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'akin-tables-'));
  catalog = openCatalog(root).catalog;
  folderId = catalog.folders.add('/photos');
  modelId = catalog.descriptors.modelId('digest', 'model', 1);
});

afterEach(() => {
  catalog.close();
  rmSync(root, { recursive: true, force: true });
});

/** As the next start does. */
function reopen(): void {
  catalog.close();
  catalog = openCatalog(root).catalog;
}

describe('folders', () => {
  it('are listed by path, with their state and photos', () => {
    const other = catalog.folders.add('/more photos');
    putPhoto(catalog, folderId, 'a.jpg');
    catalog.folders.setState(other, 'missing');
    expect(catalog.folders.list()).toEqual([
      { id: other, path: '/more photos', role: 'normal', state: 'missing', scanned: false, photos: 0 },
      { id: folderId, path: '/photos', role: 'normal', state: 'ready', scanned: false, photos: 1 },
    ]);
  });

  it('count as scanned from the first complete scan on', () => {
    const scanned = () => catalog.folders.list()[0]?.scanned;
    catalog.folders.setState(folderId, 'missing');
    expect(scanned()).toBe(false);
    catalog.folders.setState(folderId, 'ready');
    expect(scanned()).toBe(true);
    catalog.folders.setState(folderId, 'unreadable');
    expect(scanned()).toBe(true);
  });

  it('keep any bytes in their path', () => {
    const id = catalog.folders.add('/\xff\n \xfe');
    expect(catalog.folders.list().find((folder) => folder.id === id)?.path).toBe('/\xff\n \xfe');
    expect(catalog.folders.add('/\xff\n \xfe')).toBe(id);
  });

  it('a removed one is hidden with all that belongs to it, and comes back whole', () => {
    const id = putPhoto(catalog, folderId, 'a.jpg');
    const other = putPhoto(catalog, catalog.folders.add('/other'), 'b.jpg');
    catalog.failures.put({ ...place(folderId, 'bad.jpg'), code: 'photo-damaged', reason: 'cut' });
    const before = [
      catalog.folders.list(),
      catalog.photos.get(id),
      catalog.photos.timeline(),
      catalog.failures.list(10),
      catalog.descriptors.slice(modelId, 0, 10),
    ];
    expect(catalog.folders.remove(folderId, 1)).toBe(true);
    expect(catalog.folders.remove(folderId, 2)).toBe(false);
    expect(catalog.folders.list().map((folder) => folder.path)).toEqual(['/other']);
    expect(catalog.photos.get(id)).toBeUndefined();
    expect(catalog.photos.count()).toBe(1);
    expect([...catalog.photos.timeline().ids]).toEqual([other]);
    expect([...catalog.photos.timeline(folderId).ids]).toEqual([]);
    expect(catalog.failures.count()).toBe(0);
    expect(catalog.failures.list(10)).toEqual([]);
    expect(catalog.descriptors.count(modelId)).toBe(1);
    expect(catalog.descriptors.slice(modelId, 0, 10).descriptors.map(({ photoId }) => photoId)).toEqual([
      other,
    ]);
    expect(catalog.photos.idsOfFolder(folderId)).toEqual([id]);

    expect(catalog.folders.restore(folderId)).toBe(true);
    expect([
      catalog.folders.list(),
      catalog.photos.get(id),
      catalog.photos.timeline(),
      catalog.failures.list(10),
      catalog.descriptors.slice(modelId, 0, 10),
    ]).toEqual(before);
    reopen();
    expect(catalog.photos.get(id)).toEqual(before[1]);
  });

  it('adding a removed one again brings it back', () => {
    const id = putPhoto(catalog, folderId, 'a.jpg');
    catalog.folders.remove(folderId, 1);
    expect(catalog.folders.add('/photos')).toBe(folderId);
    expect(catalog.photos.get(id)).toMatchObject({ path: 'a.jpg' });
  });

  it('a removed one is forgotten at the next start, with its thumbnails but those in use elsewhere', () => {
    const own = putPhoto(catalog, folderId, 'own.jpg');
    putPhoto(catalog, folderId, 'shared.jpg', 'shared');
    catalog.failures.put({ ...place(folderId, 'bad.jpg'), code: 'photo-damaged', reason: 'cut' });
    const copy = putPhoto(catalog, catalog.folders.add('/other'), 'copy.jpg', 'shared');
    catalog.folders.remove(folderId, 1);
    expect(catalog.thumbnails.get(hashOf('own.jpg'))).toBeDefined();
    reopen();
    expect(catalog.folders.restore(folderId)).toBe(false);
    expect(catalog.photos.idsOfFolder(folderId)).toEqual([]);
    expect(catalog.descriptors.get(own, modelId)).toBeUndefined();
    expect(catalog.descriptors.regions(own, modelId)).toBeUndefined();
    expect([...catalog.failures.ofFolder(folderId)]).toEqual([]);
    expect(catalog.thumbnails.get(hashOf('own.jpg'))).toBeUndefined();
    expect(catalog.thumbnails.get(hashOf('shared'))).toBeDefined();
    expect(catalog.descriptors.get(copy, modelId)).toEqual(vectorOf(copy));
    expect(catalog.folders.add('/photos')).not.toBe(folderId);
  });
});

describe('photos', () => {
  it('come back as they were put, with or without what the camera tells', () => {
    const full = catalog.photos.put(null, place(folderId, 'a\n\xff.jpg'), facts('a'));
    expect(catalog.photos.get(full)).toEqual({
      id: full,
      folder: '/photos',
      ...place(folderId, 'a\n\xff.jpg'),
      ...facts('a'),
    });
    const bare = catalog.photos.put(null, place(folderId, 'b.jpg'), facts('b', nothingKnown));
    expect(catalog.photos.get(bare)).toMatchObject({ camera: null, latitude: null, longitude: null });
    expect(catalog.photos.facts(full)).toEqual(facts('a'));
    expect(catalog.photos.facts(bare)).toEqual(facts('b', nothingKnown));
  });

  it('without a date get that of their file, as the clock on the wall showed it', () => {
    const modified = new Date(2024, 6, 9, 18, 30).getTime();
    const id = catalog.photos.put(null, place(folderId, 'a.jpg', { modified }), facts('a', nothingKnown));
    expect(catalog.photos.get(id)?.takenAt).toBe(Date.UTC(2024, 6, 9, 18, 30));
  });

  it('are found by place and by content', () => {
    const id = putPhoto(catalog, folderId, 'a.jpg', 'same');
    const copy = putPhoto(catalog, folderId, 'b.jpg', 'same');
    const undescribed = catalog.photos.put(null, place(folderId, 'c.jpg'), facts('same'));
    expect(catalog.photos.find(folderId, 'a.jpg')).toBe(id);
    expect(catalog.photos.find(folderId, 'A.jpg')).toBeUndefined();
    expect(catalog.photos.find(folderId + 1, 'a.jpg')).toBeUndefined();
    expect(catalog.photos.sameContent(hashOf('same'), modelId).sort()).toEqual([id, copy].sort());
    expect(catalog.photos.sameContent(hashOf('same'), modelId + 1)).toEqual([]);
    expect(catalog.photos.sameContent(hashOf('other'), modelId)).toEqual([]);
    const known = [...catalog.photos.known(folderId, modelId)];
    expect(known.find(({ photoId }) => photoId === id)).toEqual({
      photoId: id,
      path: 'a.jpg',
      size: 1000,
      modified: 1_700_000_000_000.5,
      described: true,
    });
    expect(known.find(({ photoId }) => photoId === undescribed)?.described).toBe(false);
    expect([...catalog.photos.known(folderId, modelId + 1)].map(({ described }) => described)).toEqual([
      false,
      false,
      false,
    ]);
  });

  it('are all known, more than a slice of them and with any bytes in their names, while others are asked for', () => {
    const names = Array.from({ length: 4100 }, (_, at) =>
      at % 3 === 0
        ? `caf\xe9 ${at}\n\xff.jpg`
        : at % 3 === 1
          ? `${at} \xf0\x9f\x90\x88.jpg`
          : `IMG ${at}.jpg`,
    );
    catalog.write(() => {
      for (const name of names) catalog.photos.put(null, place(folderId, name), facts(name));
      catalog.photos.put(null, place(catalog.folders.add('/other'), 'IMG 2.jpg'), facts('other'));
    });
    const known: string[] = [];
    for (const { path: name, photoId } of catalog.photos.known(folderId, modelId)) {
      known.push(name);
      expect(catalog.photos.find(folderId, name)).toBe(photoId);
    }
    expect(known.sort()).toEqual(names.sort());
  });

  it('keep their id through new content and a move, and take the place of what was there', () => {
    const id = putPhoto(catalog, folderId, 'a.jpg');
    const other = putPhoto(catalog, folderId, 'b.jpg');
    expect(catalog.photos.put(id, place(folderId, 'a.jpg', { size: 5 }), facts('new'))).toBe(id);
    expect(catalog.photos.get(id)).toMatchObject({ size: 5, hash: hashOf('new') });
    catalog.photos.move(id, place(folderId, 'b.jpg', { size: 5 }));
    expect(catalog.photos.get(id)).toMatchObject({ path: 'b.jpg', hash: hashOf('new') });
    expect(catalog.photos.get(other)).toBeUndefined();
    expect(catalog.photos.count()).toBe(1);
  });

  it('an id is never used again', () => {
    const id = putPhoto(catalog, folderId, 'a.jpg');
    expect(catalog.photos.delete(id)).toEqual(hashOf('a.jpg'));
    expect(catalog.photos.delete(id)).toBeUndefined();
    expect(catalog.descriptors.get(id, modelId)).toBeUndefined();
    expect(putPhoto(catalog, folderId, 'a.jpg')).not.toBe(id);
    expect(catalog.photos.put(id, place(folderId, 'b.jpg'), facts('b'))).not.toBe(id);
  });

  it('are in the timeline once each, newest first, in all folders or in one', () => {
    const other = catalog.folders.add('/other');
    const shot = fc.record({
      takenAt: fc.oneof(fc.constant(null), fc.integer({ min: -(10 ** 12), max: 2 * 10 ** 12 })),
      modified: fc.integer({ min: 0, max: 2 * 10 ** 12 }),
      width: fc.integer({ min: 1, max: 9000 }),
      height: fc.integer({ min: 1, max: 9000 }),
      folder: fc.constantFrom(folderId, other),
    });
    fc.assert(
      fc.property(fc.array(shot, { maxLength: 40 }), (shots) => {
        for (const folder of [folderId, other])
          for (const id of catalog.photos.idsOfFolder(folder)) catalog.photos.delete(id);
        const put = shots.map(({ folder, modified, ...rest }, at) =>
          catalog.photos.put(null, place(folder, `${at}.jpg`, { modified }), facts(`${at}`, rest)),
        );
        for (const folder of [undefined, folderId, other]) {
          const { ids, aspects, takenAt } = catalog.photos.timeline(folder);
          const expected = put
            .map((id) => catalog.photos.get(id)!)
            .filter((photo) => folder === undefined || photo.folderId === folder)
            .sort((a, b) => b.takenAt - a.takenAt || b.id - a.id);
          expect([...ids]).toEqual(expected.map(({ id }) => id));
          expect([...takenAt]).toEqual(expected.map((photo) => photo.takenAt));
          expect([...aspects]).toEqual(expected.map(({ width, height }) => Math.fround(width / height)));
        }
      }),
      { numRuns: 30 },
    );
  });
});

describe('failures', () => {
  it('are one a file, listed by path with their folder, and leave when told', () => {
    const put = (file: string, code: string) =>
      catalog.failures.put({ ...place(folderId, file), code, reason: `because ${code}` });
    put('b\xff.jpg', 'photo-damaged');
    put('a.jpg', 'photo-unreadable');
    put('a.jpg', 'photo-too-large');
    expect(catalog.failures.count()).toBe(2);
    expect(catalog.failures.list(10)).toEqual([
      {
        ...place(folderId, 'a.jpg'),
        folder: '/photos',
        code: 'photo-too-large',
        reason: 'because photo-too-large',
      },
      {
        ...place(folderId, 'b\xff.jpg'),
        folder: '/photos',
        code: 'photo-damaged',
        reason: 'because photo-damaged',
      },
    ]);
    expect(catalog.failures.list(1)).toHaveLength(1);
    expect([...catalog.failures.ofFolder(folderId)].map((row) => row.path).sort()).toEqual([
      'a.jpg',
      'b\xff.jpg',
    ]);
    catalog.failures.delete(folderId, 'b\xff.jpg');
    catalog.failures.delete(folderId, 'unknown.jpg');
    expect(catalog.failures.list(10).map((row) => row.path)).toEqual(['a.jpg']);
  });
});

describe('descriptors', () => {
  it('a model has one id for its digest', () => {
    expect(catalog.descriptors.modelId('digest', 'other name', 2)).toBe(modelId);
    expect(catalog.descriptors.modelId('other', 'model', 1)).not.toBe(modelId);
  });

  it('come back bit by bit, with their region vectors', () => {
    const id = putPhoto(catalog, folderId, 'a.jpg');
    const vectors = fc.float32Array({ minLength: 1, maxLength: 600 });
    fc.assert(
      fc.property(vectors, fc.uint8Array({ maxLength: 5000 }), (vector, regions) => {
        catalog.descriptors.put(id, modelId, vector, regions);
        expect(catalog.descriptors.get(id, modelId)).toEqual(vector);
        expect(new Uint8Array(catalog.descriptors.regions(id, modelId)!)).toEqual(regions);
      }),
    );
  });

  it('of another model stay when a photo is described anew, and all go when its content becomes another', () => {
    const id = putPhoto(catalog, folderId, 'a.jpg');
    const newer = catalog.descriptors.modelId('newer', 'model', 2);
    catalog.descriptors.put(id, newer, vectorOf(9), Buffer.alloc(3));
    expect(catalog.descriptors.get(id, modelId)).toEqual(vectorOf(id));
    expect(catalog.descriptors.get(id, newer)).toEqual(vectorOf(9));
    const row = catalog.photos.get(id)!;
    const facts = catalog.photos.facts(id)!;
    catalog.photos.put(id, row, { ...facts, camera: 'another camera' });
    expect([modelId, newer].map((model) => catalog.descriptors.count(model))).toEqual([1, 1]);
    catalog.photos.put(id, row, { ...facts, hash: hashOf('another') });
    expect([modelId, newer].map((model) => catalog.descriptors.count(model))).toEqual([0, 0]);
    expect(catalog.descriptors.regions(id, newer)).toBeUndefined();
  });

  it('of a model that compares with this one are replaced', () => {
    const id = putPhoto(catalog, folderId, 'a.jpg');
    const three = catalog.descriptors.modelId('three', 'model', 1, 'digest');
    catalog.descriptors.put(id, three, vectorOf(9), Buffer.alloc(3));
    expect(catalog.descriptors.get(id, modelId)).toEqual(vectorOf(9));
    expect([modelId, three].map((model) => catalog.descriptors.count(model))).toEqual([0, 1]);
  });

  it('that are missing are told by photo, in slices, with where its file is', () => {
    const ids = ['a.jpg', 'b\xff.jpg', 'c.jpg'].map((name) => putPhoto(catalog, folderId, name));
    const newer = catalog.descriptors.modelId('newer', 'model', 2);
    expect(catalog.descriptors.undescribed(modelId, 0, 9)).toEqual([]);
    catalog.descriptors.put(ids[0]!, newer, vectorOf(9), Buffer.alloc(3));
    const [b] = catalog.descriptors.undescribed(newer, 0, 1);
    const { id, folder, path, size, modified, hash } = catalog.photos.get(ids[1]!)!;
    expect(b).toEqual({ photoId: id, folderId, folder, path, size, modified, hash, isFolderReady: true });
    catalog.folders.setState(folderId, 'missing');
    expect(catalog.descriptors.undescribed(newer, ids[1]!, 9)).toMatchObject([
      { photoId: ids[2], isFolderReady: false },
    ]);
    catalog.folders.remove(folderId, 1);
    expect(catalog.descriptors.undescribed(newer, 0, 9)).toEqual([]);
  });

  it('of one model are dropped in slices, and then the model', () => {
    const ids = ['a.jpg', 'b.jpg', 'c.jpg'].map((name) => putPhoto(catalog, folderId, name));
    const newer = catalog.descriptors.modelId('newer', 'model', 2);
    for (const id of ids) catalog.descriptors.put(id, newer, vectorOf(9), Buffer.alloc(3));
    const from = catalog.descriptors.drop('digest', 0, 2);
    expect(catalog.descriptors.count(modelId)).toBe(1);
    expect(catalog.descriptors.drop('digest', from!, 2)).toBeNull();
    expect(catalog.descriptors.identities()).toEqual(['newer']);
    expect(catalog.descriptors.count(newer)).toBe(3);
    expect(catalog.descriptors.countOf('newer')).toBe(3);
    expect(catalog.descriptors.countOf('digest')).toBe(0);
  });

  it('are read of all models that compare with each other, and of no other', () => {
    const [one, other, strange] = ['a.jpg', 'b.jpg', 'c.jpg'].map((name) =>
      putPhoto(catalog, folderId, name),
    );
    const three = catalog.descriptors.modelId('three', 'model', 1, 'digest');
    const foreign = catalog.descriptors.modelId('foreign', 'model', 2);
    catalog.descriptors.put(other!, three, vectorOf(8), Buffer.from('regions at three'));
    const becomes = { ...catalog.photos.facts(strange!)!, hash: hashOf('another') };
    catalog.photos.put(strange!, catalog.photos.get(strange!)!, becomes);
    catalog.descriptors.put(strange!, foreign, vectorOf(9), Buffer.from('foreign regions'));
    for (const model of [modelId, three]) {
      expect(catalog.descriptors.get(one!, model)).toEqual(vectorOf(one!));
      expect(catalog.descriptors.getMany([strange!, other!], model)).toEqual([undefined, vectorOf(8)]);
      expect(catalog.descriptors.regions(one!, model)?.toString()).toBe('regions of a.jpg');
      expect(catalog.descriptors.regions(other!, model)?.toString()).toBe('regions at three');
      expect(catalog.descriptors.regions(strange!, model)).toBeUndefined();
      const slice = catalog.descriptors.slice(model, 0, 9).descriptors;
      expect(slice.map(({ photoId }) => photoId)).toEqual([one, other]);
      expect(catalog.descriptors.count(model)).toBe(1);
    }
    expect(catalog.descriptors.slice(foreign, 0, 9).descriptors).toMatchObject([{ photoId: strange }]);
    expect(catalog.photos.sameContent(hashOf('a.jpg'), three)).toEqual([]);
    const known = [...catalog.photos.known(folderId, three)];
    expect(known.filter(({ described }) => described).map(({ photoId }) => photoId)).toEqual([other]);
  });

  it('are read once each in slices of any length', () => {
    const ids = Array.from({ length: 23 }, (_, at) => putPhoto(catalog, folderId, `${at}.jpg`));
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30 }), (length) => {
        const found: number[] = [];
        let from: number | null = 0;
        while (from !== null) {
          const slice = catalog.descriptors.slice(modelId, from, length);
          expect(slice.descriptors.length).toBeLessThanOrEqual(length);
          for (const { photoId, vector } of slice.descriptors) {
            expect(vector).toEqual(vectorOf(photoId));
            found.push(photoId);
          }
          from = slice.next;
        }
        expect(found.sort((a, b) => a - b)).toEqual(ids);
      }),
    );
    expect(catalog.descriptors.count(modelId)).toBe(ids.length);
  });
});

describe('thumbnails', () => {
  it('are kept by content, and dropped when no photo has that any more', () => {
    const first = putPhoto(catalog, folderId, 'a.jpg', 'same');
    const second = putPhoto(catalog, folderId, 'b.jpg', 'same');
    catalog.photos.delete(first);
    catalog.thumbnails.dropUnused([hashOf('same')]);
    expect(catalog.thumbnails.get(hashOf('same'))?.toString()).toBe('thumbnail of same');
    catalog.photos.delete(second);
    catalog.thumbnails.dropUnused([hashOf('same'), hashOf('unknown')]);
    expect(catalog.thumbnails.get(hashOf('same'))).toBeUndefined();
  });

  it('a newer one replaces the old', () => {
    for (const content of ['old', 'new']) catalog.thumbnails.put(hashOf('a'), Buffer.from(content));
    expect(catalog.thumbnails.get(hashOf('a'))?.toString()).toBe('new');
  });
});
