/** Thumbnails by content hash, in a file of their own: they can be made again, and would bloat every backup. */
import { rmSync } from 'node:fs';
import type { Database, Statement } from 'better-sqlite3';
import { isDamage } from './storage-error.ts';

export class Thumbnails {
  readonly #get: Statement<[Uint8Array], Buffer>;
  readonly #put: Statement<[Uint8Array, Uint8Array]>;
  readonly #dropUnused: Statement<[Uint8Array, Uint8Array]>;
  readonly #dropRemoved: Statement<[]>;
  readonly #database: Database;
  readonly #file: string;
  #damaged = false;

  /** @param database has `file` attached */
  constructor(database: Database, file: string) {
    this.#database = database;
    this.#file = file;
    this.#get = database
      .prepare<[Uint8Array], Buffer>('SELECT content FROM thumbnails.thumbnail WHERE hash = ?')
      .pluck();
    this.#put = database.prepare('INSERT OR REPLACE INTO thumbnails.thumbnail (hash, content) VALUES (?, ?)');
    this.#dropUnused = database.prepare(
      `DELETE FROM thumbnails.thumbnail
       WHERE hash = ? AND NOT EXISTS (SELECT 1 FROM main.photo WHERE photo.hash = ?)`,
    );
    const ofRemoved = 'FROM main.photo JOIN main.folder ON folder.id = folder_id AND removed_at IS NOT NULL';
    this.#dropRemoved = database.prepare(
      `DELETE FROM thumbnails.thumbnail
       WHERE hash IN (SELECT hash ${ofRemoved})
         AND NOT EXISTS (
           SELECT 1 FROM main.photo JOIN main.folder ON folder.id = folder_id
           WHERE photo.hash = thumbnail.hash AND removed_at IS NULL)`,
    );
  }

  /** A file that is no sound database is dropped. */
  static attach(database: Database, file: string): void {
    try {
      attach(database, file);
    } catch (error) {
      if (!isDamage(error)) throw error;
      detach(database);
      drop(file);
      attach(database, file);
    }
  }

  /** A JPEG picture, or undefined where there is none. @param hash SHA-256 of the photo's file, 32 bytes */
  get(hash: Uint8Array): Buffer | undefined {
    return this.#unlessDamaged(() => this.#get.get(hash));
  }

  put(hash: Uint8Array, content: Uint8Array): void {
    this.#unlessDamaged(() => this.#put.run(hash, content));
  }

  /** Drops those of these contents that no photo has any more. */
  dropUnused(hashes: Iterable<Uint8Array>): void {
    for (const hash of hashes) this.#unlessDamaged(() => this.#dropUnused.run(hash, hash));
  }

  /** Must come before the removed folders are forgotten. */
  dropOfRemovedFolders(): void {
    this.#unlessDamaged(() => this.#dropRemoved.run());
  }

  /** Whether damage made a transaction fail. */
  get damaged(): boolean {
    return this.#damaged;
  }

  /** Begins a new file. Must not be called in a transaction. */
  renew(): void {
    detach(this.#database);
    drop(this.#file);
    Thumbnails.attach(this.#database, this.#file);
    this.#damaged = false;
  }

  /** In a transaction damage is for `Catalog.write` to deal with: the transaction cannot be completed. */
  #unlessDamaged<Result>(task: () => Result): Result | undefined {
    try {
      return task();
    } catch (error) {
      if (!isDamage(error)) throw error;
      this.#damaged = true;
      if (this.#database.inTransaction) throw error;
      this.renew();
      return undefined;
    }
  }
}

function attach(database: Database, file: string): void {
  database.prepare('ATTACH ? AS thumbnails').run(file);
  database.pragma('thumbnails.journal_mode = WAL');
  database.pragma('thumbnails.synchronous = NORMAL');
  database.exec(
    `CREATE TABLE IF NOT EXISTS thumbnails.thumbnail (
       hash BLOB PRIMARY KEY,
       content BLOB NOT NULL
     ) STRICT`,
  );
}

/** An attempt to attach may have ended before it attached anything. */
function detach(database: Database): void {
  const attached = database.pragma('database_list') as { name: string }[];
  if (attached.some(({ name }) => name === 'thumbnails')) database.exec('DETACH thumbnails');
}

function drop(file: string): void {
  for (const suffix of ['', '-wal', '-shm']) rmSync(file + suffix, { force: true });
}
