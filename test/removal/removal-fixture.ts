/** Folders of photos with copies of each other, a real catalog, and what removes them. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import type { RemovalResult } from '../../src/api-duplicates.ts';
import type { AkinError } from '../../src/errors.ts';
import { LibraryDuplicates } from '../../src/library-duplicates.ts';
import { LibraryPhotos } from '../../src/library-photos.ts';
import { LibraryRemoval } from '../../src/library-removal.ts';
import type { Trash } from '../../src/removal/file-remover.ts';
import { moveToTrash } from '../../src/removal/system-trash.ts';
import { CatalogFixture } from '../ingest/catalog-fixture.ts';

export const scope = { kind: 'identical', strictness: 0.5 } as const;

/** The trash of these tests, and not the user's own: where it lies is read when it is first used. */
export const trashHome = process.env['AKIN_TEST_TRASH'] ?? mkdtempSync(path.join(tmpdir(), 'akin-trash-'));
mkdirSync(trashHome, { recursive: true });
process.env['HOME'] = process.env['AKIN_TEST_HOME'] ?? trashHome;
process.env['XDG_DATA_HOME'] = trashHome;

/** Of `pictures`, those that tests of killed removals remove. */
export const removedNames = ['trip/a copy.png', 'trip/a again.png', 'old/b.png'];
export const pictures = {
  'a.png': 1,
  'b.png': 2,
  'c.png': 3,
  'trip/a copy.png': 1,
  'trip/a again.png': 1,
  'old/b.png': 2,
};

export class RemovalFixture extends CatalogFixture {
  readonly folder: string;
  readonly target: string;
  readonly told: AkinError[] = [];
  trash: Trash = moveToTrash;
  duplicates!: LibraryDuplicates;
  removal!: LibraryRemoval;

  constructor(root?: string) {
    super(root);
    ({ folder: this.folder } = this.addFolder('photos'));
    this.target = path.join(this.root, 'duplicates');
    mkdirSync(this.target, { recursive: true });
    this.#begin();
  }

  override reopen(): void {
    this.duplicates.close();
    super.reopen();
    this.#begin();
  }

  #begin(): void {
    this.duplicates = new LibraryDuplicates(this.catalog, new LibraryPhotos(this.catalog));
    this.removal = new LibraryRemoval({
      catalog: this.catalog,
      trash: (file) => this.trash(file),
      removable: (of, photoIds) => this.duplicates.removable(of, photoIds),
    });
    this.removal.on('notice', (notice) => this.told.push(notice));
  }

  file(...parts: string[]): string {
    return path.join(this.folder, ...parts);
  }

  /** Writes pictures, those of the same seed with the same bytes, and indexes them. */
  async put(pictures: Record<string, number>): Promise<void> {
    for (const [name, seed] of Object.entries(pictures)) await writePicture(this.file(name), seed);
    await this.run();
    this.duplicates.invalidate();
  }

  idOf(name: string): number {
    return this.photos()[this.file(name)]!.id;
  }

  /** To the trash. */
  remove(names: readonly string[], mergeMetadata = false): Promise<RemovalResult> {
    return this.removal.trash({ ...scope, photoIds: names.map((name) => this.idOf(name)), mergeMetadata });
  }

  /** To a folder. */
  move(names: readonly string[], folder = this.target): Promise<RemovalResult> {
    const photoIds = names.map((name) => this.idOf(name));
    return this.removal.move({ ...scope, photoIds, mergeMetadata: false, folder });
  }

  /** Names of the photos in the library. */
  known(): string[] {
    return Object.keys(this.photos())
      .map((file) => path.relative(this.folder, file))
      .sort();
  }

  /** What is on the disk in the folder of photos. */
  there(): string[] {
    return filesBelow(this.folder);
  }

  /** Closes the library, and leaves everything where it is. */
  leave(): void {
    this.duplicates.close();
    this.catalog.close();
  }

  override close(): void {
    this.duplicates.close();
    super.close();
  }
}

/** A small picture that no other seed gives. */
export async function writePicture(file: string, seed: number): Promise<void> {
  const background = { r: (seed * 53) % 256, g: (seed * 97) % 256, b: seed % 256 };
  mkdirSync(path.dirname(file), { recursive: true });
  const picture = sharp({ create: { width: 8 + (seed % 5), height: 8, channels: 3, background } });
  writeFileSync(file, await picture.png().toBuffer());
}

/** Paths below a folder, of files only. */
export function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .sort();
}

/** Contents of files below a folder. */
export function contentsBelow(folder: string): Record<string, string> {
  return Object.fromEntries(
    filesBelow(folder).map((file) => [file, readFileSync(path.join(folder, file), 'base64')]),
  );
}
