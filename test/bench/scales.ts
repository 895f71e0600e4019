/**
 * `node test/bench/scales.ts DATASET...`: what describing photos at three sizes gains, beside one, and how much
 * processor time it takes. The data sets are those that `akin evaluate` takes.
 */
import { readFile } from 'node:fs/promises';
import { createDescriber } from '../../src/descriptor/describe.ts';
import { pictureSide } from '../../src/descriptor/scales.ts';
import { readDataset } from '../../src/evaluation/dataset.ts';
import { measureRetrieval } from '../../src/evaluation/retrieval.ts';
import { decodePhoto } from '../../src/ingest/decode.ts';
import { defaultModelFolder, readModel, threeScales, withScales } from '../../src/model/model-folder.ts';
import type { Model } from '../../src/model/model-folder.ts';

const one = await readModel(defaultModelFolder());
const models = { one, three: withScales(one, threeScales) };

for (const folder of process.argv.slice(2)) {
  const { photos, queries } = await readDataset(folder);
  const times: Partial<Record<keyof typeof models, number>> = {};
  for (const [name, model] of Object.entries(models) as [keyof typeof models, Model][]) {
    const begun = processorTime();
    const descriptors = await describeAll(model, photos);
    times[name] = processorTime() - begun;
    const { mAP, r1 } = measureRetrieval(queries, descriptors);
    console.log(`${folder}: ${name}: mAP ${mAP.toFixed(2)}, R@1 ${r1.toFixed(2)}`);
  }
  console.log(`${folder}: three takes ${(times.three! / times.one!).toFixed(2)} times as long as one`);
}

async function describeAll(model: Model, photos: readonly string[]): Promise<Float32Array[]> {
  const describer = await createDescriber(model);
  const longSide = pictureSide(model.settings);
  const descriptors: Float32Array[] = [];
  for (const name of photos) {
    const { pixels } = await decodePhoto(await readFile(name), { longSide, name });
    const [made] = await describer.describe([pixels]);
    descriptors.push(made!.descriptor);
  }
  await describer.release();
  return descriptors;
}

/** Milliseconds that this process has used the processors: unlike the clock, it does not count others' work. */
function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
