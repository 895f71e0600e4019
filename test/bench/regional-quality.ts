/**
 * `node test/bench/regional-quality.ts DATASET`: what comparing region by region gains, and where things are found.
 * Each rule is measured at several weights beside the descriptor's 1, and without it: whole photos, the boxes that
 * come with the data set if there are any, and boxes round the middle of the query photos. Then photos pasted into
 * others, and parts of photos, are looked for where they are known to be. Nothing of the data set is written.
 */
import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { cellsOf, describeBox } from '../../src/descriptor/box.ts';
import type { Box } from '../../src/descriptor/box.ts';
import { createDescriber } from '../../src/descriptor/describe.ts';
import { encodeRegions } from '../../src/descriptor/quantise.ts';
import type { QuantisedRegions } from '../../src/descriptor/quantise.ts';
import { regionRows } from '../../src/descriptor/region-rows.ts';
import { dot } from '../../src/descriptor/vectors.ts';
import { averagePrecision } from '../../src/evaluation/average-precision.ts';
import { readDataset } from '../../src/evaluation/dataset.ts';
import type { Query } from '../../src/evaluation/query.ts';
import { decodePhoto } from '../../src/ingest/decode.ts';
import { defaultModelFolder, readModel } from '../../src/model/model-folder.ts';
import type { RgbPixels } from '../../src/model/trunk.ts';
import { heatMap } from '../../src/search/heat-map.ts';
import type { HeatMap } from '../../src/search/heat-map.ts';
import { localise } from '../../src/search/localisation.ts';
import { createRegionalMatcher, reranked } from '../../src/search/regional.ts';
import { Target } from '../../src/search/target.ts';
import { seededRandom } from './seeded-random.ts';

const weights = [0.5, 1, 1.5, 2, 3, Infinity];
const wholePhoto: Box = [0, 0, 1, 1];
const middle: Box = [0.2, 0.2, 0.6, 0.6];
/** Photos that are pasted and cut. */
const planted = 60;
const mostQueries = 200;

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error('Name the folder of a data set.');
const { photos, queries, boxQueries = [] } = await readDataset(folder);
const step = Math.ceil(queries.length / mostQueries);
const asked = queries.filter((_, index) => index % step === 0);
const model = await readModel(defaultModelFolder());
const { longSide } = model.settings;
const describer = await createDescriber(model);
const matcher = await createRegionalMatcher(describer.dimensions);

const descriptors: Float32Array[] = [];
const stored: QuantisedRegions[] = [];
for (const file of photos) {
  const [made] = await describer.describe([await pixelsOf(file)]);
  descriptors.push(made!.descriptor);
  stored.push(made!.regions);
}
const blobs = stored.map(encodeRegions);

await report('whole photos', reranked.photo, async ({ photo }) => [
  descriptors[photo]!,
  regionRows(stored[photo]!, describer.dimensions),
]);
await report('boxes round the middle', reranked.box, ({ photo }) => boxed(photo, middle));
if (boxQueries.length > 0) {
  const boxes = await Promise.all(boxQueries.map((query) => fractions(query)));
  await report(
    'the boxes given',
    reranked.box,
    (query) => boxed(query.photo, boxes[boxQueries.indexOf(query)]!),
    boxQueries,
  );
}
await reportLocalisation();
await matcher.release();
await describer.release();

/** Mean average precision of the first ranking, and with its first photos ranked again by both rules. */
async function report(
  name: string,
  top: number,
  describe: (query: Query) => Promise<[descriptor: Float32Array, regions: Float32Array]>,
  from: readonly Query[] = asked,
): Promise<void> {
  const sums = new Map<string, number>();
  const add = (what: string, scores: readonly number[], query: Query) =>
    sums.set(what, (sums.get(what) ?? 0) + precision(scores, query));
  for (const query of from) {
    const [descriptor, regions] = await describe(query);
    const first = descriptors.map((other) => dot(descriptor, other));
    add('descriptors', first, query);
    const order = [...first.keys()].sort((a, b) => first[b]! - first[a]!).slice(0, top);
    const matches = await matcher.match(
      regions,
      order.map((photo) => blobs[photo]),
    );
    for (const rule of ['bestPair', 'sum'] as const) {
      for (const weight of weights) {
        // Those further down stay behind.
        const scores = first.map((score) => score - 10);
        for (const [rank, photo] of order.entries()) {
          const regional = matches[rank]![rule];
          scores[photo] = weight === Infinity ? regional : (first[photo]! + weight * regional) / (1 + weight);
        }
        add(`${rule} ${weight}`, scores, query);
      }
    }
  }
  const figures = [...sums].map(([what, sum]) => `${what}: ${((100 * sum) / from.length).toFixed(2)}`);
  process.stdout.write(`${name}, ${from.length} queries, mAP\n  ${figures.join('\n  ')}\n`);
}

function precision(scores: readonly number[], { photo, positives, junk }: Query): number {
  const ranking = [...scores.keys()]
    .filter((other) => other !== photo && !junk.has(other))
    .sort((a, b) => scores[b]! - scores[a]!);
  const ranks = [...ranking.keys()].filter((rank) => positives.has(ranking[rank]!));
  return averagePrecision(ranks, positives.size);
}

