import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { trainingSettingsSchema } from '../src/api-training.ts';
import { openCatalog } from '../src/catalog/catalog.ts';
import type { Catalog } from '../src/catalog/catalog.ts';
import { jobOf, jobOfToday, readinessOf } from '../src/library-readiness.ts';
import { trainingJobSchema } from '../src/training/job.ts';
import { putPhoto } from './catalog/rows.ts';

const run = { folder: '/runs/1', modelFolder: '/model', cacheFile: null };
let root: string;
let catalog: Catalog;
let folderId: number;
let albums: number[][];

beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'akin-readiness-'));
  ({ catalog } = openCatalog(root));
  folderId = catalog.folders.add('/photos');
  albums = Array.from({ length: 7 }, (_, at) =>
    Array.from({ length: at === 6 ? 3 : 4 }, (_, photo) => put(`${at}-${photo}`)),
  );
  albums.forEach((photos, at) => catalog.albums.create(`album ${at}`, photos));
});

afterEach(() => {
  catalog.close();
  rmSync(root, { recursive: true, force: true });
});

function put(name: string, content = name): number {
  return putPhoto(catalog, folderId, `${name}.jpg`, content);
}

function verdict(a: number, b: number, kind: 'identical' | 'near-duplicate' | 'same-scene'): void {
  const none = {
    edits: [],
    homography: null,
    certainty: 1,
    overlapA: 0,
    overlapB: 0,
    residual: 0,
    inliers: 0,
  };
  catalog.verdicts.put({ ...none, a, b, kind });
}

it('six albums of four photos are enough; what is left out is named', () => {
  const [a, b] = [albums[0]![0]!, albums[1]![0]!];
  catalog.judgements.set(a, b, true);
  catalog.judgements.set(a, albums[2]![1]!, false);
  expect(readinessOf(catalog, 'albums')).toEqual({
    source: 'albums',
    albums: 6,
    photos: 24,
    enough: true,
    advice: 'more-albums',
    leftOut: [{ albumId: expect.any(Number) as number, name: 'album 6', photos: 3 }],
    overlaps: [],
    judgements: { same: 0, different: 1 },
    contradictions: [{ photoIds: [a, b], same: true }],
  });
  expect(readinessOf(catalog, 'places')).toMatchObject({ source: 'places', albums: 0, enough: false });
});

it('a copy of a photo makes no album larger, and one in another album is in neither', () => {
  const copy = put('copy', '0-0');
  const small = catalog.albums.list().find(({ name }) => name === 'album 6')!;
  catalog.albums.addPhotos(small.id, [copy]);
  const readiness = readinessOf(catalog, 'albums');
  expect(readiness.overlaps).toMatchObject([{ photos: 1 }]);
  expect(readiness).toMatchObject({ albums: 5, enough: false, advice: 'more-photos' });
  expect(() => jobOf(catalog, trainingSettingsSchema.parse({}), run)).toThrow(
    expect.objectContaining({ code: 'training-too-little', details: { albums: 5, photos: 4, wanted: 6 } }),
  );
});

it('a job has the photos once, the copies as pairs, and others that resemble none of the albums', () => {
  const [plain, alike, copyOfAlike, judged] = ['plain', 'alike', 'copy', 'judged'].map((name) =>
    put(name),
  ) as [number, number, number, number];
  verdict(albums[0]![0]!, albums[0]![1]!, 'near-duplicate');
  verdict(albums[0]![0]!, alike, 'same-scene');
  verdict(alike, copyOfAlike, 'near-duplicate');
  catalog.judgements.set(judged, albums[1]![0]!, true);
  const settings = trainingSettingsSchema.parse({});
  const job = jobOf(catalog, settings, run);
  expect(trainingJobSchema.parse(job)).toEqual(job);
  const ids = job.photos.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  const idsOf = (places: readonly number[]) => places.map((at) => ids[at]!);
  expect(job.albums.map(({ photos }) => idsOf(photos))).toEqual(albums.slice(0, 6));
  expect(idsOf(job.copies[0]!)).toEqual(albums[0]!.slice(0, 2));
  expect(job.copies).toHaveLength(1);
  // The album that is too small takes no part, and what is in it is no other either.
  expect(idsOf(job.others)).toEqual([plain]);
  expect(job.judgements).toEqual([
    { photos: [ids.indexOf(albums[1]![0]!), ids.indexOf(judged)], same: true },
  ]);
  expect(job.photos[0]!.path).toBe('/photos/0-0.jpg');
  expect(jobOf(catalog, { ...settings, judgements: false }, run).judgements).toEqual([]);
});

it('a photo that was moved is found where it is now, unless it became another', () => {
  const job = jobOf(catalog, trainingSettingsSchema.parse({}), run);
  const elsewhere = { ...job, photos: job.photos.map((photo) => ({ ...photo, path: '/away.jpg' })) };
  expect(jobOfToday(catalog, elsewhere)).toEqual(job);
  const others = { ...elsewhere, photos: elsewhere.photos.map((photo) => ({ ...photo, hash: '00' })) };
  expect(jobOfToday(catalog, others)).toEqual(others);
});
