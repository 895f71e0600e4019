/**
 * The catalog of one library: a folder with `catalog.sqlite` (what Akin knows), `thumbnails.sqlite` (what it can
 * make again) and the owner's lock. One module a table group reads and writes them.
 */
import { mkdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';
import { AkinError } from '../errors.ts';
import { Descriptors } from './descriptors.ts';
import { Failures } from './failures.ts';
import { Folders } from './folders.ts';
import { migrate } from './migrations.ts';
import { takeOwnership } from './owner-lock.ts';
import type { OwnerLock } from './owner-lock.ts';
import { Photos } from './photos.ts';
import { asStorageError, isDamage } from './storage-error.ts';
import { Thumbnails } from './thumbnails.ts';

const catalogFile = 'catalog.sqlite';
const thumbnailsFile = 'thumbnails.sqlite';

export class Catalog {
  /** Absolute path of the library's folder. */
  readonly library: string;
  readonly folders: Folders;
  readonly photos: Photos;
  readonly failures: Failures;
  readonly descriptors: Descriptors;
  readonly thumbnails: Thumbnails;
  readonly #database: Database.Database;
  readonly #lock: OwnerLock;

  constructor(library: string, database: Database.Database, lock: OwnerLock) {
    this.library = library;
    this.#database = database;
    this.#lock = lock;
    this.folders = new Folders(database);
    this.photos = new Photos(database);
    this.failures = new Failures(database);
    this.descriptors = new Descriptors(database);
    this.thumbnails = new Thumbnails(database);
  }

  /**
   * Writes all of `task` or nothing.
   * @throws AkinError `library-full`, `library-read-only`
   */
  write<Result>(task: () => Result): Result {
    try {
      return this.#database.transaction(task).immediate();
    } catch (error) {
      throw asStorageError(error, this.library);
    }
  }

  /** As `write`, for what the user decided: it is on the disk when this returns, whatever happens to the machine. */
  decide<Result>(task: () => Result): Result {
    this.#database.pragma('synchronous = FULL');
    try {
      return this.write(task);
    } finally {
      this.#database.pragma('synchronous = NORMAL');
    }
  }

  close(): void {
    this.#database.close();
    this.#lock.release();
  }
}

export interface OpenedCatalog {
  catalog: Catalog;
  /** What the user should know: `catalog-damaged` when a damaged one was set aside. */
  notices: AkinError[];
}

/**
 * Opens the catalog of the library in `library`, and makes it where there is none.
 * @throws AkinError `library-in-use`, `library-read-only`, `library-full`, `catalog-newer`
 */
export function openCatalog(library: string): OpenedCatalog {
  const notices: AkinError[] = [];
  let lock: OwnerLock | undefined;
  try {
    mkdirSync(library, { recursive: true });
    lock = takeOwnership(library);
    const database = openSound(library, lock.lastStopWasUnclean, notices);
    const catalog = new Catalog(library, database, lock);
    catalog.write(() => catalog.folders.purgeRemoved());
    return { catalog, notices };
  } catch (error) {
    lock?.release();
    throw asStorageError(error, library);
  }
}

function openSound(library: string, check: boolean, notices: AkinError[]): Database.Database {
  const file = path.join(library, catalogFile);
  try {
    return openDatabase(library, check);
  } catch (error) {
    if (!isDamage(error)) throw error;
    const aside = path.join(
      library,
      `catalog.damaged-${new Date().toISOString().replaceAll(':', '-')}.sqlite`,
    );
    setAside(file, aside);
    notices.push(new AkinError('catalog-damaged', { path: aside }, { cause: error }));
    return openDatabase(library, false);
  }
}

function openDatabase(library: string, check: boolean): Database.Database {
  const database = new Database(path.join(library, catalogFile));
  try {
    database.pragma('journal_mode = WAL');
    database.pragma('synchronous = NORMAL');
    database.pragma('foreign_keys = ON');
    if (check) checkSoundness(database);
    migrate(database, library);
    attachThumbnails(database, path.join(library, thumbnailsFile));
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function checkSoundness(database: Database.Database): void {
  const found = database.pragma('quick_check(1)', { simple: true });
  if (found !== 'ok') throw new Database.SqliteError(String(found), 'SQLITE_CORRUPT');
}

/** Thumbnails can be made again, so damaged ones are simply dropped. */
function attachThumbnails(database: Database.Database, file: string): void {
  try {
    Thumbnails.attach(database, file);
  } catch (error) {
    if (!isDamage(error)) throw error;
    Thumbnails.detach(database);
    for (const suffix of ['', '-wal', '-shm']) rmSync(file + suffix, { force: true });
    Thumbnails.attach(database, file);
  }
}

/** The journal goes along: it may hold what the damaged file lacks. */
function setAside(file: string, aside: string): void {
  for (const suffix of ['', '-wal', '-shm']) {
    try {
      renameSync(file + suffix, aside + suffix);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
}
