/** The rules for a library's albums. */
import type { Album, PhotoList } from './api.ts';
import type { RemovedAlbum } from './catalog/albums.ts';
import type { Catalog } from './catalog/catalog.ts';
import { AkinError } from './errors.ts';

export class LibraryAlbums {
  readonly #catalog: Catalog;
  readonly #changed: () => void;
  /** What `restore` can bring back. */
  readonly #removed = new Map<number, RemovedAlbum>();

  /** @param changed told after each change */
  constructor(catalog: Catalog, changed: () => void) {
    this.#catalog = catalog;
    this.#changed = changed;
  }

  list(): Album[] {
    return this.#catalog.albums.list();
  }

  /** Newest first. @throws AkinError `album-unknown` */
  photos(albumId: number): PhotoList {
    this.#get(albumId);
    const { ids, aspects } = this.#catalog.albums.photos(albumId);
    return { ids: [...ids], aspects: [...aspects] };
  }

  create(name: string, photoIds: readonly number[]): Album {
    const id = this.#catalog.decide(() => this.#catalog.albums.create(name, photoIds));
    return this.#told(id);
  }

  /** @throws AkinError `album-unknown` */
  rename(albumId: number, name: string): Album {
    this.#get(albumId);
    this.#catalog.decide(() => this.#catalog.albums.rename(albumId, name));
    return this.#told(albumId);
  }

  /** @throws AkinError `album-unknown` */
  add(albumId: number, photoIds: readonly number[]): Album {
    this.#get(albumId);
    this.#catalog.decide(() => this.#catalog.albums.addPhotos(albumId, photoIds));
    return this.#told(albumId);
  }

  /** Takes photos out; they stay in the library. @throws AkinError `album-unknown` */
  take(albumId: number, photoIds: readonly number[]): Album {
    this.#get(albumId);
    this.#catalog.decide(() => this.#catalog.albums.removePhotos(albumId, photoIds));
    return this.#told(albumId);
  }

  /** @throws AkinError `album-unknown` */
  remove(albumId: number): Record<string, never> {
    const removed = this.#catalog.decide(() => this.#catalog.albums.remove(albumId));
    if (!removed) throw new AkinError('album-unknown');
    this.#removed.set(albumId, removed);
    this.#changed();
    return {};
  }

  /** Undoes `remove`. @throws AkinError `album-unknown` */
  restore(albumId: number): Album {
    const removed = this.#removed.get(albumId);
    if (!removed) throw new AkinError('album-unknown');
    this.#catalog.decide(() => this.#catalog.albums.restore(removed));
    this.#removed.delete(albumId);
    return this.#told(albumId);
  }

  #told(albumId: number): Album {
    this.#changed();
    return this.#get(albumId);
  }

  #get(albumId: number): Album {
    const album = this.#catalog.albums.get(albumId);
    if (!album) throw new AkinError('album-unknown');
    return album;
  }
}
