/** The descriptors and region vectors that a model made of photos. */
import type { Database, Statement } from 'better-sqlite3';
import { toByteString } from './path-bytes.ts';
import type { ByteString } from './path-bytes.ts';
import type { PhotoPlace } from './photos.ts';

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

/** A photo that a model has not described. */
export interface UndescribedPhoto extends PhotoPlace {
  photoId: number;
  /** SHA-256 of the file, 32 bytes. */
  hash: Uint8Array;
  /** Absolute path of the folder. */
  folder: ByteString;
  /** Whether the last scan could read the folder. */
  isFolderReady: boolean;
}

type Row = [number, number, Buffer];
type StoredUndescribed = Omit<UndescribedPhoto, 'path' | 'folder' | 'isFolderReady'> & {
  path: Buffer;
  folder: Buffer;
  isFolderReady: number;
};

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
  readonly #undescribed: Statement<[number, number, number], StoredUndescribed>;
  readonly #identities: Statement<[], string>;
  readonly #ofIdentity: Statement<[string, number, number], [number, number]>;
  readonly #drop: Statement<[number]>;
  readonly #dropModels: Statement<[string]>;
  readonly #forget: Statement<[number, number]>;
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
    this.#undescribed = database.prepare(
      `SELECT photo.id AS photoId, folder_id AS folderId, photo.path, size, modified, hash, folder.path AS folder,
         state = 'ready' AS isFolderReady
       FROM photo JOIN folder ON folder.id = folder_id AND removed_at IS NULL
       WHERE photo.id > ? AND NOT EXISTS (SELECT 1 FROM descriptor WHERE photo_id = photo.id AND model_id = ?)
       ORDER BY photo.id LIMIT ?`,
    );
    this.#identities = database.prepare<[], string>('SELECT DISTINCT identity FROM model').pluck();
    // The index of the table's UNIQUE holds all that is asked for.
    this.#ofIdentity = database
      .prepare<[string, number, number], [number, number]>(
        `SELECT descriptor.id, photo_id FROM descriptor
         WHERE model_id IN (SELECT id FROM model WHERE identity = ?) AND photo_id >= ?
         ORDER BY photo_id, model_id LIMIT ?`,
      )
      .raw();
    this.#drop = database.prepare('DELETE FROM descriptor WHERE id = ?');
    this.#dropModels = database.prepare('DELETE FROM model WHERE identity = ?');
    this.#forget = database.prepare(
      `DELETE FROM descriptor WHERE photo_id = ? AND model_id IN (
         SELECT own.id FROM model AS own JOIN model AS asked ON asked.identity = own.identity WHERE asked.id = ?)`,
    );
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

  /**
   * Replaces what models that compare with this one made of the photo. What others made of it stays, as long as its
   * content does: a trigger of the schema sees to that.
   */
  put(photoId: number, modelId: number, vector: Float32Array, regions: Uint8Array): void {
    this.#forget.run(photoId, modelId);
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

  /** As `count`, by the model's digest. */
  countOf(digest: string): number {
    const id = this.#model.get(digest);
    return id === undefined ? 0 : this.count(id);
  }

  /** Up to `limit` photos that the model itself has not described, by id; none of removed folders. @param after an id */
  undescribed(modelId: number, after: number, limit: number): UndescribedPhoto[] {
    return this.#undescribed.all(after, modelId, limit).map(({ path, folder, isFolderReady, ...photo }) => ({
      ...photo,
      path: toByteString(path),
      folder: toByteString(folder),
      isFolderReady: isFolderReady === 1,
    }));
  }

  /** Of all models that there may be descriptors of. */
  identities(): string[] {
    return this.#identities.all();
  }

  /**
   * Drops up to `limit` of what models of one identity made of photos, and after the last the models themselves.
   * @param from a photo id, 0 at first @returns where to go on; null after the last
   */
  drop(identity: string, from: number, limit: number): number | null {
    const rows = this.#ofIdentity.all(identity, from, limit);
    for (const [id] of rows) this.#drop.run(id);
    if (rows.length === limit) return rows.at(-1)![1];
    this.#dropModels.run(identity);
    return null;
  }
}

function toVector(bytes: Buffer): Float32Array {
  // A Float32Array must begin at a multiple of 4, which a Buffer need not.
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : new Uint8Array(bytes);
  return new Float32Array(aligned.buffer, aligned.byteOffset, aligned.byteLength / 4);
}
