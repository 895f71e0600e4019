import { expect, test } from 'vitest';
import { architectureNames, architectureOf } from '../../src/model/architecture.ts';
import { layerOutputs } from '../../src/model/layer-outputs.ts';
import { defaultModelFolder, readModel } from '../../src/model/model-folder.ts';
import { createLayerTrunk, createTrunk } from '../../src/model/trunk.ts';
import type { FeatureMap } from '../../src/model/trunk.ts';
import { photo } from './photo.ts';

/** Up to rounding: layers that are looked at cannot be fused with the next. */
function expectSame(map: FeatureMap, wanted: FeatureMap): void {
  expect({ ...map, data: [] }).toEqual({ ...wanted, data: [] });
  const difference = wanted.data.map((value, cell) => Math.abs(value - map.data[cell]!));
  expect(Math.max(...difference)).toBeLessThan(1e-4);
  expect(Math.max(...wanted.data)).toBeGreaterThan(0.1);
}

test.each(architectureNames)('%s ends at stride 32 in the channels of its feature map', (name) => {
  const outputs = layerOutputs(architectureOf(name));
  expect(outputs.at(-1)).toMatchObject({
    channels: architectureOf(name).channels,
    stride: 32,
    rectified: true,
  });
  expect(outputs.map((output) => output.name)).toEqual(
    architectureOf(name).layers.map((layer) => layer.name),
  );
});

test.each([
  ['mobilenet-v2', 'features.17.conv.2', 320, 32, false],
  ['mobilenet-v2', 'features.13.sum', 96, 16, false],
  ['mobilenet-v2', 'features.14.conv.0.0', 576, 16, true],
  ['resnet-50', 'pool1', 64, 4, true],
  ['resnet-50', 'res4f_branch2c', 1024, 16, false],
  ['resnet-50', 'res4f', 1024, 16, true],
] as const)('%s: %s has %i channels at stride %i', (architecture, name, channels, stride, rectified) => {
  const outputs = layerOutputs(architectureOf(architecture));
  expect(outputs.find((output) => output.name === name)).toEqual({ name, channels, stride, rectified });
});

test('every layer of a trunk gives the map that its output says, and all come from one run', async () => {
  const model = await readModel(defaultModelFolder());
  const outputs = layerOutputs(architectureOf(model.architecture));
  const pixels = [await photo('nagasaki-boats', 160, 128), await photo('black-canyon', 128, 96)];
  const trunk = await createLayerTrunk(
    model,
    outputs.map(({ name }) => name),
  );
  const maps = await trunk.run(pixels);
  await trunk.release();
  for (const [index, { width, height }] of pixels.entries()) {
    for (const [layer, { channels, stride, rectified }] of outputs.entries()) {
      const map = maps[index]![layer]!;
      expect([map.channels, map.width, map.height]).toEqual([channels, width / stride, height / stride]);
      const negative = map.data.some((value) => value < 0);
      expect(negative).toBe(!rectified);
    }
  }
  const whole = await createTrunk(model);
  const last = await whole.run(pixels);
  await whole.release();
  for (const [index, map] of last.entries()) expectSame(maps[index]!.at(-1)!, map);
});

test('a trunk that ends early gives the same map as the whole one', async () => {
  const model = await readModel(defaultModelFolder());
  const pixels = [await photo('nagasaki-boats', 160, 128)];
  const layers = ['features.13.sum', 'features.7.conv.0.0'];
  const whole = await createLayerTrunk(model, ['features.18.0', ...layers]);
  const early = await createLayerTrunk(model, layers);
  const [expected] = await whole.run(pixels);
  const [found] = await early.run(pixels);
  await Promise.all([whole.release(), early.release()]);
  for (const [index, map] of found!.entries()) expectSame(map, expected![index + 1]!);
});
