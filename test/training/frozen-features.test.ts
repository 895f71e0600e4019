import { open, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defaultModelFolder, readModel } from '../../src/model/model-folder.ts';
import type { Model } from '../../src/model/model-folder.ts';
import { createLayerTrunk } from '../../src/model/trunk.ts';
import { augment, drawRecipe, randomOfView } from '../../src/training/augmentation.ts';
import { createFrozenFeatures, frozenFiles } from '../../src/training/frozen-features.ts';
import type { FrozenOptions } from '../../src/training/frozen-features.ts';
import { frozenLayer } from '../../src/training/network.ts';
import { Pictures } from '../../src/training/pictures.ts';
import type { PictureSource } from '../../src/training/pictures.ts';
import { temporaryFolder, writePhotos } from './photos.ts';

const side = 64;
let folder: string;
let photos: PictureSource[];
let model: Model;
beforeAll(async () => {
  folder = await temporaryFolder();
  photos = await writePhotos(folder, ['nagasaki-boats', 'march-pastoral'], 100);
  model = await readModel(defaultModelFolder());
});
afterAll(() => rm(folder, { recursive: true }));

function make(options: Partial<FrozenOptions> = {}, sources: readonly PictureSource[] = photos) {
  const pictures = new Pictures(sources, { longSide: 100, limitBytes: 1e8 });
  const { signal } = new AbortController();
  const base = { folder, places: [1, 0], seed: 3, side, threads: 1, report: () => {}, signal };
  return createFrozenFeatures(model, pictures, { ...base, ...options });
}

/** Photos that cannot be decoded, with the same hashes. */
function gone(): PictureSource[] {
  return photos.map(({ hash }) => ({ path: '/nothing', hash }));
}

describe('frozen features', () => {
  it('are what the layer gives for the view, channels last, to half precision', async () => {
    const frozen = await make();
    expect(frozen.views).toBe(8);
    const { data, shape } = await frozen.get(1, 5);
    await frozen.close();
    const photo = await new Pictures(photos, { longSide: 100, limitBytes: 0 }).get(1);
    const random = randomOfView(3, photos[1]!.hash, 'frozen/5');
    const view = await augment(photo, drawRecipe(random, photo.width, photo.height), side);
    const trunk = await createLayerTrunk(model, [frozenLayer(model)], { threads: 1 });
    const [[map]] = (await trunk.run([view])) as [
      [{ data: Float32Array; channels: number; height: number; width: number }],
    ];
    expect(shape).toEqual([map.height, map.width, map.channels]);
    for (let at = 0; at < data.length; at++) {
      const [cell, channel] = [Math.floor(at / map.channels), at % map.channels];
      const wanted = map.data[channel * map.height * map.width + cell]!;
      expect(Math.abs(data[at]! - wanted)).toBeLessThan(Math.abs(wanted) * 2 ** -10 + 1e-3);
    }
    await trunk.release();
  });

  it('are found again, and only what is missing or damaged is made anew', async () => {
    const first = await make();
    const wanted = [await first.get(0, 2), await first.get(1, 7)];
    await first.close();
    const second = await make({}, gone());
    expect([await second.get(0, 2), await second.get(1, 7)]).toEqual(wanted);
    await second.close();

    const file = path.join(folder, frozenFiles.features);
    const bytes = (await readFile(file)).length;
    const handle = await open(file, 'r+');
    // In the view 7 of the photo at place 1, which has the first row.
    await handle.write(Buffer.from([1, 2, 3, 4]), 0, 4, (bytes / 16) * 7 + 100);
    await handle.close();
    await expect(make({}, gone())).rejects.toMatchObject({ code: 'photo-missing' });
    const third = await make();
    expect([await third.get(0, 2), await third.get(1, 7)]).toEqual(wanted);
    await third.close();
  });

  it('of another seed or other photos are not taken for these', async () => {
    const first = await make();
    const wanted = await first.get(0, 0);
    await first.close();
    const other = await make({ seed: 4 });
    expect(await other.get(0, 0)).not.toEqual(wanted);
    await other.close();
    await expect(make({ places: [0, 1], seed: 4 }, gone())).rejects.toMatchObject({ code: 'photo-missing' });
  });

  it('are fewer views where they would take too much room', async () => {
    const frozen = await make({ byteLimit: 2.5 * 2 * (4 + 2 * 4 * 4 * 96) });
    expect(frozen.views).toBeLessThan(8);
    expect(frozen.views).toBeGreaterThanOrEqual(1);
    await frozen.close();
  });

  it('end when the run is cancelled, and go on from there', async () => {
    const controller = new AbortController();
    const stopping = make({ seed: 9, signal: controller.signal, report: () => controller.abort() });
    await expect(stopping).rejects.toMatchObject({ name: 'AbortError' });
    // The first of them, at place 1, was made.
    const half = [gone()[0]!, gone()[1]!];
    await expect(
      make({ seed: 9 }, [photos[0]!, half[1]!]).then((frozen) => frozen.close()),
    ).resolves.toBeUndefined();
  });
});
