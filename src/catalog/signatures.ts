/** The signatures of photos, as the bytes that whoever makes them writes, kept with the name of the method. */
import type { Database, Statement } from 'better-sqlite3';

export interface StoredSignature {
  photoId: number;
  content: Uint8Array;
}

const shown = 'photo JOIN folder ON folder.id = folder_id AND removed_at IS NULL';

export class Signatures {
  readonly #missing: Statement<[{ modelId: number; method: string }], number>;
  readonly #all: Statement<[string], [number, Buffer]>;
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
    this.#all = database
      .prepare<[string], [number, Buffer]>(
        `SELECT photo_id, content FROM ${shown} JOIN signature ON photo_id = photo.id
         WHERE method = ? ORDER BY photo_id`,
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

  /** By photo id, of photos whose folder is not removed. The catalog must not be used while they are read. */
  *all(method: string): Generator<StoredSignature> {
    for (const [photoId, content] of this.#all.iterate(method)) yield { photoId, content };
  }

  put(photoId: number, method: string, content: Uint8Array): void {
    this.#put.run(photoId, method, content);
  }

  dropOthers(method: string): void {
    this.#dropOthers.run(method);
  }
}
