/** The rules for a library's albums. */
import type { Cleaning } from './api-training.ts';
import type { Album, AlbumEvaluation, PhotoList } from './api.ts';
import type { RemovedAlbum } from './catalog/albums.ts';
import type { Catalog } from './catalog/catalog.ts';
import { covers } from './catalog/path-bytes.ts';
import type { ByteString } from './catalog/path-bytes.ts';
import { AkinError } from './errors.ts';
import { findForeignPhotos } from './library-album-cleaning.ts';
import type { CleaningSources } from './library-album-cleaning.ts';
import { evaluateAlbums } from './library-album-evaluation.ts';
import { exportAlbums, importAlbums } from './library-album-files.ts';
import type { ImportedAlbums } from './library-album-files.ts';
import { fillFromFolder, fillFromJudgements } from './library-album-filling.ts';
import type { FilledAlbums } from './library-album-filling.ts';

/** What merging made of albums, and what they were. */
interface Merging {
  /** As it was before. */
  first: RemovedAlbum;
  others: RemovedAlbum[];
  /** Of the first, when they were merged. */
  photoIds: readonly number[];
}

export interface AlbumDependencies extends CleaningSources {
  /** Told after each change. */
  changed: () => void;
  /** Told when judgements came with albums. */
  judged: () => void;
}

export class LibraryAlbums {
  readonly #catalog: Catalog;
  readonly #dependencies: AlbumDependencies;
  /** What `restore` can bring back. */
  readonly #removed = new Map<number, RemovedAlbum>();
  /** What `unmerge` can undo, by the album that was made; the last one last. */
  readonly #mergings = new Map<number, Merging[]>();

  constructor(dependencies: AlbumDependencies) {
    this.#dependencies = dependencies;
    this.#catalog = dependencies.catalog;
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
    this.#removed.set(
      albumId,
      this.#catalog.decide(() => this.#drop(albumId)),
    );
    this.#dependencies.changed();
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

