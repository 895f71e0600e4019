/**
 * `node test/bench/pooling-and-layers.ts --whiten UNRELATED --models MODEL,MODEL... --results FILE DATASET...`: the
 * question "which layer, which pooling", measured for docs/pooling-and-layers.md. Every photo passes each trunk once,
 * and its maps feed all poolings. Results go to FILE, one object a line; `pooling-and-layers-page.ts` makes the table
 * and the plot of them. Takes a quarter of an hour for MobileNetV2 on two free cores.
 */
import { appendFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { poolingNames } from '../../src/descriptor/poolings.ts';
import type { Pooling, PoolingName } from '../../src/descriptor/poolings.ts';
import { readDataset } from '../../src/evaluation/dataset.ts';
import { listFolder, photosOf } from '../../src/evaluation/dataset-folder.ts';
import { describeDataset } from '../../src/evaluation/describe-dataset.ts';
import { learnHeads } from '../../src/evaluation/learn-heads.ts';
import { measureRetrieval } from '../../src/evaluation/retrieval.ts';
import type { Combination, Variant } from '../../src/evaluation/variants.ts';
import type { ArchitectureName } from '../../src/model/architecture.ts';
import { architectureOf } from '../../src/model/architecture.ts';
import { layerOutputs } from '../../src/model/layer-outputs.ts';
import { readModel } from '../../src/model/model-folder.ts';

/** From the last one back. The first is the one that Akin uses. */
const layersOf: Partial<Record<ArchitectureName, readonly string[]>> = {
  'mobilenet-v2': [
    'features.18.0',
    'features.17.conv.2',
    'features.17.conv.1.0',
    'features.16.sum',
    'features.14.conv.0.0',
    'features.13.sum',
    'features.7.conv.0.0',
  ],
  'efficientnet-lite0': [
    '_conv_head',
    '_blocks.15._project_conv',
    '_blocks.15._depthwise_conv',
    '_blocks.11._expand_conv',
  ],
  'resnet-50': ['res5c', 'res4f'],
};

/** Of the last layer of MobileNetV2, beside the usual ones. */
const settingsCompared: readonly Pooling[] = [
  ...[1, 2, 3, 4].map((levels) => ({ name: 'r-mac', levels, wholeMap: true }) as const),
  ...[1, 2, 3, 4].map((levels) => ({ name: 'r-mac', levels, wholeMap: false }) as const),
  { name: 'gem', power: 5 },
];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    whiten: { type: 'string' },
    models: { type: 'string' },
    results: { type: 'string' },
    'long-side': { type: 'string', default: '512' },
  },
});
const { whiten, models, results } = values;
if (!whiten || !models || !results || positionals.length === 0)
  throw new Error('Name --whiten, --models, --results and one data set or more.');
const longSide = Number(values['long-side']);
const unrelated = await listFolder(path.resolve(whiten));
const unrelatedPhotos = photosOf(unrelated).map((photo) => path.join(unrelated.root, photo));

for (const folder of models.split(',')) {
  const model = await readModel(folder);
  const layers = layersOf[model.architecture]!;
  const combinations: Combination[] = layers.flatMap((layer) =>
    poolingNames.map((name) => ({ layer, pooling: usual(name) })),
  );
  if (model.architecture === 'mobilenet-v2') {
    const have = new Set(combinations.map((combination) => JSON.stringify(combination)));
    combinations.push(
      ...settingsCompared
        .map((pooling) => ({ layer: layers[0]!, pooling }))
        .filter((combination) => !have.has(JSON.stringify(combination))),
    );
  }
  const options = (what: string) => ({
    longSide,
    onUnreadable: (_place: number, error: Error) => {
      throw error;
    },
    onProgress: (done: number) => {
      if (done % 96 === 0) process.stderr.write(`${model.architecture}: ${what}, ${done} photos\n`);
    },
  });
  const heads = await learnHeads(model, combinations, unrelatedPhotos, options('learning'));
  process.stderr.write(`${model.architecture}: ${heads.length} heads\n`);
  const variants = combinations.flatMap((combination, place): Variant[] => [
    { name: 'raw', ...combination, head: null },
    { name: 'whitened', ...combination, head: heads[place]! },
  ]);
  for (const name of positionals) {
    const dataset = await readDataset(name);
    const described = await describeDataset(
      model,
      variants,
      dataset,
      dataset.queries,
      options(path.basename(name)),
    );
    const outputs = new Map(
      layerOutputs(architectureOf(model.architecture)).map((layer) => [layer.name, layer]),
    );
    for (const [place, { photos }] of described.entries()) {
      const { name: variant, layer, pooling } = variants[place]!;
      const { channels, stride } = outputs.get(layer)!;
      const { queries, mAP, r1 } = measureRetrieval(dataset.queries, photos);
      const dimensions = photos[0]!.length;
      const measured = { dataset: path.basename(name), photos: photos.length, queries, mAP, r1 };
      const what = { model: model.architecture, layer, channels, stride, pooling, variant, dimensions };
      appendFileSync(results, `${JSON.stringify({ ...what, ...measured })}\n`);
    }
  }
}

function usual(name: PoolingName): Pooling {
  if (name === 'r-mac') return { name, levels: 3, wholeMap: true };
  if (name === 'r-mac-concatenated') return { name, levels: 3 };
  if (name === 'gem') return { name, power: 3 };
  return { name };
}
