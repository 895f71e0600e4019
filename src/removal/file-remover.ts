/**
 * Removes one file, puts one back, and finds out what became of one whose removal was cut short. The journal is written
 * before each act and closed after it, by what is on the disk then, whatever the act itself reported.
 */
import type { Catalog } from '../catalog/catalog.ts';
import { displayPath, joinPath, textToByteString } from '../catalog/path-bytes.ts';
import type { ByteString } from '../catalog/path-bytes.ts';
import type { PhotoRow } from '../catalog/photos.ts';
import type { RemovedFile } from '../catalog/removals.ts';
import { AkinError } from '../errors.ts';
import { holds, isFolder, stateOf } from './file-state.ts';
import type { FileState } from './file-state.ts';

import { abandonMove, dropEmptyFolders, finishMove, freePath, isTaken, moveFile } from './move-file.ts';
import { asMoveError, asTrashError } from './move-error.ts';
import { forgetInTrash, TrashPlaces } from './trash-places.ts';

/** Moves a file to the system's trash. @param path as the system writes it */
export type Trash = (path: string) => Promise<void>;

/** A removal that was begun in the journal. */
export interface BegunRemoval {
  id: number;
  /** The folder that files are moved to, absolute; null for the trash. */
  folder: ByteString | null;
}

/** A photo that may go, as its file and that of the photo that stays were found. */
export interface CheckedPhoto {
  row: PhotoRow;
  path: ByteString;
  state: FileState;
  survivor: Survivor;
}

export interface Survivor {
  path: ByteString;
  state: FileState;
}

export class FileRemover {
  readonly #catalog: Catalog;
  readonly #trash: Trash;
  readonly #places = new TrashPlaces();

  constructor(catalog: Catalog, trash: Trash) {
    this.#catalog = catalog;
    this.#trash = trash;
  }

  /**
   * Makes sure of the photo that is to stay: that its file holds what was compared.
   * @throws AkinError `removal-survivor`. @param removed for the message
   */
  async checkSurvivor(photoId: number, removed: string): Promise<Survivor> {
    const row = this.#catalog.photos.get(photoId);
    if (!row) throw new AkinError('removal-survivor', { path: removed, survivor: `${photoId}` });
    const path = joinPath(row.folder, row.path);
    const state = await stateOf(path).catch(() => null);
    if (!state || !(await holds(path, row).catch(() => false))) {
      throw new AkinError('removal-survivor', { path: removed, survivor: displayPath(path) });
    }
    return { path, state };
  }

