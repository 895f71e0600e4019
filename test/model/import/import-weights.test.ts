import { execFile } from 'node:child_process';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { architectureNames, architectureOf, tensorShapes } from '../../../src/model/architecture.ts';
import { xFeat } from '../../../src/model/architectures/xfeat.ts';
import { foldBatchNorms } from '../../../src/model/import/fold.ts';
import { importWeights } from '../../../src/model/import/import-weights.ts';
import type { Architecture, Convolution, Network } from '../../../src/model/layers.ts';
import { readLocalFeatureModel } from '../../../src/model/local-feature-model.ts';
import { readModel } from '../../../src/model/model-folder.ts';
import type { Tensor } from '../../../src/model/tensor.ts';
import { archiveFile, legacyFile } from '../torch-writer.ts';
import { randomSource, writeLayersModel } from '../weights.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'akin-import-'));
});

afterAll(() => rm(folder, { recursive: true }));

test.each(architectureNames)(
  'weights of %s are told by their shapes and become a model',
  async (name) => {
    const source = randomSource(architectureOf(name));
    const file = path.join(folder, `${name}.source`);
    // Each architecture in the form in which its weights are published, and one in the other form of torch.
    if (name === 'resnet-50') await writeLayersModel(file, source);
    else await writeFile(file, name === 'efficientnet-lite2' ? archiveFile(source) : legacyFile(source));
    const target = path.join(folder, name);
    const { description } = await importWeights(file, target);
    expect(description).toMatchObject({
      architecture: name,
      licence: 'unknown',
      origin: { file: `${name}.source` },
    });
    expect(await readFile(path.join(target, 'model.json'), 'utf8')).not.toContain(folder);

    const model = await readModel(target);
    expect(model).toMatchObject({ architecture: name, channels: architectureOf(name).channels, head: null });
    expect([...model.tensors.keys()].sort()).toEqual([...tensorShapes(architectureOf(name)).keys()].sort());
    const folded = foldBatchNorms(architectureOf(name), source, file);
    for (const [tensorName, { data }] of folded) {
      const read = model.tensors.get(tensorName)!.data;
      const worst = data.reduce((most, value, at) => Math.max(most, Math.abs(value - read[at]!)), 0);
      expect(worst).toBeLessThan(2e-3);
    }
    await rm(target, { recursive: true });
  },
  60_000,
);

test('a folded convolution is the convolution and its batch-norm', () => {
  const tiny: Architecture = {
    layers: [
      {
        kind: 'convolution',
        name: 'c',
        input: 'picture',
        inputChannels: 2,
        outputChannels: 1,
        depthwise: false,
        kernel: 1,
        stride: 1,
        padding: 0,
        activation: null,
        batchNorm: 'n',
      },
    ],
    channels: 1,
    preprocessing: { order: 'rgb', mean: [0, 0, 0], deviation: [1, 1, 1] },
    batchNormEpsilon: 0.5,
  };
  const source = new Map<string, Tensor>([
    ['c.weight', { shape: [1, 2, 1, 1], data: Float32Array.of(3, -1) }],
    ['c.bias', vector(2)],
    ['n.weight', vector(4)],
    ['n.bias', vector(-1)],
    ['n.running_mean', vector(0.5)],
    ['n.running_var', vector(3.5)],
  ]);
  // ((3x - y + 2) - 0.5) / sqrt(3.5 + 0.5) * 4 - 1 = 6x - 2y + 2
  expect(foldBatchNorms(tiny, source, 'x')).toEqual(
    new Map([
      ['c.weight', { shape: [1, 2, 1, 1], data: Float32Array.of(6, -2) }],
      ['c.bias', { shape: [1], data: Float32Array.of(2) }],
    ]),
  );
  source.set('n.running_var', vector(-0.5));
  expect(() => foldBatchNorms(tiny, source, 'x')).toThrow(/not finite/);
  source.set('n.running_var', vector(1e-9, 1));
  expect(() => foldBatchNorms(tiny, source, 'x')).toThrow(/n\.running_var is \[2\] instead of \[1\]/);
});

test('a batch-norm that learnt nothing only normalises, and a convolution without one stays as it is', () => {
  const layer = (name: string, batchNorm: string | null): Convolution => ({
    kind: 'convolution',
    name,
    input: 'picture',
    inputChannels: 1,
    outputChannels: 1,
    depthwise: false,
    kernel: 1,
    stride: 1,
    padding: 0,
    activation: null,
    batchNorm,
  });
  const network: Network = {
    layers: [layer('a', 'n'), layer('b', null)],
    batchNormEpsilon: 0.5,
    batchNormAffine: false,
  };
  const source = new Map<string, Tensor>([
    ['a.weight', { shape: [1, 1, 1, 1], data: Float32Array.of(6) }],
    ['n.running_mean', vector(3)],
    ['n.running_var', vector(3.5)],
    ['b.weight', { shape: [1, 1, 1, 1], data: Float32Array.of(5) }],
    ['b.bias', vector(7)],
  ]);
  // (6x - 3) / sqrt(3.5 + 0.5) = 3x - 1.5
  expect(foldBatchNorms(network, source, 'x')).toEqual(
    new Map([
      ['a.weight', { shape: [1, 1, 1, 1], data: Float32Array.of(3) }],
      ['a.bias', vector(-1.5)],
      ['b.weight', { shape: [1, 1, 1, 1], data: Float32Array.of(5) }],
      ['b.bias', vector(7)],
    ]),
  );
  source.delete('b.bias');
  expect(() => foldBatchNorms(network, source, 'x')).toThrow(/b\.bias is missing/);
  source.delete('n.running_mean');
  expect(() => foldBatchNorms(network, source, 'x')).toThrow(/n\.running_mean is missing/);
});

