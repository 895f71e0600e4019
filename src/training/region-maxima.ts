/**
 * Region maxima of photos, by the trunk of a model. A head can be trained, measured and exchanged with them alone, so
 * they are kept: in memory, and in a file from one run to the next. That file can be made again: it is bounded, and
 * where it is damaged or its disk is full, all goes on without it.
 */
import { createHash } from 'node:crypto';
import { LocalFeatureCache } from '../catalog/local-features.ts';
import { gridMaxima } from '../descriptor/describe.ts';
import type { MapMaxima } from '../descriptor/describe.ts';
import { atScale } from '../descriptor/scales.ts';
import type { Model } from '../model/model-folder.ts';
import { createTrunk } from '../model/trunk.ts';
import type { RgbPixels, Trunk } from '../model/trunk.ts';
import { augment, drawRecipe, randomOfView } from './augmentation.ts';
import { halvesFromSingles, singlesFromHalves } from './halves.ts';
import type { Pictures } from './pictures.ts';

/** A view of a photo: all of it as search describes it at one of the model's scales, or one of its augmented views. */
export type MaximaView = { readonly scale: number } | { readonly augmented: number };

/** Bytes in memory: some 9,000 views. */
const memoryLimit = 500e6;

/** Bytes in the file: some 35,000 views. */
const fileLimit = 2e9;

/** Pictures that are in the trunk at a time; they share a run where they have one size. */
const batchSize = 8;

/** Changes when augmented views come out otherwise: then those that were kept are of no use. */
const recipeVersion = 1;

/** Sides of augmented views, in pixels. */
const augmentedSide = 384;

