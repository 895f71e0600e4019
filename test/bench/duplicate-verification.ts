/** Comparing pairs of photos that may be one shot, once their local features and small pictures are there. */
import { compare } from '../../src/duplicates/compare.ts';
import type { ComparablePhoto } from '../../src/duplicates/compare.ts';
import { editsOf } from '../../src/evaluation/duplicates/edits.ts';
import { decodePhoto } from '../../src/ingest/decode.ts';
import { createFeatureExtractor } from '../../src/local-features/extract.ts';
import {
  defaultLocalFeatureModelFolder,
  readLocalFeatureModel,
} from '../../src/model/local-feature-model.ts';
import { comparablePhoto } from '../duplicates/comparable-photo.ts';
import { realPhoto } from '../ingest/pictures.ts';
import type { BenchResult } from './bench-result.ts';
import { median } from './measure.ts';
import { seededRandom } from './seeded-random.ts';

const names = ['nagasaki-boats', 'black-canyon', 'march-pastoral', 'locomotion-house-cat'];
const rounds = 5;
/** Milliseconds a pair. */
const limit = 4;

export async function duplicateVerificationBench(): Promise<BenchResult> {
  const extractor = await createFeatureExtractor(
    await readLocalFeatureModel(defaultLocalFeatureModelFolder()),
  );
  const random = seededRandom(3);
  const photos: ComparablePhoto[] = [];
  const copies: { edit: string; copy: ComparablePhoto; original: ComparablePhoto }[] = [];
  for (const name of names) {
    const content = realPhoto(name);
    const original = await comparablePhoto(extractor, content);
    photos.push(original);
    const { pixels } = await decodePhoto(content, { longSide: 1200, name, thumbnail: false });
    for (const { edit, apply } of editsOf('choosing')) {
      copies.push({ edit, original, copy: await comparablePhoto(extractor, await apply(pixels, random)) });
    }
  }
  const others = photos.flatMap((one, at) => photos.slice(at + 1).map((other) => [one, other] as const));
  const times: { name: string; milliseconds: number }[] = [];
  for (let round = 0; round <= rounds; round++) {
    for (const { edit, copy, original } of copies) {
      const milliseconds = await timed(() => compare(copy, original));
      // The first round makes what is kept of each picture.
      if (round > 0) times.push({ name: edit, milliseconds });
    }
    for (const [one, other] of others) {
      const milliseconds = await timed(() => compare(one, other, { similarity: 0.3 }));
      if (round > 0) times.push({ name: 'other photos', milliseconds });
    }
  }
  await extractor.release();
  const all = median(times.map(({ milliseconds }) => milliseconds));
  return {
    name: `comparing ${copies.length} copies with their originals, ${others.length} pairs of others, ${rounds} rounds`,
    measured: [...new Set(times.map(({ name }) => name))].map((name) => {
      const own = times.filter((time) => time.name === name).map(({ milliseconds }) => milliseconds);
      return `${name}: ${median(own).toFixed(2)} ms a pair`;
    }),
    limits: [
      { text: `at most ${limit} ms a pair, the median of all: ${all.toFixed(2)}`, holds: all <= limit },
    ],
  };
}

async function timed(task: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await task();
  return performance.now() - start;
}