  /**
   * Makes sure that a photo may go, reading all of its file.
   * @throws AkinError `photo-unknown`, `photo-missing`, `photo-denied`, `photo-unreadable`, `removal-changed`,
   *   `removal-protected`, `removal-same-file`
   */
  async check(photoId: number, survivor: Survivor): Promise<CheckedPhoto> {
    const row = this.#catalog.photos.get(photoId);
    if (!row) throw new AkinError('photo-unknown');
    const path = joinPath(row.folder, row.path);
    const shown = { path: displayPath(path) };
    if (this.#catalog.folders.isProtected(row.folderId)) throw new AkinError('removal-protected', shown);
    const state = await stateOf(path);
    if (!state) throw new AkinError('photo-missing', shown);
    // Two ways to one file, through links or mounts: with the one photo both would go.
    if (isNumbered(state) && isSameFile(state, survivor.state)) {
      throw new AkinError('removal-same-file', { ...shown, survivor: displayPath(survivor.path) });
    }
    if (state.modified !== row.modified || !(await holds(path, row)))
      throw new AkinError('removal-changed', shown);
    return { row, path, state, survivor };
  }

  /**
   * Removes the file of a photo, and sets the photo aside.
   * @throws AkinError why the file is still where it was; `removal-lost` where it cannot be told where it is;
   *   `library-full` and the like where the journal cannot be written
   */
  async remove(photo: CheckedPhoto, removal: BegunRemoval): Promise<void> {
    const { row, path, state } = photo;
    if (removal.folder === null && !isText(path))
      throw new AkinError('removal-name', { path: displayPath(path) });
    const destination = removal.folder === null ? null : await this.#destination(row, removal.folder);
    if (destination === null) await this.#places.remember(path);
    await this.#checkAgain(photo);
    const { folderId, folder, size, modified, hash } = row;
    const file = { photoId: row.id, folderId, folder, path: row.path, size, modified, hash };
    const noted = { ...file, destination, inode: state.inode };
    const id = this.#catalog.decide(() => this.#catalog.removals.removing(removal.id, noted));
    const way = destination === null ? 'trash' : 'folder';
    const entry: RemovedFile = { ...noted, id, removalId: removal.id, state: 'removing', way };
    const failure = await this.#act(entry);
    await this.#settle(entry, failure);
    if (await isStill(photo.survivor)) return;
    // There was a second way to one file after all, or somebody else was at work here.
    await this.restore(this.#entry(entry));
    const survivor = displayPath(photo.survivor.path);
    throw new AkinError('removal-survivor', { path: displayPath(path), survivor });
  }

  /**
   * Puts a removed file back into its place, and its photo into the library.
   * @throws AkinError `folder-missing`, `removal-taken`, `removal-not-found`, and those of moving
   */
  async restore(entry: RemovedFile): Promise<void> {
    const original = joinPath(entry.folder, entry.path);
    const shown = { path: displayPath(original) };
    if (!(await isFolder(entry.folder)))
      throw new AkinError('folder-missing', { path: displayPath(entry.folder) });
    if (await isTaken(original)) {
      // Somebody put it back by hand.
      if (await holds(original, entry)) return this.#restored(entry);
      throw new AkinError('removal-taken', shown);
    }
    const destination = entry.destination ?? (await this.#inTrash(original, entry));
    if (destination === null || !(await holds(destination, entry)))
      throw new AkinError('removal-not-found', shown);
    const found = { ...entry, destination };
    this.#catalog.decide(() => this.#catalog.removals.restoring(found));
    try {
      await moveFile(destination, original, entry);
    } catch (error) {
      if (!(await holds(original, entry).catch(() => false))) {
        this.#catalog.decide(() => this.#catalog.removals.removed(found));
        throw asMoveError(error, shown.path);
      }
      await finishMove(destination, original).catch(() => undefined);
    }
    await this.#tidy(found, destination);
    await this.#restored(found);
  }

  /**
   * Finds out what became of a file whose removal or return was cut short, and closes its entry.
   * @returns false where the file is in neither place; then the entry stays open
   */
  async repair(entry: RemovedFile): Promise<boolean> {
    const original = joinPath(entry.folder, entry.path);
    const isBack = await holds(original, entry);
    const isAway = entry.destination !== null && (await holds(entry.destination, entry));
    if (entry.state === 'restoring') return this.#repairReturn(entry, isBack, isAway);
    if (entry.destination === null) {
      if (isBack) return this.#close(() => this.#catalog.removals.kept(entry));
      const destination = await this.#inTrash(original, entry);
      if (destination === null) return false;
      return this.#close(() => this.#catalog.removals.removed({ ...entry, destination }));
    }
    if (isAway) {
      if (isBack) await finishMove(original, entry.destination);
      return this.#close(() => this.#catalog.removals.removed(entry));
    }
    if (!isBack) return false;
    await this.#abandon(entry, entry.destination);
    return this.#close(() => this.#catalog.removals.kept(entry));
  }

  async #repairReturn(entry: RemovedFile, isBack: boolean, isAway: boolean): Promise<boolean> {
    const original = joinPath(entry.folder, entry.path);
    if (isBack) {
      if (isAway) await finishMove(entry.destination!, original);
      if (entry.destination !== null) await this.#tidy(entry, entry.destination);
      await this.#restored(entry);
      return true;
    }
    if (!isAway) return false;
    await abandonMove(original);
    return this.#close(() => this.#catalog.removals.removed(entry));
  }

  /** Where the trash has a file, unless that is known to be another one of the same content. */
  #inTrash(original: ByteString, entry: RemovedFile): Promise<ByteString | null> {
    return this.#places.find(original, entry, (path) => this.#catalog.removals.isDestination(path));
  }

  #close(task: () => void): true {
    this.#catalog.decide(task);
    return true;
  }