async function boxed(photo: number, box: Box): Promise<[Float32Array, Float32Array]> {
  const map = await describer.map(await pixelsOf(photos[photo]!));
  const vector = await describeBox(map, box, (maxima) => describer.vectors(maxima));
  return [vector, vector];
}

async function pixelsOf(file: string): Promise<RgbPixels> {
  return (await decodePhoto(await readFile(file), { longSide, name: file, thumbnail: false })).pixels;
}

async function fractions({ photo, box }: Query): Promise<Box> {
  if (!box) return wholePhoto;
  const { width, height } = await sharp(photos[photo]!).metadata();
  const [left, top, right, bottom] = box;
  return [left / width, top / height, (right - left) / width, (bottom - top) / height];
}

/** How far the boxes found and the true ones overlap: intersection over union. */
async function reportLocalisation(): Promise<void> {
  const random = seededRandom(9);
  const pick = () => photos[Math.floor(random() * photos.length)]!;
  const separations: number[] = [];
  const overlaps = { pasted: [] as number[], part: [] as number[] };
  for (let count = 0; count < planted; count++) {
    const query = await pixelsOf(pick());
    const ground = await pixelsOf(pick());
    const share = 0.3 + 0.4 * random();
    const scale = (share * Math.min(ground.width, ground.height)) / Math.max(query.width, query.height);
    const small = await resized(query, scale);
    const left = Math.floor(random() * (ground.width - small.width));
    const top = Math.floor(random() * (ground.height - small.height));
    paste(small, ground, left, top);
    const { width, height } = ground;
    const box: Box = [left / width, top / height, small.width / width, small.height / height];
    const target = await targetOf(query);
    const map = await describer.map(ground);
    overlaps.pasted.push(overlap(localise(map, target).box, box));
    separations.push(separation(heatMap(map, target), box));

    const [w, h] = [0.35 + 0.45 * random(), 0.35 + 0.45 * random()];
    const part: Box = [random() * (1 - w), random() * (1 - h), w, h];
    const whole = await describer.map(query);
    overlaps.part.push(overlap(localise(whole, await targetOf(await cut(query, part))).box, part));
  }
  process.stdout.write(
    `heat-map: a cell inside is hotter than one outside: ${meanOf(separations).toFixed(3)}\n`,
  );
  for (const [name, values] of Object.entries(overlaps)) {
    const half = values.filter((value) => value > 0.5).length / values.length;
    process.stdout.write(
      `${name}: overlap ${meanOf(values).toFixed(3)} on average, above 0.5 for ${half.toFixed(2)}\n`,
    );
  }
}

async function targetOf(query: RgbPixels): Promise<Target> {
  const map = await describer.map(query);
  return new Target(map, cellsOf(wholePhoto, map), model.head);
}

/** How often a cell inside the box is hotter than one outside; two that are the same count as half. */
function separation({ width, height, values }: HeatMap, [x, y, w, h]: Box): number {
  const inside: number[] = [];
  const outside: number[] = [];
  for (const [cell, value] of values.entries()) {
    const column = ((cell % width) + 0.5) / width - x;
    const row = (Math.floor(cell / width) + 0.5) / height - y;
    (column > 0 && column < w && row > 0 && row < h ? inside : outside).push(value);
  }
  let hotter = 0;
  for (const own of inside) for (const other of outside) hotter += own > other ? 1 : own === other ? 0.5 : 0;
  return hotter / (inside.length * outside.length);
}

async function resized({ data, width, height }: RgbPixels, scale: number): Promise<RgbPixels> {
  const size = {
    width: Math.max(1, Math.round(width * scale)),
    height: Math.max(1, Math.round(height * scale)),
  };
  const picture = sharp(data, { raw: { width, height, channels: 3 } }).resize({ ...size, fit: 'fill' });
  return { data: await picture.raw().toBuffer(), ...size };
}

/** A part of a picture, enlarged as if it were a photo of its own. */
async function cut({ data, width, height }: RgbPixels, [x, y, w, h]: Box): Promise<RgbPixels> {
  const size = { width: Math.max(1, Math.floor(w * width)), height: Math.max(1, Math.floor(h * height)) };
  const part = await sharp(data, { raw: { width, height, channels: 3 } })
    .extract({ left: Math.floor(x * width), top: Math.floor(y * height), ...size })
    .raw()
    .toBuffer();
  return resized({ data: part, ...size }, longSide / Math.max(size.width, size.height));
}

function paste(small: RgbPixels, ground: RgbPixels, left: number, top: number): void {
  for (let row = 0; row < small.height; row++) {
    const line = small.data.subarray(row * small.width * 3, (row + 1) * small.width * 3);
    ground.data.set(line, ((top + row) * ground.width + left) * 3);
  }
}

function overlap(one: Box, other: Box): number {
  const sides = ([0, 1] as const).map((axis) => {
    const size = axis === 0 ? ([2, 2] as const) : ([3, 3] as const);
    const end = Math.min(one[axis] + one[size[0]], other[axis] + other[size[1]]);
    return Math.max(0, end - Math.max(one[axis], other[axis]));
  });
  const both = sides[0]! * sides[1]!;
  return both / (one[2] * one[3] + other[2] * other[3] - both);
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
