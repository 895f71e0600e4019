/** Pictures that are asked with but are not in the library: kept while they are asked about. */
import { createHash } from 'node:crypto';
import type { Picture } from './api-search.ts';
import { AkinError } from './errors.ts';
import { decodePhoto } from './ingest/decode.ts';

const usualByteLimit = 256 * 2 ** 20;

export interface OpenedPicture {
  /** What errors call it. */
  readonly name: string;
  /** Of its file. */
  readonly content: Uint8Array;
  readonly hash: Uint8Array;
}

export class LibraryPictures {
  readonly #kept = new Map<number, OpenedPicture>();
  readonly #byteLimit: number;
  #bytes = 0;
  #next = 1;

  /** @param byteLimit beyond it, pictures that were not asked about for longest are put aside, but never the last one */
  constructor(byteLimit = usualByteLimit) {
    this.#byteLimit = byteLimit;
  }

  /** @throws AkinError those of `decodePhoto` */
  async open(name: string, content: Uint8Array): Promise<Picture> {
    const { thumbnail, width, height } = await decodePhoto(content, { longSide: 1, name });
    const pictureId = this.#next++;
    this.#kept.set(pictureId, { name, content, hash: createHash('sha256').update(content).digest() });
    this.#bytes += content.byteLength;
    for (const [oldest, picture] of this.#kept) {
      if (this.#bytes <= this.#byteLimit || oldest === pictureId) break;
      this.#kept.delete(oldest);
      this.#bytes -= picture.content.byteLength;
    }
    return { pictureId, thumbnail, width, height };
  }

  /** @throws AkinError `picture-forgotten` */
  get(pictureId: number): OpenedPicture {
    const picture = this.#kept.get(pictureId);
    if (!picture) throw new AkinError('picture-forgotten');
    this.#kept.delete(pictureId);
    this.#kept.set(pictureId, picture);
    return picture;
  }
}
