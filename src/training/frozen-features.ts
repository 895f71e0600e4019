/**
 * What the frozen part of a trunk gives for a fixed number of views of each photo. It is computed once on onnxruntime
 * and kept in the run's folder, so that each step trains the last layers alone, and a resumed run need not begin anew.
 */
import { createHash } from 'node:crypto';
import { open, readFile, writeFile } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import { AkinError } from '../errors.ts';
import { codeOf } from '../ingest/walk.ts';
import type { Model } from '../model/model-folder.ts';
import { createLayerTrunk } from '../model/trunk.ts';
import type { FeatureMap, LayerTrunk, RgbPixels } from '../model/trunk.ts';
import { augment, drawRecipe, randomOfView } from './augmentation.ts';
import { halvesFromSingles, singlesFromHalves } from './halves.ts';
import { frozenLayer } from './network.ts';
import type { View } from './network.ts';
import type { Pictures } from './pictures.ts';
import { trunkIdentity } from './region-maxima.ts';

export const frozenFiles = { features: 'frozen-features.f16', about: 'frozen-features.json' } as const;

/** Views of each photo, unless they would take more bytes than the limit. */
const wantedViews = 8;
const defaultByteLimit = 2e9;

/** Bytes before each record: the CRC-32 of its content. A record that was never written is all zeros. */
const checksumBytes = 4;

export interface FrozenOptions {
  /** The run's. */
  readonly folder: string;
  /** Photos that are to be learnt from; each can be read. */
  readonly places: readonly number[];
  readonly seed: number;
  /** Side of a view, in pixels. */
  readonly side: number;
  /** Of the file. */
  readonly byteLimit?: number;
  readonly threads?: number;
  readonly report: (done: number, total: number) => void;
  readonly signal: AbortSignal;
}

export interface FrozenFeatures {
  /** Views of each photo. */
  readonly views: number;
  /** @param place one of those that it was made for @returns [height, width, channels] */
  get(place: number, view: number): Promise<View>;
  close(): Promise<void>;
}

/**
 * Computes what is not in the folder yet.
 * @throws AkinError `photo-*`, `training-disk-full`; what the signal throws
 */
export async function createFrozenFeatures(
  model: Model,
  pictures: Pictures,
  options: FrozenOptions,
): Promise<FrozenFeatures> {
  const { folder, places, side, byteLimit = defaultByteLimit } = options;
  const trunk = await createLayerTrunk(model, [frozenLayer(model)], threadsOf(options));
  let file: FileHandle | undefined;
  try {
    const shape = await shapeOf(trunk, side);
    const recordBytes = checksumBytes + 2 * shape[0] * shape[1] * shape[2];
    const fitting = Math.floor(byteLimit / (recordBytes * Math.max(1, places.length)));
    const views = Math.max(1, Math.min(wantedViews, fitting));
    file = await openFile(folder, aboutOf(model, pictures, options, views));
    const store = {
      file,
      recordBytes,
      shape,
      views,
      rows: new Map(places.map((place, row) => [place, row])),
    };
    await fill(store, trunk, pictures, options);
    const opened = file;
    return {
      views,
      get: async (place, view) => ({ data: decode(await readRecord(store, place, view), shape), shape }),
      close: () => opened.close(),
    };
  } catch (error) {
    await file?.close();
    const code = codeOf(error);
    if (code !== 'ENOSPC' && code !== 'EDQUOT') throw error;
    throw new AkinError('training-disk-full', { path: folder }, { cause: error });
  } finally {
    await trunk.release();
  }
}

/** Height, width, channels. */
type Shape = readonly [number, number, number];

interface Store {
  readonly file: FileHandle;
  readonly recordBytes: number;
  readonly shape: Shape;
  readonly views: number;
  /** The row of each place: its views follow each other. */
  readonly rows: ReadonlyMap<number, number>;
}

async function shapeOf(trunk: LayerTrunk, side: number): Promise<Shape> {
  const [maps] = await trunk.run([{ data: new Uint8Array(3 * side * side), width: side, height: side }]);
  const [map] = maps as [FeatureMap];
  return [map.height, map.width, map.channels];
}