  /**
   * Puts the photos of all into the first; the others go.
   * @throws AkinError `album-unknown`; `bad-request` for fewer than two albums
   */
  merge(albumIds: readonly number[]): Album {
    const [firstId, ...otherIds] = new Set(albumIds);
    if (firstId === undefined || otherIds.length === 0) {
      throw new AkinError('bad-request', { reason: 'two albums are merged, or more' });
    }
    const { albums } = this.#catalog;
    const merging = this.#catalog.decide((): Merging => {
      const others = otherIds.map((id) => this.#drop(id));
      const first = this.#drop(firstId);
      albums.restore(first);
      for (const { photoIds } of others) albums.addPhotos(firstId, photoIds);
      return { first, others, photoIds: albums.members(firstId) };
    });
    this.#mergings.set(firstId, [...(this.#mergings.get(firstId) ?? []), merging]);
    return this.#told(firstId);
  }

  /**
   * Undoes the last merging that made this album. Photos that have left the library since do not come back.
   * @throws AkinError `album-unknown`; `albums-unmerged` when the album was changed since, or when it was not made by
   *   merging since the library was opened
   */
  unmerge(albumId: number): Record<string, never> {
    const { name } = this.#get(albumId);
    const mergings = this.#mergings.get(albumId) ?? [];
    const merging = mergings.at(-1);
    const { albums } = this.#catalog;
    this.#catalog.decide(() => {
      if (merging?.first.name !== name || !this.#holds(albumId, merging.photoIds)) {
        throw new AkinError('albums-unmerged');
      }
      albums.remove(albumId);
      for (const album of [merging.first, ...merging.others]) albums.restore(album);
    });
    mergings.pop();
    this.#dependencies.changed();
    return {};
  }

  /**
   * Moves photos of an album into a new one; `merge` undoes it. Photos that are not in the album are passed over, as
   * they may have left it while the user was choosing.
   * @throws AkinError `album-unknown`; `bad-request` when none of the album's photos would leave, or none stay
   */
  split(albumId: number, photoIds: readonly number[], name: string): Album {
    const all = this.photos(albumId).ids;
    const chosen = new Set(photoIds);
    const leaving = all.filter((id) => chosen.has(id));
    if (leaving.length === 0 || leaving.length === all.length) {
      throw new AkinError('bad-request', { reason: 'an album is split into two parts' });
    }
    const { albums } = this.#catalog;
    const id = this.#catalog.decide(() => {
      albums.removePhotos(albumId, leaving);
      return albums.create(name, leaving);
    });
    return this.#told(id);
  }

  /**
   * One album for each folder with photos that lies in a folder of the library, at any depth, named like it; those
   * that there are already gain what is missing. Photos that lie directly in the folder itself make none.
   * @returns the albums that were made or gained photos, and how many photos these are
   * @throws AkinError `folder-unknown`
   */
  fromFolder(folderId: number): FilledAlbums {
    return this.#toldOf(this.#catalog.decide(() => fillFromFolder(this.#catalog, folderId)));
  }

  /**
   * As `fromFolder`, for a folder that may also lie in one of the library's.
   * @throws AkinError `folder-unknown`
   */
  fromPath(path: ByteString): FilledAlbums {
    const folder = this.#catalog.folders.list().find((one) => covers(one.path, path));
    if (!folder) throw new AkinError('folder-unknown');
    const below = path.slice(folder.path.length).replace(/^\//, '');
    return this.#toldOf(this.#catalog.decide(() => fillFromFolder(this.#catalog, folder.id, below)));
  }

  /**
   * One album for each set of photos that "same" judgements tie together and that no album holds; where one holds some
   * of a set, it gains the others. Sets that "different" judgements contradict make none.
   * @returns as `fromFolder`
   */
  fromJudgements(): FilledAlbums {
    return this.#toldOf(this.#catalog.decide(() => fillFromJudgements(this.#catalog)));
  }

  /** All albums and judgements as a file: see training/albums-file.ts. */
  export(): { content: Uint8Array } {
    return { content: exportAlbums(this.#catalog) };
  }

  /**
   * Takes in what `export` gave, here or elsewhere, as far as its photos are in the library.
   * @returns the albums that were made or gained photos, how many photos these are, and how many of the file's photos
   *   are missing
   * @throws AkinError `albums-damaged`
   */
  import(content: Uint8Array): Omit<ImportedAlbums, 'judgements'> {
    const { judgements, ...imported } = importAlbums(this.#catalog, content);
    if (judgements > 0) this.#dependencies.judged();
    return this.#toldOf(imported);
  }

  /** Which photos of an album may not belong to it. @throws AkinError as `findForeignPhotos` */
  clean(albumId: number, signal: AbortSignal): Promise<Cleaning> {
    return findForeignPhotos(this.#dependencies, albumId, signal);
  }

  /** How well the search finds what the user put into albums. @throws AkinError `cancelled` */
  evaluate(signal: AbortSignal): Promise<AlbumEvaluation> {
    return evaluateAlbums(this.#catalog, this.#dependencies.modelId(), signal);
  }

  /** Whether an album holds just these photos, but for those that have left the library. */
  #holds(albumId: number, photoIds: readonly number[]): boolean {
    const members = new Set(this.#catalog.albums.members(albumId));
    const gone = photoIds.filter((id) => !members.has(id));
    return (
      members.size === photoIds.length - gone.length && gone.every((id) => !this.#catalog.photos.has(id))
    );
  }

  /** @throws AkinError `album-unknown` */
  #drop(albumId: number): RemovedAlbum {
    const removed = this.#catalog.albums.remove(albumId);
    if (!removed) throw new AkinError('album-unknown');
    return removed;
  }

  #toldOf<Filled extends FilledAlbums>(filled: Filled): Filled {
    if (filled.albumIds.length > 0) this.#dependencies.changed();
    return filled;
  }

  #told(albumId: number): Album {
    this.#dependencies.changed();
    return this.#get(albumId);
  }

  #get(albumId: number): Album {
    const album = this.#catalog.albums.get(albumId);
    if (!album) throw new AkinError('album-unknown');
    return album;
  }
}
