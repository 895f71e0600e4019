/** Thumbnails by content hash, in a file of their own: they can be made again, and would bloat every backup. */
import type { Database, Statement } from 'better-sqlite3';

export class Thumbnails {
  readonly #get: Statement<[Uint8Array], Buffer>;
  readonly #put: Statement<[Uint8Array, Uint8Array]>;
  readonly #dropUnused: Statement<[Uint8Array, Uint8Array]>;

  constructor(database: Database) {
    this.#get = database
      .prepare<[Uint8Array], Buffer>('SELECT content FROM thumbnails.thumbnail WHERE hash = ?')
      .pluck();
    this.#put = database.prepare('INSERT OR REPLACE INTO thumbnails.thumbnail (hash, content) VALUES (?, ?)');
    this.#dropUnused = database.prepare(
      `DELETE FROM thumbnails.thumbnail
       WHERE hash = ? AND NOT EXISTS (SELECT 1 FROM main.photo WHERE photo.hash = ?)`,
    );
  }

  static attach(database: Database, file: string): void {
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

  static detach(database: Database): void {
    database.exec('DETACH thumbnails');
  }

  /** A WebP picture, or undefined where there is none. @param hash SHA-256 of the photo's file, 32 bytes */
  get(hash: Uint8Array): Buffer | undefined {
    return this.#get.get(hash);
  }

  put(hash: Uint8Array, content: Uint8Array): void {
    this.#put.run(hash, content);
  }

  /** Drops those of these contents that no photo has any more. */
  dropUnused(hashes: Iterable<Uint8Array>): void {
    for (const hash of hashes) this.#dropUnused.run(hash, hash);
  }
}
