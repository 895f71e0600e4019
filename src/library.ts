/** A library at work: its catalog, the model, the index, indexing and the watch over its folders. */
import { createHash } from 'node:crypto';
import { EventEmitter } from 'node:events';
import path from 'node:path';
import type { Failure, Folder, Match, Photo, Progress, SearchResult, Status, Timeline } from './api.ts';
import { openCatalog } from './catalog/catalog.ts';
import type { Catalog, OpenedCatalog } from './catalog/catalog.ts';
import { displayPath, joinPath } from './catalog/path-bytes.ts';
import { createDescriber } from './descriptor/describe.ts';
import type { Describer } from './descriptor/describe.ts';
import { AkinError, asAkinError } from './errors.ts';
import { CatalogStore } from './ingest/catalog-store.ts';
import { decodePhoto } from './ingest/decode.ts';
import type { DecodedPhoto } from './ingest/decode.ts';
import { Indexing } from './ingest/indexing.ts';
import type { Changes, IndexingSummary } from './ingest/indexing.ts';
import { FolderWatch } from './ingest/watch.ts';
import { LibraryFolders } from './library-folders.ts';
import { LibraryIndex } from './library-index.ts';
import { displayOf, LibraryPhotos } from './library-photos.ts';
import type { PictureFile } from './library-photos.ts';
import { defaultModelFolder, readModel } from './model/model-folder.ts';
import type { Model } from './model/model-folder.ts';
import { makeSamples } from './samples.ts';
import { tierOf } from './search/tiers.ts';

export interface LibraryOptions {
  /** Where the library lies. */
  folder: string;
  /** Default: the model that comes with Akin. */
  modelFolder?: string;
  /** Scan when folders are added or change, as the app does; the command line scans when it is told to. */
  watch?: boolean;
}

interface LibraryEvents {
  progress: [Progress];
  /** Photos or folders came or went; with the number of photos now. */
  changed: [number];
  notice: [AkinError];
}

interface QueryAnswer extends SearchResult {
  thumbnail: Uint8Array;
  width: number;
  height: number;
}

/** Failures that are listed at most: more than anybody reads. */
const listedFailures = 10_000;

/** Milliseconds between two `changed` events while many photos come in. */
const changedInterval = 1000;

/**
 * Opens a library. Photos and folders can be asked for at once; the model's weights and the index are loaded when
 * first needed.
 * @throws AkinError those of `openCatalog` and `readModel`
 */
export async function openLibrary(options: LibraryOptions): Promise<Library> {
  const model = await readModel(options.modelFolder ?? defaultModelFolder());
  if (!model.head) throw new AkinError('model-damaged', { path: model.folder, reason: 'it has no head' });
  return new Library(openCatalog(path.resolve(options.folder)), model, options.watch ?? false);
}

export class Library extends EventEmitter<LibraryEvents> {
  readonly #catalog: Catalog;
  readonly #model: Model;
  readonly #modelId: number;
  readonly #folders: LibraryFolders;
  readonly #photos: LibraryPhotos;
  readonly #index: LibraryIndex;
  readonly #indexing: Indexing;
  readonly #watch: FolderWatch | null;
  readonly #notices: AkinError[];
  #describer: Promise<Describer> | null = null;
  #changedTimer: NodeJS.Timeout | null = null;
  #closed: Promise<void> | null = null;

  constructor({ catalog, notices }: OpenedCatalog, model: Model, watch: boolean) {
    super();
    this.#catalog = catalog;
    this.#notices = notices;
    this.#model = model;
    const store = new CatalogStore(catalog, model);
    this.#modelId = store.modelId;
    this.#folders = new LibraryFolders(catalog);
    this.#photos = new LibraryPhotos(catalog);
    this.#index = new LibraryIndex(catalog, store.modelId, model.head!.dimensions);
    const { longSide } = model.settings;
    this.#indexing = new Indexing({ store, longSide, describer: async () => this.#describe() });
    this.#indexing.on('progress', (progress) => this.#reportProgress(progress));
    this.#indexing.on('changes', (changes) => this.#take(changes));
    this.#indexing.on('notice', (notice) => this.emit('notice', this.explain(notice)));
    this.#watch = watch ? new FolderWatch(() => this.scan()) : null;
  }

