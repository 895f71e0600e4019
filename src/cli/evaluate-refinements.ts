/** `akin evaluate DATASET --refinements`: what each refinement of the search gains, alone and with the others. */
import type { Refinement } from '../api-search.ts';
import type { Dataset } from '../evaluation/dataset.ts';
import { indexDataset } from '../evaluation/index-dataset.ts';
import type { Query } from '../evaluation/query.ts';
import { RefinementMeasure } from '../evaluation/refinements.ts';
import { defaultLocalFeatureModelFolder, readLocalFeatureModel } from '../model/local-feature-model.ts';
import type { Model } from '../model/model-folder.ts';
import type { ProgressLine } from './progress-line.ts';
import { printJson, printLine } from './session.ts';

export interface RefinementEvaluation {
  readonly json: boolean;
  readonly signal: AbortSignal;
  /** Told how many photos are described. */
  readonly onProgress: (done: number) => void;
  /** Shows how many queries are answered. */
  readonly line: ProgressLine;
}

const plain: Refinement = { regional: 'off', expansion: 'off', augmentation: false, verification: false };

/** Each alone, and then together. */
const refinements: Readonly<Record<string, Partial<Refinement>>> = {
  none: {},
  'regional.best-pair': { regional: 'best-pair' },
  'regional.sum': { regional: 'sum' },
  'expansion.average': { expansion: 'average' },
  'expansion.alpha': { expansion: 'alpha' },
  augmentation: { augmentation: true },
  verification: { verification: true },
  'verification + expansion.verified': { verification: true, expansion: 'verified' },
  'regional.best-pair + expansion.alpha': { regional: 'best-pair', expansion: 'alpha' },
  'regional.best-pair + augmentation': { regional: 'best-pair', augmentation: true },
  'regional.best-pair + verification': { regional: 'best-pair', verification: true },
  'regional.best-pair + verification + expansion.verified': {
    regional: 'best-pair',
    verification: true,
    expansion: 'verified',
  },
  'regional.sum + verification + expansion.verified': {
    regional: 'sum',
    verification: true,
    expansion: 'verified',
  },
  'augmentation + verification': { augmentation: true, verification: true },
  'regional.best-pair + augmentation + verification': {
    regional: 'best-pair',
    augmentation: true,
    verification: true,
  },
  all: { regional: 'best-pair', augmentation: true, verification: true, expansion: 'verified' },
};

/** Measures with whole photos, and with boxes where the ground truth has some. */
export async function evaluateRefinements(
  dataset: Dataset,
  model: Model,
  { json, signal, onProgress, line }: RefinementEvaluation,
): Promise<void> {
  const { boxQueries = [] } = dataset;
  const featureModel = await readLocalFeatureModel(defaultLocalFeatureModelFolder());
  const kinds = [
    { boxes: false, queries: dataset.queries },
    { boxes: true, queries: boxQueries },
  ].filter(({ queries }) => queries.length > 0);
  const asked = kinds.flatMap(({ queries }) => queries);
  const indexed = await indexDataset(dataset, asked, model, featureModel, { signal, onProgress });
  const measure = await RefinementMeasure.create(indexed);
  try {
    const report = line.reporter(asked.length * Object.keys(refinements).length);
    let done = 0;
    const onAnswered = () => report(++done);
    for (const { boxes, queries } of kinds) {
      if (!json) printLine(`${queries.length} queries, ${boxes ? 'boxes' : 'whole photos'}`);
      for (const [name, refinement] of Object.entries(refinements)) {
        const result = await measure.measure(queries, { ...plain, ...refinement }, { signal, onAnswered });
        line.clear();
        print(name, result, { json, boxes, queries, dataset });
      }
    }
  } finally {
    await measure.release();
  }
}

function print(
  refinement: string,
  { retrieval, milliseconds }: Awaited<ReturnType<RefinementMeasure['measure']>>,
  {
    json,
    boxes,
    queries,
    dataset,
  }: { json: boolean; boxes: boolean; queries: readonly Query[]; dataset: Dataset },
): void {
  const { mAP, r1 } = retrieval;
  if (json) {
    printJson({
      protocol: dataset.protocol,
      refinement,
      boxes,
      queries: queries.length,
      mAP,
      r1,
      milliseconds,
    });
    return;
  }
  const time = `${milliseconds.toFixed(0)} ms`;
  printLine(
    `  ${refinement.padEnd(56)} mAP ${mAP.toFixed(2)}  R@1 ${r1.toFixed(1).padStart(5)}  ${time.padStart(8)}`,
  );
}
