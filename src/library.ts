/** A library at work: its catalog, what its model makes of its photos, searching, and the watch over its folders. */
import { EventEmitter } from 'node:events';
import path from 'node:path';
import type { Facets, Failure, Folder, LibrarySettings, Photo, Progress, Status, Timeline } from './api.ts';
import { openCatalog } from './catalog/catalog.ts';
import type { Catalog, OpenedCatalog } from './catalog/catalog.ts';
import { displayPath, joinPath } from './catalog/path-bytes.ts';
import type { ByteString } from './catalog/path-bytes.ts';
import { AkinError, asAkinError } from './errors.ts';
import type { IndexingSummary } from './ingest/indexing.ts';
import { FolderWatch } from './ingest/watch.ts';
import { LibraryAlbums } from './library-albums.ts';
import { LibraryBackground } from './library-background.ts';
import type { LibraryDescriptions } from './library-descriptions.ts';
import { LibraryDuplicates } from './library-duplicates.ts';
import type { LibraryEvents } from './library-events.ts';
import { LibraryEvidence } from './library-evidence.ts';
import { LibraryFeatures } from './library-features.ts';
import { LibraryFolders } from './library-folders.ts';
import { readDescribingModel } from './library-model-folders.ts';
import { servingModel } from './library-model-versions.ts';
import type { ServingModel } from './library-model-versions.ts';
import type { LibraryModels } from './library-models.ts';
import { LibraryJudgements } from './library-judgements.ts';
import { LibraryPhotos } from './library-photos.ts';
import type { PictureFile } from './library-photos.ts';
import { LibraryPictures } from './library-pictures.ts';
import type { LibraryPlaces } from './library-places.ts';
import { LibraryQueries } from './library-queries.ts';
import { LibraryRemoval } from './library-removal.ts';
import { LibrarySearch } from './library-search.ts';
import { LibraryServing } from './library-serving.ts';
import { LibraryTraining } from './library-training.ts';
import { readSettings, writeSettings } from './library-settings.ts';
import type { SettingsChanges } from './library-settings.ts';
import { defaultModelFolder } from './model/model-folder.ts';
import type { Model } from './model/model-folder.ts';
import type { Trash } from './removal/file-remover.ts';
import { moveToTrash } from './removal/system-trash.ts';
import { makeSamples } from './samples.ts';

export interface LibraryOptions {
  /** Where the library lies. */
  folder: string;
  /** Default: the model that comes with Akin. */
  modelFolder?: string;
  /** Scan when folders are added or change, as the app does; the command line scans when it is told to. */
  watch?: boolean;
  /** Moves a file to the system's trash. Default: by the programs that come with Akin for that. */
  trash?: Trash;
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
  const shipped = await readDescribingModel(options.modelFolder ?? defaultModelFolder());
  const opened = openCatalog(path.resolve(options.folder));
  const { watch = false, trash = moveToTrash } = options;
  const serving = await servingModel(opened.catalog, shipped);
  if (serving.notice) opened.notices.push(serving.notice);
  const library = new Library(opened, shipped, serving, watch, trash);
  await library.models.versions.repair();
  opened.notices.push(...(await library.removal.repair()));
  await library.training.repair();
  return library;
}

export class Library extends EventEmitter<LibraryEvents> {
  readonly albums: LibraryAlbums;
  readonly judgements: LibraryJudgements;
  readonly pictures: LibraryPictures;
  readonly search: LibrarySearch;
  readonly evidence: LibraryEvidence;
  readonly background: LibraryBackground;
  readonly duplicates: LibraryDuplicates;
  readonly removal: LibraryRemoval;
  readonly training: LibraryTraining;
  readonly #catalog: Catalog;
  readonly #folders: LibraryFolders;
  readonly #photos: LibraryPhotos;
  readonly #features: LibraryFeatures;
  readonly #watch: FolderWatch | null;
  readonly #notices: AkinError[];
  readonly #serving: LibraryServing;
  #changedTimer: NodeJS.Timeout | null = null;
  #closed: Promise<void> | null = null;

