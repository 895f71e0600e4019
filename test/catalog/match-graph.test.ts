import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openCatalog } from '../../src/catalog/catalog.ts';
import type { Catalog } from '../../src/catalog/catalog.ts';
import type { Examiner, MatchGraph } from '../../src/catalog/match-graph.ts';
import { facts, place, putPhoto, vectorOf } from './rows.ts';

let root: string;
let catalog: Catalog;
let graph: MatchGraph;
let folderId: number;
let examiner: Examiner;

beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'akin-match-graph-'));
  catalog = openCatalog(root).catalog;
  graph = catalog.matchGraph;
  folderId = catalog.folders.add('/photos');
  examiner = { modelId: catalog.descriptors.modelId('digest', 'model', 1), method: 'method' };
});

afterEach(() => {
  catalog.close();
  rmSync(root, { recursive: true, force: true });
});

/** Photos that are described, their ids rising. */
function putPhotos(...names: string[]): number[] {
  return names.map((name) => putPhoto(catalog, folderId, name));
}

function replaceContent(photoId: number, name: string, content: string): void {
  catalog.photos.put(photoId, place(folderId, name), facts(content));
}

describe('examined photos', () => {
  it('are all that are described, each until it has been examined', () => {
    const [a, b, c] = putPhotos('a.jpg', 'b.jpg', 'c.jpg') as [number, number, number];
    const bare = catalog.photos.put(null, place(folderId, 'bare.jpg'), facts('bare'));
    expect(graph.unexamined(examiner)).toEqual([a, b, c]);
    expect(graph.unexamined(examiner)).not.toContain(bare);
    graph.examined(b, examiner, []);
    expect(graph.unexamined(examiner)).toEqual([a, c]);
    expect(graph.countDescribed(examiner.modelId)).toBe(3);
  });

  it('come by the time they were taken', () => {
    const [a, b] = putPhotos('a.jpg', 'b.jpg') as [number, number];
    catalog.photos.put(a, place(folderId, 'a.jpg'), facts('a.jpg', { takenAt: 2e12 }));
    expect(graph.unexamined(examiner)).toEqual([b, a]);
  });

  it('are examined again by another model, and by another method', () => {
    const [a] = putPhotos('a.jpg') as [number];
    graph.examined(a, examiner, []);
    expect(graph.unexamined({ ...examiner, method: 'other' })).toEqual([a]);
    const modelId = catalog.descriptors.modelId('other', 'model', 2);
    expect(graph.unexamined({ ...examiner, modelId })).toEqual([]);
    catalog.descriptors.put(a, modelId, vectorOf(1), Buffer.from('regions'));
    expect(graph.unexamined({ ...examiner, modelId })).toEqual([a]);
  });

  it('stand for their copies, as long as they are there', () => {
    const a = putPhoto(catalog, folderId, 'a.jpg', 'one');
    const other = catalog.folders.add('/other');
    const copy = putPhoto(catalog, other, 'copy.jpg', 'one');
    expect(graph.unexamined(examiner)).toEqual([a, copy]);
    graph.examined(copy, examiner, []);
    expect(graph.unexamined(examiner)).toEqual([]);
    catalog.folders.remove(other, 1);
    expect(graph.unexamined(examiner)).toEqual([a]);
  });

  it('leave with their folder, and come back with it', () => {
    const [a, b] = putPhotos('a.jpg', 'b.jpg') as [number, number];
    graph.examined(a, examiner, [{ a, b, inliers: 9 }]);
    catalog.folders.remove(folderId, 1);
    expect([graph.unexamined(examiner), graph.countDescribed(examiner.modelId), graph.matches()]).toEqual([
      [],
      0,
      [],
    ]);
    catalog.folders.restore(folderId);
    expect(graph.unexamined(examiner)).toEqual([b]);
    expect(graph.matches()).toEqual([{ a, b, inliers: 9 }]);
  });
});

describe('compared pairs', () => {
  it('are remembered for both photos, those that do not match too', () => {
    const [a, b, c] = putPhotos('a.jpg', 'b.jpg', 'c.jpg') as [number, number, number];
    graph.examined(b, examiner, [
      { a, b, inliers: 40 },
      { a: b, b: c, inliers: 0 },
    ]);
    expect(graph.matches()).toEqual([{ a, b, inliers: 40 }]);
    expect(graph.comparedWith(b).sort()).toEqual([a, c]);
    expect(graph.comparedWith(a)).toEqual([b]);
    expect(graph.comparedWith(c)).toEqual([b]);
    expect(graph.matchesOf(a)).toEqual([{ photoId: b, inliers: 40 }]);
    expect(graph.matchesOf(b)).toEqual([{ photoId: a, inliers: 40 }]);
    expect(graph.matchesOf(c)).toEqual([]);
  });

  it('go with a photo that is deleted', () => {
    const [a, b] = putPhotos('a.jpg', 'b.jpg') as [number, number];
    graph.examined(a, examiner, [{ a, b, inliers: 40 }]);
    catalog.photos.delete(b);
    expect(graph.matches()).toEqual([]);
    expect(graph.comparedWith(a)).toEqual([]);
    expect(graph.unexamined(examiner)).toEqual([]);
  });

  it('go when the content of a photo becomes another, and stay when it does not', () => {
    const [a, b, c] = putPhotos('a.jpg', 'b.jpg', 'c.jpg') as [number, number, number];
    for (const photoId of [a, b, c]) graph.examined(photoId, examiner, []);
    graph.examined(b, examiner, [
      { a, b, inliers: 40 },
      { a: b, b: c, inliers: 30 },
    ]);
    replaceContent(c, 'c.jpg', 'c.jpg');
    expect(graph.matches()).toHaveLength(2);
    replaceContent(c, 'c.jpg', 'another');
    catalog.descriptors.put(c, examiner.modelId, vectorOf(c), Buffer.from('regions'));
    expect(graph.matches()).toEqual([{ a, b, inliers: 40 }]);
    expect(graph.unexamined(examiner)).toEqual([c]);
  });

  it('go when another method has come, and not before', () => {
    const [a, b] = putPhotos('a.jpg', 'b.jpg') as [number, number];
    graph.examined(a, examiner, [{ a, b, inliers: 40 }]);
    graph.dropOthers('method');
    expect(graph.comparedWith(a)).toEqual([b]);
    graph.dropOthers('newer');
    expect(graph.comparedWith(a)).toEqual([]);
    expect(graph.unexamined(examiner)).toEqual([a, b]);
  });
});

it('copies are the photos with the same content, but for those of a removed folder', () => {
  const a = putPhoto(catalog, folderId, 'a.jpg', 'one');
  const b = putPhoto(catalog, folderId, 'b.jpg', 'two');
  const c = putPhoto(catalog, folderId, 'c.jpg', 'one');
  const other = catalog.folders.add('/other');
  const d = putPhoto(catalog, other, 'd.jpg', 'one');
  const e = putPhoto(catalog, other, 'e.jpg', 'two');
  expect(graph.copies().sort((x, y) => x[0]! - y[0]!)).toEqual([
    [a, c, d],
    [b, e],
  ]);
  catalog.folders.remove(other, 1);
  expect(graph.copies()).toEqual([[a, c]]);
});
