/** Folders of photos, a real catalog and the pipeline over both. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openCatalog } from '../../src/catalog/catalog.ts';
import type { Catalog } from '../../src/catalog/catalog.ts';
import { textToByteString } from '../../src/catalog/path-bytes.ts';
import type { PhotoRow } from '../../src/catalog/photos.ts';
import type { AkinError } from '../../src/errors.ts';
import { CatalogStore } from '../../src/ingest/catalog-store.ts';
import { decodePhoto } from '../../src/ingest/decode.ts';
import { Indexing } from '../../src/ingest/indexing.ts';
import type { Changes, IndexingSummary } from '../../src/ingest/indexing.ts';
import { ColourDescriber } from './indexing-fixture.ts';

const longSide = 64;

export const colourModel = { digest: 'colour', name: 'colour', version: 1, identity: 'colour' };

export class CatalogFixture {
  readonly root: string;
  readonly library: string;
  readonly describer = new ColourDescriber();
  readonly changes: Changes[] = [];
  readonly notices: AkinError[] = [];
  catalog: Catalog;
  store: CatalogStore;
  indexing: Indexing;

  /** @param root where a fixture lay before; a new place by default */
  constructor(root = mkdtempSync(path.join(tmpdir(), 'akin-catalog-store-'))) {
    this.root = root;
    this.library = path.join(root, 'library');
    this.catalog = openCatalog(this.library).catalog;
    this.store = new CatalogStore(this.catalog, colourModel);
    this.indexing = this.#newIndexing();
  }

  /** As after a restart. @param model whose descriptors count from now on */
  reopen(model = colourModel): void {
    this.catalog.close();
    this.catalog = openCatalog(this.library).catalog;
    this.store = new CatalogStore(this.catalog, model);
    this.indexing = this.#newIndexing();
  }

  #newIndexing(): Indexing {
    const indexing = new Indexing({
      store: this.store,
      describer: async () => this.describer,
      longSide,
      batchLength: 2,
    });
    indexing.on('changes', (changes) => this.changes.push(changes));
    indexing.on('notice', (notice) => this.notices.push(notice));
    return indexing;
  }

  addFolder(name: string): { folder: string; folderId: number } {
    const folder = path.join(this.root, name);
    mkdirSync(folder, { recursive: true });
    return {
      folder,
      folderId: this.catalog.decide(() => this.catalog.folders.add(textToByteString(folder))),
    };
  }

  async run(): Promise<IndexingSummary> {
    this.indexing.start();
    return this.indexing.idle();
  }

  /** All photos by absolute path. */
  photos(): Record<string, PhotoRow> {
    const rows = [...this.catalog.photos.timeline().ids].map((id) => this.catalog.photos.get(id)!);
    return Object.fromEntries(rows.map((row) => [`${row.folder}/${row.path}`, row]));
  }

  descriptor(photoId: number): Float32Array | undefined {
    return this.catalog.descriptors.get(photoId, this.store.modelId);
  }

  /** Codes of the failures by absolute path. */
  failures(): Record<string, string> {
    const rows = this.catalog.failures.list(1000);
    return Object.fromEntries(rows.map((row) => [`${row.folder}/${row.path}`, row.code]));
  }

  close(): void {
    this.catalog.close();
    rmSync(this.root, { recursive: true, force: true });
  }
}

/** What the pipeline should make of a picture. */
export async function descriptorOf(content: Uint8Array): Promise<Float32Array> {
  const { pixels } = await decodePhoto(content, { longSide, name: 'picture' });
  const [description] = await new ColourDescriber().describe([pixels]);
  return description!.descriptor;
}