  constructor(
    { catalog, notices }: OpenedCatalog,
    shipped: Model,
    serving: ServingModel,
    watch: boolean,
    trash: Trash,
  ) {
    super();
    this.#catalog = catalog;
    this.#notices = notices;
    this.#folders = new LibraryFolders(catalog);
    this.#photos = new LibraryPhotos(catalog);
    this.#features = new LibraryFeatures(catalog, this.#photos);
    this.#serving = this.#makeServing(shipped, serving);
    this.albums = new LibraryAlbums({
      catalog,
      modelId: () => this.#descriptions.modelId,
      features: (photoId) => this.#features.ofPhoto(photoId),
      changed: () => this.emit('albums', catalog.albums.list().length),
      judged: () => this.emit('judgements'),
    });
    this.judgements = new LibraryJudgements(catalog, () => this.emit('judgements'));
    this.pictures = new LibraryPictures();
    const descriptions = () => this.#descriptions;
    const sources = { catalog, photos: this.#photos, pictures: this.pictures, features: this.#features };
    const queries = new LibraryQueries(sources);
    this.search = new LibrarySearch({ catalog, queries, descriptions });
    this.search.on('verified', (event) => this.emit('verified', event));
    this.evidence = new LibraryEvidence(queries, descriptions);
    this.duplicates = new LibraryDuplicates(catalog, this.#photos);
    this.duplicates.on('changed', () => this.emit('duplicates'));
    this.background = this.#makeBackground();
    this.removal = this.#makeRemoval(trash);
    this.training = new LibraryTraining(catalog, this.models);
    this.training.on('notice', (notice) => this.emit('notice', this.explain(notice)));
    this.#watch = watch ? new FolderWatch(() => this.scan()) : null;
  }

  get models(): LibraryModels {
    return this.#serving.models;
  }

  get places(): LibraryPlaces {
    return this.background.places;
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
    this.background.follow();
    this.models.begin();
    this.#descriptions.index.get().catch((error: unknown) => this.emit('notice', this.explain(error)));
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
      indexed: this.#catalog.descriptors.count(this.#descriptions.modelId),
      failed: this.#catalog.failures.count(),
      folders: this.#catalog.folders.list().length,
      model: this.models.versions.activeName,
      progress: this.#descriptions.indexing.progress,
    };
  }

  folders(): Folder[] {
    return this.#folders.list();
  }

  /** @throws AkinError `folder-missing`, `folder-unreadable`, `folder-overlaps` */
  async addFolder(wanted: string): Promise<Folder> {
    const folder = await this.#folders.add(wanted);
    if (folder.photos > 0) await this.#serving.refill();
    this.#foldersChanged();
    return folder;
  }

  /** @throws AkinError `folder-unknown` */
  removeFolder(folderId: number): Record<string, never> {
    this.#serving.remove([...this.#folders.remove(folderId)]);
    // What is in work may belong to it; the rest is found again.
    const { indexing } = this.#descriptions;
    const { phase } = indexing.progress;
    if (phase === 'scanning' || phase === 'indexing') indexing.cancel();
    this.#foldersChanged();
    return {};
  }

  /** @throws AkinError `folder-unknown`, `folder-overlaps` */
  async restoreFolder(folderId: number): Promise<Folder> {
    const folder = this.#folders.restore(folderId);
    await this.#serving.refill();
    this.#foldersChanged();
    return folder;
  }

  /** The path of a folder that photos may lie in. @throws AkinError as `LibraryFolders.pathOf` */
  pathOfFolder(wanted: string): Promise<ByteString> {
    return this.#folders.pathOf(wanted);
  }

  /** @throws AkinError `folder-unknown` */
  setFolderRole(folderId: number, role: Folder['role']): Folder {
    const folder = this.#folders.setRole(folderId, role);
    this.#reportChanged();
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

  /** The folder of the library at a path. */
  findFolder(wanted: string): Folder | undefined {
    const folder = path.resolve(wanted);
    return this.#folders.list().find((one) => one.path === folder);
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

  settings(): LibrarySettings {
    return readSettings(this.#catalog);
  }

  /** Another number of scales describes the library anew, by the next scan: at once where folders are watched. */
  async set(settings: SettingsChanges): Promise<Record<string, never>> {
    const before = this.settings();
    writeSettings(this.#catalog, settings);
    if (this.settings().scales === before.scales) return {};
    await this.#serving.rescale();
    return {};
  }

  /** What photos can be filtered by. */
  facets(): Facets {
    return this.#catalog.filters.facets();
  }

  scan(): Record<string, never> {
    this.#descriptions.indexing.start();
    return {};
  }

  pause(): Record<string, never> {
    this.#descriptions.indexing.pause();
    return {};
  }

  resume(): Record<string, never> {
    this.#descriptions.indexing.resume();
    return {};
  }

  cancel(): Record<string, never> {
    this.#descriptions.indexing.cancel();
    return {};
  }

  /** Scans and indexes, and waits until that is done. */
  async index(): Promise<IndexingSummary> {
    this.#descriptions.indexing.start();
    return this.#descriptions.indexing.idle();
  }

  /** Whether folders were added that no scan has been through. */
  hasUnscannedFolders(): boolean {
    return this.#folders.hasUnscanned();
  }

  async close(): Promise<void> {
    return (this.#closed ??= this.#close());
  }

  async #close(): Promise<void> {
    await this.#watch?.close();
    this.search.stop();
    await this.training.close();
    await this.models.close();
    await this.removal.close();
    await this.background.close();
    this.duplicates.close();
    await this.#serving.close();
    if (this.#changedTimer) clearTimeout(this.#changedTimer);
    await this.search.release();
    await this.#features.release();
    this.#catalog.close();
  }

  #makeServing(shipped: Model, model: ServingModel): LibraryServing {
    const serving = new LibraryServing(this.#catalog, shipped, model);
    serving.on('progress', (progress) => this.#reportProgress(progress));
    serving.on('changed', () => {
      this.#changedTimer ??= setTimeout(() => this.#reportChanged(), changedInterval);
    });
    serving.on('notice', (notice) => this.emit('notice', this.explain(notice)));
    // What goes on is by the descriptors of the one before.
    serving.on('replaced', () => this.background.cancel());
    serving.on('settled', () => {
      if (!this.#watch) return;
      this.scan();
      this.background.follow();
    });
    serving.models.versions.on('changed', () => this.emit('models'));
    serving.models.on('progress', (progress) => this.emit('modelsProgress', progress));
    serving.models.on('notice', (notice) => this.emit('notice', notice));
    return serving;
  }

  /** Those of the model in use. */
  get #descriptions(): LibraryDescriptions {
    return this.#serving.current;
  }

  #makeBackground(): LibraryBackground {
    const background = new LibraryBackground({
      catalog: this.#catalog,
      photos: this.#photos,
      features: this.#features,
      descriptions: () => this.#descriptions,
      createAlbum: (name, photoIds) => this.albums.create(name, photoIds),
    });
    background.places.on('progress', (progress) => this.emit('placesProgress', progress));
    background.places.on('changed', (count) => this.emit('places', count));
    background.places.on('notice', (notice) => this.emit('notice', notice));
    background.duplicateSearch.on('progress', (progress) => this.emit('duplicatesProgress', progress));
    background.duplicateSearch.on('changed', () => this.duplicates.invalidate());
    background.duplicateSearch.on('notice', (notice) => this.emit('notice', notice));
    return background;
  }

  #makeRemoval(trash: Trash): LibraryRemoval {
    const removal = new LibraryRemoval({
      catalog: this.#catalog,
      trash,
      removable: (scope, photoIds) => this.duplicates.removable(scope, photoIds),
    });
    removal.on('progress', (progress) => this.emit('removalProgress', progress));
    removal.on('notice', (notice) => this.emit('notice', notice));
    removal.on('removed', (photoIds) => this.#serving.remove(photoIds));
    removal.on('restored', (photoIds) => this.#serving.bringBack(photoIds));
    removal.on('done', () => this.#reportChanged());
    return removal;
  }

  #reportProgress(progress: Progress): void {
    this.emit('progress', progress);
    if (progress.phase === 'idle' && this.#changedTimer) this.#reportChanged();
  }

  #reportChanged(): void {
    if (this.#changedTimer) clearTimeout(this.#changedTimer);
    this.#changedTimer = null;
    this.emit('changed', this.#catalog.photos.count());
    this.duplicates.invalidate();
    if (this.#watch) this.background.follow();
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
