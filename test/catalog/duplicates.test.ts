import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openCatalog } from '../../src/catalog/catalog.ts';
import type { Catalog } from '../../src/catalog/catalog.ts';
import type { StoredVerdict } from '../../src/catalog/verdicts.ts';
import { facts, place, putPhoto } from './rows.ts';

let root: string;
let catalog: Catalog;
let folderId: number;

beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'akin-duplicates-'));
  catalog = openCatalog(root).catalog;
  folderId = catalog.folders.add('/photos');
});

afterEach(() => {
  catalog.close();
  rmSync(root, { recursive: true, force: true });
});

function verdict(a: number, b: number, change: Partial<StoredVerdict> = {}): StoredVerdict {
  return {
    a,
    b,
    kind: 'near-duplicate',
    certainty: 0.75,
    edits: ['resized', 'cropped'],
    homography: null,
    overlapA: 0.5,
    overlapB: 1,
    residual: 0.01,
    inliers: 30,
    ...change,
  };
}

const put = (...names: string[]) => names.map((name) => putPhoto(catalog, folderId, name));

describe('dismissals', () => {
  it('are kept with their photos, until they are taken back', () => {
    const [a, b, c] = put('a', 'b', 'c') as [number, number, number];
    const first = catalog.decide(() => catalog.dismissals.add([b, a]));
    const second = catalog.decide(() => catalog.dismissals.add([a, b, c]));
    expect(second).not.toBe(first);
    catalog.close();
    catalog = openCatalog(root).catalog;
    expect(catalog.dismissals.list()).toEqual([
      [a, b],
      [a, b, c],
    ]);
    expect(catalog.dismissals.remove(first)).toBe(true);
    expect(catalog.dismissals.remove(first)).toBe(false);
    expect(catalog.dismissals.list()).toEqual([[a, b, c]]);
  });

  it('and chosen keepers lose photos that leave, and those that become others', () => {
    const [a, b, c] = put('a', 'b', 'c') as [number, number, number];
    catalog.dismissals.add([a, b, c]);
    for (const id of [a, b, c]) catalog.keepers.choose(id);
    catalog.photos.delete(a);
    catalog.photos.put(b, place(folderId, 'b'), facts('another'));
    expect(catalog.dismissals.list()).toEqual([[c]]);
    expect(catalog.keepers.list()).toEqual([c]);
  });
});

it('keepers are chosen once, and let go again', () => {
  const [a, b] = put('a', 'b') as [number, number];
  catalog.keepers.choose(b);
  catalog.keepers.choose(a);
  catalog.keepers.choose(b);
  expect(catalog.keepers.list()).toEqual([a, b]);
  catalog.keepers.unchoose(a);
  catalog.keepers.unchoose(a);
  expect(catalog.keepers.list()).toEqual([b]);
});

describe('evidence', () => {
  it('is of photos in a pair or with copies, and of pairs that are not different', () => {
    const [a, b, c, d] = put('a', 'b', 'c', 'd/ä') as [number, number, number, number];
    const copy = putPhoto(catalog, folderId, 'copy', 'd/ä');
    put('alone');
    catalog.verdicts.put(verdict(a, b));
    catalog.verdicts.put(verdict(a, c, { kind: 'different' }));
    expect(catalog.duplicateEvidence.pairs()).toEqual([
      { a, b, kind: 'near-duplicate', certainty: 0.75, edits: 'resized cropped', overlapA: 0.5, overlapB: 1 },
    ]);
    const photos = catalog.duplicateEvidence.photos();
    expect(photos.map(({ id }) => id)).toEqual([a, b, d, copy]);
    expect(photos[2]).toEqual({
      id: d,
      folderId,
      protected: false,
      width: 600,
      height: 400,
      format: 'jpeg',
      bytes: 1000,
      richness: expect.any(Number) as number,
      takenAt: 1_600_000_000_000,
      path: '/photos/d/ä',
    });
  });

  it('has no photo of a removed folder, and knows which folders are protected', () => {
    const other = catalog.folders.add('/other');
    const [a] = put('a') as [number];
    const b = putPhoto(catalog, other, 'b');
    catalog.verdicts.put(verdict(a, b));
    expect(catalog.folders.setRole(other, 'protected')).toBe(true);
    expect(catalog.duplicateEvidence.photos().map((photo) => photo.protected)).toEqual([false, true]);
    catalog.folders.remove(other, 1);
    expect(catalog.duplicateEvidence.photos().map(({ id }) => id)).toEqual([a]);
    expect(catalog.folders.setRole(other, 'normal')).toBe(false);
    catalog.folders.restore(other);
    expect(catalog.folders.list().map(({ role }) => role)).toEqual(['protected', 'normal']);
  });
});
