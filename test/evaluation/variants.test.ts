import { beforeAll, expect, test } from 'vitest';
import { createVariantDescriber } from '../../src/evaluation/variants.ts';
import { defaultModelFolder, readModel } from '../../src/model/model-folder.ts';
import type { Model } from '../../src/model/model-folder.ts';
import { createTrunk } from '../../src/model/trunk.ts';
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

test('each variant of a real photo is what its paper says', async () => {
  const describer = await createVariantDescriber(model);
  const made = await describer.describe(pixels);
  await describer.release();
  expect(describer.variants).toEqual(['gem', 'raw', 'whitened']);
  expectClose(made.gem, referenceGeneralisedMean(map));
  expectClose(made.raw, referenceDescriptor(map, null, model.settings));
  expectClose(made.whitened, referenceDescriptor(map, model.head, model.settings));
});

test('a model without a head has no whitened variant', async () => {
  const describer = await createVariantDescriber({ ...model, head: null });
  const made = await describer.describe(pixels);
  await describer.release();
  expect(describer.variants).toEqual(['gem', 'raw']);
  expect(Object.keys(made)).toEqual(['gem', 'raw']);
});
