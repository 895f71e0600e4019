import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openCatalog } from '../../src/catalog/catalog.ts';
import type { Catalog } from '../../src/catalog/catalog.ts';
import { catalogVersion } from '../../src/catalog/migrations.ts';
import { AkinError } from '../../src/errors.ts';
import { breakTable, overwrite } from './damage.ts';
import { hashOf, putPhoto, vectorOf } from './rows.ts';

let root: string;
let library: string;

beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'akin-catalog-'));
  library = path.join(root, 'library');
});

afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

const inLibrary = (name: string) => path.join(library, name);

function open(): Catalog {
  const { catalog, notices } = openCatalog(library);
  expect(notices).toEqual([]);
  return catalog;
}

/** A library with a folder and photos in it, closed. Returns the photos' ids. */
function fill(count: number): number[] {
  const catalog = open();
  const folderId = catalog.decide(() => catalog.folders.add('/photos'));
  const ids = Array.from({ length: count }, (_, at) => putPhoto(catalog, folderId, `${at}.jpg`));
  catalog.close();
  return ids;
}

function setAsideFiles(): string[] {
  return readdirSync(library).filter((name) => /^catalog\.damaged-.*\.sqlite$/.test(name));
}

function versionOf(file: string): unknown {
  const database = new Database(file);
  const version = database.pragma('user_version', { simple: true });
  database.close();
  return version;
}

describe('open and close', () => {
  it('a new library begins empty, and keeps what it was given', () => {
    const ids = fill(3);
    expect(new Set(ids).size).toBe(3);
    const catalog = open();
    expect(catalog.library).toBe(library);
    expect(catalog.folders.list()).toMatchObject([{ path: '/photos', photos: 3 }]);
    const modelId = catalog.descriptors.modelId('digest', 'model', 1);
    for (const [at, id] of ids.entries()) {
      expect(catalog.photos.get(id)).toMatchObject({ path: `${at}.jpg`, folder: '/photos' });
      expect(catalog.descriptors.get(id, modelId)).toEqual(vectorOf(id));
      expect(catalog.thumbnails.get(hashOf(`${at}.jpg`))?.toString()).toBe(`thumbnail of ${at}.jpg`);
    }
    catalog.close();
    expect(existsSync(inLibrary('owner.json'))).toBe(false);
  });

  it('can be opened once at a time', () => {
    const catalog = open();
    expect(() => openCatalog(library)).toThrow(
      new AkinError('library-in-use', { path: library, holder: process.pid }),
    );
    expect(catalog.folders.list()).toEqual([]);
    catalog.close();
    open().close();
  });

  it('is not kept shut by a damaged lock', () => {
    fill(1);
    writeFileSync(inLibrary('owner.sqlite'), 'no database '.repeat(500));
    writeFileSync(inLibrary('owner.json'), 'no JSON');
    const catalog = open();
    expect(catalog.photos.count()).toBe(1);
    expect(() => openCatalog(library)).toThrow(expect.objectContaining({ code: 'library-in-use' }));
    catalog.close();
  });

  it('a write that throws leaves nothing of itself', () => {
    fill(1);
    const catalog = open();
    const [{ id: folderId = 0 } = {}] = catalog.folders.list();
    const failing = () => {
      putPhotoIn(catalog, folderId);
      throw new Error('in the middle');
    };
    expect(() => catalog.write(failing)).toThrow('in the middle');
    expect(() => catalog.decide(failing)).toThrow('in the middle');
    expect(catalog.photos.count()).toBe(1);
    catalog.close();
  });
});

function putPhotoIn(catalog: Catalog, folderId: number): void {
  catalog.folders.setState(folderId, 'missing');
  catalog.folders.add('/another');
}

