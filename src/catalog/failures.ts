/** Files that could not be used, with the reason. */
import type { Database, Statement } from 'better-sqlite3';
import { toByteString, toBytes } from './path-bytes.ts';
import type { ByteString } from './path-bytes.ts';

export interface FailureRow {
  folderId: number;
  /** Relative to the folder. */
  path: ByteString;
  /** Bytes. */
  size: number;
  /** Milliseconds since 1970, with the fraction. */
  modified: number;
  code: string;
  reason: string;
}

interface Stored extends Omit<FailureRow, 'path'> {
  path: Buffer;
}

export class Failures {
  readonly #put: Statement<[number, Uint8Array, number, number, string, string]>;
  readonly #delete: Statement<[number, Uint8Array]>;
  readonly #ofFolder: Statement<[number], Stored>;
  readonly #count: Statement<[], number>;
  readonly #list: Statement<[number], Stored & { folder: Buffer }>;

  constructor(database: Database) {
    const columns = 'failure.folder_id AS folderId, failure.path, size, modified, code, reason';
    this.#put = database.prepare(
      'INSERT OR REPLACE INTO failure (folder_id, path, size, modified, code, reason) VALUES (?, ?, ?, ?, ?, ?)',
    );
    this.#delete = database.prepare('DELETE FROM failure WHERE folder_id = ? AND path = ?');
    this.#ofFolder = database.prepare(`SELECT ${columns} FROM failure WHERE folder_id = ?`);
    const active = 'FROM failure JOIN folder ON folder.id = folder_id WHERE removed_at IS NULL';
    this.#count = database.prepare<[], number>(`SELECT count(*) ${active}`).pluck();
    this.#list = database.prepare(
      `SELECT ${columns}, folder.path AS folder ${active} ORDER BY folder.path, failure.path LIMIT ?`,
    );
  }

  put({ folderId, path, size, modified, code, reason }: FailureRow): void {
    this.#put.run(folderId, toBytes(path), size, modified, code, reason);
  }

  delete(folderId: number, path: ByteString): void {
    this.#delete.run(folderId, toBytes(path));
  }

  ofFolder(folderId: number): FailureRow[] {
    return this.#ofFolder.all(folderId).map((row) => ({ ...row, path: toByteString(row.path) }));
  }

  count(): number {
    return this.#count.get() ?? 0;
  }

  /** At most `limit` failures by path, with the absolute path of their folder. */
  list(limit: number): (FailureRow & { folder: ByteString })[] {
    return this.#list
      .all(limit)
      .map((row) => ({ ...row, path: toByteString(row.path), folder: toByteString(row.folder) }));
  }
}
