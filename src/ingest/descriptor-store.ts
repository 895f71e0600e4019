/**
 * The catalog as the pipeline sees it while another model than the one in use describes the photos that are there: it
 * writes descriptors and nothing else. What is new on the disk is left to the scans of the model in use.
 */
import type { Catalog } from '../catalog/catalog.ts';
import type { UndescribedPhoto } from '../catalog/descriptors.ts';
import type { Description } from '../descriptor/describe.ts';
import { encodeRegions } from '../descriptor/quantise.ts';
import { digestOf } from '../model/model-file.ts';
import type { Model } from '../model/model-folder.ts';
import type { DescribedPhoto, IndexStore, Outcome } from './index-store.ts';

export class DescriptorStore implements Pick<IndexStore, 'sameContent' | 'write'> {
  readonly modelId: number;
  readonly #catalog: Catalog;
  /** Of what was made from thumbnails: it compares with the model's own, and is not taken for it. */
  readonly #thumbnailsId: number;

  constructor(catalog: Catalog, { digest, name, version, identity }: Model) {
    this.#catalog = catalog;
    const { descriptors } = catalog;
    [this.modelId, this.#thumbnailsId] = catalog.write(() => [
      descriptors.modelId(digest, name, version, identity),
      descriptors.modelId(digestOf(`${identity} of thumbnails`), name, version, identity),
    ]);
  }

  sameContent(hash: Uint8Array): number[] {
    return this.#catalog.photos.sameContent(hash, this.modelId);
  }

  write(outcomes: readonly Outcome[]): DescribedPhoto[] {
    return this.#catalog.write(() => outcomes.flatMap((outcome) => this.#writeOne(outcome)));
  }

  /** Gives photos what was made of others with the same content. */
  copy(photos: readonly UndescribedPhoto[]): DescribedPhoto[] {
    return this.#catalog.write(() =>
      photos.flatMap(({ photoId, hash }) => {
        const [source] = this.sameContent(hash);
        return source === undefined ? [] : this.#copy(photoId, source, hash);
      }),
    );
  }

  /** Writes what was made of region maxima that were kept of the photo's content. */
  writeFromMaxima({ photoId, hash }: UndescribedPhoto, description: Description): DescribedPhoto[] {
    return this.#catalog.write(() => this.#put(photoId, this.modelId, hash, description));
  }

  /** Writes what was made of a photo's thumbnail, unless something better is there. */
  writeFromThumbnail({ photoId, hash }: UndescribedPhoto, description: Description): DescribedPhoto[] {
    return this.#catalog.write(() =>
      this.isDescribedSomehow(photoId) ? [] : this.#put(photoId, this.#thumbnailsId, hash, description),
    );
  }

  /** Whether the photo is found by the model: described at other scales, or from its thumbnail, perhaps. */
  isDescribedSomehow(photoId: number): boolean {
    return this.#catalog.descriptors.get(photoId, this.modelId) !== undefined;
  }

  #writeOne(outcome: Outcome): DescribedPhoto[] {
    if (outcome.photoId === null) return [];
    if (outcome.kind === 'described')
      return this.#put(outcome.photoId, this.modelId, outcome.content.hash, outcome.description);
    if (outcome.kind !== 'copied') return [];
    const hash = this.#catalog.photos.facts(outcome.source)?.hash;
    return hash ? this.#copy(outcome.photoId, outcome.source, hash) : [];
  }

  #copy(photoId: number, source: number, hash: Uint8Array): DescribedPhoto[] {
    const { descriptors } = this.#catalog;
    const descriptor = descriptors.get(source, this.modelId);
    const regions = descriptors.regions(source, this.modelId);
    if (!descriptor || !regions || !this.#hasContent(photoId, hash)) return [];
    descriptors.put(photoId, this.modelId, descriptor, regions);
    return [{ photoId, descriptor }];
  }

  #put(photoId: number, modelId: number, hash: Uint8Array, description: Description): DescribedPhoto[] {
    const { descriptor, regions } = description;
    if (!this.#hasContent(photoId, hash)) return [];
    this.#catalog.descriptors.put(photoId, modelId, descriptor, encodeRegions(regions));
    return [{ photoId, descriptor }];
  }

  /** It may have left, or become another, since it was read. */
  #hasContent(photoId: number, hash: Uint8Array): boolean {
    const row = this.#catalog.photos.get(photoId);
    return row !== undefined && Buffer.compare(row.hash, hash) === 0;
  }
}
