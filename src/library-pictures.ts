/** Pictures that are asked with but are not in the library: kept, smaller, while they are asked about. */
import { createHash } from 'node:crypto';
import type { Picture } from './api-search.ts';
import { AkinError } from './errors.ts';
import { decodePhoto } from './ingest/decode.ts';
import type { RgbPixels } from './model/trunk.ts';

/** The least recently asked about is put aside beyond these: they take some megabytes each. */
const keptPictures = 16;

export interface OpenedPicture {
  /** Of its file. */
  hash: Uint8Array;
  /** As large as the trunk wants it, and as the extractor of local features does. */
  pixels: RgbPixels;
  finePixels: RgbPixels;
}

export class LibraryPictures {
  readonly #longSide: number;
  readonly #fineLongSide: number;
  readonly #kept = new Map<number, OpenedPicture>();
  #next = 1;

  /** @param longSide of `pixels` @param fineLongSide of `finePixels` */
  constructor(longSide: number, fineLongSide: number) {
    this.#longSide = longSide;
    this.#fineLongSide = fineLongSide;
  }

  /** @param name for errors @throws AkinError those of `decodePhoto` */
  async open(name: string, content: Uint8Array): Promise<Picture> {
    const photo = await decodePhoto(content, { longSide: this.#longSide, name });
    const fine = await decodePhoto(content, { longSide: this.#fineLongSide, name, thumbnail: false });
    const hash = createHash('sha256').update(content).digest();
    const pictureId = this.#next++;
    this.#kept.set(pictureId, { hash, pixels: photo.pixels, finePixels: fine.pixels });
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > keptPictures) this.#kept.delete(oldest!);
    return { pictureId, thumbnail: photo.thumbnail, width: photo.width, height: photo.height };
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