  #destination(row: PhotoRow, folder: ByteString): Promise<ByteString> {
    return freePath(joinPath(placeIn(folder, row.folder), row.path));
  }

  /** Nothing may have happened to the two files since they were read, nor to what the user decided. */
  async #checkAgain({ row, path, state, survivor }: CheckedPhoto): Promise<void> {
    const shown = { path: displayPath(path) };
    if (this.#catalog.folders.isProtected(row.folderId)) throw new AkinError('removal-protected', shown);
    if (!(await isStill({ path, state }))) throw new AkinError('removal-changed', shown);
    if (!(await isStill(survivor)))
      throw new AkinError('removal-survivor', { ...shown, survivor: displayPath(survivor.path) });
  }

  /** Returns why it failed. */
  async #act(entry: RemovedFile): Promise<AkinError | null> {
    const path = joinPath(entry.folder, entry.path);
    const shown = displayPath(path);
    if (entry.destination === null) {
      return this.#trash(systemText(shown)).then(
        () => null,
        (error: unknown) => asTrashError(error, shown),
      );
    }
    return moveFile(path, entry.destination, entry).then(
      () => null,
      (error: unknown) => asMoveError(error, shown),
    );
  }

  async #settle(entry: RemovedFile, failure: AkinError | null): Promise<void> {
    const path = joinPath(entry.folder, entry.path);
    const shown = displayPath(path);
    const { removals } = this.#catalog;
    if (await stateOf(path)) {
      if (entry.destination !== null) await this.#abandon(entry, entry.destination);
      this.#catalog.decide(() => removals.kept(entry));
      throw failure ?? new AkinError('removal-failed', { path: shown, reason: 'it is still there' });
    }
    const destination = entry.destination ?? (await this.#inTrash(path, entry));
    const state = destination === null ? null : await stateOf(destination);
    // A trash that says it has the file, in a place that is not known, is believed.
    const isGone = state !== null || (entry.destination === null && failure === null);
    if (!isGone) throw new AkinError('removal-lost', { path: shown });
    const inode = state?.inode ?? entry.inode;
    this.#catalog.decide(() => removals.removed({ ...entry, destination, inode }));
  }

  async #restored(entry: RemovedFile): Promise<void> {
    const state = await stateOf(joinPath(entry.folder, entry.path));
    this.#catalog.decide(() => this.#catalog.removals.restored(entry, state?.modified ?? entry.modified));
  }

  /** Leaves nothing where a file was to go that did not. */
  async #abandon(entry: RemovedFile, destination: ByteString): Promise<void> {
    await abandonMove(destination);
    await this.#tidy(entry, destination);
  }

  /** Once a file has left the place where it was put. */
  async #tidy(entry: RemovedFile, destination: ByteString): Promise<void> {
    if (entry.way === 'trash') return forgetInTrash(destination);
    const target = this.#catalog.removals.target(entry.removalId);
    if (target !== null) await dropEmptyFolders(destination, target);
  }

  /** As the journal has it now. */
  #entry({ id, removalId }: RemovedFile): RemovedFile {
    return this.#catalog.removals.files(removalId).find((entry) => entry.id === id)!;
  }
}

/** Where photos of a folder of the library go in a folder that they are moved to: below one of the same name. */
export function placeIn(target: ByteString, folder: ByteString): ByteString {
  return joinPath(target, folder.slice(folder.lastIndexOf('/') + 1).replace(/:$/, ''));
}

function isSameFile(a: FileState, b: FileState): boolean {
  return a.device === b.device && a.inode === b.inode;
}

/** Some network drives number no files: all of theirs would be the same. */
function isNumbered({ inode }: FileState): boolean {
  return inode !== '0';
}

async function isStill({ path, state }: { path: ByteString; state: FileState }): Promise<boolean> {
  const now = await stateOf(path).catch(() => null);
  return now !== null && isSameFile(now, state) && now.size === state.size && now.modified === state.modified;
}

/** Whether a path is text, as those are which the trash takes. */
function isText(path: ByteString): boolean {
  return textToByteString(displayPath(path)) === path;
}

function systemText(path: string): string {
  return process.platform === 'win32' ? path.replaceAll('/', '\\') : path;
}
