import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openCatalog } from '../../src/catalog/catalog.ts';
import type { Catalog } from '../../src/catalog/catalog.ts';
import { putPhoto, vectorOf } from './rows.ts';

let root: string;
let catalog: Catalog;
let modelId: number;
let ids: number[];

beforeAll(() => {
  root = mkdtempSync(path.join(tmpdir(), 'akin-descriptors-'));
  catalog = openCatalog(root).catalog;
  const folderId = catalog.folders.add('/photos');
  ids = Array.from({ length: 20 }, (_, at) => putPhoto(catalog, folderId, `${at}.jpg`));
  modelId = catalog.descriptors.modelId('digest', 'model', 1);
});

afterAll(() => {
  catalog.close();
  rmSync(root, { recursive: true, force: true });
});

it('reads descriptors and regions of many photos in the order in which they are asked for', () => {
  const asked = fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 40 });
  fc.assert(
    fc.property(asked, (photoIds) => {
      const expected = photoIds.map((id) => (ids.includes(id) ? vectorOf(id) : undefined));
      expect(catalog.descriptors.getMany(photoIds, modelId)).toEqual(expected);
      expect(catalog.descriptors.manyRegions(photoIds, modelId)).toEqual(
        photoIds.map((id) => catalog.descriptors.regions(id, modelId)),
      );
    }),
  );
  const other = catalog.descriptors.modelId('other', 'model', 2);
  expect(catalog.descriptors.getMany(ids, other)).toEqual(ids.map(() => undefined));
  expect(catalog.descriptors.manyRegions(ids, other)).toEqual(ids.map(() => undefined));
});
