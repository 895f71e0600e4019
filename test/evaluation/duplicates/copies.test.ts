import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeCopies, photosBelow } from '../../../src/evaluation/duplicates/copies.ts';
import type { CopiesOptions, SoughtPhoto } from '../../../src/evaluation/duplicates/copies.ts';
import { editsOf } from '../../../src/evaluation/duplicates/edits.ts';
import { randomNumbers } from '../../../src/evaluation/duplicates/random-numbers.ts';
import type { RgbPixels } from '../../../src/model/trunk.ts';
import { realPhoto } from '../../ingest/pictures.ts';

const root = mkdtempSync(path.join(tmpdir(), 'akin-copies-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const { signal } = new AbortController();

let photo: RgbPixels;
beforeAll(async () => {
  const { data, info } = await sharp(realPhoto('black-canyon'))
    .resize(360, 240, { fit: 'fill' })
    .raw()
    .toBuffer({ resolveWithObject: true });
  photo = { data, width: info.width, height: info.height };
});

const edits = editsOf('evaluation');

async function applied(name: string): Promise<RgbPixels> {
  const edit = edits.find((one) => one.name === name)!;
  const file = await edit.apply(photo, randomNumbers(1));
  const { data, info } = await sharp(file).raw().toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
}

/** Mean of all values, and of their distance from it. */
function spread({ data }: { data: Uint8Array }): { mean: number; deviation: number } {
  const mean = data.reduce((sum, value) => sum + value, 0) / data.length;
  const squares = data.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / data.length) };
}

describe('edits', () => {
  it('come in two sets that share no strength', () => {
    const withoutStrength = new Set(['rotated', 'mirrored', 'grey']);
    const choosing = new Set(editsOf('choosing').map(({ name }) => name));
    const shared = edits.filter(({ name }) => choosing.has(name));
    expect(shared.filter(({ edit }) => !withoutStrength.has(edit))).toEqual([]);
    expect(new Set(edits.map(({ name }) => name)).size).toBe(edits.length);
    expect(new Set(editsOf('choosing').map(({ edit }) => edit))).toEqual(
      new Set(edits.map(({ edit }) => edit)),
    );
  });

  it.each([
    ['re-saved quality 10', 360, 240],
    ['resized 25 %', 90, 60],
    ['rotated 90°', 240, 360],
    ['rotated 180°', 360, 240],
    ['mirrored left to right', 360, 240],
    ['grey', 360, 240],
    ['border 5 %', 396, 276],
    ['screenshot 65 %', 1280, 800],
  ])('make a picture of the right size: %s', async (name, width, height) => {
    expect(await applied(name)).toMatchObject({ width, height });
  });

  it.each([
    ['cropped 50 %', 0.5],
    ['cropped 70 %', 0.7],
  ])('cut to the share of the area that they name, wherever chance will: %s', async (name, area) => {
    const edit = edits.find((one) => one.name === name)!;
    for (let seed = 1; seed <= 10; seed++) {
      const { width, height } = await sharp(await edit.apply(photo, randomNumbers(seed))).metadata();
      expect((width * height) / (photo.width * photo.height)).toBeCloseTo(area, 1);
      expect(width).toBeLessThanOrEqual(photo.width);
      expect(height).toBeLessThanOrEqual(photo.height);
    }
  });

  it.each(['straightened -2°', 'straightened 5°'])(
    'leave no corner empty where they turn: %s',
    async (name) => {
      const white = { data: new Uint8Array(360 * 240 * 3).fill(255), width: 360, height: 240 };
      const file = await edits.find((one) => one.name === name)!.apply(white, randomNumbers(1));
      const { data, info } = await sharp(file).raw().toBuffer({ resolveWithObject: true });
      expect(data.every((value) => value > 250)).toBe(true);
      expect(info.width / info.height).toBeCloseTo(1.5, 1);
      expect(info.width).toBeGreaterThan(360 * 0.8);
    },
  );

  it('turn the way that they say', async () => {
    const { data, width } = await applied('rotated 90°');
    // What was the lower left corner is the upper left one now.
    const before = [...photo.data.slice(3 * 360 * 239, 3 * 360 * 239 + 3)];
    for (const [channel, value] of before.entries())
      expect(Math.abs(data[channel]! - value)).toBeLessThan(40);
    expect(width).toBe(240);
  });

  it('change light, contrast and colour', async () => {
    const plain = spread(photo);
    expect(spread(await applied('brightness x 0.65')).mean).toBeCloseTo(plain.mean * 0.65, -1);
    expect(spread(await applied('contrast x 0.6')).deviation).toBeCloseTo(plain.deviation * 0.6, -1);
    const grey = (await applied('grey')).data;
    expect(grey.every((value, at) => Math.abs(value - grey[at - (at % 3)]!) <= 1)).toBe(true);
    expect(spread({ data: grey }).deviation).toBeGreaterThan(20);
  });

  it('draw over a photo without hiding it', async () => {
    const { data } = await applied('watermarked 55 %');
    const differing = data.filter((value, at) => Math.abs(value - photo.data[at]!) > 50).length / data.length;
    expect(differing).toBeGreaterThan(0.005);
    expect(differing).toBeLessThan(0.25);
  });

  it('are the same for the same seed, and others for another', async () => {
    const random = edits.filter(({ edit }) =>
      ['cropped', 'watermarked', 'border', 'screenshot'].includes(edit),
    );
    for (const edit of random) {
      const [one, same, other] = await Promise.all(
        [7, 7, 8].map(async (seed) => digest(await edit.apply(photo, randomNumbers(seed)))),
      );
      expect(same).toBe(one);
      if (edit.edit !== 'border') expect(other).not.toBe(one);
    }
  });
});

