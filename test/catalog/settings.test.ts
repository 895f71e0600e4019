import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { z } from 'zod';
import { openCatalog } from '../../src/catalog/catalog.ts';
import type { Catalog } from '../../src/catalog/catalog.ts';

const scales = z.enum(['one', 'three']);

let root: string;
let catalog: Catalog;

beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'akin-settings-'));
  catalog = openCatalog(root).catalog;
});

afterEach(() => {
  catalog.close();
  rmSync(root, { recursive: true, force: true });
});

it('a setting is the standard until it is set, and what it was set to last after that', () => {
  const { settings } = catalog;
  expect(settings.get('scales', scales, 'one')).toBe('one');
  settings.set('scales', 'three');
  expect(settings.get('scales', scales, 'one')).toBe('three');
  settings.set('scales', 'one');
  settings.set('other', { deep: [1, null] });
  catalog.close();
  catalog = openCatalog(root).catalog;
  expect(catalog.settings.get('scales', scales, 'three')).toBe('one');
  expect(catalog.settings.get('other', z.unknown(), null)).toEqual({ deep: [1, null] });
});

it('whatever JSON keeps comes back as it was', () => {
  fc.assert(
    fc.property(fc.string(), fc.jsonValue(), (name, value) => {
      catalog.settings.set(name, value);
      const wanted: unknown = JSON.parse(JSON.stringify(value));
      expect(catalog.settings.get(name, z.unknown(), 'standard')).toEqual(wanted);
    }),
  );
});

it.each(['"four"', '3', 'null', '{', ''])('a stored value that reads %j gives the standard', (text) => {
  catalog.settings.set('scales', 'three');
  const database = new Database(path.join(root, 'catalog.sqlite'));
  database.prepare('UPDATE setting SET value = ?').run(text);
  database.close();
  expect(catalog.settings.get('scales', scales, 'one')).toBe('one');
});
