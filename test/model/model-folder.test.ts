import { cp, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { writeHead } from '../../src/model/head-file.ts';
import type { Head } from '../../src/model/head-file.ts';
import { digestOf } from '../../src/model/model-file.ts';
import { defaultModelFolder, readModel, withScales } from '../../src/model/model-folder.ts';
import { decodeSafetensors, encodeSafetensors } from '../../src/model/safetensors.ts';
import type { Tensor } from '../../src/model/tensor.ts';

let folder: string;

/** A copy of the real model without its head. */
beforeEach(async () => {
  folder = path.join(await mkdtemp(path.join(tmpdir(), 'akin-model-')), 'model');
  await cp(defaultModelFolder(), folder, { recursive: true });
  await rm(path.join(folder, 'head.safetensors'), { force: true });
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(path.dirname(folder), { recursive: true });
});

test('the model that comes with Akin is whole', async () => {
  const model = await readModel(defaultModelFolder());
  expect(model).toMatchObject({
    name: 'mobilenet-v2',
    architecture: 'mobilenet-v2',
    channels: 1280,
    settings: { longSide: 512, levels: 3, wholeMap: true },
  });
  const description = JSON.parse(await readFile(path.join(folder, 'model.json'), 'utf8')) as Record<
    string,
    unknown
  >;
  expect(description).toMatchObject({
    licence: 'BSD-3-Clause AND MIT',
    origin: { sha256: expect.stringMatching(/^b0353104/) as string },
  });
});

test('a packaged app keeps its models where AKIN_RESOURCES says', () => {
  vi.stubEnv('AKIN_RESOURCES', '/opt/akin');
  expect(defaultModelFolder()).toBe(path.join('/opt/akin', 'models', 'mobilenet-v2'));
});

test('a model without a head has none', async () => {
  expect((await readModel(folder)).head).toBeNull();
});

test.each(['F16', 'F32'] as const)('a head written as %s is read again', async (format) => {
  const head = smallHead(1280);
  await writeHead(folder, head, format);
  expect((await readModel(folder)).head).toEqual(head);
});

test('the digest follows head and settings, and nothing else', async () => {
  const digests = [(await readModel(folder)).digest];
  await changeDescription((description) => ({ ...description, name: 'renamed', version: 7 }));
  expect((await readModel(folder)).digest).toBe(digests[0]);
  await changeDescription(({ settings, ...rest }) => ({
    ...rest,
    settings: { ...(settings as object), levels: 2 },
  }));
  digests.push((await readModel(folder)).digest);
  await writeHead(folder, smallHead(1280), 'F32');
  digests.push((await readModel(folder)).digest);
  await writeHead(folder, { ...smallHead(1280), shift: new Float32Array(1280).fill(0.25) }, 'F32');
  digests.push((await readModel(folder)).digest);
  expect(new Set(digests).size).toBe(4);
});

test('a model of one scale keeps the digest that it had before there were several', async () => {
  const { architecture, preprocessing, settings, sha256 } = JSON.parse(
    await readFile(path.join(folder, 'model.json'), 'utf8'),
  ) as Record<string, unknown>;
  expect(settings).not.toHaveProperty('scales');
  const before = digestOf(
    JSON.stringify({ architecture, preprocessing, settings, trunk: sha256, head: null }),
  );
  expect(await readModel(folder)).toMatchObject({ settings: { scales: [1] }, digest: before });
  await changeDescription(withSettings({ scales: [1] }));
  expect((await readModel(folder)).digest).toBe(before);
});

test('scales make another model, and taking them away the same as before', async () => {
  const one = await readModel(folder);
  const three = withScales(one, [0.75, 1, 1.5]);
  expect(three.settings).toEqual({ ...one.settings, scales: [0.75, 1, 1.5] });
  expect(new Set([one, three, withScales(one, [1, 1.5])].map(({ digest }) => digest)).size).toBe(3);
  expect(withScales(three, [1])).toEqual(one);
  expect(withScales(three, [0.75, 1, 1.5])).toEqual(three);
  await changeDescription(withSettings({ scales: [0.75, 1, 1.5] }));
  expect(await readModel(folder)).toEqual(three);
  await writeHead(folder, smallHead(1280), 'F32');
  expect((await readModel(folder)).digest).not.toBe(three.digest);
});

test.each([[[]], [[0.5]], [[1, 1]], [[1, 3]], [[0.1, 1]], [1]])(
  'scales of %j are damage, and named',
  async (scales) => {
    await changeDescription(withSettings({ scales }));
    await damagedBecause(/settings\.scales/);
  },
);

function withSettings(change: object) {
  return ({ settings, ...rest }: Record<string, unknown>) => ({
    ...rest,
    settings: { ...(settings as object), ...change },
  });
}

test('a folder that is not there, or without a description, is missing', async () => {
  await expect(readModel(path.join(folder, 'nowhere'))).rejects.toMatchObject({ code: 'model-missing' });
  await rm(path.join(folder, 'model.json'));
  await expect(readModel(folder)).rejects.toMatchObject({ code: 'model-missing' });
});

test('a newer format is told from a damaged one, whatever else it holds', async () => {
  await writeFile(path.join(folder, 'model.json'), '{"format":2,"weights":[]}');
  await expect(readModel(folder)).rejects.toMatchObject({
    code: 'model-newer',
    details: { found: 2, known: 1 },
  });
});

test('an unknown architecture is named', async () => {
  await changeDescription((description) => ({ ...description, architecture: 'vgg-16' }));
  await expect(readModel(folder)).rejects.toMatchObject({
    code: 'model-unknown',
    details: { architecture: 'vgg-16' },
  });
});

test.each(['', '{', 'null', '{}', '{"format":1}'])('a description that reads %j is damaged', async (text) => {
  await writeFile(path.join(folder, 'model.json'), text);
  await expect(readModel(folder)).rejects.toMatchObject({ code: 'model-damaged' });
});

test('a description with a strange setting is damaged, and the setting named', async () => {
  await changeDescription((description) => ({
    ...description,
    settings: { longSide: 512, levels: 0, wholeMap: true },
  }));
  await damagedBecause(/settings\.levels/);
});

test('weights that are missing, cut or changed are damaged', async () => {
  const weights = path.join(folder, 'trunk.safetensors');
  const bytes = await readFile(weights);
  bytes[bytes.length - 1]! ^= 1;
  await writeFile(weights, bytes);
  await damagedBecause(/checksum/);
  await truncate(weights, 1000);
  await damagedBecause(/checksum/);
  await rm(weights);
  await damagedBecause(/missing/);
});

test('weights that a description vouches for, but that do not fit, are damaged', async () => {
  await changeWeights((tensors) => tensors.delete('features.0.0.weight'));
  await damagedBecause(/features\.0\.0\.weight is missing/);
  await changeWeights((tensors) =>
    tensors.set('features.0.0.weight', { shape: [1], data: Float32Array.of(1) }),
  );
  await damagedBecause(/\[1\] instead of \[32,3,3,3\]/);
  await changeWeights((tensors) => tensors.set('features.0.0.weight', broken([32, 3, 3, 3])));
  await damagedBecause(/not finite/);
});

test('a head that is cut, holds something else, or fits another trunk is damaged', async () => {
  const file = path.join(folder, 'head.safetensors');
  await writeHead(folder, smallHead(1280), 'F32');
  await truncate(file, 100);
  await damagedBecause(/header/);
  await writeFile(
    file,
    encodeSafetensors(new Map([['shift', { shape: [1280], data: new Float32Array(1280) }]]), 'F32'),
  );
  await damagedBecause(/no shift and projection/);
  await writeHead(folder, { ...smallHead(1280), shift: broken([1280]).data }, 'F32');
  await damagedBecause(/not finite/);
  await writeHead(folder, smallHead(1024), 'F32');
  await damagedBecause(/1024 channels/);
});

function smallHead(channels: number): Head {
  const projection = Float32Array.from({ length: 2 * channels }, (_, index) => (index % 7) / 8);
  return { shift: new Float32Array(channels).fill(-0.5), projection, dimensions: 2, channels };
}

function broken(shape: number[]): Tensor {
  const data = new Float32Array(shape.reduce((product, size) => product * size, 1));
  data[1] = NaN;
  return { shape, data };
}

async function damagedBecause(reason: RegExp): Promise<void> {
  await expect(readModel(folder)).rejects.toMatchObject({
    code: 'model-damaged',
    details: { path: folder, reason: expect.stringMatching(reason) as string },
  });
}

async function changeDescription(change: (description: Record<string, unknown>) => object): Promise<void> {
  const file = path.join(folder, 'model.json');
  const description = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
  await writeFile(file, JSON.stringify(change(description)));
}

async function changeWeights(change: (tensors: Map<string, Tensor>) => unknown): Promise<void> {
  const file = path.join(folder, 'trunk.safetensors');
  const tensors = decodeSafetensors(await readFile(file), folder);
  change(tensors);
  const bytes = encodeSafetensors(tensors, 'F32');
  await writeFile(file, bytes);
  await changeDescription((description) => ({ ...description, sha256: digestOf(bytes) }));
}
