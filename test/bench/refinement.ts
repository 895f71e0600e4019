/**
 * `node test/bench/refinement.ts DATASET...`: what each refinement of the search gains on data sets, alone and with
 * the others, by whole photos and by the boxes of a data set that has some. Of a data set with many queries every
 * few are asked, evenly.
 */
import type { Refinement } from '../../src/api-search.ts';
import { readDataset } from '../../src/evaluation/dataset.ts';
import type { Query } from '../../src/evaluation/query.ts';
import { indexDataset } from '../../src/evaluation/index-dataset.ts';
import { RefinementMeasure } from '../../src/evaluation/refinements.ts';
import {
  defaultLocalFeatureModelFolder,
  readLocalFeatureModel,
} from '../../src/model/local-feature-model.ts';
import { defaultModelFolder, readModel, threeScales, withScales } from '../../src/model/model-folder.ts';

const mostQueries = 210;

const plain: Refinement = { regional: 'off', expansion: 'off', augmentation: false, verification: false };
const variants: Record<string, Partial<Refinement>> = {
  plain: {},
  'best-pair': { regional: 'best-pair' },
  sum: { regional: 'sum' },
  average: { expansion: 'average' },
  alpha: { expansion: 'alpha' },
  augmentation: { augmentation: true },
  verification: { verification: true },
  'verification, expansion by verified': { verification: true, expansion: 'verified' },
  'best-pair, alpha': { regional: 'best-pair', expansion: 'alpha' },
  'best-pair, verification': { regional: 'best-pair', verification: true },
  'best-pair, verification, verified': { regional: 'best-pair', verification: true, expansion: 'verified' },
  'best-pair, verification, alpha': { regional: 'best-pair', verification: true, expansion: 'alpha' },
  'sum, verification, verified': { regional: 'sum', verification: true, expansion: 'verified' },
  'augmentation, verification': { augmentation: true, verification: true },
  'best-pair, augmentation, verification, verified': {
    regional: 'best-pair',
    augmentation: true,
    verification: true,
    expansion: 'verified',
  },
  'sum, augmentation, verification, verified': {
    regional: 'sum',
    augmentation: true,
    verification: true,
    expansion: 'verified',
  },
};

const folders = process.argv.slice(2).filter((word) => !word.startsWith('--'));
if (folders.length === 0) throw new Error('Name the folder of a data set.');
const shipped = await readModel(defaultModelFolder());
const model = process.argv.includes('--three-scales') ? withScales(shipped, threeScales) : shipped;
const featureModel = await readLocalFeatureModel(defaultLocalFeatureModelFolder());

for (const folder of folders) {
  const dataset = await readDataset(folder);
  const boxQueries = dataset.boxQueries ?? [];
  const indexed = await indexDataset(dataset, [...dataset.queries, ...boxQueries], model, featureModel, {
    onProgress: (done) => done % 100 === 0 && process.stderr.write(`${done} of ${dataset.photos.length}\n`),
  });
  const measure = await RefinementMeasure.create(indexed);
  for (const [kind, queries] of [
    ['whole photos', dataset.queries],
    ['boxes', boxQueries],
  ] as const) {
    if (queries.length > 0) await measureAll(`${dataset.protocol}, ${kind}`, measure, some(queries));
  }
  await measure.release();
}

async function measureAll(
  title: string,
  measure: RefinementMeasure,
  queries: readonly Query[],
): Promise<void> {
  process.stdout.write(`${title}: ${queries.length} queries\n`);
  for (const [name, refinement] of Object.entries(variants)) {
    const { retrieval, milliseconds } = await measure.measure(queries, { ...plain, ...refinement });
    const { mAP, r1 } = retrieval;
    process.stdout.write(
      `  ${name.padEnd(50)} mAP ${mAP.toFixed(2)}  R@1 ${r1.toFixed(1)}  ${milliseconds.toFixed(0)} ms\n`,
    );
  }
}

function some(queries: readonly Query[]): Query[] {
  const step = Math.ceil(queries.length / mostQueries);
  return queries.filter((_, index) => index % step === 0);
}
