/** Photos that the user said are no duplicates of each other. A photo that leaves the library leaves these sets too. */
import type { Database, Statement } from 'better-sqlite3';

export class Dismissals {
  readonly #list: Statement<[], [number, number]>;
  readonly #insert: Statement<[]>;
  readonly #insertPhoto: Statement<[number | bigint, number]>;
  readonly #delete: Statement<[number]>;

  constructor(database: Database) {
    this.#list = database
      .prepare<[], [number, number]>(
        'SELECT dismissal_id, photo_id FROM dismissal_photo ORDER BY dismissal_id, photo_id',
      )
      .raw();
    this.#insert = database.prepare('INSERT INTO dismissal DEFAULT VALUES');
    this.#insertPhoto = database.prepare(
      'INSERT INTO dismissal_photo (dismissal_id, photo_id) VALUES (?, ?)',
    );
    this.#delete = database.prepare('DELETE FROM dismissal WHERE id = ?');
  }

  /** Oldest first, photos by id. Photos of a removed folder are among them: it may be put back. */
  list(): number[][] {
    const sets: number[][] = [];
    let last: number | null = null;
    for (const [id, photoId] of this.#list.all()) {
      if (id !== last) sets.push([]);
      last = id;
      sets.at(-1)!.push(photoId);
    }
    return sets;
  }

  /** Returns its id. @param photoIds each once */
  add(photoIds: readonly number[]): number {
    const { lastInsertRowid } = this.#insert.run();
    for (const photoId of photoIds) this.#insertPhoto.run(lastInsertRowid, photoId);
    return Number(lastInsertRowid);
  }

  /** Returns whether there was such a dismissal. */
  remove(id: number): boolean {
    return this.#delete.run(id).changes > 0;
  }
}