/** All that the content follows from. */
function aboutOf(model: Model, pictures: Pictures, { places, seed, side }: FrozenOptions, views: number) {
  const photos = createHash('sha256');
  for (const place of places) photos.update(pictures.hashOf(place));
  const trunk = trunkIdentity(model);
  return JSON.stringify({ version: 1, trunk, seed, side, views, photos: photos.digest('hex') });
}

/** Opens what an earlier attempt of the same run left, or begins anew. */
async function openFile(folder: string, about: string): Promise<FileHandle> {
  const aboutFile = path.join(folder, frozenFiles.about);
  const features = path.join(folder, frozenFiles.features);
  const found = await readFile(aboutFile, 'utf8').catch(() => null);
  if (found === about) {
    const kept = await open(features, 'r+').catch(() => null);
    if (kept) return kept;
  }
  const file = await open(features, 'w+');
  // Last, so that it never speaks of what another run left.
  await writeFile(aboutFile, about);
  return file;
}

/** Views of one photo share a run of the trunk: they have one size. */
async function fill(
  store: Store,
  trunk: LayerTrunk,
  pictures: Pictures,
  options: FrozenOptions,
): Promise<void> {
  const { places, seed, side, report, signal } = options;
  for (const [done, place] of places.entries()) {
    signal.throwIfAborted();
    const missing: number[] = [];
    for (let view = 0; view < store.views; view++) {
      if (!(await readRecord(store, place, view))) missing.push(view);
    }
    if (missing.length > 0) {
      const made = await Promise.all(missing.map((view) => viewOf(pictures, place, view, seed, side)));
      for (const [at, [map]] of (await trunk.run(made)).entries()) {
        await writeRecord(store, place, missing[at]!, map!);
      }
    }
    report(done + 1, places.length);
  }
}

async function viewOf(
  pictures: Pictures,
  place: number,
  view: number,
  seed: number,
  side: number,
): Promise<RgbPixels> {
  const photo = await pictures.get(place);
  const random = randomOfView(seed, pictures.hashOf(place), `frozen/${view}`);
  return augment(photo, drawRecipe(random, photo.width, photo.height), side);
}

function positionOf({ rows, views, recordBytes }: Store, place: number, view: number): number {
  return (rows.get(place)! * views + view) * recordBytes;
}

async function writeRecord(store: Store, place: number, view: number, map: FeatureMap): Promise<void> {
  const content = new Uint8Array(halvesFromSingles(channelsLast(map)).buffer);
  const record = Buffer.alloc(store.recordBytes);
  record.writeUInt32LE(crc32(content));
  record.set(content, checksumBytes);
  const { bytesWritten } = await store.file.write(record, 0, record.length, positionOf(store, place, view));
  if (bytesWritten < record.length) throw Object.assign(new Error('The disk is full.'), { code: 'ENOSPC' });
}

/** The content of a record; undefined where it was not written, or not wholly. */
async function readRecord(store: Store, place: number, view: number): Promise<Uint8Array | undefined> {
  const record = Buffer.alloc(store.recordBytes);
  const { bytesRead } = await store.file.read(record, 0, record.length, positionOf(store, place, view));
  if (bytesRead < record.length) return undefined;
  const content = record.subarray(checksumBytes);
  return crc32(content) === record.readUInt32LE() ? content : undefined;
}

function decode(content: Uint8Array | undefined, [height, width, channels]: Shape): Float32Array {
  if (!content) throw new AkinError('run-damaged', { reason: 'its frozen features were changed' });
  return singlesFromHalves(new Uint16Array(new Uint8Array(content).buffer, 0, height * width * channels));
}

/** [channels, height, width] to [height, width, channels]. */
function channelsLast({ data, channels, height, width }: FeatureMap): Float32Array {
  const cells = height * width;
  const turned = new Float32Array(data.length);
  for (let channel = 0; channel < channels; channel++) {
    for (let cell = 0; cell < cells; cell++)
      turned[cell * channels + channel] = data[channel * cells + cell]!;
  }
  return turned;
}

function threadsOf({ threads }: { readonly threads?: number }): { threads?: number } {
  return threads === undefined ? {} : { threads };
}
