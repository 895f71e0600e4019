/**
 * `node test/bench/expansion.ts DATASET...`: how many matches a query should be expanded with, how many neighbours a
 * photo, and how much an example of what is not meant should count. By whole photos and their descriptors alone.
 */
import { readFile } from 'node:fs/promises';
import { createDescriber } from '../../src/descriptor/describe.ts';
import { dot } from '../../src/descriptor/vectors.ts';
import { readDataset } from '../../src/evaluation/dataset.ts';
import type { Query } from '../../src/evaluation/query.ts';
import { RetrievalMeasure } from '../../src/evaluation/retrieval.ts';
import { decodePhoto } from '../../src/ingest/decode.ts';
import { defaultModelFolder, readModel } from '../../src/model/model-folder.ts';
import { weightedMean } from '../../src/search/expansion.ts';

const counts = [1, 2, 3, 5, 10, 20];

const model = await readModel(defaultModelFolder());
const folders = process.argv.slice(2);
if (folders.length === 0) throw new Error('Name the folder of a data set.');
for (const folder of folders) {
  const { photos, queries } = await readDataset(folder);
  print(folder, '');
  measure(await describe(photos), queries);
}

async function describe(photos: readonly string[]): Promise<Float32Array[]> {
  const describer = await createDescriber(model);
  const descriptors: Float32Array[] = [];
  for (const name of photos) {
    const { longSide } = model.settings;
    const { pixels } = await decodePhoto(await readFile(name), { longSide, name, thumbnail: false });
    descriptors.push((await describer.describe([pixels]))[0]!.descriptor);
  }
  await describer.release();
  return descriptors;
}

function measure(descriptors: readonly Float32Array[], queries: readonly Query[]): void {
  const scores = descriptors.map((one) => descriptors.map((other) => dot(one, other)));
  const nearest = scores.map((row, photo) =>
    [...row.keys()].filter((other) => other !== photo).sort((a, b) => row[b]! - row[a]!),
  );
  const joined = (
    photo: number,
    others: readonly number[],
    weightOf: (other: number, rank: number) => number,
  ) =>
    weightedMean([
      { descriptor: descriptors[photo]!, weight: 1 },
      ...others.map((other, rank) => ({ descriptor: descriptors[other]!, weight: weightOf(other, rank) })),
    ]);
  const mAP = (
    asked: (query: Query) => Float32Array,
    against = descriptors,
    ignored?: (query: Query) => number,
  ) => {
    const result = new RetrievalMeasure();
    for (const query of queries) {
      const vector = asked(query);
      const junk = ignored ? new Set([...query.junk, ignored(query)]) : query.junk;
      result.add(
        { ...query, junk },
        against.map((descriptor) => dot(vector, descriptor)),
      );
    }
    return result.result().mAP;
  };
  const own = ({ photo }: Query) => descriptors[photo]!;

  print('plain', mAP(own));
  for (const k of counts) {
    const first = (photo: number) => nearest[photo]!.slice(0, k);
    print(
      `average of ${k}`,
      mAP(({ photo }) => joined(photo, first(photo), () => 1)),
    );
    const alpha = ({ photo }: Query) =>
      joined(photo, first(photo), (other) => Math.max(0, scores[photo]![other]!) ** 3);
    print(`alpha 3 of ${k}`, mAP(alpha));
    const augmented = descriptors.map((_, photo) =>
      joined(photo, first(photo), (_other, rank) => (k - rank) / k),
    );
    print(`augmented by ${k}`, mAP(own, augmented));
    print(
      `augmented by ${k}, the query too`,
      mAP(({ photo }) => augmented[photo]!, augmented),
    );
  }
  const wrong = ({ photo, positives, junk }: Query) =>
    nearest[photo]!.find((other) => !positives.has(other) && !junk.has(other))!;
  for (const weight of [0, 0.15, 0.25, 0.5, 0.75]) {
    const unlike = (query: Query) => joined(query.photo, [wrong(query)], () => -weight);
    print(`unlike the first wrong match, by ${weight}`, mAP(unlike, descriptors, wrong));
  }
}

function print(name: string, value: number | ''): void {
  process.stdout.write(`${name.padEnd(45)} ${value === '' ? '' : value.toFixed(2)}\n`);
}
