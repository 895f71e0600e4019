/** The photos of a run as pixels, kept in memory as far as they fit: most are looked at many times. */
import { readFile } from 'node:fs/promises';
import { displayPath } from '../catalog/path-bytes.ts';
import type { ByteString } from '../catalog/path-bytes.ts';
import { AkinError } from '../errors.ts';
import { Budget } from '../ingest/budget.ts';
import { decodePhoto } from '../ingest/decode.ts';
import { asReadError } from '../ingest/read-error.ts';
import { systemPath } from '../ingest/walk.ts';
import { digestOf } from '../model/model-file.ts';
import type { RgbPixels } from '../model/trunk.ts';

/** A photo of a run. */
export interface PictureSource {
  readonly path: ByteString;
  /** SHA-256 of the content, hexadecimal. */
  readonly hash: string;
}

/** As many as the thread pool decodes at a time: more would only hold their files in memory. */
const atATime = 4;

export class Pictures {
  readonly #photos: readonly PictureSource[];
  readonly #longSide: number;
  readonly #limit: number;
  /** By place, the one that was asked for last at the end. */
  readonly #kept = new Map<number, RgbPixels>();
  readonly #underWay = new Map<number, Promise<RgbPixels>>();
  readonly #turns = new Budget(atATime);
  #bytes = 0;

  /**
   * @param options.longSide larger photos are brought to it, in pixels
   * @param options.limitBytes of the pictures that are kept; what was not asked for longest goes first
   */
  constructor(photos: readonly PictureSource[], options: { longSide: number; limitBytes: number }) {
    this.#photos = photos;
    this.#longSide = options.longSide;
    this.#limit = options.limitBytes;
  }

  get count(): number {
    return this.#photos.length;
  }

  hashOf(place: number): string {
    return this.#photos[place]!.hash;
  }

  /**
   * The photo at `place`, upright, [height, width, 3] sRGB. Not to be written to: the next call gives the same one.
   * @throws AkinError `photo-*`; `photo-missing` too when the file holds another photo by now
   */
  async get(place: number): Promise<RgbPixels> {
    const kept = this.#kept.get(place);
    if (kept) {
      this.#kept.delete(place);
      this.#kept.set(place, kept);
      return kept;
    }
    const decoding =
      this.#underWay.get(place) ?? this.#decode(place).finally(() => this.#underWay.delete(place));
    this.#underWay.set(place, decoding);
    return decoding;
  }

  async #decode(place: number): Promise<RgbPixels> {
    const { path, hash } = this.#photos[place]!;
    const release = await this.#turns.take(1);
    try {
      const name = displayPath(path);
      const content = await readFile(systemPath(path)).catch((error: unknown) => {
        throw asReadError(error, name);
      });
      // What is remembered of a photo goes by its hash, and must not be made of another one.
      if (digestOf(content) !== hash) throw new AkinError('photo-missing', { path: name });
      const { pixels } = await decodePhoto(content, { longSide: this.#longSide, name, thumbnail: false });
      this.#keep(place, pixels);
      return pixels;
    } finally {
      release();
    }
  }

  #keep(place: number, pixels: RgbPixels): void {
    this.#kept.set(place, pixels);
    this.#bytes += pixels.data.length;
    for (const [oldest, { data }] of this.#kept) {
      if (this.#bytes <= this.#limit) break;
      this.#kept.delete(oldest);
      this.#bytes -= data.length;
    }
  }
}
