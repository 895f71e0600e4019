import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openCatalog } from '../../src/catalog/catalog.ts';
import type { Catalog } from '../../src/catalog/catalog.ts';
import type { Seeker, StoredVerdict, Verdicts } from '../../src/catalog/verdicts.ts';
import { facts, place, putPhoto, vectorOf } from './rows.ts';

let root: string;
let catalog: Catalog;
let verdicts: Verdicts;
let folderId: number;
let seeker: Seeker;

beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'akin-verdicts-'));
  catalog = openCatalog(root).catalog;
  verdicts = catalog.verdicts;
  folderId = catalog.folders.add('/photos');
  seeker = { modelId: catalog.descriptors.modelId('digest', 'model', 1), method: 'method' };
});

afterEach(() => {
  catalog.close();
  rmSync(root, { recursive: true, force: true });
});

function putPhotos(count: number): number[] {
  return Array.from({ length: count }, (_, at) => putPhoto(catalog, folderId, `${at}.jpg`));
}

function verdict(a: number, b: number, change: Partial<StoredVerdict> = {}): StoredVerdict {
  return {
    a,
    b,
    kind: 'near-duplicate',
    certainty: 0.75,
    edits: ['cropped', 'grey'],
    homography: Float64Array.of(1.1, 0.01, 0.2, -0.01, 1.2, 0.1, 1e-3, 2e-3, 1),
    overlapA: 0.6,
    overlapB: 1,
    residual: 0.02,
    inliers: 123,
    ...change,
  };
}

const different = { kind: 'different', edits: [], homography: null, certainty: 1, inliers: 0 } as const;

describe('a verdict', () => {
  it('is listed by what it says', () => {
    const [a, b, c] = putPhotos(3) as [number, number, number];
    verdicts.put(verdict(b, c, { kind: 'identical' }));
    verdicts.put(verdict(a, b));
    verdicts.put(verdict(a, c, different));
    expect(verdicts.pairs(['identical', 'near-duplicate'])).toEqual([
      [a, b],
      [b, c],
    ]);
    expect(verdicts.pairs(['different'])).toEqual([[a, c]]);
    expect(verdicts.pairs([])).toEqual([]);
  });

  it('comes back as it was put, for the two photos in whichever order', () => {
    const [a, b, c] = putPhotos(3) as [number, number, number];
    verdicts.put(verdict(a, b));
    verdicts.put(verdict(b, c, different));
    expect(verdicts.get(a, b)).toEqual(verdict(a, b));
    expect(verdicts.get(b, a)).toEqual(verdict(a, b));
    expect(verdicts.get(c, b)).toEqual(verdict(b, c, different));
    expect(verdicts.get(a, c)).toBeUndefined();
  });

  it('replaces the one before', () => {
    const [a, b] = putPhotos(2) as [number, number];
    verdicts.put(verdict(a, b));
    verdicts.put(verdict(a, b, { kind: 'same-scene', edits: [] }));
    expect(verdicts.of(a)).toEqual([verdict(a, b, { kind: 'same-scene', edits: [] })]);
  });

  it('wants the smaller id first', () => {
    const [a, b] = putPhotos(2) as [number, number];
    expect(() => verdicts.put(verdict(b, a))).toThrow('CHECK');
  });

  it('is found by either photo, and that of different photos only among what was compared', () => {
    const [a, b, c] = putPhotos(3) as [number, number, number];
    verdicts.put(verdict(a, b));
    verdicts.put(verdict(b, c, { kind: 'identical', edits: ['same-pixels'] }));
    verdicts.put(verdict(a, c, different));
    expect(verdicts.of(b).map((each) => [each.a, each.b])).toEqual([
      [b, c],
      [a, b],
    ]);
    expect(verdicts.of(a).map((each) => each.b)).toEqual([b]);
    expect(verdicts.comparedWith(a).sort()).toEqual([b, c]);
  });

  it('goes with a photo that is deleted, and when the content of one becomes another', () => {
    const [a, b, c] = putPhotos(3) as [number, number, number];
    verdicts.put(verdict(a, b));
    verdicts.put(verdict(b, c));
    verdicts.sought(c, seeker);
    catalog.photos.put(c, place(folderId, '2.jpg'), facts('another'));
    expect(verdicts.get(b, c)).toBeUndefined();
    // What it was described as went, too.
    catalog.descriptors.put(c, seeker.modelId, vectorOf(c), Buffer.from('regions'));
    expect(verdicts.unsought(seeker)).toContain(c);
    catalog.photos.delete(a);
    expect(verdicts.comparedWith(b)).toEqual([]);
  });
});

it('described photos are those of a model, but for a removed folder', () => {
  const [a, b] = putPhotos(2) as [number, number];
  const other = catalog.folders.add('/other');
  const c = putPhoto(catalog, other, 'c.jpg');
  catalog.photos.put(null, place(folderId, 'bare.jpg'), facts('bare'));
  expect(verdicts.described(seeker.modelId)).toEqual([a, b, c]);
  catalog.folders.remove(other, 1);
  expect(verdicts.described(seeker.modelId)).toEqual([a, b]);
  expect(verdicts.described(seeker.modelId + 1)).toEqual([]);
});

describe('photos that were sought', () => {
  it('are all that are described, each until it was, by the time they were taken', () => {
    const [a, b, c] = putPhotos(3) as [number, number, number];
    catalog.photos.put(null, place(folderId, 'bare.jpg'), facts('bare'));
    catalog.photos.put(a, place(folderId, '0.jpg'), facts('0.jpg', { takenAt: 2e12 }));
    expect(verdicts.unsought(seeker)).toEqual([b, c, a]);
    verdicts.sought(c, seeker);
    expect(verdicts.unsought(seeker)).toEqual([b, a]);
  });

  it('are sought again by another model or method', () => {
    const [a] = putPhotos(1) as [number];
    verdicts.sought(a, seeker);
    expect(verdicts.unsought({ ...seeker, method: 'newer' })).toEqual([a]);
    const modelId = catalog.descriptors.modelId('other', 'model', 2);
    catalog.descriptors.put(a, modelId, vectorOf(1), Buffer.from('regions'));
    expect(verdicts.unsought({ ...seeker, modelId })).toEqual([a]);
  });

  it('stand for their copies, as long as they are there', () => {
    const a = putPhoto(catalog, folderId, 'a.jpg', 'one');
    const copy = putPhoto(catalog, folderId, 'copy.jpg', 'one');
    verdicts.sought(copy, seeker);
    expect(verdicts.unsought(seeker)).toEqual([]);
    catalog.photos.delete(copy);
    expect(verdicts.unsought(seeker)).toEqual([a]);
  });

  it('are forgotten with the verdicts', () => {
    const [a, b] = putPhotos(2) as [number, number];
    verdicts.put(verdict(a, b));
    verdicts.sought(a, seeker);
    verdicts.forgetAll();
    expect(verdicts.get(a, b)).toBeUndefined();
    expect(verdicts.unsought(seeker)).toEqual([a, b]);
  });
});
