/**
 * The journal of removals: what is to happen to a file is written here before it happens, and what came of it after.
 * The photo of a removed file is set aside, with all that is known of it and was decided about it, so that an undo
 * brings it back as it was. It belongs to a folder that counts as removed, and so is in no list.
 */
import type { Database, Statement } from 'better-sqlite3';
import { toByteString, toBytes } from './path-bytes.ts';
import type { ByteString } from './path-bytes.ts';

/**
 * `removing` and `restoring` are open: the act may have happened or not. `kept`: it did not happen. `restored`: it was
 * undone.
 */
export type RemovedState = 'removing' | 'removed' | 'kept' | 'restoring' | 'restored';

/** A file as it was before it was removed. */
export interface FileToRemove {
  photoId: number;
  folderId: number;
  /** Absolute path of the folder. */
  folder: ByteString;
  /** Relative to the folder. */
  path: ByteString;
  /** Bytes. */
  size: number;
  /** Milliseconds since 1970, with the fraction. */
  modified: number;
  /** SHA-256, 32 bytes. */
  hash: Uint8Array;
  /** Where it is to go, absolute; null for the trash, which decides by itself. */
  destination: ByteString | null;
  /** By which the file is known again on its disk. */
  inode: string;
}

export interface RemovedFile extends FileToRemove {
  id: number;
  removalId: number;
  state: RemovedState;
  way: RemovalWay;
}

export type RemovalWay = 'trash' | 'folder';

export interface RemovalRow {
  id: number;
  /** Milliseconds since 1970. */
  at: number;
  way: RemovalWay;
  /** Absolute path; null for the trash. */
  target: ByteString | null;
  /** Files that are removed now. */
  photos: number;
  bytes: number;
}

type Stored<Row> = Omit<Row, 'target' | 'folder' | 'path' | 'destination'>;
type StoredRemoval = Stored<RemovalRow> & { target: Buffer | null };
type StoredFile = Stored<RemovedFile> & { folder: Buffer; path: Buffer; destination: Buffer | null };

/** Of the folder of photos that are set aside: no folder that was added has it. */
const asideId = 0;

export class Removals {
  readonly #insert: Statement<[number, string, Buffer | null]>;
  readonly #delete: Statement<[number]>;
  readonly #list: Statement<[number | null], StoredRemoval>;
  readonly #target: Statement<[number], Buffer | null>;
  readonly #isDestination: Statement<[Buffer], number>;
  readonly #insertFile: Statement;
  readonly #close: Statement;
  readonly #files: Statement<[number], StoredFile>;
  readonly #open: Statement<[], StoredFile>;
  readonly #makeAside: Statement<[number]>;
  readonly #setAside: Statement<[number, number]>;
  readonly #isAside: Statement<[number, number], number>;
  readonly #clearPlace: Statement;
  readonly #putBack: Statement;
  readonly #hasFolder: Statement<[number], number>;
  readonly #removedFrom: Statement<[number, Buffer, Uint8Array], StoredFile>;
  readonly #purge: Statement<[]>;
  /** Photos whose files are being removed. */
  readonly #leaving = new Set<number>();

