/** Indexing end to end beside what its two large costs alone allow: decoding and the trunk. */
import { appendFileSync, copyFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { createDescriber } from '../../src/descriptor/describe.ts';
import type { Describer } from '../../src/descriptor/describe.ts';
import { decodePhoto } from '../../src/ingest/decode.ts';
import { Indexing } from '../../src/ingest/indexing.ts';
import { defaultModelFolder, readModel } from '../../src/model/model-folder.ts';
import type { Model } from '../../src/model/model-folder.ts';
import { createTrunk } from '../../src/model/trunk.ts';
import type { RgbPixels, Trunk } from '../../src/model/trunk.ts';
import type { BenchResult } from './bench-result.ts';
import { openBenchStore } from './bench-store.ts';
import { median, millisecondsOf, takeTurns } from './measure.ts';
import { makeTwelveMegapixels } from './twelve-megapixels.ts';

const limit = 0.85;
/** Photos in a round; each is its own file. */
const photos = 192;
const rounds = 3;

/** Photos of the folder AKIN_BENCH_PHOTOS instead of the made ones, if it is set. */
export async function indexingBench(): Promise<BenchResult> {
  const own = process.env['AKIN_BENCH_PHOTOS'];
  const folder = own ?? (await makePhotos());
  const files = readdirSync(folder).map((name) => path.join(folder, name));
  const model = await readModel(defaultModelFolder());
  const { longSide } = model.settings;
  const trunk = await createTrunk(model);
  const describer = await createDescriber(model);
  try {
    const pixels = await Promise.all(files.slice(0, largestBatch).map((file) => pixelsOf(file, longSide)));
    const batch = pixels.slice(0, await bestBatchLength(trunk, pixels));
    const times = await takeTurns(
      {
        decode: () => decodeAll(files, longSide),
        trunk: () => runTrunk(trunk, batch, files.length),
        index: () => index(model, describer, folder, files.length),
      },
      { rounds },
    );
    const share = median(
      times.index.map((time, round) => (times.decode[round]! + times.trunk[round]!) / time),
    );
    const line = (name: string, milliseconds: number) =>
      `${name}: ${((files.length * 1000) / milliseconds).toFixed(1)} photos/s`;
    const both = times.decode.map((time, round) => time + times.trunk[round]!);
    return {
      name: `indexing 12-megapixel JPEGs, ${rounds} rounds of ${files.length}`,
      measured: [
        line(`decoding alone (sharp, shrink-on-load to ${longSide})`, median(times.decode)),
        line(`trunk alone (onnxruntime, ${batch.length} at a time)`, median(times.trunk)),
        line('what both allow, one after the other', median(both)),
        line('indexing end to end', median(times.index)),
      ],
      limits: [
        {
          text: `at least ${100 * limit} % of what both allow: ${(100 * share).toFixed(0)} %`,
          holds: share >= limit,
        },
      ],
    };
  } finally {
    await trunk.release();
    await describer.release();
    if (!own) rmSync(folder, { recursive: true, force: true });
  }
}

const different = 16;

/** Each different photo several times, with bytes behind its end, so that no two files have the same content. */
async function makePhotos(): Promise<string> {
  const originals = path.join(tmpdir(), 'akin-bench-photos');
  await makeTwelveMegapixels(originals, different);
  const folder = mkdtempSync(path.join(tmpdir(), 'akin-bench-indexing-'));
  const names = readdirSync(originals);
  for (let at = 0; at < photos; at++) {
    const name = names[at % names.length] ?? '';
    const copy = path.join(folder, `${at}-${name}`);
    copyFileSync(path.join(originals, name), copy);
    appendFileSync(copy, String(at));
  }
  return folder;
}

/** With more files at a time than processors: each of them is always busy. */
async function decodeAll(files: readonly string[], longSide: number): Promise<void> {
  const queue = files.values();
  const lane = async () => {
    for (const file of queue) {
      await sharp(file).resize(longSide, longSide, { fit: 'inside' }).raw().toBuffer();
    }
  };
  await Promise.all(Array.from({ length: 2 * availableParallelism() }, lane));
}

const largestBatch = 8;

async function bestBatchLength(trunk: Trunk, pixels: readonly RgbPixels[]): Promise<number> {
  let best = { length: 1, time: Number.POSITIVE_INFINITY };
  for (const length of [1, 2, 4, largestBatch]) {
    const batch = pixels.slice(0, length);
    await trunk.run(batch);
    const times: number[] = [];
    for (let run = 0; run < 7; run++) times.push((await millisecondsOf(() => trunk.run(batch))) / length);
    const time = median(times);
    if (time < best.time) best = { length, time };
  }
  return best.length;
}

async function runTrunk(trunk: Trunk, batch: readonly RgbPixels[], count: number): Promise<void> {
  for (let done = 0; done < count; done += batch.length) await trunk.run(batch);
}

async function pixelsOf(file: string, longSide: number): Promise<RgbPixels> {
  const content = await sharp(file).resize(longSide, longSide, { fit: 'inside' }).jpeg().toBuffer();
  return (await decodePhoto(content, { longSide, name: file, thumbnail: false })).pixels;
}

async function index(model: Model, describer: Describer, folder: string, count: number): Promise<void> {
  const { store, close } = openBenchStore(folder, model);
  try {
    const { longSide } = model.settings;
    const indexing = new Indexing({ store, longSide, describer: async () => describer });
    indexing.start();
    const { indexed, failed, error } = await indexing.idle();
    if (error) throw error;
    if (indexed !== count) throw new Error(`${indexed} of ${count} photos were indexed, ${failed} failed`);
  } finally {
    close();
  }
}
