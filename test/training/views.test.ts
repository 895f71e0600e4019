import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defaultModelFolder, readModel } from '../../src/model/model-folder.ts';
import type { Model } from '../../src/model/model-folder.ts';
import type { View } from '../../src/training/network.ts';
import { Pictures } from '../../src/training/pictures.ts';
import type { PictureSource } from '../../src/training/pictures.ts';
import { createViewSource, viewSide } from '../../src/training/views.ts';
import { sourceOf, temporaryFolder, writePhotos } from './photos.ts';

const names = ['nagasaki-boats', 'march-pastoral', 'black-canyon'];
let folder: string;
let photos: PictureSource[];
let model: Model;
beforeAll(async () => {
  folder = await temporaryFolder();
  photos = await writePhotos(folder, names, 160);
  model = await readModel(defaultModelFolder());
});
afterAll(() => rm(folder, { recursive: true }));

const { signal } = new AbortController();
const places = [0, 1, 2];
const report = () => {};

function open(sources: readonly PictureSource[]): Pictures {
  return new Pictures(sources, { longSide: 512, limitBytes: 1e8 });
}

/** Mean colour of a view. */
function mean({ data }: View): number[] {
  const sums = [0, 0, 0];
  for (const [at, value] of data.entries()) sums[at % 3]! += value;
  return sums.map((sum) => (3 * sum) / data.length);
}

describe('views of the whole network', () => {
  it('show the photos that were asked for, each time in another way', async () => {
    const source = await createViewSource(model, 'full', open(photos), { seed: 1, places, report, signal });
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
    const source = await createViewSource(model, 'full', open(plain), { seed: 1, places, report, signal });
    const asked = [2, 0, 1, 1, 2];
    const lightest = (await source.views(asked, 3)).map((view) => {
      const means = mean(view);
      return means.indexOf(Math.max(...means));
    });
    expect(lightest).toEqual(asked);
    await source.close();
  });

  it('follow from seed, step and position alone, in whatever order they are made', async () => {
    const options = { seed: 5, places, report, signal };
    const source = await createViewSource(model, 'full', open(photos), options);
    const later = await source.views([2, 0], 8);
    const first = await source.views([0, 1], 0);
    await source.close();
    // A resumed run has another list of photos where some were added to the library.
    const again = await createViewSource(model, 'full', open([photos[1]!, ...photos]), options);
    expect(await again.views([1, 2], 0)).toEqual(first);
    expect(await again.views([3, 1], 8)).toEqual(later);
    await again.close();
    const other = await createViewSource(model, 'full', open(photos), { ...options, seed: 6 });
    expect(await other.views([0, 1], 0)).not.toEqual(first);
    await other.close();
  });

  it('tell beforehand which photos cannot be read', async () => {
    const file = path.join(folder, 'broken.png');
    await writeFile(file, 'no picture');
    const told: number[][] = [];
    const source = await createViewSource(model, 'full', open([...photos, await sourceOf(file)]), {
      seed: 1,
      places: [3, 0, 1],
      report: (done, total) => told.push([done, total]),
      signal,
    });
    expect([...source.unreadable.keys()]).toEqual([3]);
    expect(source.unreadable.get(3)).toMatchObject({ code: 'photo-unsupported' });
    expect(told.at(-1)).toEqual([3, 3]);
    await expect(source.views([3], 0)).rejects.toMatchObject({ code: 'photo-unsupported' });
    await source.close();
  });

  it('are not begun with once it was cancelled', async () => {
    const stopped = AbortSignal.abort();
    const making = createViewSource(model, 'full', open(photos), {
      seed: 1,
      places,
      report,
      signal: stopped,
    });
    await expect(making).rejects.toMatchObject({ name: 'AbortError' });
  });
});
