/** Retrieval measured once more, as the benchmarks' own programs do it, to hold the product to. */
import { readFile } from 'node:fs/promises';
import type { Dataset } from '../../src/evaluation/dataset.ts';
import type { Query } from '../../src/evaluation/query.ts';
import type { VariantName } from '../../src/evaluation/variants.ts';
import { decodePhoto } from '../../src/ingest/decode.ts';
import type { Model } from '../../src/model/model-folder.ts';
import { createTrunk } from '../../src/model/trunk.ts';
import { referenceDescriptor, referenceGeneralisedMean } from '../descriptor/reference.ts';

/**
 * The area under the precision-recall curve of a ranked list, walked from its first result to its last. The curve
 * starts at recall 0 and precision 1, and straight lines join its points.
 *
 * @param ranking whether each result is right, best first, without junk
 * @param positives how many right ones there are, in the list or not
 */
export function referenceAveragePrecision(ranking: readonly boolean[], positives: number): number {
  const curve = [{ recall: 0, precision: 1 }];
  let found = 0;
  for (const [index, right] of ranking.entries()) {
    if (right) found++;
    curve.push({ recall: found / positives, precision: found / (index + 1) });
  }
  let area = 0;
  for (const [index, point] of curve.entries()) {
    const before = curve[index - 1];
    if (before) area += ((point.recall - before.recall) * (point.precision + before.precision)) / 2;
  }
  return area;
}

/** Mean average precision and recall at 1 over the queries, in percent. */
export function referenceRetrieval(
  queries: readonly Query[],
  descriptors: readonly ArrayLike<number>[],
): { mAP: number; r1: number } {
  let precision = 0;
  let first = 0;
  for (const { photo, positives, junk } of queries) {
    const list: { right: boolean; score: number }[] = [];
    for (let other = 0; other < descriptors.length; other++) {
      if ((other === photo && !positives.has(photo)) || junk.has(other)) continue;
      list.push({ right: positives.has(other), score: product(descriptors[photo]!, descriptors[other]!) });
    }
    insertionSort(list);
    precision += referenceAveragePrecision(
      list.map(({ right }) => right),
      positives.size,
    );
    if (list[0]?.right) first++;
  }
  return { mAP: (100 * precision) / queries.length, r1: (100 * first) / queries.length };
}

/** Best first; equal ones stay in their order. */
function insertionSort(list: { score: number }[]): void {
  for (let index = 1; index < list.length; index++) {
    const item = list[index]!;
    let place = index;
    for (; place > 0 && list[place - 1]!.score < item.score; place--) list[place] = list[place - 1]!;
    list[place] = item;
  }
}

function product(one: ArrayLike<number>, other: ArrayLike<number>): number {
  let sum = 0;
  for (let index = 0; index < one.length; index++) sum += one[index]! * other[index]!;
  return sum;
}

/**
 * What `akin evaluate` measures, computed in another way from the trunk's feature maps on: own pooling, head,
 * ranking and average precision.
 */
export async function referenceQuality(
  { photos, queries }: Dataset,
  model: Model,
): Promise<Record<VariantName, { mAP: number; r1: number }>> {
  const columns: Record<VariantName, number[][]> = { gem: [], raw: [], whitened: [] };
  const trunk = await createTrunk(model);
  for (const name of photos) {
    const { longSide } = model.settings;
    const { pixels } = await decodePhoto(await readFile(name), { longSide, name, thumbnail: false });
    const [map] = await trunk.run([pixels]);
    columns.gem.push(referenceGeneralisedMean(map!));
    columns.raw.push(referenceDescriptor(map!, null, model.settings));
    columns.whitened.push(referenceDescriptor(map!, model.head, model.settings));
  }
  await trunk.release();
  return {
    gem: referenceRetrieval(queries, columns.gem),
    raw: referenceRetrieval(queries, columns.raw),
    whitened: referenceRetrieval(queries, columns.whitened),
  };
}

/** The best precision of any list of first results that holds so much of the positives, on average. */
export function referencePrecision(
  queries: readonly Query[],
  descriptors: readonly ArrayLike<number>[],
  recall: number,
): number {
  let sum = 0;
  for (const { photo, positives, junk } of queries) {
    const list: { right: boolean; score: number }[] = [];
    for (let other = 0; other < descriptors.length; other++) {
      if ((other === photo && !positives.has(photo)) || junk.has(other)) continue;
      list.push({ right: positives.has(other), score: product(descriptors[photo]!, descriptors[other]!) });
    }
    insertionSort(list);
    let best = 0;
    let found = 0;
    for (const [index, { right }] of list.entries()) {
      if (right) found++;
      if (found / positives.size >= recall - 1e-9) best = Math.max(best, found / (index + 1));
    }
    sum += best;
  }
  return (100 * sum) / queries.length;
}
