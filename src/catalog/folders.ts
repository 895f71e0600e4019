/** The folders of a library. Removing one hides it with its photos; it is purged when the library is next opened. */
import type { Database, Statement } from 'better-sqlite3';
import { toByteString, toBytes } from './path-bytes.ts';
import type { ByteString } from './path-bytes.ts';

export interface FolderRow {
  id: number;
  /** Absolute. */
  path: ByteString;
  role: 'normal' | 'protected';
  state: 'ready' | 'missing' | 'unreadable';
  /** Whether a scan of it was ever completed. */
  scanned: boolean;
  photos: number;
}

interface Stored extends Omit<FolderRow, 'path' | 'scanned'> {
  path: Buffer;
  scanned: number;
}

export class Folders {
  readonly #list: Statement<[], Stored>;
  readonly #insert: Statement<[Uint8Array], { id: number }>;
  readonly #setState: Statement<[string, string, number]>;
  readonly #setRole: Statement<[string, number]>;
  readonly #hide: Statement<[number, number]>;
  readonly #restore: Statement<[number]>;
  readonly #purge: Statement<[]>;
  readonly #isProtected: Statement<[number], number>;

  constructor(database: Database) {
    this.#list = database.prepare(
      `SELECT id, path, role, state, scanned,
         (SELECT count(*) FROM photo WHERE folder_id = folder.id) AS photos
       FROM folder WHERE removed_at IS NULL ORDER BY path`,
    );
    // Adding a folder that was removed brings it back, with all that is known of it.
    this.#insert = database.prepare(
      `INSERT INTO folder (path) VALUES (?)
       ON CONFLICT (path) DO UPDATE SET removed_at = NULL, state = 'ready' RETURNING id`,
    );
    this.#setState = database.prepare(
      `UPDATE folder SET state = ?, scanned = scanned OR ? = 'ready' WHERE id = ?`,
    );
    this.#setRole = database.prepare('UPDATE folder SET role = ? WHERE id = ? AND removed_at IS NULL');
    this.#hide = database.prepare('UPDATE folder SET removed_at = ? WHERE id = ? AND removed_at IS NULL');
    this.#restore = database.prepare('UPDATE folder SET removed_at = NULL WHERE id = ?');
    // The folder of photos whose files were removed, see `removals.ts`, stays.
    this.#purge = database.prepare('DELETE FROM folder WHERE removed_at IS NOT NULL AND id <> 0');
    this.#isProtected = database
      .prepare<[number], number>(`SELECT 1 FROM folder WHERE id = ? AND role = 'protected'`)
      .pluck();
  }

  /** Those that are not removed, by path. */
  list(): FolderRow[] {
    return this.#list
      .all()
      .map((row) => ({ ...row, path: toByteString(row.path), scanned: row.scanned === 1 }));
  }

  /** Returns its id. */
  add(path: ByteString): number {
    return this.#insert.get(toBytes(path))!.id;
  }

  setState(id: number, state: FolderRow['state']): void {
    this.#setState.run(state, state, id);
  }

  /** Returns whether there is such a folder. */
  setRole(id: number, role: FolderRow['role']): boolean {
    return this.#setRole.run(role, id).changes > 0;
  }

  isProtected(id: number): boolean {
    return this.#isProtected.get(id) === 1;
  }

  /** Returns whether there was such a folder. @param at milliseconds since 1970 */
  remove(id: number, at: number): boolean {
    return this.#hide.run(at, id).changes > 0;
  }

  /** Returns whether there was such a folder. */
  restore(id: number): boolean {
    return this.#restore.run(id).changes > 0;
  }

  /** Forgets for good what was removed. */
  purgeRemoved(): void {
    this.#purge.run();
  }
}
