import { createHash } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDescriber, describeMaxima, gridMaxima } from '../../src/descriptor/describe.ts';
import { createHead } from '../../src/descriptor/head.ts';
import { dot } from '../../src/descriptor/vectors.ts';
import { defaultModelFolder, readModel } from '../../src/model/model-folder.ts';
import type { Model } from '../../src/model/model-folder.ts';
import { createTrunk } from '../../src/model/trunk.ts';
import { Pictures } from '../../src/training/pictures.ts';
import type { PictureSource } from '../../src/training/pictures.ts';
import { MaximaFile, RegionMaxima, trunkIdentity } from '../../src/training/region-maxima.ts';
import { temporaryFolder, writePhotos } from './photos.ts';

let folder: string;
let photos: PictureSource[];
let model: Model;
beforeAll(async () => {
  folder = await temporaryFolder();
  photos = await writePhotos(folder, ['nagasaki-boats', 'march-pastoral'], 160);
  const shipped = await readModel(defaultModelFolder());
  model = { ...shipped, settings: { ...shipped.settings, longSide: 128 } };
});
afterAll(() => rm(folder, { recursive: true }));

function pictures(sources = photos): Pictures {
  return new Pictures(sources, { longSide: 128, limitBytes: 1e8 });
}

/** Photos that cannot be decoded, with the same hashes: what is found of them comes from the file. */
function gone(): PictureSource[] {
  return photos.map(({ hash }) => ({ path: '/nothing', hash }));
}

const whole = { scale: 1 } as const;

describe('region maxima', () => {
  it('are those of the trunk to half precision, which moves a descriptor by next to nothing', async () => {
    const maxima = new RegionMaxima(model, pictures(), { cacheFile: null, threads: 1 });
    const [made] = await maxima.get([{ place: 0, view: whole }]);
    const pixels = await pictures().get(0);
    const trunk = await createTrunk(model, { threads: 1 });
    const [map] = await trunk.run([pixels]);
    const wanted = gridMaxima(map!, model.settings);
    expect([made!.height, made!.width]).toEqual([map!.height, map!.width]);
    expect(made!.maxima).toHaveLength(wanted.length);
    for (const [at, value] of wanted.entries())
      expect(Math.abs(made!.maxima[at]! - value)).toBeLessThanOrEqual(value * 2 ** -11 + 2 ** -25);

    const head = await createHead(model.head, model.channels, { threads: 1 });
    const describer = await createDescriber(model, { threads: 1 });
    const [own] = await describeMaxima(head, model.settings, [made!]);
    const [exact] = await describer.describe([pixels]);
    expect(1 - dot(own!.descriptor, exact!.descriptor)).toBeLessThan(1e-6);
    expect(own!.regions.geometry).toEqual(exact!.regions.geometry);
    await Promise.all([maxima.release(), trunk.release(), head.release(), describer.release()]);
  });

  it('come from the file the next time, without photos and trunk', async () => {
    const cacheFile = path.join(folder, 'maxima.sqlite');
    const wanted = [
      { place: 1, view: whole },
      { place: 0, view: { augmented: 0 } },
      { place: 0, view: { augmented: 1 } },
      { place: 1, view: whole },
    ];
    const first = new RegionMaxima(model, pictures(), { cacheFile, threads: 1 });
    const made = await first.get(wanted);
    await first.release();
    expect(made[3]).toEqual(made[0]);
    expect(made[1]!.maxima).not.toEqual(made[2]!.maxima);
    const second = new RegionMaxima(model, pictures(gone()), { cacheFile, threads: 1 });
    expect(await second.get(wanted)).toEqual(made);
    // What was not kept is asked of the photo.
    await expect(second.get([{ place: 0, view: whole }])).rejects.toMatchObject({ code: 'photo-missing' });
    await second.release();

    const file = new MaximaFile(cacheFile);
    expect(file.get(photos[1]!.hash, trunkIdentity(model), whole)).toEqual(made[0]);
    expect(file.get(photos[0]!.hash, trunkIdentity(model), whole)).toBeUndefined();
    file.close();
  });

  it('of another trunk, grid or size are others, those of another head are not', () => {
    const own = trunkIdentity(model);
    expect(trunkIdentity({ ...model, head: null })).toBe(own);
    expect(trunkIdentity({ ...model, settings: { ...model.settings, levels: 2 } })).not.toBe(own);
    expect(trunkIdentity({ ...model, settings: { ...model.settings, longSide: 256 } })).not.toBe(own);
    const [name, { shape, data }] = [...model.tensors][3]!;
    const changed = new Map(model.tensors).set(name, {
      shape,
      data: data.map((value, at) => (at === 0 ? value + 1 : value)),
    });
    expect(trunkIdentity({ ...model, tensors: changed })).not.toBe(own);
  });

  it('are made without the file where that is damaged or cannot be written', async () => {
    const damaged = path.join(folder, 'damaged.sqlite');
    await writeFile(damaged, 'no database at all, but long enough to be looked at as one. '.repeat(40));
    for (const cacheFile of [damaged, folder]) {
      const maxima = new RegionMaxima(model, pictures(), { cacheFile, threads: 1 });
      const [made] = await maxima.get([{ place: 0, view: whole }]);
      expect(made!.maxima.some((value) => value > 0)).toBe(true);
      await maxima.release();
    }
  });

  it('are dropped from a file that grows too large, the oldest first', async () => {
    const file = new MaximaFile(path.join(folder, 'small.sqlite'), 250);
    const hashes = [1, 2, 3].map((name) => createHash('sha256').update(`${name}`).digest('hex'));
    const content = new Uint8Array(new Uint16Array(50).buffer);
    for (const hash of hashes) file.put(hash, 'trunk', whole, content);
    expect(hashes.map((hash) => file.get(hash, 'trunk', whole) !== undefined)).toEqual([false, true, true]);
    file.close();
  });
});
