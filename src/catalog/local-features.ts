/**
 * Local features of photos, as the bytes that whoever makes them writes, in a file of their own. They can be made
 * again: so the file may not grow beyond a limit, is begun anew when it is damaged, and is no reason to fail when it
 * cannot be written.
 */
import { rmSync } from 'node:fs';
import Database from 'better-sqlite3';
import type { Statement } from 'better-sqlite3';
import { AkinError } from '../errors.ts';
import { asStorageError, isDamage } from './storage-error.ts';

/** Those of some 30,000 photos. */
const defaultByteLimit = 1e9;

/** The number of the schema below. A file with another one is begun anew. */
const schemaVersion = 1;

/** The bytes lie apart, so that to remember when they were used does not write them again. */
const schema = `
  CREATE TABLE entry (
    id INTEGER PRIMARY KEY,
    hash BLOB NOT NULL,
    model TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    used INTEGER NOT NULL,
    UNIQUE (hash, model)
  ) STRICT;
  CREATE INDEX entry_used ON entry (used, bytes);
  CREATE TABLE content (
    entry_id INTEGER PRIMARY KEY REFERENCES entry (id) ON DELETE CASCADE,
    content BLOB NOT NULL
  ) STRICT;
`;

export class LocalFeatureCache {
  readonly #file: string;
  readonly #byteLimit: number;
  #store: Store | null = null;
  /** Entries that were read since the last write, the latest last. */
  readonly #touched = new Set<number>();

  /**
   * @param file made when it is first needed
   * @param byteLimit beyond it, what was not used for longest is dropped
   */
  constructor(file: string, byteLimit = defaultByteLimit) {
    this.#file = file;
    this.#byteLimit = byteLimit;
  }

  /**
   * What was put, or undefined where there is nothing.
   * @param hash SHA-256 of the photo's file, 32 bytes
   * @param model digest of the model that made the features
   */
  get(hash: Uint8Array, model: string): Uint8Array | undefined {
    return this.#unlessUnusable((store) => {
      const found = store.find.get(hash, model);
      if (!found) return undefined;
      this.#touched.delete(found.id);
      this.#touched.add(found.id);
      return found.content;
    });
  }

  /** Keeps `content` in place of what was there; it is not kept where the disk is full. */
  put(hash: Uint8Array, model: string, content: Uint8Array): void {
    if (content.length > this.#byteLimit) return;
    this.#unlessUnusable((store) => {
      const write = store.database.transaction(() => {
        this.#rememberUse(store);
        let bytes = store.bytes - (store.drop.get(hash, model) ?? 0) + content.length;
        const { lastInsertRowid } = store.addEntry.run(hash, model, content.length, store.nextUse++);
        store.addContent.run(lastInsertRowid, content);
        while (bytes > this.#byteLimit) bytes -= store.dropOldest.get()!;
        return bytes;
      });
      store.bytes = write.immediate();
      this.#touched.clear();
    });
  }

  close(): void {
    if (this.#store && this.#touched.size > 0) {
      this.#unlessUnusable((store) => store.database.transaction(() => this.#rememberUse(store)).immediate());
    }
    this.#store?.database.close();
    this.#store = null;
    this.#touched.clear();
  }

  #rememberUse(store: Store): void {
    for (const id of this.#touched) store.setUsed.run(store.nextUse++, id);
  }

  #unlessUnusable<Result>(task: (store: Store) => Result): Result | undefined {
    try {
      return task((this.#store ??= openStore(this.#file)));
    } catch (error) {
      if (!(asStorageError(error, this.#file) instanceof AkinError)) throw error;
      if (isDamage(error)) this.#beginAnew();
      return undefined;
    }
  }

  #beginAnew(): void {
    this.#store?.database.close();
    this.#store = null;
    this.#touched.clear();
    drop(this.#file);
  }
}

interface Store {
  readonly database: Database.Database;
  readonly find: Statement<[Uint8Array, string], { id: number; content: Buffer }>;
  /** Gives the bytes of what it dropped, as `dropOldest` does. */
  readonly drop: Statement<[Uint8Array, string], number>;
  readonly addEntry: Statement<[Uint8Array, string, number, number]>;
  readonly addContent: Statement<[number | bigint, Uint8Array]>;
  readonly setUsed: Statement<[number, number]>;
  readonly dropOldest: Statement<[], number>;
  /** Of all contents. */
  bytes: number;
  /** Grows with every use: what was used later has the larger number. */
  nextUse: number;
}

function openStore(file: string): Store {
  const database = new Database(file);
  try {
    database.pragma('page_size = 16384');
    database.pragma('journal_mode = WAL');
    database.pragma('synchronous = NORMAL');
    database.pragma('foreign_keys = ON');
    const version = database.pragma('user_version', { simple: true });
    if (version !== schemaVersion) {
      const known = database.prepare("SELECT count(*) FROM sqlite_schema WHERE name = 'entry'").pluck().get();
      if (version !== 0 || known !== 0) throw new Database.SqliteError('another schema', 'SQLITE_NOTADB');
      database.exec(`BEGIN; ${schema} PRAGMA user_version = ${schemaVersion}; COMMIT`);
    }
    const number = <Bound extends unknown[]>(query: string) => database.prepare<Bound, number>(query).pluck();
    return {
      database,
      find: database.prepare(
        'SELECT id, content FROM entry JOIN content ON entry_id = id WHERE hash = ? AND model = ?',
      ),
      drop: number('DELETE FROM entry WHERE hash = ? AND model = ? RETURNING bytes'),
      addEntry: database.prepare('INSERT INTO entry (hash, model, bytes, used) VALUES (?, ?, ?, ?)'),
      addContent: database.prepare('INSERT INTO content (entry_id, content) VALUES (?, ?)'),
      setUsed: database.prepare('UPDATE entry SET used = ? WHERE id = ?'),
      dropOldest: number(
        'DELETE FROM entry WHERE id = (SELECT id FROM entry ORDER BY used LIMIT 1) RETURNING bytes',
      ),
      bytes: number('SELECT total(bytes) FROM entry').get()!,
      nextUse: number('SELECT coalesce(max(used), 0) + 1 FROM entry').get()!,
    };
  } catch (error) {
    database.close();
    throw error;
  }
}

function drop(file: string): void {
  for (const suffix of ['', '-wal', '-shm']) rmSync(file + suffix, { force: true });
}