  /** Tells what opening the library brought to light. */
  tellNotices(): void {
    for (const notice of this.#notices.splice(0)) this.emit('notice', notice);
  }

  /** Tells what there is to tell, watches the folders, scans them and fills the index. */
  begin(): void {
    this.tellNotices();
    this.#followFolders();
    this.scan();
    this.#index.get().catch((error: unknown) => this.emit('notice', this.explain(error)));
  }

  /** Whatever was thrown, as what it means for the user: trouble with the catalog or its disk becomes clear here. */
  explain(error: unknown): AkinError {
    const known = asAkinError(error);
    return known.code === 'internal' ? asAkinError(this.#catalog.explain(known.cause ?? known)) : known;
  }

  status(): Status {
    return {
      library: this.#catalog.library,
      photos: this.#catalog.photos.count(),
      indexed: this.#catalog.descriptors.count(this.#modelId),
      failed: this.#catalog.failures.count(),
      folders: this.#catalog.folders.list().length,
      model: `${this.#model.name} ${this.#model.version}`,
      progress: this.#indexing.progress,
    };
  }

  folders(): Folder[] {
    return this.#folders.list();
  }

  /** @throws AkinError `folder-missing`, `folder-unreadable`, `folder-overlaps` */
  async addFolder(wanted: string): Promise<Folder> {
    const folder = await this.#folders.add(wanted);
    if (folder.photos > 0) await this.#index.refill();
    this.#foldersChanged();
    return folder;
  }

  /** @throws AkinError `folder-unknown` */
  removeFolder(folderId: number): Record<string, never> {
    this.#index.remove(this.#folders.remove(folderId));
    // What is in work may belong to it; the rest is found again.
    const { phase } = this.#indexing.progress;
    if (phase === 'scanning' || phase === 'indexing') this.#indexing.cancel();
    this.#foldersChanged();
    return {};
  }

  /** @throws AkinError `folder-unknown`, `folder-overlaps` */
  async restoreFolder(folderId: number): Promise<Folder> {
    const folder = this.#folders.restore(folderId);
    await this.#index.refill();
    this.#foldersChanged();
    return folder;
  }

  async addSamples(signal: AbortSignal): Promise<Folder> {
    return this.addFolder(await makeSamples(path.join(this.#catalog.library, 'samples'), { signal }));
  }

  timeline(folderId?: number): Timeline {
    return this.#catalog.photos.timeline(folderId);
  }

  /** @throws AkinError `photo-unknown` */
  photo(photoId: number): Photo {
    return this.#photos.get(photoId);
  }

  /** The photo at a path, if the library has it. */
  findPhoto(file: string): number | undefined {
    const folder = this.#folders.covering(file);
    return folder && this.#catalog.photos.find(folder.id, folder.relative);
  }

  thumbnail(photoId: number): Promise<PictureFile> {
    return this.#photos.thumbnail(photoId);
  }

  rendering(photoId: number, longSide: number): Promise<PictureFile> {
    return this.#photos.rendering(photoId, longSide);
  }

  failures(): Failure[] {
    return this.#catalog.failures.list(listedFailures).map(({ folder, path: file, code, reason }) => ({
      path: displayPath(joinPath(folder, file)),
      code,
      reason,
    }));
  }

  /**
   * The photos most like one of the library, without itself.
   * @throws AkinError `photo-unknown`, `cancelled`, and those of decoding for a photo that is not described yet
   */
  async searchPhoto(photoId: number, limit: number, signal: AbortSignal): Promise<SearchResult> {
    const begun = performance.now();
    const row = this.#photos.row(photoId);
    const descriptor =
      this.#catalog.descriptors.get(photoId, this.#modelId) ??
      (await this.#describePicture(await this.#photos.read(row), displayOf(row))).descriptor;
    return this.#search(descriptor, row.hash, limit, { begun, signal, without: photoId });
  }

  /**
   * The photos most like a picture that is not in the library, and stays out of it.
   * @param name for errors @param content the file's bytes
   * @throws AkinError `cancelled`, and those of `decodePhoto`
   */
  async searchPicture(
    name: string,
    content: Uint8Array,
    limit: number,
    signal: AbortSignal,
  ): Promise<QueryAnswer> {
    const begun = performance.now();
    const { descriptor, photo } = await this.#describePicture(content, name);
    const hash = createHash('sha256').update(content).digest();
    const result = await this.#search(descriptor, hash, limit, { begun, signal });
    return { ...result, thumbnail: photo.thumbnail, width: photo.width, height: photo.height };
  }

  scan(): Record<string, never> {
    this.#indexing.start();
    return {};
  }

  pause(): Record<string, never> {
    this.#indexing.pause();
    return {};
  }

  resume(): Record<string, never> {
    this.#indexing.resume();
    return {};
  }

  cancel(): Record<string, never> {
    this.#indexing.cancel();
    return {};
  }

  /** Scans and indexes, and waits until that is done. */
  async index(): Promise<IndexingSummary> {
    this.#indexing.start();
    return this.#indexing.idle();
  }

  /** Whether folders were added that no scan has been through. */
  hasUnscannedFolders(): boolean {
    return this.#folders.hasUnscanned();
  }

  async close(): Promise<void> {
    return (this.#closed ??= this.#close());
  }

  async #close(): Promise<void> {
    this.#indexing.cancel();
    await this.#watch?.close();
    await this.#indexing.idle();
    if (this.#changedTimer) clearTimeout(this.#changedTimer);
    await this.#index.release();
    const describer = await this.#describer?.catch(() => null);
    await describer?.release();
    this.#catalog.close();
  }

  async #search(
    descriptor: Float32Array,
    hash: Uint8Array,
    limit: number,
    { begun, signal, without }: { begun: number; signal: AbortSignal; without?: number },
  ): Promise<SearchResult> {
    const index = await this.#index.get();
    if (signal.aborted) throw new AkinError('cancelled');
    const neighbours = await index.search(descriptor, limit + 1);
    const matches: Match[] = [];
    const aspects: number[] = [];
    for (const { photoId, score } of neighbours) {
      const row = photoId === without ? undefined : this.#catalog.photos.get(photoId);
      if (!row || matches.length === limit) continue;
      matches.push({ photoId, score, tier: tierOf(score, Buffer.compare(row.hash, hash) === 0) });
      aspects.push(row.width / row.height);
    }
    return { matches, aspects, milliseconds: performance.now() - begun };
  }

  async #describePicture(
    content: Uint8Array,
    name: string,
  ): Promise<{ descriptor: Float32Array; photo: DecodedPhoto }> {
    const photo = await decodePhoto(content, { longSide: this.#model.settings.longSide, name });
    const describer = await this.#describe();
    const [description] = await describer.describe([photo.pixels]);
    return { descriptor: description!.descriptor, photo };
  }

  #describe(): Promise<Describer> {
    return (this.#describer ??= createDescriber(this.#model));
  }

  #take({ described, removed }: Changes): void {
    // A folder may have been removed while its photos were in work.
    this.#index.add(described.filter(({ photoId }) => this.#catalog.photos.get(photoId)));
    this.#index.remove(removed);
    this.#changedTimer ??= setTimeout(() => this.#reportChanged(), changedInterval);
  }

  #reportProgress(progress: Progress): void {
    this.emit('progress', progress);
    if (progress.phase === 'idle' && this.#changedTimer) this.#reportChanged();
  }

  #reportChanged(): void {
    if (this.#changedTimer) clearTimeout(this.#changedTimer);
    this.#changedTimer = null;
    this.emit('changed', this.#catalog.photos.count());
  }

  #foldersChanged(): void {
    this.#reportChanged();
    if (!this.#watch) return;
    this.#followFolders();
    this.scan();
  }

  #followFolders(): void {
    void this.#watch?.setFolders(this.#folders.list().map(({ path: folder }) => folder));
  }
}
