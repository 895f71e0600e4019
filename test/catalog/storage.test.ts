import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Catalog, openCatalog } from '../../src/catalog/catalog.ts';
import { takeOwnership } from '../../src/catalog/owner-lock.ts';
import { Thumbnails } from '../../src/catalog/thumbnails.ts';
import { AkinError } from '../../src/errors.ts';
import { boundByPermissions, runMounted, runScript, withOwnMounts } from '../processes/run.ts';
import { hashOf, putPhoto, vectorOf } from './rows.ts';

let root: string;
let library: string;

beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'akin-storage-'));
  library = path.join(root, 'library');
});

afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

const readOnly = () => ({ code: 'library-read-only', details: { path: library } });
const full = () => new AkinError('library-full', { path: library });

describe('a library that cannot be written', () => {
  it('is told when it lies under a file, or is one', () => {
    writeFileSync(path.join(root, 'file'), '');
    for (const place of ['file', 'file/library']) {
      const wanted = path.join(root, place);
      expect(() => openCatalog(wanted)).toThrow(new AkinError('library-read-only', { path: wanted }));
    }
  });

  it.for(['a new one', 'one with photos'])(
    'is told when its folder may not be written: %s',
    async (which, context) => {
      const way = boundByPermissions();
      if (!way) return context.skip('Nothing binds this process to permissions.');
      if (which === 'a new one') mkdirSync(library);
      else openCatalog(library).catalog.close();
      const before = readdirSync(library);
      for (const name of before) chmodSync(path.join(library, name), 0o444);
      chmodSync(library, 0o555);
      expect(await runScript('catalog-owner.ts', [library], way)).toMatchObject({ error: readOnly() });
      expect(readdirSync(library)).toEqual(before);
      chmodSync(library, 0o755);
      for (const name of before) chmodSync(path.join(library, name), 0o644);
      expect(await runScript('catalog-owner.ts', [library], way)).toMatchObject({ notices: [] });
    },
  );

  it.for(['a new one', 'one with photos'])(
    'is told when its disk is mounted read-only: %s',
    async (which, context) => {
      const way = withOwnMounts();
      if (!way) return context.skip('Mounting is not allowed here.');
      if (which === 'one with photos') openCatalog(library).catalog.close();
      const mount = `mount --bind "${root}" "${root}"; mount -o remount,bind,ro "${root}"`;
      const reply = await runMounted(
        `${mount}; exec "$NODE" "$SCRIPT" "${library}"`,
        'catalog-owner.ts',
        way,
      );
      expect(reply).toMatchObject({ error: readOnly() });
      openCatalog(library).catalog.close();
    },
  );
});

describe('a full disk', () => {
  it('a write is refused whole, what was there stays, and writing goes on once there is room', () => {
    openCatalog(library).catalog.close();
    const database = new Database(path.join(library, 'catalog.sqlite'));
    Thumbnails.attach(database, path.join(library, 'thumbnails.sqlite'));
    const catalog = new Catalog(library, database, takeOwnership(library));
    const folderId = catalog.decide(() => catalog.folders.add('/photos'));
    const pages = database.pragma('page_count', { simple: true }) as number;
    database.pragma(`max_page_count = ${pages + 4}`);
    const kept: number[] = [];
    expect(() => {
      for (;;) kept.push(putPhoto(catalog, folderId, `${kept.length}.jpg`));
    }).toThrow(full());
    expect(kept.length).toBeGreaterThan(0);
    expect(catalog.photos.count()).toBe(kept.length);
    expect(() => catalog.decide(() => catalog.folders.add(`/${'long'.repeat(5000)}`))).toThrow(full());
    expect(catalog.folders.list()).toHaveLength(1);
    database.pragma(`max_page_count = ${pages + 4000}`);
    kept.push(putPhoto(catalog, folderId, `${kept.length}.jpg`));
    catalog.close();

    const again = openCatalog(library);
    expect(again.notices).toEqual([]);
    expect(again.catalog.photos.count()).toBe(kept.length);
    for (const [at, id] of kept.entries()) {
      expect(again.catalog.descriptors.get(id, 1)).toEqual(vectorOf(id));
      expect(again.catalog.thumbnails.get(hashOf(`${at}.jpg`))).toBeDefined();
    }
    again.catalog.close();
  });

  it('that is really full is told at writing and at opening, and nothing written is lost', async (context) => {
    const way = withOwnMounts();
    if (!way) return context.skip('Mounting is not allowed here.');
    const mount = `mount -t tmpfs -o size=16m tmpfs "${root}"`;
    const reply = await runMounted<{ written: number; decision: string; decided: boolean }>(
      `${mount}; exec "$NODE" "$SCRIPT" "${library}"`,
      'fill-disk.ts',
      way,
    );
    expect(reply.written).toBeGreaterThan(0);
    expect(reply.decision).toBe(reply.decided ? 'none' : 'library-full');
    expect(reply).toMatchObject({
      atWriting: 'library-full',
      atOpening: 'library-full',
      anew: 'library-full',
      lostAtOnce: 0,
      lostAfter: 0,
      works: true,
    });
  });
});
