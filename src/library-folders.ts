/** The rules for a library's folders. */
import { readdir, realpath } from 'node:fs/promises';
import path from 'node:path';
import type { Folder } from './api.ts';
import type { Catalog } from './catalog/catalog.ts';
import { displayPath, covers, textToByteString } from './catalog/path-bytes.ts';
import type { ByteString } from './catalog/path-bytes.ts';
import { AkinError } from './errors.ts';
import { asFolderError } from './ingest/crawl.ts';
import { codeOf } from './ingest/walk.ts';

export class LibraryFolders {
  readonly #catalog: Catalog;

  constructor(catalog: Catalog) {
    this.#catalog = catalog;
  }

  list(): Folder[] {
    return this.#catalog.folders.list().map(({ scanned: _scanned, ...row }) => ({
      ...row,
      path: displayPath(row.path),
    }));
  }

  /** Whether a folder waits for its first scan. */
  hasUnscanned(): boolean {
    return this.#catalog.folders.list().some(({ scanned }) => !scanned);
  }

  /** The folder that a file lies in, with the file's path in it. @param file absolute, without symbolic links */
  covering(file: string): { id: number; relative: ByteString } | undefined {
    const bytes = textToByteString(withSlashes(file));
    const folder = this.#catalog.folders.list().find((row) => covers(row.path, bytes));
    return folder && { id: folder.id, relative: bytes.slice(folder.path.length).replace(/^\//, '') };
  }

  /**
   * Adds a folder, or returns the one that is there already.
   * @throws AkinError `folder-missing`, `folder-unreadable`, `folder-overlaps`
   */
  async add(wanted: string): Promise<Folder> {
    const real = await readable(path.resolve(wanted));
    const bytes = textToByteString(real);
    const others = this.#catalog.folders.list();
    const other = others.find((row) => covers(row.path, bytes) || covers(bytes, row.path));
    if (other && other.path !== bytes) {
      throw new AkinError('folder-overlaps', { path: real, other: displayPath(other.path) });
    }
    return this.#find(other?.id ?? this.#catalog.decide(() => this.#catalog.folders.add(bytes)));
  }

  /** Hides a folder with its photos, and returns their ids. @throws AkinError `folder-unknown` */
  remove(folderId: number): number[] {
    const removed = this.#catalog.decide(() => this.#catalog.folders.remove(folderId, Date.now()));
    if (!removed) throw new AkinError('folder-unknown');
    return this.#catalog.photos.idsOfFolder(folderId);
  }

  /**
   * Puts back what `remove` took.
   * @throws AkinError `folder-unknown`; `folder-overlaps` when another was added in its place meanwhile
   */
  restore(folderId: number): Folder {
    this.#catalog.decide(() => {
      const others = this.#catalog.folders.list().filter(({ id }) => id !== folderId);
      if (!this.#catalog.folders.restore(folderId)) throw new AkinError('folder-unknown');
      const restored = this.#catalog.folders.list().find(({ id }) => id === folderId)!;
      const other = others.find((row) => covers(row.path, restored.path) || covers(restored.path, row.path));
      if (!other) return;
      const details = { path: displayPath(restored.path), other: displayPath(other.path) };
      throw new AkinError('folder-overlaps', details);
    });
    return this.#find(folderId);
  }

  /** @throws AkinError `folder-unknown` */
  setRole(folderId: number, role: Folder['role']): Folder {
    this.#catalog.decide(() => {
      if (!this.#catalog.folders.setRole(folderId, role)) throw new AkinError('folder-unknown');
    });
    return this.#find(folderId);
  }

  /**
   * The path of a folder that photos of the library may lie in.
   * @throws AkinError `folder-missing`, `folder-unreadable`; `folder-unknown` for one that has to do with none of the
   *   library's
   */
  async pathOf(wanted: string): Promise<ByteString> {
    const bytes = textToByteString(await readable(path.resolve(wanted)));
    const isRelated = ({ path: own }: { path: ByteString }) => covers(own, bytes) || covers(bytes, own);
    if (!this.#catalog.folders.list().some(isRelated)) throw new AkinError('folder-unknown');
    return bytes;
  }

  #find(folderId: number): Folder {
    const folder = this.list().find(({ id }) => id === folderId);
    if (!folder) throw new AkinError('folder-unknown');
    return folder;
  }
}

/** Akin's byte strings part folders with `/` on every system. */
function withSlashes(file: string): string {
  return path.sep === '/' ? file : file.replaceAll(path.sep, '/');
}

/** The folder's real path, so that one folder is not added twice under two names. */
async function readable(folder: string): Promise<string> {
  try {
    const real = await realpath(folder);
    await readdir(real);
    return withSlashes(real);
  } catch (error) {
    throw asFolderError(codeOf(error), textToByteString(folder));
  }
}
