import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { textToByteString } from '../../src/catalog/path-bytes.ts';
import { Pictures } from '../../src/training/pictures.ts';
import type { PictureSource } from '../../src/training/pictures.ts';
import { realPhoto } from '../ingest/pictures.ts';
import { sourceOf, temporaryFolder, writePhotos } from './photos.ts';

let folder: string;
let photos: PictureSource[];
beforeAll(async () => {
  folder = await temporaryFolder();
  photos = await writePhotos(folder, ['nagasaki-boats', 'march-pastoral', 'black-canyon'], 120);
});
afterAll(() => rm(folder, { recursive: true }));

const large = { longSide: 60, limitBytes: 1e9 };

describe('pictures of a run', () => {
  it('are upright and as large as wanted, with the pixels of the photo', async () => {
    const turned = path.join(folder, 'turned.jpg');
    const upright = sharp(realPhoto('nagasaki-boats')).resize({ width: 80, height: 60, fit: 'fill' });
    // Stored on its side, with the note that it is to be turned clockwise.
    await writeFile(
      turned,
      await sharp(await upright.png().toBuffer())
        .rotate(270)
        .withMetadata({ orientation: 6 })
        .jpeg({ quality: 100 })
        .toBuffer(),
    );
    const pictures = new Pictures([await sourceOf(turned)], large);
    const { data, width, height } = await pictures.get(0);
    expect([width, height]).toEqual([60, 45]);
    const wanted = await upright.clone().raw().toBuffer();
    const small = await sharp(wanted, { raw: { width: 80, height: 60, channels: 3 } })
      .resize(60, 45, { fit: 'fill' })
      .raw()
      .toBuffer();
    const difference = small.reduce((sum, value, at) => sum + Math.abs(value - data[at]!), 0) / small.length;
    expect(difference).toBeLessThan(4);
  });

  it('are decoded once, also when asked for at the same time, while they fit', async () => {
    const pictures = new Pictures(photos, large);
    const [one, other] = await Promise.all([pictures.get(0), pictures.get(0)]);
    expect(other).toBe(one);
    await pictures.get(1);
    expect(await pictures.get(0)).toBe(one);
  });

  it('that were not asked for longest go first when they no longer fit', async () => {
    const sizes = await Promise.all(
      [0, 1, 2].map(async (place) => (await new Pictures(photos, large).get(place)).data.length),
    );
    const limitBytes = Math.max(sizes[0]! + sizes[1]!, sizes[0]! + sizes[2]!);
    const pictures = new Pictures(photos, { longSide: 60, limitBytes });
    const [first, second] = [await pictures.get(0), await pictures.get(1)];
    expect(await pictures.get(0)).toBe(first);
    await pictures.get(2);
    expect(await pictures.get(0)).toBe(first);
    const again = await pictures.get(1);
    expect(again).not.toBe(second);
    expect(again).toEqual(second);
  });

  it('are given also where none can be kept', async () => {
    const pictures = new Pictures(photos, { longSide: 60, limitBytes: 0 });
    expect(await pictures.get(0)).not.toBe(await pictures.get(0));
    expect((await pictures.get(0)).width).toBe(60);
  });

  it('say what is wrong with a photo, and are asked anew each time', async () => {
    const file = path.join(folder, 'later.png');
    const broken = path.join(folder, 'broken.jpg');
    await writeFile(broken, realPhoto('march-pastoral').subarray(0, 5000));
    await writeFile(file, await sharp(realPhoto('march-pastoral')).resize({ width: 90 }).png().toBuffer());
    const later = await sourceOf(file);
    const gone = { path: textToByteString(path.join(folder, 'nothing.png')), hash: later.hash };
    const changed = { ...photos[0]!, hash: later.hash };
    await rm(file);
    const pictures = new Pictures([gone, changed, await sourceOf(broken), later], large);
    await expect(pictures.get(0)).rejects.toMatchObject({ code: 'photo-missing' });
    await expect(pictures.get(1)).rejects.toMatchObject({ code: 'photo-missing' });
    await expect(pictures.get(2)).rejects.toMatchObject({ code: /^photo-(cut-off|damaged)$/ });
    await expect(pictures.get(3)).rejects.toMatchObject({ code: 'photo-missing' });
    await writeFile(file, await sharp(realPhoto('march-pastoral')).resize({ width: 90 }).png().toBuffer());
    expect((await pictures.get(3)).width).toBe(60);
  });
});
