/** The signatures of photos, as the bytes that whoever makes them writes, kept with the name of the method. */
import type { Database, Statement } from 'better-sqlite3';

const shown = 'photo JOIN folder ON folder.id = folder_id AND removed_at IS NULL';

export class Signatures {
  readonly #missing: Statement<[{ modelId: number; method: string }], number>;
  readonly #many: Statement<[string, string], [number, Buffer]>;
  readonly #put: Statement<[number, string, Uint8Array]>;
  readonly #dropOthers: Statement<[string]>;

  constructor(database: Database) {
    this.#missing = database
      .prepare<[{ modelId: number; method: string }], number>(
        `SELECT photo.id FROM ${shown}
         JOIN descriptor ON descriptor.photo_id = photo.id AND descriptor.model_id = @modelId
         WHERE NOT EXISTS (SELECT 1 FROM signature WHERE signature.photo_id = photo.id AND method = @method)
         ORDER BY photo.id`,
      )
      .pluck();
    this.#many = database
      .prepare<[string, string], [number, Buffer]>(
        `SELECT photo_id, content FROM json_each(?) CROSS JOIN signature ON photo_id = value WHERE method = ?`,
      )
      .raw();
    this.#put = database.prepare(
      'INSERT OR REPLACE INTO signature (photo_id, method, content) VALUES (?, ?, ?)',
    );
    this.#dropOthers = database.prepare('DELETE FROM signature WHERE method <> ?');
  }

  /** Photos that the model has described and that have no signature of this method; none of a removed folder. */
  missing(modelId: number, method: string): number[] {
    return this.#missing.all({ modelId, method });
  }

  /** In the order of the photo ids; undefined for a photo without one of this method. */
  getMany(photoIds: readonly number[], method: string): (Uint8Array | undefined)[] {
    const contents = new Map(this.#many.all(JSON.stringify(photoIds), method));
    return photoIds.map((photoId) => contents.get(photoId));
  }

  put(photoId: number, method: string, content: Uint8Array): void {
    this.#put.run(photoId, method, content);
  }

  dropOthers(method: string): void {
    this.#dropOthers.run(method);
  }
}
