import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openCatalog } from '../../src/catalog/catalog.ts';
import { catalogVersion } from '../../src/catalog/migrations.ts';
import { hashOf, vectorOf } from './rows.ts';

/** The schema of the first Akin, as it was: never to be changed. */
const firstSchema = `
  CREATE TABLE folder (
    id INTEGER PRIMARY KEY AUTOINCREMENT, path BLOB NOT NULL UNIQUE,
    role TEXT NOT NULL DEFAULT 'normal' CHECK (role IN ('normal', 'protected')),
    state TEXT NOT NULL DEFAULT 'ready' CHECK (state IN ('ready', 'missing', 'unreadable')),
    scanned INTEGER NOT NULL DEFAULT 0, removed_at REAL
  ) STRICT;
  CREATE TABLE photo (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    folder_id INTEGER NOT NULL REFERENCES folder (id) ON DELETE CASCADE,
    path BLOB NOT NULL, size INTEGER NOT NULL, modified REAL NOT NULL, hash BLOB NOT NULL,
    width INTEGER NOT NULL, height INTEGER NOT NULL, format TEXT NOT NULL,
    taken_at REAL NOT NULL, dated INTEGER NOT NULL, camera TEXT, latitude REAL, longitude REAL,
    UNIQUE (folder_id, path)
  ) STRICT;
  CREATE INDEX photo_hash ON photo (hash);
  CREATE INDEX photo_timeline ON photo (taken_at DESC, id DESC, folder_id, width, height);
  CREATE TABLE failure (
    folder_id INTEGER NOT NULL REFERENCES folder (id) ON DELETE CASCADE,
    path BLOB NOT NULL, size INTEGER NOT NULL, modified REAL NOT NULL,
    code TEXT NOT NULL, reason TEXT NOT NULL,
    PRIMARY KEY (folder_id, path)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE model (
    id INTEGER PRIMARY KEY, digest TEXT NOT NULL UNIQUE, name TEXT NOT NULL, version INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE descriptor (
    id INTEGER PRIMARY KEY,
    photo_id INTEGER NOT NULL REFERENCES photo (id) ON DELETE CASCADE,
    model_id INTEGER NOT NULL REFERENCES model (id) ON DELETE CASCADE,
    vector BLOB NOT NULL,
    UNIQUE (photo_id, model_id)
  ) STRICT;
  CREATE TABLE region_vectors (
    descriptor_id INTEGER PRIMARY KEY REFERENCES descriptor (id) ON DELETE CASCADE,
    vectors BLOB NOT NULL
  ) STRICT;
  PRAGMA user_version = 1;
`;

let library: string;

beforeEach(() => {
  library = mkdtempSync(path.join(tmpdir(), 'akin-migrations-'));
});

afterEach(() => {
  rmSync(library, { recursive: true, force: true });
});

it('a catalog of the first Akin goes on with all it held', () => {
  const file = path.join(library, 'catalog.sqlite');
  const old = new Database(file);
  old.exec(firstSchema);
  old.prepare('INSERT INTO folder (id, path, scanned) VALUES (7, ?, 1)').run(Buffer.from('/photos'));
  old.prepare("INSERT INTO model VALUES (3, 'digest', 'model', 1)").run();
  old
    .prepare(
      `INSERT INTO photo VALUES (41, 7, ?, 1000, 1700000000000.5, ?, 600, 400, 'png', 1500, 1, 'Camera', 48.5, -2.25)`,
    )
    .run(Buffer.from('a\xff.png', 'latin1'), hashOf('a'));
  old.prepare('INSERT INTO descriptor VALUES (5, 41, 3, ?)').run(Buffer.from(vectorOf(1).buffer));
  old.prepare('INSERT INTO region_vectors VALUES (5, ?)').run(Buffer.from('regions'));
  old.prepare(`INSERT INTO failure VALUES (7, ?, 5, 6, 'photo-damaged', 'cut')`).run(Buffer.from('bad.jpg'));
  old.close();

  const { catalog, notices } = openCatalog(library);
  expect(notices).toEqual([]);
  expect(catalog.folders.list()).toEqual([
    { id: 7, path: '/photos', role: 'normal', state: 'ready', scanned: true, photos: 1 },
  ]);
  expect(catalog.photos.get(41)).toEqual({
    id: 41,
    folderId: 7,
    folder: '/photos',
    path: 'a\xff.png',
    size: 1000,
    modified: 1_700_000_000_000.5,
    hash: hashOf('a'),
    width: 600,
    height: 400,
    format: 'png',
    takenAt: 1500,
    camera: 'Camera',
    latitude: 48.5,
    longitude: -2.25,
    richness: 3,
  });
  expect(catalog.descriptors.modelId('digest', 'model', 1)).toBe(3);
  expect(catalog.descriptors.get(41, 3)).toEqual(vectorOf(1));
  expect(catalog.descriptors.regions(41, 3)?.toString()).toBe('regions');
  expect(catalog.failures.list(9)).toMatchObject([{ path: 'bad.jpg', code: 'photo-damaged', reason: 'cut' }]);

  expect(catalog.albums.list()).toEqual([]);
  const album = catalog.albums.create('new', [41]);
  expect(catalog.filters.ids({ albumIds: [album], formats: ['png'], from: 1500 })).toEqual([41]);
  catalog.close();
  const migrated = new Database(file);
  expect(migrated.pragma('user_version', { simple: true })).toBe(catalogVersion);
  expect(migrated.pragma('integrity_check', { simple: true })).toBe('ok');
  expect(migrated.pragma('foreign_key_check')).toEqual([]);
  migrated.close();
});

it('an old catalog and a new one have the same tables and indexes', () => {
  const schemaOf = (folder: string): unknown[] => {
    const database = new Database(path.join(folder, 'catalog.sqlite'));
    const names = database.prepare('SELECT type, name, tbl_name FROM sqlite_schema ORDER BY name').all();
    const columns = database
      .prepare(
        `SELECT m.name, c.name AS column, c.type, c."notnull" FROM sqlite_schema m, pragma_table_info(m.name) c
        ORDER BY m.name, c.cid`,
      )
      .all();
    database.close();
    return [names, columns];
  };
  const old = new Database(path.join(library, 'catalog.sqlite'));
  old.exec(firstSchema);
  old.close();
  openCatalog(library).catalog.close();
  const fresh = path.join(library, 'fresh');
  openCatalog(fresh).catalog.close();
  expect(schemaOf(library)).toEqual(schemaOf(fresh));
});
