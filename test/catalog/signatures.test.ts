import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openCatalog } from '../../src/catalog/catalog.ts';
import type { Catalog } from '../../src/catalog/catalog.ts';
import type { Signatures } from '../../src/catalog/signatures.ts';
import { facts, place, putPhoto, vectorOf } from './rows.ts';

let root: string;
let catalog: Catalog;
let signatures: Signatures;
let folderId: number;
let modelId: number;

beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'akin-signatures-'));
  catalog = openCatalog(root).catalog;
  signatures = catalog.signatures;
  folderId = catalog.folders.add('/photos');
  modelId = catalog.descriptors.modelId('digest', 'model', 1);
});

afterEach(() => {
  catalog.close();
  rmSync(root, { recursive: true, force: true });
});

function read(photoIds: readonly number[], method: string): (string | undefined)[] {
  return signatures.getMany(photoIds, method).map((content) => content && Buffer.from(content).toString());
}

it('come back in the order of the photos, those of the asked method only', () => {
  const [a, b, c] = ['a', 'b', 'c'].map((name) => putPhoto(catalog, folderId, name)) as [
    number,
    number,
    number,
  ];
  signatures.put(b, 'one', Buffer.from('second'));
  signatures.put(a, 'one', Buffer.from('first'));
  signatures.put(c, 'other', Buffer.from('third'));
  expect(read([b, c, a, 999], 'one')).toEqual(['second', undefined, 'first', undefined]);
  signatures.put(c, 'one', Buffer.from('anew'));
  expect(read([c], 'one')).toEqual(['anew']);
  expect(read([c], 'other')).toEqual([undefined]);
});

it('are missing of described photos that have none of the method', () => {
  const [a, b] = ['a', 'b'].map((name) => putPhoto(catalog, folderId, name)) as [number, number];
  catalog.photos.put(null, place(folderId, 'bare'), facts('bare'));
  signatures.put(a, 'one', Buffer.from('first'));
  expect(signatures.missing(modelId, 'one')).toEqual([b]);
  expect(signatures.missing(modelId, 'other')).toEqual([a, b]);
  expect(signatures.missing(modelId + 1, 'one')).toEqual([]);
  signatures.dropOthers('other');
  expect(read([a], 'one')).toEqual([undefined]);
});

it('go when the content of their photo becomes another', () => {
  const [a, b] = ['a', 'b'].map((name) => putPhoto(catalog, folderId, name)) as [number, number];
  for (const id of [a, b]) signatures.put(id, 'one', Buffer.from('content'));
  catalog.photos.put(a, place(folderId, 'a'), facts('another'));
  catalog.descriptors.put(a, modelId, vectorOf(a), Buffer.from('regions'));
  expect(read([a, b], 'one')).toEqual([undefined, 'content']);
  expect(signatures.missing(modelId, 'one')).toEqual([a]);
  catalog.folders.remove(folderId, 1);
  expect(signatures.missing(modelId, 'one')).toEqual([]);
});
