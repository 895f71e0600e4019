import { pooledLength, poolMap } from '../descriptor/poolings.ts';
import { l2Normalise } from '../descriptor/vectors.ts';
import { learnWhiteningOfFew } from '../descriptor/whitening-of-few.ts';
import { VectorStatistics, learnWhitening } from '../descriptor/whitening.ts';
import { architectureOf } from '../model/architecture.ts';
import type { Head } from '../model/head-file.ts';
import { layerOutputs } from '../model/layer-outputs.ts';
import type { Model } from '../model/model-folder.ts';
import { createLayerTrunk } from '../model/trunk.ts';
import type { FeatureMap } from '../model/trunk.ts';
import { readPictures } from './pictures.ts';
import type { ReadingOptions } from './pictures.ts';
import type { Combination } from './variants.ts';

/** What Akin's own descriptors have; vectors that are shorter keep their length. */
const mostDimensions = 512;

/**
 * Learns the PCA-whitening of each combination of a layer and a pooling from the same photos, each of which passes
 * the trunk once.
 *
 * @param files photos that have nothing to do with those to be measured on; a thousand or more
 * @returns a head for each combination, of at most 512 dimensions
 * @throws RangeError when there are fewer than two photos, and what `readPictures` throws
 */
export async function learnHeads(
  model: Model,
  combinations: readonly Combination[],
  files: readonly string[],
  options: ReadingOptions,
): Promise<Head[]> {
  if (files.length < 2) throw new RangeError('A whitening takes two photos or more.');
  const layers = [...new Set(combinations.map(({ layer }) => layer))];
  const channels = new Map(
    layerOutputs(architectureOf(model.architecture)).map((output) => [output.name, output.channels]),
  );
  const learners = combinations.map(
    ({ layer, pooling }) => new WhiteningLearner(pooledLength(pooling, channels.get(layer)!)),
  );
  const trunk = await createLayerTrunk(model, layers);
  try {
    for await (const pictures of readPictures(files, options)) {
      for (const maps of await trunk.run(pictures.map(({ pixels }) => pixels))) {
        for (const [index, { layer, pooling }] of combinations.entries())
          learners[index]!.add(unitRows(maps[layers.indexOf(layer)]!, pooling));
      }
    }
  } finally {
    await trunk.release();
  }
  return learners.map((learner) => {
    options.signal?.throwIfAborted();
    return learner.learn();
  });
}

/** The rows that a head gets: each of length 1. */
function unitRows(map: FeatureMap, pooling: Combination['pooling']): Float32Array {
  const rows = poolMap(map, pooling);
  const length = pooledLength(pooling, map.channels);
  for (let start = 0; start < rows.length; start += length) l2Normalise(rows.subarray(start, start + length));
  return rows;
}

/** Keeps vectors as long as there are fewer than channels, for the quicker way to learn from so few. */
class WhiteningLearner {
  readonly #length: number;
  #few: Float32Array[] = [];
  #many: VectorStatistics | null = null;

  constructor(length: number) {
    this.#length = length;
  }

  /** Adds the rows of a [rows, length] matrix. */
  add(rows: Float32Array): void {
    if (this.#many) return this.#many.add(rows);
    for (let start = 0; start < rows.length; start += this.#length)
      this.#few.push(rows.slice(start, start + this.#length));
    if (this.#few.length <= this.#length) return;
    this.#many = new VectorStatistics(this.#length);
    for (const vector of this.#few) this.#many.add(vector);
    this.#few = [];
  }

  learn(): Head {
    if (this.#many) return learnWhitening(this.#many, Math.min(mostDimensions, this.#length));
    return learnWhiteningOfFew(this.#few, Math.min(mostDimensions, this.#few.length - 1));
  }
}