describe('versions', () => {
  it('an empty file is brought to the version of today', () => {
    fill(0);
    rmSync(inLibrary('catalog.sqlite'));
    new Database(inLibrary('catalog.sqlite')).exec('VACUUM').close();
    open().close();
    expect(versionOf(inLibrary('catalog.sqlite'))).toBe(catalogVersion);
  });

  it.each([true, false])(
    'a newer catalog is refused, and nothing of it changed (stopped cleanly: %s)',
    (clean) => {
      fill(4);
      const file = inLibrary('catalog.sqlite');
      const database = new Database(file);
      // What a newer Akin might do: another journal, another table, and a removed folder that it will want back.
      database.pragma('journal_mode = DELETE');
      database.exec('CREATE TABLE of_tomorrow (id INTEGER); UPDATE folder SET removed_at = 1');
      database.pragma(`user_version = ${catalogVersion + 1}`);
      database.close();
      if (!clean) writeFileSync(inLibrary('owner.json'), '{"pid":1}');
      const before = [readFileSync(file), readFileSync(inLibrary('thumbnails.sqlite'))];
      const newer = new AkinError('catalog-newer', {
        path: library,
        found: catalogVersion + 1,
        known: catalogVersion,
      });
      expect(() => openCatalog(library)).toThrow(newer);
      expect(() => openCatalog(library)).toThrow(newer);
      expect([readFileSync(file), readFileSync(inLibrary('thumbnails.sqlite'))]).toEqual(before);
      expect(setAsideFiles()).toEqual([]);
      // The newer Akin must still learn that the last stop was unclean.
      expect(existsSync(inLibrary('owner.json'))).toBe(!clean);
    },
  );
});

describe('a damaged catalog', () => {
  const damages: Record<string, (file: string) => void> = {
    'no database at all': (file) => writeFileSync(file, 'This is not a database. '.repeat(400)),
    'a header overwritten': (file) => overwrite(file, 0, Buffer.alloc(100, 0xaa)),
    'cut in half': (file) => truncateSync(file, readFileSync(file).length / 2),
    'the list of folders': (file) => breakTable(file, 'folder'),
    'the list of photos': (file) => breakTable(file, 'photo'),
  };

  it.each(Object.entries(damages))('%s: it is set aside with its bytes, and a new one begun', (_, damage) => {
    fill(30);
    // The photos are read at opening only where a removed folder is to be forgotten, or after an unclean stop.
    writeFileSync(inLibrary('owner.json'), '{"pid":1}');
    const file = inLibrary('catalog.sqlite');
    damage(file);
    const damaged = readFileSync(file);
    const { catalog, notices } = openCatalog(library);
    const [aside = ''] = setAsideFiles();
    expect(notices).toEqual([new AkinError('catalog-damaged', { path: inLibrary(aside) })]);
    expect(readFileSync(inLibrary(aside))).toEqual(damaged);
    expect(catalog.photos.count()).toBe(0);
    const id = putPhoto(catalog, catalog.folders.add('/photos'), 'new.jpg');
    catalog.close();
    const again = open();
    expect(again.photos.get(id)).toMatchObject({ path: 'new.jpg' });
    again.close();
    expect(readFileSync(inLibrary(aside))).toEqual(damaged);
  });

  it('that breaks a second time is set aside beside the first', () => {
    for (const expected of [1, 2]) {
      fill(2);
      breakTable(inLibrary('catalog.sqlite'), 'folder');
      const { catalog, notices } = openCatalog(library);
      expect(notices.map(({ code }) => code)).toEqual(['catalog-damaged']);
      catalog.close();
      expect(setAsideFiles()).toHaveLength(expected);
    }
  });

  it('is looked for after an unclean stop', () => {
    fill(30);
    breakTable(inLibrary('catalog.sqlite'), 'region_vectors');
    const unseen = open();
    expect(unseen.photos.count()).toBe(30);
    unseen.close();
    writeFileSync(inLibrary('owner.json'), '{"pid":1}');
    const { catalog, notices } = openCatalog(library);
    catalog.close();
    expect(notices.map(({ code }) => code)).toEqual(['catalog-damaged']);
    expect(setAsideFiles()).toHaveLength(1);
  });

  it('a sound one stays in use after an unclean stop', () => {
    fill(30);
    writeFileSync(inLibrary('owner.json'), '{"pid":1}');
    const catalog = open();
    expect(catalog.photos.count()).toBe(30);
    catalog.close();
  });

  it.each(['reading', 'writing'])(
    'that shows in the midst of %s is told, and mended at the next start',
    (when) => {
      const [id = 0] = fill(30);
      breakTable(inLibrary('catalog.sqlite'), 'descriptor');
      const catalog = open();
      const told = (task: () => unknown): unknown => {
        try {
          return task();
        } catch (error) {
          return catalog.explain(error);
        }
      };
      const error = told(() =>
        when === 'reading'
          ? catalog.descriptors.slice(1, 0, 100)
          : catalog.write(() => catalog.descriptors.put(id, 1, vectorOf(1), Buffer.alloc(1))),
      );
      expect(error).toEqual(new AkinError('catalog-unsound', { path: library }));
      expect(catalog.photos.count()).toBe(30);
      catalog.close();
      const next = openCatalog(library);
      next.catalog.close();
      expect(next.notices.map(({ code }) => code)).toEqual(['catalog-damaged']);
    },
  );

  it('wherever bytes are changed, it opens: whole, or new with all old bytes kept', () => {
    fill(40);
    const file = inLibrary('catalog.sqlite');
    copyFileSync(file, path.join(root, 'whole'));
    const { length } = readFileSync(file);
    const pageSize = readFileSync(file).readUInt16BE(16);
    // The first page holds the version too; the cases above deal with it.
    const positions = fc.integer({ min: pageSize, max: length - 1 });
    fc.assert(
      fc.property(
        positions,
        fc.uint8Array({ minLength: 1, maxLength: 6000 }),
        fc.boolean(),
        (at, bytes, unclean) => {
          rmSync(library, { recursive: true });
          open().close();
          copyFileSync(path.join(root, 'whole'), file);
          overwrite(file, at, bytes);
          const damaged = readFileSync(file);
          if (unclean) writeFileSync(inLibrary('owner.json'), '{"pid":1}');
          let { catalog, notices } = openCatalog(library);
          try {
            catalog.write(() => catalog.folders.add('/new'));
            catalog.close();
          } catch (error) {
            expect(error).toMatchObject({ code: 'catalog-unsound' });
            catalog.close();
            ({ catalog, notices } = openCatalog(library));
            catalog.write(() => catalog.folders.add('/new'));
            catalog.close();
            expect(notices).toHaveLength(1);
          }
          const aside = setAsideFiles();
          expect(aside).toHaveLength(notices.length);
          if (aside[0]) expect(readFileSync(inLibrary(aside[0]))).toEqual(damaged);
        },
      ),
      { numRuns: 40 },
    );
  });
});

