/** Keypoints with descriptors beside what they may cost: a multiple of the trunk, on the same photos. */
import { readFile } from 'node:fs/promises';
import { decodePhoto } from '../../src/ingest/decode.ts';
import { createFeatureExtractor } from '../../src/local-features/extract.ts';
import { countOf } from '../../src/local-features/features.ts';
import {
  defaultLocalFeatureModelFolder,
  readLocalFeatureModel,
} from '../../src/model/local-feature-model.ts';
import { defaultModelFolder, readModel } from '../../src/model/model-folder.ts';
import { createTrunk } from '../../src/model/trunk.ts';
import type { RgbPixels } from '../../src/model/trunk.ts';
import { samplePhotos } from '../../src/samples.ts';
import type { BenchResult } from './bench-result.ts';
import { median, medianRatio, takeTurns } from './measure.ts';
import { realPhoto } from './twelve-megapixels.ts';

const limit = 2;
const rounds = 15;

export async function localFeaturesBench(): Promise<BenchResult> {
  const model = await readModel(defaultModelFolder());
  const featureModel = await readLocalFeatureModel(defaultLocalFeatureModelFolder());
  const trunk = await createTrunk(model);
  const extractor = await createFeatureExtractor(featureModel);
  try {
    const forTrunk = await decodeAll(model.settings.longSide);
    const forFeatures = await decodeAll(extractor.longSide);
    let keypoints = 0;
    const times = await takeTurns(
      {
        trunk: async () => {
          for (const pixels of forTrunk) await trunk.run([pixels]);
        },
        features: async () => {
          keypoints = 0;
          for (const pixels of forFeatures) keypoints += countOf(await extractor.extract(pixels));
        },
      },
      { rounds },
    );
    const ratio = medianRatio(times.features, times.trunk);
    const each = (list: readonly number[]) => (median(list) / samplePhotos.length).toFixed(1);
    return {
      name: `local features of ${samplePhotos.length} photos, ${rounds} rounds`,
      measured: [
        `trunk, long side ${model.settings.longSide}: ${each(times.trunk)} ms a photo`,
        `local features, long side ${extractor.longSide}: ${each(times.features)} ms a photo`,
        `${(keypoints / samplePhotos.length).toFixed(0)} keypoints a photo`,
      ],
      limits: [
        { text: `at most ${limit} times the trunk: ${ratio.toFixed(2)} times`, holds: ratio <= limit },
      ],
    };
  } finally {
    await trunk.release();
    await extractor.release();
  }
}

function decodeAll(longSide: number): Promise<RgbPixels[]> {
  return Promise.all(
    samplePhotos.map(async (name) => {
      const content = await readFile(realPhoto(name));
      return (await decodePhoto(content, { longSide, name, thumbnail: false })).pixels;
    }),
  );
}
