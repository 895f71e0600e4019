import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { defaultModelFolder, readModel } from '../../src/model/model-folder.ts';
import type { Model } from '../../src/model/model-folder.ts';
import { createNetwork } from '../../src/training/network.ts';
import { mixed, withWeights, writeModel } from '../../src/training/tuned-model.ts';
import { startTensorflow } from '../model/tensorflow.ts';

let parent: Model;
let folder: string;

beforeAll(async () => {
  parent = await readModel(defaultModelFolder());
  folder = await mkdtemp(path.join(tmpdir(), 'akin-tuned-'));
});

afterAll(() => rm(folder, { recursive: true }));

test('weights that were not trained make the parent again, at every depth', async () => {
  const tf = await startTensorflow();
  for (const depth of ['head', 'last', 'full'] as const) {
    const network = createNetwork(tf, parent, depth);
    const same = withWeights(parent, await network.weights());
    network.dispose();
    expect(same.head).toEqual(parent.head);
    expect([...same.tensors.keys()]).toEqual([...parent.tensors.keys()]);
    for (const [name, { shape, data }] of parent.tensors) {
      expect(same.tensors.get(name)!.shape).toEqual(shape);
      expect(Buffer.from(same.tensors.get(name)!.data.buffer).equals(Buffer.from(data.buffer))).toBe(true);
    }
  }
});

test('a mix lies between the two', () => {
  const tuned = moved(parent);
  const half = mixed(parent, tuned, 0.5);
  const name = 'features.18.0.bias';
  const [from, to, between] = [parent, tuned, half].map((model) => model.tensors.get(name)!.data[3]!);
  expect(to).toBeCloseTo(from! + 1, 5);
  expect(between).toBeCloseTo(from! + 0.5, 5);
  expect(half.head!.shift[7]).toBeCloseTo(parent.head!.shift[7]! + 1, 5);
  expect(mixed(parent, tuned, 0).head!.projection).toEqual(parent.head!.projection);
  expect(mixed(parent, tuned, 1).tensors.get(name)!.data).toEqual(tuned.tensors.get(name)!.data);
});

test('a written model reads as another version of its parent, licences included', async () => {
  const target = path.join(folder, 'model');
  const written = await writeModel(target, moved(parent), 7);
  expect(written).toMatchObject({ name: parent.name, version: 7, settings: parent.settings });
  expect(written.digest).not.toBe(parent.digest);
  expect(written.head!.shift[7]).toBeCloseTo(parent.head!.shift[7]! + 2, 2);
  expect((await readdir(target)).sort()).toEqual((await readdir(parent.folder)).sort());
  // A second time it takes the place of the first, and nothing unfinished stays.
  await writeModel(target, parent, 8);
  expect((await readModel(target)).version).toBe(8);
  expect(await readdir(folder)).toEqual(['model']);
});

function moved(model: Model): Model {
  const tensors = new Map(
    [...model.tensors].map(([name, { shape, data }]) => [
      name,
      { shape, data: data.map((value) => value + 1) },
    ]),
  );
  const head = { ...model.head!, shift: model.head!.shift.map((value) => value + 2) };
  return { ...model, tensors, head };
}
