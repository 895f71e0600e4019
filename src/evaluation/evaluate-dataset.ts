import { setImmediate } from 'node:timers/promises';
import { dot } from '../descriptor/vectors.ts';
import type { AkinError } from '../errors.ts';
import type { Model } from '../model/model-folder.ts';
import type { Dataset } from './dataset.ts';
import { describeDataset } from './describe-dataset.ts';
import type { DescribedDataset } from './describe-dataset.ts';
import type { ReadingOptions } from './pictures.ts';
import { difficulties } from './query.ts';
import type { Difficulty, Query } from './query.ts';
import { RetrievalMeasure } from './retrieval.ts';
import type { Retrieval } from './retrieval.ts';
import type { Variant } from './variants.ts';

/** Queries answered between two looks at the signal. */
const queriesAtOnce = 16;

/** How well one variant does. */
export interface Measured {
  readonly variant: Variant;
  /** Numbers in a descriptor. */
  readonly dimensions: number;
  /** Of the revisited protocol only. */
  readonly difficulty: Difficulty | null;
  readonly queries: readonly Query[];
  readonly retrieval: Retrieval;
}

export interface EvaluationOptions extends Omit<ReadingOptions, 'onUnreadable'> {
  /** Called for a photo that is left out, since it cannot be read and no query needs it. */
  readonly onLeftOut: (error: AkinError) => void;
}

/**
 * Measures the variants on a data set, each photo passing the trunk once.
 *
 * @returns variant by variant; of the revisited protocol, easy, medium and hard of each
 * @throws AkinError when a photo that a query needs cannot be read, `dataset-damaged` for a box outside its photo,
 *   and what the signal throws
 */
export async function evaluateDataset(
  model: Model,
  variants: readonly Variant[],
  dataset: Dataset,
  options: EvaluationOptions,
): Promise<Measured[]> {
  const { byDifficulty } = dataset;
  const parts = byDifficulty
    ? difficulties.map((difficulty) => ({ difficulty, queries: byDifficulty[difficulty] }))
    : [{ difficulty: null, queries: dataset.queries }];
  const needed = new Set(
    parts.flatMap(({ queries }) => queries.flatMap(({ photo, positives }) => [photo, ...positives])),
  );
  const unreadable = new Set<number>();
  const all = parts.flatMap(({ queries }) => queries);
  const described = await describeDataset(model, variants, dataset, all, {
    ...options,
    onUnreadable(place, error) {
      if (needed.has(place)) throw error;
      unreadable.add(place);
      options.onLeftOut(error);
    },
  });
  const measured: Measured[] = [];
  for (const [index, variant] of variants.entries()) {
    for (const { difficulty, queries } of parts) {
      const descriptors = described[index]!;
      const retrieval = await measure(queries, descriptors, unreadable, options.signal);
      const dimensions = descriptors.photos[0]!.length;
      measured.push({ variant, dimensions, difficulty, queries, retrieval });
    }
  }
  return measured;
}

async function measure(
  queries: readonly Query[],
  { photos, boxes }: DescribedDataset,
  unreadable: ReadonlySet<number>,
  signal: AbortSignal | undefined,
): Promise<Retrieval> {
  const result = new RetrievalMeasure();
  for (const [index, query] of queries.entries()) {
    const asked = boxes.get(query) ?? photos[query.photo]!;
    const scores = Float64Array.from(photos, (descriptor) => dot(asked, descriptor));
    result.add(
      unreadable.size === 0 ? query : { ...query, junk: new Set([...query.junk, ...unreadable]) },
      scores,
    );
    if (index % queriesAtOnce !== 0) continue;
    await setImmediate();
    signal?.throwIfAborted();
  }
  return result.result();
}
