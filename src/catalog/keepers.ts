/** Photos that the user chose to keep, whatever the keep rules say. */
import type { Database, Statement } from 'better-sqlite3';

export class Keepers {
  readonly #list: Statement<[], number>;
  readonly #insert: Statement<[number]>;
  readonly #delete: Statement<[number]>;

  constructor(database: Database) {
    this.#list = database.prepare<[], number>('SELECT photo_id FROM chosen_keeper ORDER BY photo_id').pluck();
    this.#insert = database.prepare('INSERT OR IGNORE INTO chosen_keeper (photo_id) VALUES (?)');
    this.#delete = database.prepare('DELETE FROM chosen_keeper WHERE photo_id = ?');
  }

  list(): number[] {
    return this.#list.all();
  }

  choose(photoId: number): void {
    this.#insert.run(photoId);
  }

  unchoose(photoId: number): void {
    this.#delete.run(photoId);
  }
}