  constructor(database: Database) {
    this.#insert = database.prepare('INSERT INTO removal (at, way, target) VALUES (?, ?, ?)');
    this.#delete = database.prepare('DELETE FROM removal WHERE id = ?');
    this.#list = database.prepare(
      `SELECT removal.id, at, way, target, count(*) AS photos, sum(size) AS bytes
       FROM removal JOIN removed_file ON removal_id = removal.id
       WHERE state IN ('removing', 'removed', 'restoring') AND removal.id = coalesce(?, removal.id)
       GROUP BY removal.id ORDER BY removal.id DESC`,
    );
    this.#target = database
      .prepare<[number], Buffer | null>('SELECT target FROM removal WHERE id = ?')
      .pluck();
    this.#isDestination = database
      .prepare<[Buffer], number>("SELECT 1 FROM removed_file WHERE state = 'removed' AND destination = ?")
      .pluck();
    this.#insertFile = database.prepare(
      `INSERT INTO removed_file (removal_id, photo_id, path, folder_id, folder, size, modified, hash, state,
         destination, inode)
       VALUES (@removalId, @photoId, @path, @folderId, @folder, @size, @modified, @hash, 'removing',
         @destination, @inode)`,
    );
    this.#close = database.prepare(
      `UPDATE removed_file SET state = @state, destination = @destination, inode = @inode WHERE id = @id`,
    );
    const files = `SELECT removed_file.id, removal_id AS removalId, photo_id AS photoId, removed_file.path,
        removed_file.folder_id AS folderId, folder, removed_file.size, removed_file.modified, removed_file.hash,
        state, destination, inode, way
      FROM removed_file JOIN removal ON removal.id = removal_id`;
    this.#files = database.prepare(`${files} WHERE removal_id = ? ORDER BY removed_file.id`);
    this.#open = database.prepare(
      `${files} WHERE state IN ('removing', 'restoring') ORDER BY removed_file.id`,
    );
    this.#makeAside = database.prepare(
      `INSERT OR IGNORE INTO folder (id, path, removed_at) VALUES (?, x'', 0)`,
    );
    // Each gets a place of its own there.
    this.#setAside = database.prepare(
      'UPDATE photo SET folder_id = ?, path = CAST(CAST(id AS TEXT) AS BLOB) WHERE id = ?',
    );
    this.#isAside = database
      .prepare<[number, number], number>('SELECT 1 FROM photo WHERE id = ? AND folder_id = ?')
      .pluck();
    this.#clearPlace = database.prepare(
      'DELETE FROM photo WHERE folder_id = @folderId AND path = @path AND id <> @photoId',
    );
    this.#putBack = database.prepare(
      'UPDATE photo SET folder_id = @folderId, path = @path, modified = @modified WHERE id = @photoId',
    );
    this.#hasFolder = database.prepare<[number], number>('SELECT 1 FROM folder WHERE id = ?').pluck();
    this.#removedFrom = database.prepare(
      `${files} JOIN photo ON photo.id = photo_id AND photo.folder_id = ${asideId}
       WHERE state = 'removed' AND removed_file.folder_id = ? AND removed_file.path = ? AND removed_file.hash = ?
       ORDER BY removed_file.id DESC`,
    );
    this.#purge = database.prepare(
      `DELETE FROM photo WHERE folder_id = ${asideId} AND id NOT IN (
         SELECT photo_id FROM removed_file WHERE state IN ('removed', 'restoring'))`,
    );
  }

  /** Begins a removal, and returns its id. @param at milliseconds since 1970 @param target null for the trash */
  begin(at: number, way: RemovalWay, target: ByteString | null): number {
    return Number(this.#insert.run(at, way, target === null ? null : toBytes(target)).lastInsertRowid);
  }

  /** Forgets a removal with its files: for one of which nothing came. */
  forget(removalId: number): void {
    this.#delete.run(removalId);
  }

  /** Those of which files are removed now, newest first. */
  list(): RemovalRow[] {
    return this.#list.all(null).map(asRemoval);
  }

  get(removalId: number): RemovalRow | undefined {
    const row = this.#list.get(removalId);
    return row && asRemoval(row);
  }

  /** The folder that the files of a removal were moved to; null for the trash. */
  target(removalId: number): ByteString | null {
    const target = this.#target.get(removalId);
    return target ? toByteString(target) : null;
  }

  /** Whether a removed file is known to be at this path. */
  isDestination(path: ByteString): boolean {
    return this.#isDestination.get(toBytes(path)) === 1;
  }

  /** Files of a removal, in the order in which they went. */
  files(removalId: number): RemovedFile[] {
    return this.#files.all(removalId).map(asFile);
  }

  /** What was left open when Akin was last stopped; oldest first. */
  open(): RemovedFile[] {
    return this.#open.all().map(asFile);
  }

  /** Tells that a file is about to be removed, and returns the entry's id. */
  removing(removalId: number, file: FileToRemove): number {
    this.#leaving.add(file.photoId);
    return Number(this.#insertFile.run({ removalId, ...bind(file) }).lastInsertRowid);
  }

  /** Tells that a removed file is about to be put back. */
  restoring(file: RemovedFile): void {
    this.#closeAs(file, 'restoring');
  }

  /** The file is not in its place any more: its photo is set aside. */
  removed(file: RemovedFile): void {
    this.#closeAs(file, 'removed');
    this.#makeAside.run(asideId);
    this.#setAside.run(asideId, file.photoId);
  }

  /** The file never left. */
  kept(file: RemovedFile): void {
    this.#closeAs(file, 'kept');
  }

  /**
   * The file is in its place again, and its photo in the library, if its folder still is.
   * @param modified of the file as it is now
   * @returns whether the photo is
   */
  restored(file: RemovedFile, modified: number): boolean {
    this.#closeAs(file, 'restored');
    if (this.#isAside.get(file.photoId, asideId) !== 1) return false;
    const isInLibrary = this.#hasFolder.get(file.folderId) === 1;
    if (isInLibrary) {
      const place = { photoId: file.photoId, folderId: file.folderId, path: toBytes(file.path) };
      // A scan may have met the file before.
      this.#clearPlace.run(place);
      this.#putBack.run({ ...place, modified });
    }
    this.#purge.run();
    return isInLibrary;
  }

  /**
   * Whether the file that a scan found is one that was removed from just this place and is back, by whatever hand. Then
   * its photo is in the library again, under the id that is returned.
   */
  cameBack(file: { folderId: number; path: ByteString; modified: number }, hash: Uint8Array): number | null {
    const row = this.#removedFrom.get(file.folderId, toBytes(file.path), hash);
    if (!row) return null;
    const entry = asFile(row);
    return this.restored(entry, file.modified) ? entry.photoId : null;
  }

  /** Whether a photo is set aside, as its file was removed, or about to be: its file is no matter of a scan. */
  isSetAside(photoId: number): boolean {
    return this.#leaving.has(photoId) || this.#isAside.get(photoId, asideId) === 1;
  }

  #closeAs({ id, photoId, destination, inode }: RemovedFile, state: RemovedState): void {
    this.#leaving.delete(photoId);
    this.#close.run({ id, state, inode, destination: destination === null ? null : toBytes(destination) });
  }
}

function asRemoval(row: StoredRemoval): RemovalRow {
  return { ...row, target: row.target && toByteString(row.target) };
}

function asFile({ folder, path, destination, ...row }: StoredFile): RemovedFile {
  return {
    ...row,
    folder: toByteString(folder),
    path: toByteString(path),
    destination: destination && toByteString(destination),
  };
}

function bind({ folder, path, destination, ...file }: FileToRemove) {
  return {
    ...file,
    folder: toBytes(folder),
    path: toBytes(path),
    destination: destination === null ? null : toBytes(destination),
  };
}
