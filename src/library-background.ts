/** What goes on in the background once the user asked for it, and follows the photos as they come and go. */
import type { Album } from './api.ts';
import type { DuplicatesProgress } from './api-duplicates.ts';
import type { Catalog } from './catalog/catalog.ts';
import type { LibraryDescriptions } from './library-descriptions.ts';
import { LibraryDuplicateSearch } from './library-duplicate-search.ts';
import type { LibraryFeatures } from './library-features.ts';
import type { LibraryPhotos } from './library-photos.ts';
import { LibraryPlaces } from './library-places.ts';
import { isKept, keep } from './library-settings.ts';

export interface BackgroundSources {
  catalog: Catalog;
  photos: LibraryPhotos;
  features: LibraryFeatures;
  /** Those of the model in use. */
  descriptions: () => LibraryDescriptions;
  createAlbum: (name: string, photoIds: readonly number[]) => Album;
}

export class LibraryBackground {
  readonly places: LibraryPlaces;
  readonly duplicateSearch: LibraryDuplicateSearch;
  readonly #catalog: Catalog;

  constructor({ catalog, photos, features, descriptions, createAlbum }: BackgroundSources) {
    this.#catalog = catalog;
    const shared = {
      catalog,
      modelId: () => descriptions().modelId,
      isBusy: () => descriptions().indexing.progress.phase !== 'idle',
      idle: () => descriptions().indexing.idle(),
    };
    this.places = new LibraryPlaces({
      ...shared,
      neighbours: async (photoId, count) => {
        const { index, modelId } = descriptions();
        const descriptor = catalog.descriptors.get(photoId, modelId);
        return descriptor ? (await index.get()).search(descriptor, count) : [];
      },
      features: (photoId) => features.ofPhoto(photoId),
      featuresDigest: () => features.digest(),
      createAlbum,
    });
    this.duplicateSearch = new LibraryDuplicateSearch({ ...shared, photos, features });
  }

  /** Finds places, and from now on keeps them up to date. */
  buildPlaces(): Record<string, never> {
    keep(this.#catalog, 'places', true);
    this.places.build();
    return {};
  }

  /** Ends that; what was found stays. */
  cancelPlaces(): Record<string, never> {
    keep(this.#catalog, 'places', false);
    this.places.cancel();
    return {};
  }

  /** Looks for duplicates, and from now on keeps what is found up to date. */
  findDuplicates(): Record<string, never> {
    keep(this.#catalog, 'duplicates', true);
    this.duplicateSearch.find();
    return {};
  }

  /** Ends that; what was found stays. */
  cancelDuplicates(): Record<string, never> {
    keep(this.#catalog, 'duplicates', false);
    this.duplicateSearch.cancel();
    return {};
  }

  /** How far the search for duplicates is, and whether it was asked for. */
  duplicatesProgress(): DuplicatesProgress & { asked: boolean } {
    return { ...this.duplicateSearch.progress, asked: isKept(this.#catalog, 'duplicates') };
  }

  /** Looks at what is new for all that was asked for. Each waits by itself until indexing is done. */
  follow(): void {
    if (isKept(this.#catalog, 'places')) this.places.build();
    if (isKept(this.#catalog, 'duplicates')) this.duplicateSearch.find();
  }

  /** Ends what goes on: it is by a model that is not in use any more. */
  cancel(): void {
    this.places.cancel();
    this.duplicateSearch.cancel();
  }

  async close(): Promise<void> {
    await Promise.all([this.places.close(), this.duplicateSearch.close()]);
  }
}
