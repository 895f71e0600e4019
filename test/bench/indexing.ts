/** Indexing end to end beside what its two large costs alone allow: decoding and the trunk. */
import { appendFileSync, copyFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import sharp from 'sharp';
import { createDescriber } from '../../src/descriptor/describe.ts';
import { decodePhoto } from '../../src/ingest/decode.ts';
import { Indexing } from '../../src/ingest/indexing.ts';
import { defaultModelFolder, readModel } from '../../src/model/model-folder.ts';
import type { Model } from '../../src/model/model-folder.ts';
import { createTrunk } from '../../src/model/trunk.ts';
import type { RgbPixels } from '../../src/model/trunk.ts';
import type { BenchResult } from './bench-result.ts';
import { openBenchStore } from './bench-store.ts';
import { makeTwelveMegapixels } from './twelve-megapixels.ts';

const limit = 0.85;
const different = 48;
const photos = 192;
const rounds = 3;

/** Photos of AKIN_BENCH_PHOTOS instead of the made ones, if it is set. */
export async function indexingBench(): Promise<BenchResult> {
  const own = process.env.AKIN_BENCH_PHOTOS;
  const folder = own ?? (await makePhotos());
  const files = readdirSync(folder).map((name) => path.join(folder, name));
  const model = await readModel(defaultModelFolder());
  const { longSide } = model.settings;
  const best = { decode: 0, trunk: 0, indexing: 0 };
  try {
    await decodeRate(files, longSide); // Brings the files into the page cache.
    for (let round = 0; round < rounds; round++) {
      best.decode = Math.max(best.decode, await decodeRate(files, longSide));
      best.trunk = Math.max(best.trunk, await trunkRate(model, files));
      best.indexing = Math.max(best.indexing, await indexingRate(model, folder, files.length));
    }
  } finally {
    if (!own) rmSync(folder, { recursive: true, force: true });
  }
  const allowed = 1 / (1 / best.decode + 1 / best.trunk);
  const share = best.indexing / allowed;
  const rate = (value: number) => `${value.toFixed(1)} photos/s`;
  return {
    name: 'indexing 12-megapixel JPEGs',
    lines: [
      `decoding alone (sharp, shrink-on-load to ${longSide}): ${rate(best.decode)}`,
      `trunk alone (onnxruntime, best batch length): ${rate(best.trunk)}`,
      `both one after the other: ${rate(allowed)}`,
      `indexing end to end: ${rate(best.indexing)}, ${(100 * share).toFixed(0)} % (limit ${100 * limit} %)`,
    ],
    passed: share >= limit,
  };
}

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

async function decodeRate(files: readonly string[], longSide: number): Promise<number> {
  return rateOf(files.length, async () => {
    const queue = files.values();
    const lane = async () => {
      for (const file of queue) {
        await sharp(file).resize(longSide, longSide, { fit: 'inside' }).raw().toBuffer();
      }
    };
    await Promise.all(Array.from({ length: 4 }, lane));
  });
}

async function trunkRate(model: Model, files: readonly string[]): Promise<number> {
  const trunk = await createTrunk(model);
  const pixels = await Promise.all(
    files.slice(0, 8).map(async (file) => pixelsOf(file, model.settings.longSide)),
  );
  let best = 0;
  for (const length of [1, 2, 4, 8]) {
    const batch = pixels.slice(0, length);
    await trunk.run(batch);
    const runs = Math.ceil(64 / length);
    const rate = await rateOf(runs * batch.length, async () => {
      for (let run = 0; run < runs; run++) await trunk.run(batch);
    });
    best = Math.max(best, rate);
  }
  await trunk.release();
  return best;
}

async function pixelsOf(file: string, longSide: number): Promise<RgbPixels> {
  const content = await sharp(file).resize(longSide, longSide, { fit: 'inside' }).jpeg().toBuffer();
  return (await decodePhoto(content, { longSide, name: file, thumbnail: false })).pixels;
}

async function indexingRate(model: Model, folder: string, count: number): Promise<number> {
  const describer = await createDescriber(model, { threads: Math.max(1, availableParallelism() / 2) });
  const { store, close } = await openBenchStore(folder, model);
  const indexing = new Indexing({
    store,
    describer: async () => describer,
    longSide: model.settings.longSide,
  });
  const rate = await rateOf(count, async () => {
    indexing.start();
    const { indexed, failed, error } = await indexing.idle();
    if (error) throw error;
    if (indexed !== count) throw new Error(`${indexed} of ${count} photos were indexed, ${failed} failed`);
  });
  close();
  await describer.release();
  return rate;
}

async function rateOf(count: number, work: () => Promise<void>): Promise<number> {
  const begun = performance.now();
  await work();
  return (count * 1000) / (performance.now() - begun);
}

if (import.meta.main) {
  const { lines, passed } = await indexingBench();
  process.stdout.write(`${lines.join('\n')}\n`);
  process.exitCode = passed ? 0 : 1;
}