describe('copies of a sample', () => {
  let photos: string;

  beforeAll(async () => {
    photos = path.join(root, 'photos');
    mkdirSync(path.join(photos, 'below'), { recursive: true });
    for (const name of ['black-canyon', 'nagasaki-boats', 'dust-bowl-home'])
      await sharp(realPhoto(name))
        .resize(120)
        .toFile(path.join(photos, 'below', `${name}.jpg`));
    writeFileSync(path.join(photos, 'broken.jpg'), 'no picture');
    writeFileSync(path.join(photos, 'notes.txt'), 'no photo');
  });

  async function copies(name: string, change: Partial<CopiesOptions> = {}): Promise<SoughtPhoto[]> {
    const folder = path.join(root, name);
    mkdirSync(folder);
    const options = { sample: 2, seed: 1, strengths: 'evaluation', folder, signal } as const;
    return makeCopies(await photosBelow(photos, signal), {
      ...options,
      onProgress: () => undefined,
      onUnreadable: () => undefined,
      ...change,
    });
  }

  it('are made of so many photos, each with each edit, beside all photos', async () => {
    const unreadable: string[] = [];
    const sought = await copies('all', { sample: 10, onUnreadable: (file) => unreadable.push(file) });
    expect(sought.filter(({ edit }) => !edit).map(({ file }) => path.relative(photos, file))).toEqual([
      'below/black-canyon.jpg',
      'below/dust-bowl-home.jpg',
      'below/nagasaki-boats.jpg',
      'broken.jpg',
    ]);
    const made = sought.filter(({ edit }) => edit);
    expect(made).toHaveLength(3 * edits.length);
    expect(new Set(made.map(({ file }) => file)).size).toBe(made.length);
    expect(unreadable).toEqual([path.join(photos, 'broken.jpg')]);
    const of = made.filter(({ original }) => original === 1).map(({ edit }) => edit!.name);
    expect(of).toEqual(edits.map(({ name }) => name));
  });

  it('are the same for the same seed, byte for byte', async () => {
    const digests = (sought: SoughtPhoto[]) => sought.map(({ file }) => digest(readFileSync(file)));
    const one = await copies('one');
    expect(digests(await copies('again'))).toEqual(digests(one));
    expect(digests(await copies('other', { seed: 2 }))).not.toEqual(digests(one));
  });

  it('are no longer made once that is cancelled', async () => {
    const controller = new AbortController();
    const work = copies('cancelled', { signal: controller.signal, onProgress: () => controller.abort() });
    await expect(work).rejects.toMatchObject({ name: 'AbortError' });
    expect(readdirSync(path.join(root, 'cancelled'))).toHaveLength(1);
  });
});

function digest(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
