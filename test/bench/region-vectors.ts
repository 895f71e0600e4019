/**
 * `node test/bench/region-vectors.ts DATASET`: what the region vectors lose in the catalog, where each number has
 * half a byte and the last dimensions are cut off so that a photo takes 4 KB at most. Each form is measured in two ways:
 * by the descriptor that is the sum of its vectors, and by regions, where two photos score the mean, over the
 * query's regions, of the best match among the other's.
 */
import { readFile } from 'node:fs/promises';
import { gridMaxima } from '../../src/descriptor/describe.ts';
import { createHead } from '../../src/descriptor/head.ts';
import {
  decodeRegions,
  dequantiseRegions,
  encodeRegions,
  keptDimensions,
  quantiseRegions,
} from '../../src/descriptor/quantise.ts';
import { dot, l2Normalise, sumOfRows } from '../../src/descriptor/vectors.ts';
import { averagePrecision } from '../../src/evaluation/average-precision.ts';
import { readDataset } from '../../src/evaluation/dataset.ts';
import { measureRetrieval } from '../../src/evaluation/retrieval.ts';
import { decodePhoto } from '../../src/ingest/decode.ts';
import { defaultModelFolder, readModel } from '../../src/model/model-folder.ts';
import { createTrunk } from '../../src/model/trunk.ts';

/** Comparing every region of every photo takes long: queries beyond these are passed over, evenly. */
const regionalQueries = 40;

/** Where 16 levels are best laid for a normal distribution of variance 1. Source: Max, IRE Trans. 1960, table I. */
const halves = [0.1284, 0.3881, 0.6568, 0.9424, 1.256, 1.618, 2.069, 2.733];
const levels = [...halves.map((level) => -level), ...halves];

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error('Name the folder of a data set.');
const { photos, queries } = await readDataset(folder);
const model = await readModel(defaultModelFolder());
const trunk = await createTrunk(model);
const head = await createHead(model.head, model.channels);
const { dimensions } = head;

/** Of each photo, [regions, dimensions]; zeros where dimensions were cut off. */
const forms = {
  'whole region vectors': [] as Float32Array[],
  'whole numbers, cut dimensions': [] as Float32Array[],
  'as stored: half a byte, cut dimensions': [] as Float32Array[],
  'half a byte, the largest entry not cut': [] as Float32Array[],
  'half a byte, levels for a normal distribution': [] as Float32Array[],
  'a byte, half the dimensions': [] as Float32Array[],
};
let largestBlob = 0;
for (const name of photos) {
  const { longSide } = model.settings;
  const { pixels } = await decodePhoto(await readFile(name), { longSide, name, thumbnail: false });
  const [map] = await trunk.run([pixels]);
  const vectors = await head.run(gridMaxima(map!, model.settings));
  const geometry = { ...model.settings, height: map!.height, width: map!.width };
  const blob = encodeRegions(quantiseRegions(vectors, dimensions, geometry));
  largestBlob = Math.max(largestBlob, blob.length);
  const stored = decodeRegions(blob);
  const kept = keptDimensions(dimensions, vectors.length / dimensions);
  forms['whole region vectors'].push(vectors);
  forms['whole numbers, cut dimensions'].push(cut(vectors, kept));
  forms['as stored: half a byte, cut dimensions'].push(padded(dequantiseRegions(stored), stored.dimensions));
  forms['half a byte, the largest entry not cut'].push(inSteps(cut(vectors, kept), 7));
  forms['half a byte, levels for a normal distribution'].push(inLevels(cut(vectors, kept), kept));
  forms['a byte, half the dimensions'].push(inSteps(cut(vectors, kept / 2), 127));
}
await trunk.release();
await head.release();

process.stdout.write(`${photos.length} photos, ${largestBlob} bytes at most\n`);
for (const [name, regions] of Object.entries(forms)) {
  const { mAP } = measureRetrieval(
    queries,
    regions.map((vectors) => sumOfRows(vectors, dimensions)),
  );
  process.stdout.write(
    `${name}: mAP ${mAP.toFixed(2)} by descriptor, ${regionalPrecision(regions).toFixed(2)} by regions\n`,
  );
}

function regionalPrecision(regions: readonly Float32Array[]): number {
  const rows = regions.map((vectors) => rowsOf(vectors.slice()).map(l2Normalise));
  const step = Math.ceil(queries.length / regionalQueries);
  const asked = queries.filter((_, index) => index % step === 0);
  let sum = 0;
  for (const { photo, positives, junk } of asked) {
    const scores = rows.map((others) =>
      rows[photo]!.reduce((total, row) => total + Math.max(...others.map((other) => dot(row, other))), 0),
    );
    const ranking = [...photos.keys()]
      .filter((other) => other !== photo && !junk.has(other))
      .sort((a, b) => scores[b]! - scores[a]!);
    const ranks = [...ranking.keys()].filter((rank) => positives.has(ranking[rank]!));
    sum += averagePrecision(ranks, positives.size);
  }
  return (100 * sum) / asked.length;
}

function rowsOf(vectors: Float32Array, width = dimensions): Float32Array[] {
  return Array.from({ length: vectors.length / width }, (_, row) =>
    vectors.subarray(row * width, (row + 1) * width),
  );
}

function cut(vectors: Float32Array, kept: number): Float32Array {
  return vectors.map((value, index) => (index % dimensions < kept ? value : 0));
}

function padded(vectors: Float32Array, width: number): Float32Array {
  const whole = new Float32Array((vectors.length / width) * dimensions);
  for (const [row, vector] of rowsOf(vectors, width).entries()) whole.set(vector, row * dimensions);
  return whole;
}

/** Each row rounded to whole steps, of which the largest entry gets `most`. */
function inSteps(vectors: Float32Array, most: number): Float32Array {
  for (const row of rowsOf(vectors)) {
    const scale = Math.max(...row.map(Math.abs)) / most;
    for (const [index, value] of row.entries()) row[index] = Math.round(value / scale) * scale;
  }
  return vectors;
}

/** Each row put to the nearest levels, by the variance of its first `kept` entries. */
function inLevels(vectors: Float32Array, kept: number): Float32Array {
  for (const row of rowsOf(vectors)) {
    const scale = Math.hypot(...row) / Math.sqrt(kept);
    for (let index = 0; index < kept; index++) {
      const value = row[index]! / scale;
      const nearest = levels.reduce((one, level) =>
        Math.abs(level - value) < Math.abs(one - value) ? level : one,
      );
      row[index] = nearest * scale;
    }
  }
  return vectors;
}
