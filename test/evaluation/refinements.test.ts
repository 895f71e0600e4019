import { writeFileSync } from 'node:fs';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Box, QueryPart, Refinement } from '../../src/api-search.ts';
import { indexDataset } from '../../src/evaluation/index-dataset.ts';
import type { IndexedDataset } from '../../src/evaluation/index-dataset.ts';
import type { Query } from '../../src/evaluation/query.ts';
import { RefinementMeasure } from '../../src/evaluation/refinements.ts';
import {
  defaultLocalFeatureModelFolder,
  readLocalFeatureModel,
} from '../../src/model/local-feature-model.ts';
import { defaultModelFolder, readModel } from '../../src/model/model-folder.ts';
import { realPhoto } from '../ingest/pictures.ts';
import { LibraryFixture, never } from '../library-fixture.ts';
import { referenceAveragePrecision, referenceRetrieval } from './reference.ts';

const plain: Refinement = { regional: 'off', expansion: 'off', augmentation: false, verification: false };
const names = [
  'black-canyon',
  'nagasaki-boats',
  'allium-oreophilum',
  'dust-bowl-home',
  'french-alpine-landscape',
];
/** A photo, two small parts of it that overlap, and one that was turned as well. */
const parts = ['whole', 'left', 'right', 'turned'];

const fixture = new LibraryFixture();
const photos = names.flatMap((name) => parts.map((part) => fixture.file(`${name}-${part}.png`)));
const groupOf = (photo: number) => Math.floor(photo / parts.length);

const queries: Query[] = photos.map((_, photo) => ({
  photo,
  positives: new Set(
    [...photos.keys()].filter((other) => other !== photo && groupOf(other) === groupOf(photo)),
  ),
  junk: new Set(),
  group: names[groupOf(photo)]!,
}));
/** The middle of each whole photo. */
const boxes: Query[] = [];

let indexed: IndexedDataset;
let measure: RefinementMeasure;

beforeAll(async () => {
  for (const [group, name] of names.entries()) {
    const { data, info } = await sharp(realPhoto(name))
      .resize(560)
      .png()
      .toBuffer({ resolveWithObject: true });
    const { width, height } = info;
    const cut = (x: number, y: number, w: number, h: number, angle = 0) =>
      sharp(data)
        .extract({
          left: Math.round(x * width),
          top: Math.round(y * height),
          width: Math.round(w * width),
          height: Math.round(h * height),
        })
        .rotate(angle, { background: '#202020' })
        .png();
    const files = photos.slice(group * parts.length, (group + 1) * parts.length);
    await cut(0, 0, 1, 1).toFile(files[0]!);
    await cut(0.1, 0.3, 0.5, 0.5).toFile(files[1]!);
    await cut(0.35, 0.35, 0.5, 0.5).toFile(files[2]!);
    await cut(0.2, 0.25, 0.55, 0.6, 25).toFile(files[3]!);
    const photo = group * parts.length;
    boxes.push({ ...queries[photo]!, box: [width / 4, height / 4, (width * 3) / 4, (height * 3) / 4] });
  }
  const model = await readModel(defaultModelFolder());
  const featureModel = await readLocalFeatureModel(defaultLocalFeatureModelFolder());
  indexed = await indexDataset({ photos }, [...queries, ...boxes], model, featureModel);
  measure = await RefinementMeasure.create(indexed);
  await fixture.open();
  await fixture.library.addFolder(fixture.photos);
  await fixture.library.index();
});
afterAll(async () => {
  await measure.release();
  await fixture.close();
});

/** By asking a library. */
async function searched(asked: readonly Query[], refinement: Refinement): Promise<number> {
  let sum = 0;
  for (const { photo, positives, box } of asked) {
    const photoId = fixture.library.findPhoto(photos[photo]!)!;
    const query: QueryPart[] = [{ photoId, ...(box && { box: [0.25, 0.25, 0.5, 0.5] satisfies Box }) }];
    const params = { query, refinement, limit: 100 };
    const { matches } = refinement.verification
      ? await fixture.library.search.verify({ ...params, key: 1 }, never)
      : await fixture.library.search.run(params, never);
    const right = matches.map((match) =>
      positives.has(photos.indexOf(fixture.library.photo(match.photoId).path)),
    );
    sum += referenceAveragePrecision(right, positives.size);
  }
  return (100 * sum) / asked.length;
}

