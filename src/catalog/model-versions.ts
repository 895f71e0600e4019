/**
 * The versions of the model that were made by training or imported. The model that comes with Akin is 0 and has no row.
 * Ids are never used twice: runs remember them.
 */
import type { Database, Statement } from 'better-sqlite3';

export interface ModelVersionRow {
  id: number;
  name: string;
  /** What it was made from; null where that was never here. */
  parentId: number | null;
  /** Milliseconds since 1970. */
  madeAt: number;
  /** Of its weights, head and settings. */
  identity: string;
  /** How it came about, as JSON. */
  record: string | null;
}

const columns = 'id, name, parent_id AS parentId, made_at AS madeAt, identity, record';

export class ModelVersions {
  readonly #insert: Statement;
  readonly #list: Statement<[], ModelVersionRow>;
  readonly #get: Statement<[number], ModelVersionRow>;
  readonly #removed: Statement<[], ModelVersionRow>;
  readonly #rename: Statement<[string, number]>;
  readonly #setRemoved: Statement<[number | null, number]>;
  readonly #purge: Statement<[number]>;

  constructor(database: Database) {
    this.#insert = database.prepare(
      `INSERT INTO model_version (name, parent_id, made_at, identity, record)
       VALUES (@name, @parentId, @madeAt, @identity, @record)`,
    );
    this.#list = database.prepare(
      `SELECT ${columns} FROM model_version WHERE removed_at IS NULL ORDER BY id`,
    );
    this.#get = database.prepare(`SELECT ${columns} FROM model_version WHERE removed_at IS NULL AND id = ?`);
    this.#removed = database.prepare(
      `SELECT ${columns} FROM model_version WHERE removed_at IS NOT NULL ORDER BY id`,
    );
    this.#rename = database.prepare('UPDATE model_version SET name = ? WHERE removed_at IS NULL AND id = ?');
    this.#setRemoved = database.prepare('UPDATE model_version SET removed_at = ? WHERE id = ?');
    this.#purge = database.prepare('DELETE FROM model_version WHERE id = ?');
  }

  /** Returns the id. */
  add(version: Omit<ModelVersionRow, 'id'>): number {
    return Number(this.#insert.run(version).lastInsertRowid);
  }

  /** Oldest first, without those that were removed. */
  list(): ModelVersionRow[] {
    return this.#list.all();
  }

  /** Undefined for one that was removed, too. */
  get(id: number): ModelVersionRow | undefined {
    return this.#get.get(id);
  }

  rename(id: number, name: string): void {
    this.#rename.run(name, id);
  }

  /** @param at milliseconds since 1970 */
  remove(id: number, at: number): void {
    this.#setRemoved.run(at, id);
  }

  /** Undoes `remove`. */
  restore(id: number): void {
    this.#setRemoved.run(null, id);
  }

  /** Those that were removed and can still be restored. */
  removed(): ModelVersionRow[] {
    return this.#removed.all();
  }

  /** Forgets one for good. */
  purge(id: number): void {
    this.#purge.run(id);
  }
}