test('weights for local features become a model of their own kind, without what it does not need', async () => {
  const source = randomSource(xFeat);
  source.set('fine_matcher.0.weight', { shape: [2, 1], data: Float32Array.of(1, 2) });
  const file = path.join(folder, 'features.pt');
  await writeFile(file, archiveFile(source));
  const target = path.join(folder, 'features');
  const { description } = await importWeights(file, target);
  expect(description).toMatchObject({ kind: 'local-features', architecture: 'xfeat', licence: 'unknown' });
  const model = await readLocalFeatureModel(target);
  expect([...model.tensors.keys()].sort()).toEqual([...tensorShapes(xFeat).keys()].sort());
  await expect(readModel(target)).rejects.toMatchObject({ code: 'model-other-kind' });
});

test('weights that fit no architecture, or not the one named, are refused', async () => {
  const file = path.join(folder, 'strange.pth');
  await writeFile(file, legacyFile(new Map([['a', vector(1)]])));
  await expect(importWeights(file, folder)).rejects.toMatchObject({ code: 'model-unknown' });
  await expect(importWeights(file, folder, { architecture: 'resnet-50' })).rejects.toMatchObject({
    code: 'model-damaged',
    details: { reason: 'conv1.weight is missing' },
  });
});

test('a weight too large for half precision is refused and leaves no model', async () => {
  const source = randomSource(architectureOf('mobilenet-v2'));
  source.get('features.0.1.bias')!.data[0] = 1e6;
  const file = path.join(folder, 'large.pth');
  await writeFile(file, legacyFile(source));
  const target = path.join(folder, 'large');
  await expect(importWeights(file, target)).rejects.toThrow(/too large for half precision/);
  await expect(readdir(target)).rejects.toThrow('ENOENT');
});

test('a file that is not there is missing', async () => {
  await expect(importWeights(path.join(folder, 'nowhere.pth'), folder)).rejects.toMatchObject({
    code: 'model-missing',
  });
});

test('a layers model without a manifest, with a missing or cut shard, or quantised, is damaged', async () => {
  const layers = path.join(folder, 'layers');
  await writeLayersModel(
    layers,
    new Map([['a.weight', { shape: [1, 1, 1, 2], data: Float32Array.of(1, 2) }]]),
  );
  const manifestFile = path.join(layers, 'model.json');
  const manifest = await readFile(manifestFile, 'utf8');
  const refuses = (reason: RegExp) =>
    expect(importWeights(layers, folder)).rejects.toMatchObject({
      code: 'model-damaged',
      details: { reason: expect.stringMatching(reason) as string },
    });
  await writeFile(manifestFile, manifest.replace('"dtype":"float32"', '"dtype":"float32","quantization":{}'));
  await refuses(/plain float32/);
  await writeFile(manifestFile, manifest.replace('shard1', '../shard1'));
  await refuses(/plain float32/);
  await writeFile(manifestFile, manifest);
  await writeFile(path.join(layers, 'shard2'), '');
  await refuses(/end early/);
  await writeFile(path.join(layers, 'shard2'), Buffer.alloc(99));
  await refuses(/more than the manifest/);
  await rm(path.join(layers, 'shard2'));
  await refuses(/cannot be read/);
  await rm(manifestFile);
  await expect(importWeights(layers, folder)).rejects.toMatchObject({ code: 'model-missing' });
});

test('the command imports with licence texts, and says in one line what is wrong', async () => {
  const file = path.join(folder, 'lite0.pth');
  const licence = path.join(folder, 'LICENSE.txt');
  const target = path.join(folder, 'command');
  await writeFile(file, legacyFile(randomSource(architectureOf('efficientnet-lite0'))));
  await writeFile(licence, 'As you like.');
  const { stdout } = await runCommand(
    file,
    '--out',
    target,
    '--licence',
    'CC0-1.0',
    '--licence-file',
    licence,
  );
  expect(stdout).toBe(`efficientnet-lite0 -> ${target} (licence: CC0-1.0)\n`);
  expect((await readdir(target)).sort()).toEqual(['LICENSE.txt', 'model.json', 'trunk.safetensors']);
  await expect(runCommand(licence, '--out', target)).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^The model .* is damaged: .*\n$/) as string,
  });
});

function runCommand(...words: string[]): Promise<{ stdout: string; stderr: string }> {
  const command = path.resolve(import.meta.dirname, '../../../src/model/import/import-model.ts');
  return promisify(execFile)(process.execPath, [command, ...words]);
}

function vector(...values: number[]): Tensor {
  return { shape: [values.length], data: Float32Array.from(values) };
}
