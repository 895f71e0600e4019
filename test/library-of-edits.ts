/** Real photos and edited copies of them, indexed, and the search for duplicates on its own. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import type { Sharp } from 'sharp';
import { openCatalog } from '../src/catalog/catalog.ts';
import type { Catalog } from '../src/catalog/catalog.ts';
import { displayPath, joinPath, textToByteString } from '../src/catalog/path-bytes.ts';
import { LibraryDescriptions } from '../src/library-descriptions.ts';
import { LibraryDuplicateSearch } from '../src/library-duplicate-search.ts';
import { LibraryFeatures } from '../src/library-features.ts';
import { LibraryPhotos } from '../src/library-photos.ts';
import type { LocalFeatures } from '../src/local-features/features.ts';
import { defaultModelFolder, readModel } from '../src/model/model-folder.ts';
import type { AkinError } from '../src/errors.ts';
import { realPhoto } from './ingest/pictures.ts';

export type Edit = (photo: Sharp) => Sharp;

/** Tells which photos are read, and can make that take as long as a test wants. */
class WatchedFeatures extends LibraryFeatures {
  readonly read: number[] = [];
  onRead: (photoId: number) => unknown = () => undefined;

  override async ofPhoto(photoId: number): Promise<LocalFeatures> {
    this.read.push(photoId);
    await this.onRead(photoId);
    return super.ofPhoto(photoId);
  }
}

interface Opened {
  catalog: Catalog;
  features: WatchedFeatures;
  descriptions: LibraryDescriptions;
  search: LibraryDuplicateSearch;
}

export class LibraryOfEdits {
  readonly root = mkdtempSync(path.join(tmpdir(), 'akin-edits-'));
  readonly folder = path.join(this.root, 'photos');
  /** How often the search told of changes. */
  changes = 0;
  busy = false;
  #idle: () => void = () => undefined;
  #opened: Opened | null = null;

  constructor() {
    mkdirSync(this.folder);
  }

  get catalog(): Catalog {
    return this.#now.catalog;
  }

  get features(): WatchedFeatures {
    return this.#now.features;
  }

  get search(): LibraryDuplicateSearch {
    return this.#now.search;
  }

  get modelId(): number {
    return this.#now.descriptions.modelId;
  }

  /** Opens the library, or opens it anew. */
  async open(): Promise<void> {
    await this.#close();
    const { catalog } = openCatalog(path.join(this.root, 'library'));
    catalog.write(() => catalog.folders.add(textToByteString(this.folder)));
    const photos = new LibraryPhotos(catalog);
    const features = new WatchedFeatures(catalog, photos);
    const descriptions = new LibraryDescriptions(catalog, await readModel(defaultModelFolder()));
    const search = new LibraryDuplicateSearch({
      catalog,
      photos,
      features,
      modelId: () => descriptions.modelId,
      isBusy: () => this.busy,
      idle: () => new Promise<void>((resolve) => (this.#idle = resolve)),
    });
    search.on('changed', () => this.changes++);
    this.#opened = { catalog, features, descriptions, search };
  }

  /** A real photo, changed, as a file of the format that its name says. */
  async put(file: string, photo: string, edit: Edit = (same) => same): Promise<void> {
    const small = await sharp(realPhoto(photo)).resize(400).png().toBuffer();
    await edit(sharp(small)).toFile(this.file(file));
  }

  write(file: string, content: Uint8Array): void {
    writeFileSync(this.file(file), content);
  }

  file(name: string): string {
    return path.join(this.folder, name);
  }

  /** Reads the folder, and describes what is new. */
  async index(): Promise<void> {
    this.#now.descriptions.indexing.start();
    await this.#now.descriptions.indexing.idle();
  }

  async find(): Promise<AkinError | null> {
    this.search.find();
    return this.search.finished();
  }

  idOf(file: string): number {
    const id = this.catalog.verdicts.described(this.modelId).find((photoId) => this.nameOf(photoId) === file);
    if (id === undefined) throw new Error(`${file} is not in the library.`);
    return id;
  }

  nameOf(photoId: number): string {
    const row = this.catalog.photos.get(photoId)!;
    return path.relative(this.folder, displayPath(joinPath(row.folder, row.path)));
  }

  /** What a photo was found to be to others, by their names. */
  kindsOf(file: string): Record<string, string> {
    const id = this.idOf(file);
    const verdicts = this.catalog.verdicts.of(id);
    return Object.fromEntries(
      verdicts.map(({ a, b, kind }) => [this.nameOf(a === id ? b : a), kind] as const).sort(),
    );
  }

  /** All pairs that were compared. */
  compared(): string[] {
    const { verdicts } = this.catalog;
    const pairs = verdicts
      .described(this.modelId)
      .flatMap((id) => verdicts.comparedWith(id).flatMap((other) => (other > id ? [`${id} ${other}`] : [])));
    return pairs.sort();
  }

  idle(): void {
    this.busy = false;
    this.#idle();
  }

  /** As after a crash: nothing is waited for that was in work. */
  async crash(): Promise<void> {
    this.catalog.close();
    this.#opened = null;
    await this.open();
  }

  async close(): Promise<void> {
    await this.#close();
    rmSync(this.root, { recursive: true, force: true });
  }

  get #now(): Opened {
    if (!this.#opened) throw new Error('The library is not open.');
    return this.#opened;
  }

  async #close(): Promise<void> {
    if (!this.#opened) return;
    const { search, descriptions, features, catalog } = this.#opened;
    this.#opened = null;
    await search.close();
    await descriptions.close();
    await features.release();
    catalog.close();
  }
}
