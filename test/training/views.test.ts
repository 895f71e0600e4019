import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defaultModelFolder, readModel } from '../../src/model/model-folder.ts';
import type { Model } from '../../src/model/model-folder.ts';
import type { View } from '../../src/training/network.ts';
import { Pictures } from '../../src/training/pictures.ts';
import type { PictureSource } from '../../src/training/pictures.ts';
import { RegionMaxima } from '../../src/training/region-maxima.ts';
import { createViewSource, headViews, viewSide } from '../../src/training/views.ts';
import type { ViewSource, ViewSourceOptions } from '../../src/training/views.ts';
import type { Depth } from '../../src/api-training.ts';
import { sourceOf, temporaryFolder, writePhotos } from './photos.ts';

const names = ['nagasaki-boats', 'march-pastoral', 'black-canyon'];
let folder: string;
let photos: PictureSource[];
let model: Model;
beforeAll(async () => {
  folder = await temporaryFolder();
  photos = await writePhotos(folder, names, 160);
  const shipped = await readModel(defaultModelFolder());
  // Small, for speed.
  model = { ...shipped, settings: { ...shipped.settings, longSide: 96 } };
});
afterAll(() => rm(folder, { recursive: true }));

const { signal } = new AbortController();
const places = [0, 1, 2];

function open(sources: readonly PictureSource[]): Pictures {
  return new Pictures(sources, { longSide: 512, limitBytes: 1e8 });
}

/** What a test does not say otherwise: seed 1, all three photos. */
async function sourceFor(
  depth: Depth,
  pictures: Pictures,
  options: Partial<ViewSourceOptions> = {},
): Promise<ViewSource> {
  const maxima = new RegionMaxima(model, pictures, { cacheFile: null, threads: 1 });
  const base = { seed: 1, places, folder, maxima, threads: 1, report: () => {}, signal };
  const source = await createViewSource(model, depth, pictures, { ...base, ...options });
  return {
    ...source,
    async close() {
      await source.close();
      await maxima.release();
    },
  };
}

/** Mean colour of a view. */
function mean({ data }: View): number[] {
  const sums = [0, 0, 0];
  for (const [at, value] of data.entries()) sums[at % 3]! += value;
  return sums.map((sum) => (3 * sum) / data.length);
}

describe('views of the whole network', () => {
  it('show the photos that were asked for, each time in another way', async () => {
    const source = await sourceFor('full', open(photos));
    const views = await source.views([1, 1, 2], 0);
    expect(views.map(({ shape }) => shape)).toEqual(Array(3).fill([viewSide, viewSide, 3]));
    expect(views.every(({ data }) => data.length === viewSide ** 2 * 3)).toBe(true);
    expect(views[0]!.data).not.toEqual(views[1]!.data);
    expect((await source.views([1], 1))[0]!.data).not.toEqual(views[0]!.data);
    await source.close();
  });

  it('are of the places that were asked for, in their order', async () => {
    const colours = ['#c02020', '#20c020', '#2020c0'];
    const plain = await Promise.all(
      colours.map(async (background, channel) => {
        const file = path.join(folder, `plain-${channel}.png`);
        await sharp({ create: { width: 90, height: 60, channels: 3, background } }).toFile(file);
        return sourceOf(file);
      }),
    );
    const source = await sourceFor('full', open(plain));
    const asked = [2, 0, 1, 1, 2];
    const lightest = (await source.views(asked, 3)).map((view) => {
      const means = mean(view);
      return means.indexOf(Math.max(...means));
    });
    expect(lightest).toEqual(asked);
    await source.close();
  });

  it('follow from seed, step and position alone, in whatever order they are made', async () => {
    const source = await sourceFor('full', open(photos), { seed: 5 });
    const later = await source.views([2, 0], 8);
    const first = await source.views([0, 1], 0);
    await source.close();
    // A resumed run has another list of photos where some were added to the library.
    const again = await sourceFor('full', open([photos[1]!, ...photos]), { seed: 5 });
    expect(await again.views([1, 2], 0)).toEqual(first);
    expect(await again.views([3, 1], 8)).toEqual(later);
    await again.close();
    const other = await sourceFor('full', open(photos), { seed: 6 });
    expect(await other.views([0, 1], 0)).not.toEqual(first);
    await other.close();
  });

  it('tell beforehand which photos cannot be read', async () => {
    const file = path.join(folder, 'broken.png');
    await writeFile(file, 'no picture');
    const told: number[][] = [];
    const source = await sourceFor('full', open([...photos, await sourceOf(file)]), {
      places: [3, 0, 1],
      report: (done, total) => told.push([done, total]),
    });
    expect([...source.unreadable.keys()]).toEqual([3]);
    expect(source.unreadable.get(3)).toMatchObject({ code: 'photo-unsupported' });
    expect(told.at(-1)).toEqual([3, 3]);
    await expect(source.views([3], 0)).rejects.toMatchObject({ code: 'photo-unsupported' });
    await source.close();
  });

  it('are not begun with once it was cancelled', async () => {
    const stopped = AbortSignal.abort();
    const making = sourceFor('full', open(photos), { signal: stopped });
    await expect(making).rejects.toMatchObject({ name: 'AbortError' });
  });
});

describe('views of a head', () => {
  it('are maxima of the photo and of its augmented views, and follow from seed, step and position', async () => {
    const pictures = open(photos);
    const source = await sourceFor('head', pictures);
    const asked = Array<number>(40).fill(1);
    const views = await source.views(asked, 2);
    expect(views.every(({ data, shape }) => shape[1] === 1280 && data.length === shape[0]! * 1280)).toBe(
      true,
    );
    const different = new Set(views.map(({ data }) => data.slice(0, 20).join()));
    expect(different.size).toBe(1 + headViews);
    const other = await sourceFor('head', pictures);
    expect((await other.views([1, 1, 2], 2)).slice(0, 2)).toEqual(views.slice(0, 2));
    await Promise.all([source.close(), other.close()]);
  });

  it('tell which photos cannot be read', async () => {
    const gone = { ...photos[0]!, path: `${photos[0]!.path}.gone` };
    const source = await sourceFor('head', open([...photos, gone]), { places: [0, 3] });
    expect([...source.unreadable.keys()]).toEqual([3]);
    expect(await source.views([0], 0)).toHaveLength(1);
    await source.close();
  });
});

describe('views of the last layers', () => {
  it('are what the frozen part gives, of eight views of each photo', async () => {
    const told: number[] = [];
    const gone = { ...photos[0]!, path: `${photos[0]!.path}.gone` };
    const source = await sourceFor('last', open([...photos, gone]), {
      places: [0, 2, 3],
      report: (done) => told.push(done),
    });
    expect([...source.unreadable.keys()]).toEqual([3]);
    expect(told.at(-1)).toBe(3);
    const views = await source.views(Array<number>(60).fill(2), 0);
    const different = new Set(views.map(({ data }) => data.slice(0, 20).join()));
    expect(different.size).toBe(8);
    expect(new Set(views.map(({ shape }) => shape.join())).size).toBe(1);
    expect(views[0]!.data).toHaveLength(views[0]!.shape.reduce((product, length) => product * length));
    await source.close();
  });
});
