/**
 * `node test/bench/tiers.ts UNRELATED DATASET...`: chooses the score bands of src/search/tiers.ts. UNRELATED is a
 * folder of photos that have nothing to do with each other nor with the data sets, which are those that
 * `npm run evaluate` takes. Scores of four kinds of pairs are compared:
 * - near-duplicate: a photo and its edited copies, and these with each other;
 * - same-scene: good and ok photos of a group in truth.json, which different people took;
 * - series: photos of a folder for each thing. Some differ by a movement of the hand alone, and no more than copies
 *   do; so they are counted, but choose no band;
 * - unrelated: photos of UNRELATED with each other and with those of the data sets.
 * Bands are chosen on one half of the things that the photos show, and their errors counted on both.
 */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createDescriber } from '../../src/descriptor/describe.ts';
import { dot } from '../../src/descriptor/vectors.ts';
import { readDataset } from '../../src/evaluation/dataset.ts';
import { decodePhoto } from '../../src/ingest/decode.ts';
import { defaultModelFolder, readModel } from '../../src/model/model-folder.ts';
import { makeSamples } from '../../src/samples.ts';

/** So many photos of each folder get edited copies. */
const edited = 60;
/** Wanted of the near-duplicate band, if there were as many pairs of each kind. */
const precision = 0.99;
/** A library of 100,000 photos may bring one wrong photo into the same-scene band of a query. */
const falseRate = 1e-5;

const kinds = ['near-duplicate', 'same-scene', 'series', 'unrelated'] as const;
type Scores = Record<(typeof kinds)[number], number[]>;

const [unrelatedFolder, ...datasetFolders] = process.argv.slice(2);
if (unrelatedFolder === undefined || datasetFolders.length === 0) {
  throw new Error('Name a folder of unrelated photos, and one data set or more.');
}
const model = await readModel(defaultModelFolder());
const describer = await createDescriber(model);
const chosenOn = emptyScores();
const judgedOn = emptyScores();
const halves = [chosenOn, judgedOn];

const names = readdirSync(unrelatedFolder).sort();
const unrelated = await describeAll(names.map((name) => path.join(unrelatedFolder, name)));
const unrelatedHalves = [0, 1].map((half) => unrelated.filter((_, index) => index % 2 === half));
for (const [half, descriptors] of unrelatedHalves.entries()) {
  for (const [index, one] of descriptors.entries()) {
    for (const other of descriptors.slice(index + 1)) halves[half]!.unrelated.push(dot(one, other));
  }
}
await addEdited(
  names.map((name) => path.join(unrelatedFolder, name)),
  (index) => index % 2,
);
for (const folder of datasetFolders) {
  const { photos, queries, protocol } = await readDataset(folder);
  const descriptors = await describeAll(photos);
  // A thing is named by the first of its photos.
  const things = new Map<number, number>();
  const pairs = new Set<string>();
  for (const { photo, positives } of queries) {
    const thing = Math.min(photo, ...positives);
    for (const other of [photo, ...positives]) things.set(other, thing);
    for (const other of positives) pairs.add([photo, other].sort((a, b) => a - b).join());
  }
  const order = [...new Set(things.values())].sort((a, b) => a - b);
  const halfOf = (photo: number) => {
    const thing = things.get(photo);
    return (thing === undefined ? photo : order.indexOf(thing)) % 2;
  };
  for (const pair of pairs) {
    const [one, other] = pair.split(',').map(Number) as [number, number];
    halves[halfOf(one)]![protocol === 'oxford' ? 'same-scene' : 'series'].push(
      dot(descriptors[one]!, descriptors[other]!),
    );
  }
  for (const [photo, descriptor] of descriptors.entries()) {
    const half = halfOf(photo);
    for (const other of unrelatedHalves[half]!) halves[half]!.unrelated.push(dot(descriptor, other));
  }
  await addEdited(photos, halfOf);
}
await describer.release();

printQuantiles();
printBand(
  'near-duplicate',
  lowest((score) => {
    const right = shareAbove(chosenOn['near-duplicate'], score);
    const wrong = shareAbove(chosenOn['same-scene'], score) + shareAbove(chosenOn.unrelated, score);
    return right / (right + wrong) >= precision;
  }),
);
printBand(
  'same-scene',
  lowest((score) => shareAbove(chosenOn.unrelated, score) <= falseRate),
);

/** Compares all edited copies of a photo with it and with each other. */
async function addEdited(photos: readonly string[], halfOf: (index: number) => number): Promise<void> {
  // Odd, since neighbours lie in different halves.
  const step = Math.floor(photos.length / edited) | 1;
  for (let index = 0; index < photos.length; index += step) {
    const folder = mkdtempSync(path.join(tmpdir(), 'akin-bench-tiers-'));
    try {
      await makeSamples(path.join(folder, 'edited'), { originals: [photos[index]!] });
      const files = readdirSync(path.join(folder, 'edited')).filter((name) => !name.includes('-copy.'));
      const descriptors = await describeAll(files.map((name) => path.join(folder, 'edited', name)));
      for (const [place, one] of descriptors.entries()) {
        for (const other of descriptors.slice(place + 1))
          halves[halfOf(index)]!['near-duplicate'].push(dot(one, other));
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  }
}

async function describeAll(files: readonly string[]): Promise<Float32Array[]> {
  const descriptors = [];
  const { longSide } = model.settings;
  for (let start = 0; start < files.length; start += 8) {
    const pixels = files.slice(start, start + 8).map(async (name) => {
      const photo = await decodePhoto(await readFile(name), { longSide, name, thumbnail: false });
      return photo.pixels;
    });
    const made = await describer.describe(await Promise.all(pixels));
    descriptors.push(...made.map(({ descriptor }) => descriptor));
  }
  return descriptors;
}

/** The lowest score, in hundredths, that will do. */
function lowest(willDo: (score: number) => boolean): number {
  const scores = Array.from({ length: 101 }, (_, hundredths) => hundredths / 100);
  return scores.find(willDo)!;
}

function shareAbove(scores: readonly number[], lowestScore: number): number {
  return scores.filter((score) => score >= lowestScore).length / scores.length;
}

function printBand(name: string, score: number): void {
  process.stdout.write(`\n${name} from ${score.toFixed(2)} on:\n`);
  for (const [index, scores] of halves.entries()) {
    const parts = kinds.map((kind) => {
      const above = scores[kind].filter((value) => value >= score).length;
      return `${kind} ${above} of ${scores[kind].length} (${(100 * shareAbove(scores[kind], score)).toPrecision(3)} %)`;
    });
    process.stdout.write(`  ${index === 0 ? 'chosen on' : 'judged on'}: ${parts.join(', ')}\n`);
  }
}

function printQuantiles(): void {
  const shares = [0, 0.001, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 0.999, 0.9999, 1];
  process.stdout.write(`quantiles      ${shares.map((share) => String(share).padStart(7)).join('')}\n`);
  for (const kind of kinds) {
    const sorted = Float64Array.from([...chosenOn[kind], ...judgedOn[kind]]).sort();
    const values = shares.map((share) => sorted[Math.round(share * (sorted.length - 1))]!.toFixed(3));
    process.stdout.write(`${kind.padEnd(15)}${values.map((value) => value.padStart(7)).join('')}\n`);
  }
}

function emptyScores(): Scores {
  return { 'near-duplicate': [], 'same-scene': [], series: [], unrelated: [] };
}
