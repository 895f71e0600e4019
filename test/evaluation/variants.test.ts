import { beforeAll, expect, test } from 'vitest';
import { createVariantDescriber, standardVariants } from '../../src/evaluation/variants.ts';
import type { Variant } from '../../src/evaluation/variants.ts';
import { defaultModelFolder, readModel } from '../../src/model/model-folder.ts';
import type { Model } from '../../src/model/model-folder.ts';
import { createLayerTrunk, createTrunk } from '../../src/model/trunk.ts';
import type { FeatureMap, RgbPixels } from '../../src/model/trunk.ts';
import { referenceDescriptor, referenceGeneralisedMean } from '../descriptor/reference.ts';
import { photo } from '../model/photo.ts';

let model: Model;
let pixels: RgbPixels;
let map: FeatureMap;

beforeAll(async () => {
  model = await readModel(defaultModelFolder());
  pixels = await photo('locomotion-house-cat', 320, 240);
  const trunk = await createTrunk(model, { threads: 1 });
  map = (await trunk.run([pixels]))[0]!;
  await trunk.release();
});

function expectClose(vector: Float32Array | undefined, wanted: readonly number[]): void {
  expect(vector).toHaveLength(wanted.length);
  for (const [index, value] of wanted.entries()) expect(vector![index]).toBeCloseTo(value, 4);
}

test('each standard variant of a real photo is what its paper says', async () => {
  const variants = standardVariants(model);
  const describer = await createVariantDescriber(model, variants);
  const [made] = await describer.describe([pixels]);
  await describer.release();
  expect(variants.map(({ name }) => name)).toEqual(['gem', 'raw', 'whitened']);
  expect(made!.map(({ boxes }) => boxes)).toEqual([[], [], []]);
  expectClose(made![0]!.whole, referenceGeneralisedMean(map));
  expectClose(made![1]!.whole, referenceDescriptor(map, null, model.settings));
  expectClose(made![2]!.whole, referenceDescriptor(map, model.head, model.settings));
});

test('a model without a head has no whitened variant', () => {
  expect(standardVariants({ ...model, head: null }).map(({ name }) => name)).toEqual(['gem', 'raw']);
});

test('any layer and pooling, whole and in boxes, is what its paper says', async () => {
  const layer = 'features.14.conv.0.0';
  const levels = { levels: 2, wholeMap: false };
  const variants: Variant[] = [
    { name: 'raw', layer: 'features.18.0', pooling: { name: 'mac' }, head: null },
    { name: 'raw', layer, pooling: { name: 'gem', power: 3 }, head: null },
    { name: 'raw', layer, pooling: { name: 'r-mac', ...levels }, head: null },
    { name: 'whitened', layer: 'features.18.0', pooling: { name: 'mac' }, head: model.head },
  ];
  const trunk = await createLayerTrunk(model, [layer, 'features.18.0']);
  const [[early, last] = []] = await trunk.run([pixels]);
  await trunk.release();
  const describer = await createVariantDescriber(model, variants);
  // The right half: of the 10 x 8 cells of the last map, columns 5 to 9; of the 20 x 15 before it, 10 to 19.
  const made = await describer.describe([pixels, pixels], [[], [[0.5, 0, 0.5, 1]]]);
  await describer.release();
  const whole = { levels: 0, wholeMap: true };
  const expected = [
    referenceDescriptor(last!, null, whole),
    referenceGeneralisedMean(early!),
    referenceDescriptor(early!, null, levels),
    referenceDescriptor(last!, model.head, whole),
  ];
  for (const [index, wanted] of expected.entries()) {
    expectClose(made[0]![index]!.whole, wanted);
    expectClose(made[1]![index]!.whole, wanted);
  }
  const [earlyHalf, lastHalf] = [rightHalf(early!), rightHalf(last!)];
  const expectedHalves = [
    referenceDescriptor(lastHalf, null, whole),
    referenceGeneralisedMean(earlyHalf),
    // A box is one region of R-MAC, as in search.
    referenceDescriptor(earlyHalf, null, whole),
    referenceDescriptor(lastHalf, model.head, whole),
  ];
  for (const [index, wanted] of expectedHalves.entries()) expectClose(made[1]![index]!.boxes[0], wanted);
  expect(made[0]![0]!.boxes).toEqual([]);
});

function rightHalf(map: FeatureMap): FeatureMap {
  const data = map.data.filter((_, index) => index % map.width >= map.width / 2);
  return { ...map, data, width: map.width / 2 };
}