/** The part of the key that says by what the maxima were made; a head has no part in them. */
export function trunkIdentity({ architecture, preprocessing, tensors, settings }: Model): string {
  const { longSide, levels, wholeMap } = settings;
  const hash = createHash('sha256');
  hash.update(JSON.stringify({ architecture, preprocessing, longSide, levels, wholeMap }));
  for (const [name, { data }] of tensors) {
    hash.update(name).update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  return hash.digest('hex');
}

/** The file with maxima, as far as it goes. Several processes may have it open. */
export class MaximaFile {
  readonly #cache: LocalFeatureCache;

  /** @param byteLimit beyond it, what was not used for longest is dropped */
  constructor(file: string, byteLimit = fileLimit) {
    this.#cache = new LocalFeatureCache(file, byteLimit);
  }

  /**
   * What was kept of a photo, or undefined.
   * @param hash SHA-256 of the photo's file, hexadecimal @param trunk see `trunkIdentity`
   */
  get(hash: string, trunk: string, view: MaximaView): MapMaxima | undefined {
    const content = this.read(hash, trunk, view);
    return content && decode(content);
  }

  /** As `get`, encoded. */
  read(hash: string, trunk: string, view: MaximaView): Uint8Array | undefined {
    return this.#cache.get(Buffer.from(hash, 'hex'), keyOf(trunk, view));
  }

  /** Keeps what `RegionMaxima` encoded; it is not kept where the disk is full. */
  put(hash: string, trunk: string, view: MaximaView, content: Uint8Array): void {
    this.#cache.put(Buffer.from(hash, 'hex'), keyOf(trunk, view), content);
  }

  close(): void {
    this.#cache.close();
  }
}

export interface Wanted {
  readonly place: number;
  readonly view: MaximaView;
}

/** Gives maxima from memory, from the file, or by the trunk, whichever comes first. */
export class RegionMaxima {
  readonly #model: Model;
  readonly #pictures: Pictures;
  readonly #identity: string;
  readonly #file: MaximaFile | null;
  readonly #threads: number | undefined;
  #trunk: Promise<Trunk> | null = null;
  /** Encoded, the one that was asked for last at the end. */
  readonly #kept = new Map<string, Uint8Array>();
  #bytes = 0;

  /**
   * @param options.cacheFile null for none
   * @param options.threads of the trunk; one for each processor by default
   */
  constructor(model: Model, pictures: Pictures, options: { cacheFile: string | null; threads?: number }) {
    this.#model = model;
    this.#pictures = pictures;
    this.#identity = trunkIdentity(model);
    this.#file = options.cacheFile === null ? null : new MaximaFile(options.cacheFile);
    this.#threads = options.threads;
  }

  get channels(): number {
    return this.#model.channels;
  }

  /** Maxima in the order of `wanted`. @throws AkinError `photo-*` */
  async get(wanted: readonly Wanted[]): Promise<MapMaxima[]> {
    const found = wanted.map((one) => this.#find(one));
    const missing = [...found.keys()].filter((at) => found[at] === undefined);
    for (let from = 0; from < missing.length; from += batchSize) {
      const part = missing.slice(from, from + batchSize);
      const made = await this.#make(part.map((at) => wanted[at]!));
      for (const [index, at] of part.entries()) found[at] = made[index];
    }
    return found.map((content) => decode(content!));
  }

  async release(): Promise<void> {
    this.#file?.close();
    await (await this.#trunk)?.release();
    this.#kept.clear();
  }

  #find({ place, view }: Wanted): Uint8Array | undefined {
    const hash = this.#pictures.hashOf(place);
    const key = `${hash} ${keyOf('', view)}`;
    const kept = this.#kept.get(key);
    if (kept) {
      this.#kept.delete(key);
      this.#kept.set(key, kept);
      return kept;
    }
    const content = this.#file?.read(hash, this.#identity, view);
    if (content) this.#keep(key, content);
    return content;
  }

  async #make(wanted: readonly Wanted[]): Promise<Uint8Array[]> {
    const pixels = await Promise.all(wanted.map((one) => this.#picture(one)));
    const trunk = await (this.#trunk ??= createTrunk(this.#model, { ...this.#threadsOption() }));
    const maps = await trunk.run(pixels);
    return maps.map((map, at) => {
      const { place, view } = wanted[at]!;
      const { height, width } = map;
      const content = encode({ maxima: gridMaxima(map, this.#model.settings), height, width });
      const hash = this.#pictures.hashOf(place);
      this.#file?.put(hash, this.#identity, view, content);
      this.#keep(`${hash} ${keyOf('', view)}`, content);
      return content;
    });
  }

  async #picture({ place, view }: Wanted): Promise<RgbPixels> {
    const photo = await this.#pictures.get(place);
    const { longSide } = this.#model.settings;
    if ('scale' in view) return atScale(photo, longSide, view.scale);
    // The same whatever the run's seed is, so that the next run finds them.
    const random = randomOfView(0, this.#pictures.hashOf(place), `maxima/${view.augmented}`);
    return augment(photo, drawRecipe(random, photo.width, photo.height), Math.min(augmentedSide, longSide));
  }

  #keep(key: string, content: Uint8Array): void {
    this.#bytes += content.length - (this.#kept.get(key)?.length ?? 0);
    this.#kept.set(key, content);
    for (const [oldest, { length }] of this.#kept) {
      if (this.#bytes <= memoryLimit) break;
      this.#kept.delete(oldest);
      this.#bytes -= length;
    }
  }

  #threadsOption(): { threads?: number } {
    return this.#threads === undefined ? {} : { threads: this.#threads };
  }
}

function keyOf(trunk: string, view: MaximaView): string {
  const name = 'scale' in view ? `scale ${view.scale}` : `augmented ${recipeVersion} ${view.augmented}`;
  return `${trunk} ${name}`;
}

/** Height and width as 16 bits each, then the maxima in half precision; little-endian. */
function encode({ maxima, height, width }: MapMaxima): Uint8Array {
  const halves = new Uint16Array(2 + maxima.length);
  halves.set([height, width]);
  halves.set(halvesFromSingles(maxima), 2);
  return new Uint8Array(halves.buffer);
}

function decode(content: Uint8Array): MapMaxima {
  // A copy: SQLite's bytes may begin anywhere, and a Buffer's own slice is none.
  const halves = new Uint16Array(new Uint8Array(content).buffer);
  const [height, width] = halves as unknown as [number, number];
  return { maxima: singlesFromHalves(halves.subarray(2)), height, width };
}
