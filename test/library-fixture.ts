/** A library of real photos, described by the model that Akin comes with. */
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import type { AkinError } from '../src/errors.ts';
import type { SearchResult } from '../src/api-search.ts';
import { openLibrary } from '../src/library.ts';
import type { Library, LibraryOptions } from '../src/library.ts';
import { realPhoto } from './ingest/pictures.ts';

export const never = new AbortController().signal;

export class LibraryFixture {
  readonly root = mkdtempSync(path.join(tmpdir(), 'akin-library-'));
  readonly photos = path.join(this.root, 'photos');
  readonly notices: AkinError[] = [];
  #library: Library | null = null;

  constructor() {
    mkdirSync(this.photos);
  }

  get library(): Library {
    if (!this.#library) throw new Error('The library is not open.');
    return this.#library;
  }

  /** Opens the library, or opens it anew. */
  async open(options: Partial<LibraryOptions> = {}): Promise<Library> {
    await this.#library?.close();
    this.#library = await openLibrary({ folder: path.join(this.root, 'library'), ...options });
    this.#library.on('notice', (notice) => this.notices.push(notice));
    return this.#library;
  }

  /** A path below the folder of photos. */
  file(...parts: string[]): string {
    return path.join(this.photos, ...parts);
  }

  /** Real photos, smaller than they are so that tests are quick. */
  async put(...names: string[]): Promise<void> {
    for (const name of names) writeFileSync(this.file(`${name}.jpg`), await smallPhoto(name));
  }

  copy(from: string, to: string): void {
    copyFileSync(this.file(from), this.file(to));
  }

  /** Paths below the root of the photos with these ids. */
  pathsOf(ids: Iterable<number>): string[] {
    return [...ids].map((id) => path.relative(this.root, this.library.photo(id).path));
  }

  /** All photos, by path below the root. */
  all(): string[] {
    return this.pathsOf(this.library.timeline().ids).sort();
  }

  idOf(...parts: string[]): number {
    const id = this.library.findPhoto(this.file(...parts));
    if (id === undefined) throw new Error(`${parts.join('/')} is not in the library.`);
    return id;
  }

  /** The photos most like one of the library. */
  search(photoId: number, limit: number, signal = new AbortController().signal): Promise<SearchResult> {
    return this.library.search.run({ query: [{ photoId }], limit }, signal);
  }

  /** The photos most like a picture that is not in the library. */
  async searchPicture(
    name: string,
    content: Uint8Array,
    limit: number,
    signal = new AbortController().signal,
  ): Promise<SearchResult> {
    const { pictureId } = await this.library.pictures.open(name, content);
    return this.library.search.run({ query: [{ pictureId }], limit }, signal);
  }

  async close(): Promise<void> {
    await this.#library?.close();
    rmSync(this.root, { recursive: true, force: true });
  }
}

export async function smallPhoto(name: string, width = 320): Promise<Buffer> {
  return sharp(realPhoto(name)).resize(width).jpeg({ quality: 90 }).toBuffer();
}
