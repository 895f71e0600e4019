/** Photos as they are compared for duplicates: their local features, and a small picture. */
import { createHash } from 'node:crypto';
import type { PhotoRow } from './catalog/photos.ts';
import type { ComparablePhoto } from './duplicates/compare.ts';
import { turnPixels } from './duplicates/orientation.ts';
import { decodePhoto } from './ingest/decode.ts';
import { thumbnailPixels } from './ingest/thumbnail-pixels.ts';
import type { LibraryFeatures } from './library-features.ts';
import { displayOf } from './library-photos.ts';
import type { LibraryPhotos } from './library-photos.ts';
import type { LocalFeatures } from './local-features/features.ts';

/** Of a picture, in pixels. */
const longSide = 512;

/** As photos are compared in the order in which they were taken, most are needed again soon. Half a megabyte each. */
const keptPhotos = 64;
const keptDigests = 1000;

export class ComparablePhotos {
  readonly #photos: LibraryPhotos;
  readonly #features: LibraryFeatures;
  readonly #recent = new Recent<Promise<ComparablePhoto>>(keptPhotos);
  readonly #digests = new Recent<Promise<string>>(keptDigests);

  constructor(photos: LibraryPhotos, features: LibraryFeatures) {
    this.#photos = photos;
    this.#features = features;
  }

  /** @throws AkinError `photo-unknown`, those of the model, of reading and of decoding */
  get(photoId: number): Promise<ComparablePhoto> {
    const row = this.#photos.row(photoId);
    return this.#recent.get(keyOf(row), () => this.#make(row));
  }

  /** Whether two photos have the same pixels. @throws as `get` */
  async haveSamePixels(one: number, other: number): Promise<boolean> {
    const [a, b] = [this.#photos.row(one), this.#photos.row(other)];
    if (a.width !== b.width || a.height !== b.height) return false;
    // One after the other: they may be large.
    const digest = await this.#digestOf(a);
    return digest === (await this.#digestOf(b));
  }

  async #make(row: PhotoRow): Promise<ComparablePhoto> {
    const features = await this.#features.ofPhoto(row.id);
    const { content } = await this.#photos.thumbnail(row.id);
    const picture = await thumbnailPixels(content, longSide);
    const turned = new Map<string, Promise<LocalFeatures>>();
    return {
      width: row.width,
      height: row.height,
      features,
      picture,
      featuresIn: (orientation) => {
        const key = JSON.stringify(orientation);
        let found = turned.get(key);
        if (!found) {
          found = this.#features.ofPixels(turnPixels(picture, orientation));
          turned.set(key, found);
        }
        return found;
      },
    };
  }

  #digestOf(row: PhotoRow): Promise<string> {
    return this.#digests.get(keyOf(row), async () => {
      const name = displayOf(row);
      const options = { longSide: Infinity, name, thumbnail: false };
      const { pixels } = await decodePhoto(await this.#photos.read(row), options);
      return createHash('sha256').update(pixels.data).digest('base64');
    });
  }
}

/** By content. */
function keyOf({ hash }: PhotoRow): string {
  return Buffer.from(hash).toString('base64');
}

/** What was used last. */
class Recent<Value extends Promise<unknown>> {
  readonly #most: number;
  readonly #values = new Map<string, Value>();

  constructor(most: number) {
    this.#most = most;
  }

  /** What is kept, or is made now; a failure is not kept. */
  get(key: string, make: () => Value): Value {
    const value = this.#values.get(key) ?? make();
    this.#values.delete(key);
    this.#values.set(key, value);
    value.catch(() => this.#values.delete(key));
    const [oldest] = this.#values.keys();
    if (this.#values.size > this.#most && oldest !== undefined) this.#values.delete(oldest);
    return value;
  }
}
