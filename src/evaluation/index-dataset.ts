/** A data set as a library would hold it: descriptors, stored region vectors and local features. */
import { readFile } from 'node:fs/promises';
import { describeBox } from '../descriptor/box.ts';
import type { Box } from '../descriptor/box.ts';
import { createDescriber } from '../descriptor/describe.ts';
import type { Describer } from '../descriptor/describe.ts';
import { encodeRegions } from '../descriptor/quantise.ts';
import { pictureSide } from '../descriptor/scales.ts';
import { decodePhoto } from '../ingest/decode.ts';
import { createFeatureExtractor } from '../local-features/extract.ts';
import type { LocalFeatures } from '../local-features/features.ts';
import type { LocalFeatureModel } from '../model/local-feature-model.ts';
import type { Model } from '../model/model-folder.ts';
import type { Dataset } from './dataset.ts';
import type { Query } from './query.ts';
import { boxOf } from './describe-dataset.ts';

export interface IndexedDataset {
  /** By the place of the photo, like the next two. */
  readonly descriptors: readonly Float32Array[];
  /** Encoded. */
  readonly regions: readonly Uint8Array[];
  readonly features: readonly LocalFeatures[];
  /** By the query, where it has a box. */
  readonly boxes: ReadonlyMap<Query, BoxQuery>;
}

export interface BoxQuery {
  readonly box: Box;
  /** [dimensions], length 1. */
  readonly descriptor: Float32Array;
}

export interface IndexingProgress {
  readonly signal?: AbortSignal | undefined;
  /** Told how many photos are done. */
  readonly onProgress?: ((done: number) => void) | undefined;
}

/**
 * @param queries whose boxes are described
 * @throws AkinError for a photo that cannot be read, `dataset-damaged` for a box outside its photo, and what the
 *   signal throws
 */
export async function indexDataset(
  { photos }: Pick<Dataset, 'photos'>,
  queries: readonly Query[],
  model: Model,
  featureModel: LocalFeatureModel,
  { signal, onProgress }: IndexingProgress = {},
): Promise<IndexedDataset> {
  const describer = await createDescriber(model);
  const extractor = await createFeatureExtractor(featureModel);
  const asked = Map.groupBy(queries, ({ photo }) => photo);
  const indexed = {
    descriptors: [] as Float32Array[],
    regions: [] as Uint8Array[],
    features: [] as LocalFeatures[],
    boxes: new Map<Query, BoxQuery>(),
  };
  try {
    for (const [place, name] of photos.entries()) {
      signal?.throwIfAborted();
      const content = await readFile(name);
      const decode = (longSide: number) => decodePhoto(content, { longSide, name, thumbnail: false });
      const photo = await decode(pictureSide(model.settings));
      const [description] = await describer.describe([photo.pixels]);
      indexed.descriptors.push(description!.descriptor);
      indexed.regions.push(encodeRegions(description!.regions));
      indexed.features.push(await extractor.extract((await decode(extractor.longSide)).pixels));
      for (const query of asked.get(place) ?? []) {
        if (!query.box) continue;
        const box = boxOf(query.box, photo, name);
        const map = await describer.map(photo.pixels);
        indexed.boxes.set(query, { box, descriptor: await vectorOf(describer, map, box) });
      }
      onProgress?.(place + 1);
    }
  } finally {
    await describer.release();
    await extractor.release();
  }
  return indexed;
}

function vectorOf(
  describer: Describer,
  map: Parameters<typeof describeBox>[0],
  box: Box,
): Promise<Float32Array> {
  return describeBox(map, box, (maxima) => describer.vectors(maxima));
}
