import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { learnHeads } from '../../src/evaluation/learn-heads.ts';
import { createVariantDescriber } from '../../src/evaluation/variants.ts';
import type { Combination } from '../../src/evaluation/variants.ts';
import { defaultModelFolder, readModel } from '../../src/model/model-folder.ts';
import type { Model } from '../../src/model/model-folder.ts';
import { samplePhotos } from '../../src/samples.ts';
import { realPhoto } from '../ingest/pictures.ts';

const longSide = 96;
let folder: string;
let model: Model;
const files: string[] = [];

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'akin-heads-'));
  model = await readModel(defaultModelFolder());
  for (const name of samplePhotos) {
    const file = path.join(folder, `${name}.png`);
    await sharp(realPhoto(name)).resize(longSide, longSide, { fit: 'inside' }).toFile(file);
    files.push(file);
  }
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const refuse = (_place: number, error: Error) => {
  throw error;
};

test('each combination gets the head that whitens what it has seen', async () => {
  const combinations: Combination[] = [
    // Fewer photos than channels.
    { layer: 'features.18.0', pooling: { name: 'gem', power: 3 } },
    { layer: 'features.14.conv.0.0', pooling: { name: 'r-mac-concatenated', levels: 2 } },
    // More rows than can be whitened: a row a region.
    { layer: 'features.2.conv.2', pooling: { name: 'r-mac', levels: 2, wholeMap: true } },
  ];
  const seen: number[] = [];
  const heads = await learnHeads(model, combinations, files, {
    longSide,
    onUnreadable: refuse,
    onProgress: (done) => seen.push(done),
  });
  expect(seen.at(-1)).toBe(files.length);
  expect(heads.map(({ channels, dimensions }) => [channels, dimensions])).toEqual([
    [1280, 7],
    [1152, 7],
    [24, 24],
  ]);
  const gem = { name: 'whitened', ...combinations[0]!, head: null } as const;
  const describer = await createVariantDescriber(model, [gem]);
  const white = [];
  for (const file of files) {
    const { data, info } = await sharp(file).removeAlpha().raw().toBuffer({ resolveWithObject: true });
    const [[made] = []] = await describer.describe([{ ...info, data }]);
    const { whole } = made!;
    const head = heads[0]!;
    white.push(
      Float32Array.from({ length: head.dimensions }, (_, row) =>
        whole.reduce((sum, value, i) => sum + head.projection[row * 1280 + i]! * (value + head.shift[i]!), 0),
      ),
    );
  }
  await describer.release();
  // Centred, and of the same variance in every direction.
  for (let i = 0; i < 7; i++) {
    expect(white.reduce((sum, vector) => sum + vector[i]!, 0)).toBeCloseTo(0, 2);
    expect(white.reduce((sum, vector) => sum + vector[i]! ** 2, 0) / white.length).toBeCloseTo(1, 2);
  }
});

test('a photo that cannot be read is told, and left out', async () => {
  const broken = path.join(folder, 'broken.jpg');
  writeFileSync(broken, 'no photo');
  const told: [number, string][] = [];
  const [head] = await learnHeads(
    model,
    [{ layer: 'features.18.0', pooling: { name: 'mac' } }],
    [files[0]!, broken, path.join(folder, 'gone.jpg'), ...files.slice(1)],
    { longSide, onUnreadable: (place, { code }) => told.push([place, code]) },
  );
  expect(told).toEqual([
    [1, 'photo-unsupported'],
    [2, 'photo-missing'],
  ]);
  expect(head!.dimensions).toBe(files.length - 1);
});

test('it ends when it is asked to, and wants two photos', async () => {
  const controller = new AbortController();
  const combination: Combination = { layer: 'features.18.0', pooling: { name: 'mac' } };
  const learning = learnHeads(model, [combination], [...files, ...files], {
    longSide,
    onUnreadable: refuse,
    signal: controller.signal,
    onProgress: () => controller.abort(),
  });
  await expect(learning).rejects.toThrow(/abort/i);
  await expect(
    learnHeads(model, [combination], files.slice(1, 2), { longSide, onUnreadable: refuse }),
  ).rejects.toThrow(RangeError);
});
