/** The local features of a library's photos: made when first asked for, and kept in the catalog. */
import { createHash } from 'node:crypto';
import type { Catalog } from './catalog/catalog.ts';
import { decodePhoto } from './ingest/decode.ts';
import { Lazy } from './lazy.ts';
import { displayOf } from './library-photos.ts';
import type { LibraryPhotos } from './library-photos.ts';
import { decodeFeatures, encodeFeatures } from './local-features/encode.ts';
import { createFeatureExtractor } from './local-features/extract.ts';
import type { FeatureExtractor } from './local-features/extract.ts';
import type { LocalFeatures } from './local-features/features.ts';
import { defaultLocalFeatureModelFolder, readLocalFeatureModel } from './model/local-feature-model.ts';
import type { RgbPixels } from './model/trunk.ts';

interface Loaded {
  extractor: FeatureExtractor;
  digest: string;
}

export class LibraryFeatures {
  readonly #catalog: Catalog;
  readonly #photos: LibraryPhotos;
  readonly #loaded = new Lazy(load);

  constructor(catalog: Catalog, photos: LibraryPhotos) {
    this.#catalog = catalog;
    this.#photos = photos;
  }

  /** @throws AkinError `photo-unknown`, those of the model, of reading and of decoding */
  async ofPhoto(photoId: number): Promise<LocalFeatures> {
    const { digest } = await this.#loaded.get();
    const row = this.#photos.row(photoId);
    const kept = this.#catalog.localFeatures.get(row.hash, digest);
    const known = kept && unlessDamaged(kept);
    if (known) return known;
    const content = await this.#photos.read(row);
    const features = await this.ofContent(content, displayOf(row));
    // The file may have changed since it was indexed, and a copy of what it was may lie elsewhere.
    if (createHash('sha256').update(content).digest().equals(row.hash))
      this.#catalog.localFeatures.put(row.hash, digest, encodeFeatures(features));
    return features;
  }

  /** @param content of a picture's file @param name for errors @throws AkinError as `ofPhoto` */
  async ofContent(content: Uint8Array, name: string): Promise<LocalFeatures> {
    const { extractor } = await this.#loaded.get();
    const { pixels } = await decodePhoto(content, { longSide: extractor.longSide, name, thumbnail: false });
    return extractor.extract(pixels);
  }

  /** @throws AkinError those of the model */
  async ofPixels(pixels: RgbPixels): Promise<LocalFeatures> {
    return (await this.#loaded.get()).extractor.extract(pixels);
  }

  /** Identifies the model: features of another one are made anew. */
  async digest(): Promise<string> {
    return (await this.#loaded.get()).digest;
  }

  async release(): Promise<void> {
    await this.#loaded.release(({ extractor }) => extractor.release());
  }
}

function unlessDamaged(kept: Uint8Array): LocalFeatures | undefined {
  try {
    return decodeFeatures(kept);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

async function load(): Promise<Loaded> {
  const model = await readLocalFeatureModel(defaultLocalFeatureModelFolder());
  return { extractor: await createFeatureExtractor(model), digest: model.digest };
}
