import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDescriber } from '../../src/descriptor/describe.ts';
import { dot } from '../../src/descriptor/vectors.ts';
import { defaultModelFolder, readModel, withScales } from '../../src/model/model-folder.ts';
import type { Model } from '../../src/model/model-folder.ts';
import { compareModels, describePlaces, meanPrecision } from '../../src/training/measure.ts';
import { Pictures } from '../../src/training/pictures.ts';
import type { PictureSource } from '../../src/training/pictures.ts';
import { RegionMaxima } from '../../src/training/region-maxima.ts';
import { temporaryFolder, writePhotos } from './photos.ts';

describe('descriptors of photos', () => {
  let folder: string;
  let photos: PictureSource[];
  let model: Model;
  beforeAll(async () => {
    folder = await temporaryFolder();
    photos = await writePhotos(folder, ['nagasaki-boats', 'march-pastoral'], 160);
    const shipped = await readModel(defaultModelFolder());
    model = withScales({ ...shipped, settings: { ...shipped.settings, longSide: 96 } }, [1, 1.25]);
  });
  afterAll(() => rm(folder, { recursive: true }));
  const { signal } = new AbortController();

  it('are those of search, by the trunk or by kept maxima, without photos that cannot be read', async () => {
    const pictures = new Pictures([photos[0]!, { path: '/nothing', hash: 'ab'.repeat(32) }, photos[1]!], {
      longSide: 120,
      limitBytes: 1e8,
    });
    const describer = await createDescriber(model, { threads: 1 });
    const wanted = await describer.describe([await pictures.get(0), await pictures.get(2)]);
    await describer.release();
    const maxima = new RegionMaxima(model, pictures, { cacheFile: null, threads: 1 });
    for (const kept of [null, maxima]) {
      const told: number[] = [];
      const options = { maxima: kept, threads: 1, report: (done: number) => told.push(done), signal };
      const made = await describePlaces(model, pictures, [0, 1, 2], options);
      expect([...made.keys()]).toEqual([0, 2]);
      expect(dot(made.get(0)!, wanted[0]!.descriptor)).toBeGreaterThan(1 - 1e-5);
      expect(dot(made.get(2)!, wanted[1]!.descriptor)).toBeGreaterThan(1 - 1e-5);
      expect(told).toEqual([3]);
    }
    await maxima.release();
  });

  it('are not made once it was cancelled', async () => {
    const pictures = new Pictures(photos, { longSide: 96, limitBytes: 0 });
    const options = { maxima: null, threads: 1, report: () => {}, signal: AbortSignal.abort() };
    await expect(describePlaces(model, pictures, [0], options)).rejects.toMatchObject({ name: 'AbortError' });
  });
});

describe('two models compared', () => {
  /** Photos as directions in the plane, in degrees. */
  function directions(angles: Record<number, number>) {
    return new Map(
      Object.entries(angles).map(([place, angle]) => {
        const radians = (angle * Math.PI) / 180;
        return [Number(place), Float32Array.of(Math.cos(radians), Math.sin(radians))];
      }),
    );
  }
  // Places 10 and 11 are one album, 20 to 22 another; 30 is of none.
  const before = directions({ 10: 0, 11: 40, 20: 10, 21: 20, 22: 100, 30: 30 });
  const after = directions({ 10: 0, 11: 5, 20: 60, 21: 65, 22: 75, 30: 150 });
  const albums = [
    { id: 1, photos: [10, 11], queries: [10, 11] },
    { id: 2, photos: [20, 21, 22], queries: [22] },
  ];
  const database = [10, 11, 20, 21, 22, 30];

  it('have the precisions that can be counted, and an interval around the gain', () => {
    const { gain, comparisons } = compareModels(albums, database, before, after, 1)!;
    // Before, 10 finds 20, 21, 30 first and 11 in the fourth place: (0 + 1/4) / 2 = .125 of area. 11 finds 30, 21, 20 and
    // then 10: the same. 22 finds 11 and 30, then 21 and 20: (0 + 1/3) / 4 + (1/3 + 2/4) / 4 = .2917.
    const wanted = [12.5, 12.5, (100 * (1 / 3 + 1 / 3 + 1 / 2)) / 4];
    expect(comparisons.map(({ photo }) => photo)).toEqual([10, 11, 22]);
    for (const [at, { before: answer }] of comparisons.entries())
      expect(answer.precision).toBeCloseTo(wanted[at]!, 9);
    expect(comparisons.map(({ after: answer }) => answer.precision)).toEqual([100, 100, 100]);
    expect(gain.queries).toBe(3);
    expect(gain.before).toBeCloseTo((wanted[0]! + wanted[1]! + wanted[2]!) / 3, 9);
    expect(gain.after).toBe(100);
    const [lower, upper] = gain.interval;
    expect(lower).toBeCloseTo(100 - wanted[2]!, 9);
    expect(upper).toBeCloseTo(87.5, 9);
    expect(comparisons[0]!.before.matches).toEqual([20, 21, 30, 11, 22]);
    expect(comparisons[2]!.positives).toEqual(new Set([20, 21]));
    expect(meanPrecision(albums, database, before)).toBeCloseTo(gain.before, 9);
  });

  it('leave out photos that one of them could not describe', () => {
    const partly = new Map(before);
    partly.delete(11);
    partly.delete(30);
    const measured = compareModels(albums, database, partly, after, 1)!;
    // An album of one photo has nothing to find.
    expect(measured.comparisons.map(({ photo }) => photo)).toEqual([22]);
    expect(measured.gain.before).toBe(100);
    expect(compareModels([albums[0]!], database, partly, after, 1)).toBeNull();
    expect(meanPrecision([], database, before)).toBeNull();
  });
});
