import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openCatalog } from '../../src/catalog/catalog.ts';
import type { Catalog } from '../../src/catalog/catalog.ts';

let library: string;
let catalog: Catalog;

beforeEach(() => {
  library = mkdtempSync(path.join(tmpdir(), 'akin-model-versions-'));
  ({ catalog } = openCatalog(library));
});

afterEach(() => {
  catalog.close();
  rmSync(library, { recursive: true, force: true });
});

const version = (name: string) => ({ name, parentId: 0, madeAt: 1.5, identity: `${name}'s`, record: '{}' });

it('versions come back as they are, oldest first, also after a restart', () => {
  const first = catalog.modelVersions.add(version('first'));
  const second = catalog.modelVersions.add({ ...version('second'), parentId: null, record: null });
  catalog.modelVersions.rename(first, 'renamed');
  catalog.close();
  ({ catalog } = openCatalog(library));
  expect(catalog.modelVersions.list()).toEqual([
    { ...version('first'), id: first, name: 'renamed' },
    { ...version('second'), id: second, parentId: null, record: null },
  ]);
});

it('a removed version is in no list until it is restored, and its id is never used again once it is purged', () => {
  const id = catalog.modelVersions.add(version('one'));
  catalog.modelVersions.remove(id, 2);
  catalog.modelVersions.rename(id, 'not any more');
  expect(catalog.modelVersions.list()).toEqual([]);
  expect(catalog.modelVersions.get(id)).toBeUndefined();
  expect(catalog.modelVersions.removed()).toMatchObject([{ id, name: 'one' }]);
  catalog.modelVersions.restore(id);
  expect(catalog.modelVersions.get(id)).toEqual({ ...version('one'), id });
  expect(catalog.modelVersions.removed()).toEqual([]);
  catalog.modelVersions.remove(id, 3);
  catalog.modelVersions.purge(id);
  expect(catalog.modelVersions.removed()).toEqual([]);
  expect(catalog.modelVersions.add(version('two'))).toBeGreaterThan(id);
});
