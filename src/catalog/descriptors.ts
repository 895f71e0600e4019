/** The descriptors and region vectors that a model made of photos. */
import type { Database, Statement } from 'better-sqlite3';

export interface StoredDescriptor {
  photoId: number;
  /** [dimensions], length 1. */
  vector: Float32Array;
}

export interface DescriptorSlice {
  descriptors: StoredDescriptor[];
  /** Where the next slice begins; null after the last one. */
  next: number | null;
}

type Row = [number, number, Buffer];

/**
 * Descriptors are read of every model that compares with the one that is asked for: while a library is described at
 * other scales, which may take hours, photos whose turn is still to come are found as well.
 */
const comparable = `JOIN model AS own ON own.id = model_id
  JOIN model AS asked ON asked.identity = own.identity`;

export class Descriptors {
  readonly #addModel: Statement<[string, string, number, string]>;
  readonly #model: Statement<[string], number>;
  readonly #get: Statement<[number, number], Buffer>;
  readonly #many: Statement<[string, number], [number, Buffer]>;
  readonly #manyRegions: Statement<[string, number], [number, Buffer]>;
  readonly #regions: Statement<[number, number], Buffer>;
  readonly #slice: Statement<[number, number, number], Row>;
  readonly #count: Statement<[number], number>;
  readonly #forget: Statement<[number]>;
  readonly #put: Statement<[number, number, Uint8Array]>;
  readonly #putRegions: Statement<[number | bigint, Uint8Array]>;

  constructor(database: Database) {
    this.#addModel = database.prepare(
      `INSERT INTO model (digest, name, version, identity) VALUES (?, ?, ?, ?)
       ON CONFLICT (digest) DO NOTHING`,
    );
    this.#model = database.prepare<[string], number>('SELECT id FROM model WHERE digest = ?').pluck();
    this.#get = database
      .prepare<[number, number], Buffer>(
        `SELECT vector FROM descriptor ${comparable} WHERE photo_id = ? AND asked.id = ?`,
      )
      .pluck();
    // One statement for all: each would lock the file and unlock it again.
    this.#many = database
      .prepare<[string, number], [number, Buffer]>(
        `SELECT photo_id, vector FROM json_each(?) CROSS JOIN descriptor ON photo_id = value ${comparable}
         WHERE asked.id = ?`,
      )
      .raw();
    this.#manyRegions = database
      .prepare<[string, number], [number, Buffer]>(
        `SELECT photo_id, vectors FROM json_each(?) CROSS JOIN descriptor ON photo_id = value ${comparable}
         JOIN region_vectors ON descriptor_id = descriptor.id WHERE asked.id = ?`,
      )
      .raw();
    this.#regions = database
      .prepare<[number, number], Buffer>(
        `SELECT vectors FROM region_vectors JOIN descriptor ON descriptor.id = descriptor_id ${comparable}
         WHERE photo_id = ? AND asked.id = ?`,
      )
      .pluck();
    const active = `FROM descriptor JOIN photo ON photo.id = photo_id
      JOIN folder ON folder.id = folder_id AND removed_at IS NULL`;
    this.#slice = database
      .prepare<[number, number, number], Row>(
        `SELECT descriptor.id, photo_id, vector ${active} ${comparable}
         WHERE descriptor.id > ? AND asked.id = ? ORDER BY descriptor.id LIMIT ?`,
      )
      .raw();
    this.#count = database.prepare<[number], number>(`SELECT count(*) ${active} WHERE model_id = ?`).pluck();
    this.#forget = database.prepare('DELETE FROM descriptor WHERE photo_id = ?');
    this.#put = database.prepare('INSERT INTO descriptor (photo_id, model_id, vector) VALUES (?, ?, ?)');
    this.#putRegions = database.prepare('INSERT INTO region_vectors (descriptor_id, vectors) VALUES (?, ?)');
  }

  /**
   * The id of a model, which gets one when it is new.
   * @param digest identifies weights, head and settings
   * @param identity is the same for models whose descriptors compare with each other
   */
  modelId(digest: string, name: string, version: number, identity = digest): number {
    this.#addModel.run(digest, name, version, identity);
    return this.#model.get(digest)!;
  }

  get(photoId: number, modelId: number): Float32Array | undefined {
    const bytes = this.#get.get(photoId, modelId);
    return bytes && toVector(bytes);
  }

  /** In the order of the photo ids; undefined for a photo that the model has not described. */
  getMany(photoIds: readonly number[], modelId: number): (Float32Array | undefined)[] {
    const vectors = new Map(this.#many.all(JSON.stringify(photoIds), modelId));
    return photoIds.map((photoId) => {
      const bytes = vectors.get(photoId);
      return bytes && toVector(bytes);
    });
  }

  /** The encoded region vectors. */
  regions(photoId: number, modelId: number): Buffer | undefined {
    return this.#regions.get(photoId, modelId);
  }

  /** As `getMany`, the encoded region vectors. */
  manyRegions(photoIds: readonly number[], modelId: number): (Buffer | undefined)[] {
    const regions = new Map(this.#manyRegions.all(JSON.stringify(photoIds), modelId));
    return photoIds.map((photoId) => regions.get(photoId));
  }

  /** Replaces whatever any model made of the photo before: its content is another now. */
  put(photoId: number, modelId: number, vector: Float32Array, regions: Uint8Array): void {
    this.#forget.run(photoId);
    const bytes = new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength);
    const { lastInsertRowid } = this.#put.run(photoId, modelId, bytes);
    this.#putRegions.run(lastInsertRowid, regions);
  }

  /** Reads up to `limit` descriptors, of photos whose folder is not removed. @param from 0 at first */
  slice(modelId: number, from: number, limit: number): DescriptorSlice {
    const rows = this.#slice.all(from, modelId, limit);
    return {
      descriptors: rows.map(([, photoId, bytes]) => ({ photoId, vector: toVector(bytes) })),
      next: rows.length < limit ? null : rows.at(-1)![0],
    };
  }

  /** How many photos the model itself has described. */
  count(modelId: number): number {
    return this.#count.get(modelId) ?? 0;
  }
}

function toVector(bytes: Buffer): Float32Array {
  // A Float32Array must begin at a multiple of 4, which a Buffer need not.
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : new Uint8Array(bytes);
  return new Float32Array(aligned.buffer, aligned.byteOffset, aligned.byteLength / 4);
}