const variants: [string, Partial<Refinement>][] = [
  ['nothing', {}],
  ['best pairs of regions', { regional: 'best-pair' }],
  ['sums over regions', { regional: 'sum' }],
  ['average expansion', { expansion: 'average' }],
  ['alpha expansion', { expansion: 'alpha' }],
  ['augmentation', { augmentation: true }],
  ['verification', { verification: true }],
  ['verified expansion', { verification: true, expansion: 'verified' }],
  ['all', { regional: 'sum', augmentation: true, verification: true, expansion: 'verified' }],
];

it.each(variants)('with %s, figures are those that a library of the photos gives', async (_, change) => {
  const refinement = { ...plain, ...change };
  const { retrieval, milliseconds } = await measure.measure(queries, refinement);
  expect(retrieval.queries).toBe(queries.length);
  expect(retrieval.mAP).toBeCloseTo(await searched(queries, refinement), 6);
  expect(milliseconds).toBeGreaterThan(0);
  const boxed = await measure.measure(boxes, refinement);
  expect(boxed.retrieval.mAP).toBeCloseTo(await searched(boxes, refinement), 6);
});

it('with nothing, figures are those of the descriptors alone', async () => {
  const { retrieval } = await measure.measure(queries, plain);
  const { mAP, r1 } = referenceRetrieval(queries, indexed.descriptors);
  expect(retrieval.mAP).toBeCloseTo(mAP, 6);
  expect(retrieval.r1).toBeCloseTo(r1, 6);
  // Not so easy that every way to rank agrees.
  expect(mAP).toBeLessThan(97);
});

it('verification finds the parts that descriptors miss, turned ones too', async () => {
  const turned = queries.filter(({ photo }) => photos[photo]!.includes('turned'));
  for (const asked of [queries, turned]) {
    const [before, after] = [
      await measure.measure(asked, plain),
      await measure.measure(asked, { ...plain, verification: true }),
    ];
    expect(after.retrieval.mAP).toBeGreaterThan(before.retrieval.mAP + 3);
    expect(after.retrieval.r1).toBe(100);
  }
});

it('each answer is told, and a signal ends it', async () => {
  let answers = 0;
  const controller = new AbortController();
  const onAnswered = () => {
    if (++answers === 3) controller.abort();
  };
  const { signal } = controller;
  await expect(measure.measure(queries, plain, { signal, onAnswered })).rejects.toThrow('aborted');
  expect(answers).toBe(3);
});

it('a box outside its photo, or a photo that is none, is told by its file', async () => {
  const model = await readModel(defaultModelFolder());
  const featureModel = await readLocalFeatureModel(defaultLocalFeatureModelFolder());
  const outside: Query = { ...queries[0]!, box: [600, 10, 700, 20] };
  await expect(indexDataset({ photos }, [outside], model, featureModel)).rejects.toMatchObject({
    code: 'dataset-damaged',
    details: { path: photos[0] },
  });
  const none = fixture.file('none.jpg');
  writeFileSync(none, 'no picture');
  await expect(indexDataset({ photos: [none] }, [], model, featureModel)).rejects.toMatchObject({
    code: 'photo-unsupported',
  });
  const done: number[] = [];
  const onProgress = (count: number) => done.push(count);
  await indexDataset({ photos: photos.slice(0, 2) }, [], model, featureModel, { onProgress });
  expect(done).toEqual([1, 2]);
  const signal = AbortSignal.abort();
  await expect(indexDataset({ photos }, [], model, featureModel, { signal })).rejects.toThrow('aborted');
});
