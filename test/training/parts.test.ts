import { expect, test } from 'vitest';
import { trainingSettingsSchema } from '../../src/api-training.ts';
import type { TrainingJob } from '../../src/training/job.ts';
import { ownAlbumsOf, partsOf, readableParts, splitOf, validationAlbums } from '../../src/training/parts.ts';

/** Eight albums of eight photos, then twenty others. */
function jobOf(changes: Partial<TrainingJob> = {}): TrainingJob {
  const photos = Array.from({ length: 84 }, (_, place) => ({
    id: 1000 + place,
    path: `/${place}`,
    hash: '',
  }));
  return {
    modelFolder: '',
    folder: '',
    cacheFile: null,
    photos,
    albums: Array.from({ length: 8 }, (_, album) => ({
      id: album + 1,
      name: `album ${album}`,
      photos: Array.from({ length: 8 }, (_, at) => album * 8 + at),
    })),
    ownAlbums: [],
    judgements: [],
    copies: [],
    others: Array.from({ length: 20 }, (_, at) => 64 + at),
    heldOut: null,
    settings: trainingSettingsSchema.parse({}),
    ...changes,
  };
}

test('every photo is in one part, by its place', () => {
  const parts = partsOf(jobOf());
  const all = [
    ...parts.albums.flatMap(({ training, validation, heldOut }) => [...training, ...validation, ...heldOut]),
    ...parts.heldOutAlbums.flatMap(({ photos }) => photos),
    ...parts.othersTraining,
    ...parts.othersMeasured,
  ];
  expect(all.sort((a, b) => a - b)).toEqual(Array.from({ length: 84 }, (_, place) => place));
  expect(parts.heldOutAlbums).toHaveLength(2);
});

test('the split is told by the ids and names of the library', () => {
  const job = jobOf();
  const parts = partsOf(job);
  const split = splitOf(job, parts);
  expect(split.heldOutAlbums.map(({ name }) => name)).toEqual(
    parts.heldOutAlbums.map(({ id }) => `album ${id - 1}`),
  );
  expect(split.trainingAlbums[0]!.training).toEqual(parts.albums[0]!.training.map((place) => 1000 + place));
});

test('what was judged about photos that are held out is not learnt', () => {
  const parts = partsOf(jobOf());
  const [one, other] = parts.albums;
  const judgements: TrainingJob['judgements'] = [
    { photos: [one!.training[0]!, other!.training[0]!], same: false },
    { photos: [one!.training[0]!, parts.heldOutAlbums[0]!.photos[0]!], same: false },
    { photos: [one!.training[0]!, other!.heldOut[0]!], same: false },
  ];
  expect(partsOf(jobOf({ judgements })).judged).toEqual([
    { a: one!.training[0], b: other!.training[0], same: false },
  ]);
});

test('a photo that cannot be read leaves all others where they were', () => {
  const parts = partsOf(jobOf());
  const lost = new Set([parts.albums[0]!.training[0]!, parts.othersMeasured[0]!]);
  const left = readableParts(parts, lost);
  expect(left.albums[0]!.training).toEqual(parts.albums[0]!.training.slice(1));
  expect(left.albums.slice(1)).toEqual(parts.albums.slice(1));
  expect(left.othersMeasured).toEqual(parts.othersMeasured.slice(1));
});

test('too many that cannot be read are said, and too few albums', () => {
  const parts = partsOf(jobOf());
  const half = new Set(Array.from({ length: 40 }, (_, place) => place));
  expect(() => readableParts(parts, half)).toThrow(
    expect.objectContaining({ code: 'training-unreadable', details: { count: 40, total: 64 } }),
  );
  const few = jobOf().albums.slice(0, 5);
  expect(() => partsOf(jobOf({ albums: few }))).toThrow(
    expect.objectContaining({ code: 'training-too-little' }),
  );
});

test('albums and photos are held out as they are given', () => {
  const parts = partsOf(jobOf({ heldOut: { albumIds: [2, 4], photos: [0, 1, 16] } }));
  expect(parts.heldOutAlbums.map(({ id }) => id)).toEqual([2, 4]);
  expect(parts.albums.map(({ heldOut }) => heldOut)).toEqual([[0, 1], [16], [], [], [], []]);
  expect(validationAlbums(parts).every(({ queries }) => queries.length === 0)).toBe(true);
});

test('own albums ask with photos that training did not see, copies of such neither', () => {
  const parts = partsOf(jobOf());
  const [seen, alsoSeen] = parts.albums[0]!.training as [number, number];
  const job = jobOf({ ownAlbums: [[seen, 64, 65, 66]], copies: [[alsoSeen, 65]] });
  expect(ownAlbumsOf(job, parts)).toEqual([{ id: 0, photos: [seen, 64, 65, 66], queries: [64, 66] }]);
});