describe('damaged thumbnails', () => {
  const file = () => inLibrary('thumbnails.sqlite');

  it('are dropped when one is read', () => {
    fill(3);
    breakTable(file(), 'thumbnail');
    const catalog = open();
    expect(catalog.thumbnails.get(hashOf('0.jpg'))).toBeUndefined();
    catalog.write(() => catalog.thumbnails.put(hashOf('0.jpg'), Buffer.from('made again')));
    expect(catalog.thumbnails.get(hashOf('0.jpg'))?.toString()).toBe('made again');
    catalog.close();
  });

  it('are dropped without a word when they are no database', () => {
    const ids = fill(3);
    writeFileSync(file(), 'no database at all '.repeat(500));
    const catalog = open();
    expect(catalog.photos.count()).toBe(ids.length);
    expect(catalog.thumbnails.get(hashOf('0.jpg'))).toBeUndefined();
    catalog.write(() => catalog.thumbnails.put(hashOf('0.jpg'), Buffer.from('made again')));
    catalog.close();
    const again = open();
    expect(again.thumbnails.get(hashOf('0.jpg'))?.toString()).toBe('made again');
    again.close();
  });

  it.each([true, false])(
    'are dropped as soon as that shows, and disturb nothing else (folder removed: %s)',
    (removed) => {
      fill(30);
      const before = open();
      const [{ id: folderId = 0 } = {}] = before.folders.list();
      if (removed) before.decide(() => before.folders.remove(folderId, 1));
      before.close();
      breakTable(file(), 'thumbnail');
      const catalog = open();
      const id = putPhoto(catalog, catalog.folders.add('/photos'), 'new.jpg');
      expect(catalog.photos.get(id)).toMatchObject({ path: 'new.jpg' });
      expect(catalog.photos.count()).toBe(removed ? 1 : 31);
      expect(catalog.thumbnails.get(hashOf('new.jpg'))?.toString()).toBe('thumbnail of new.jpg');
      expect(catalog.thumbnails.get(hashOf('0.jpg'))).toBeUndefined();
      catalog.close();
      const again = open();
      expect(again.photos.count()).toBe(removed ? 1 : 31);
      expect(again.thumbnails.get(hashOf('new.jpg'))?.toString()).toBe('thumbnail of new.jpg');
      again.close();
    },
  );
});
