/** The photos of a library: where each is, and what its content gave. */
import type { Database, Statement } from 'better-sqlite3';
import { toByteString, toBytes } from './path-bytes.ts';
import type { ByteString } from './path-bytes.ts';

export interface PhotoPlace {
  folderId: number;
  /** Relative to the folder. */
  path: ByteString;
  /** Bytes. */
  size: number;
  /** Milliseconds since 1970, with the fraction. */
  modified: number;
}

export interface PhotoFacts {
  /** SHA-256 of the file, 32 bytes. */
  hash: Uint8Array;
  /** Upright size in pixels. */
  width: number;
  height: number;
  format: string;
  /** Milliseconds since 1970: local wall-clock time of the camera read as if it were UTC; null when unknown. */
  takenAt: number | null;
  camera: string | null;
  /** Degrees; null together with the longitude. */
  latitude: number | null;
  longitude: number | null;
  /** How many facts that would be missed its metadata hold: date, camera, position, rating, keywords and the like. */
  richness: number;
}

export interface PhotoRow extends PhotoPlace, PhotoFacts {
  id: number;
  /** Absolute path of the folder. */
  folder: ByteString;
  /** Of the file where the camera gave none. */
  takenAt: number;
}

export interface KnownPhoto {
  photoId: number;
  path: ByteString;
  size: number;
  modified: number;
  /** Whether the model has described it. */
  described: boolean;
}

/** Parallel columns, newest first. */
export interface TimelineColumns {
  ids: Float64Array;
  /** Upright width / height. */
  aspects: Float32Array;
  takenAt: Float64Array;
}

/** Id, upright width and height, and when it was taken. */
export type TimelineRow = [number, number, number, number];

/** Id, path, size, time and whether it is described. */
type KnownColumns = [number, string | Buffer, number, number, number];

const sliceLength = 500;

type Blobs<Row> = Omit<Row, 'path' | 'folder'> & { path: Buffer; folder: Buffer };

const columns = `photo.id, folder_id AS folderId, photo.path, size, modified, hash, width, height, format,
  taken_at AS takenAt, camera, latitude, longitude, richness, folder.path AS folder`;
const active = 'FROM photo JOIN folder ON folder.id = folder_id WHERE removed_at IS NULL';

export class Photos {
  readonly #get: Statement<[number], Blobs<PhotoRow>>;
  readonly #find: Statement<[number, Uint8Array], number>;
  readonly #sameContent: Statement<[number, Uint8Array], number>;
  readonly #has: Statement<[number], number>;
  readonly #withContent: Statement<[Uint8Array], number>;
  readonly #pathsOfFolder: Statement<[number], [number, Buffer]>;
  readonly #known: Statement<[number, number, Uint8Array, number], KnownColumns>;
  readonly #timeline: Statement<[number | null], TimelineRow>;
  readonly #count: Statement<[], number>;
  readonly #idsOfFolder: Statement<[number], number>;
  readonly #insert: Statement;
  readonly #update: Statement;
  readonly #facts: Statement<[number], PhotoFacts>;
  readonly #move: Statement;
  readonly #clear: Statement;
  readonly #delete: Statement<[number], Buffer>;

  constructor(database: Database) {
    this.#get = database.prepare(`SELECT ${columns} ${active} AND photo.id = ?`);
    this.#find = database
      .prepare<[number, Uint8Array], number>('SELECT id FROM photo WHERE folder_id = ? AND path = ?')
      .pluck();
    this.#sameContent = database
      .prepare<[number, Uint8Array], number>(
        `SELECT photo.id FROM photo JOIN descriptor ON photo_id = photo.id AND model_id = ? WHERE hash = ?`,
      )
      .pluck();
    this.#has = database.prepare<[number], number>('SELECT 1 FROM photo WHERE id = ?').pluck();
    this.#withContent = database
      .prepare<[Uint8Array], number>(`SELECT photo.id ${active} AND hash = ? ORDER BY photo.id`)
      .pluck();
    this.#pathsOfFolder = database
      .prepare<[number], [number, Buffer]>('SELECT id, path FROM photo WHERE folder_id = ? ORDER BY path')
      .raw();
    this.#known = database
      .prepare<[number, number, Uint8Array, number], KnownColumns>(
        // Text costs a third of a blob, and for ASCII it is the byte string itself.
        `SELECT id, iif(CAST(path AS TEXT) GLOB '*[^ -~]*', path, CAST(path AS TEXT)), size, modified,
           EXISTS (SELECT 1 FROM descriptor WHERE photo_id = photo.id AND model_id = ?)
         FROM photo WHERE folder_id = ? AND path > ? ORDER BY path LIMIT ?`,
      )
      .raw();
    this.#timeline = database
      .prepare<[number | null], TimelineRow>(
        `SELECT photo.id, width, height, taken_at FROM photo INDEXED BY photo_timeline
         WHERE folder_id IN (SELECT id FROM folder WHERE removed_at IS NULL AND id = coalesce(?, id))
         ORDER BY taken_at DESC, id DESC`,
      )
      .raw();
    this.#count = database.prepare<[], number>(`SELECT count(*) ${active}`).pluck();
    this.#idsOfFolder = database
      .prepare<[number], number>('SELECT id FROM photo WHERE folder_id = ?')
      .pluck();
    const place = 'folder_id = @folderId, path = @path, size = @size, modified = @modified';
    this.#insert = database.prepare(
      `INSERT INTO photo (folder_id, path, size, modified, hash, width, height, format, taken_at, dated,
         camera, latitude, longitude, richness)
       VALUES (@folderId, @path, @size, @modified, @hash, @width, @height, @format, @time, @dated,
         @camera, @latitude, @longitude, @richness)`,
    );
    this.#update = database.prepare(
      `UPDATE photo SET ${place}, hash = @hash, width = @width, height = @height, format = @format,
         taken_at = @time, dated = @dated, camera = @camera, latitude = @latitude, longitude = @longitude,
         richness = @richness
       WHERE id = @id`,
    );
    this.#facts = database.prepare(
      `SELECT hash, width, height, format, iif(dated, taken_at, NULL) AS takenAt, camera, latitude, longitude,
         richness
       FROM photo WHERE id = ?`,
    );
    this.#move = database.prepare(`UPDATE photo SET ${place} WHERE id = @id`);
    this.#clear = database.prepare(
      'DELETE FROM photo WHERE folder_id = @folderId AND path = @path AND id <> @id',
    );
    this.#delete = database
      .prepare<[number], Buffer>('DELETE FROM photo WHERE id = ? RETURNING hash')
      .pluck();
  }

  /** Undefined for one that is not there, or whose folder was removed. */
  get(id: number): PhotoRow | undefined {
    const row = this.#get.get(id);
    return row && { ...row, path: toByteString(row.path), folder: toByteString(row.folder) };
  }

  /** The photo at a place, if any. */
  find(folderId: number, path: ByteString): number | undefined {
    return this.#find.get(folderId, toBytes(path));
  }

  /** Photos with this content that the model has described. */
  sameContent(hash: Uint8Array, modelId: number): number[] {
    return this.#sameContent.all(modelId, hash);
  }

  /** Whether there is such a photo, also of a folder that was removed. */
  has(id: number): boolean {
    return this.#has.get(id) === 1;
  }

  /** Photos with this content, by id; none of a removed folder. */
  withContent(hash: Uint8Array): number[] {
    return this.#withContent.all(hash);
  }

  /** The photos of a folder, by path. */
  pathsOfFolder(folderId: number): { photoId: number; path: ByteString }[] {
    return this.#pathsOfFolder
      .all(folderId)
      .map(([photoId, path]) => ({ photoId, path: toByteString(path) }));
  }

  /** Reads in slices, by path: between two photos the catalog may be used otherwise. */
  *known(folderId: number, modelId: number): Generator<KnownPhoto> {
    let last = '';
    for (let read = sliceLength; read === sliceLength;) {
      const rows = this.#known.all(modelId, folderId, toBytes(last), sliceLength);
      for (const [photoId, bytes, size, modified, described] of rows) {
        const path = typeof bytes === 'string' ? bytes : toByteString(bytes);
        yield { photoId, path, size, modified, described: described === 1 };
        last = path;
      }
      read = rows.length;
    }
  }

  /** All photos, or those of one folder. */
  timeline(folderId?: number): TimelineColumns {
    return timelineColumns(this.#timeline.all(folderId ?? null));
  }

  count(): number {
    return this.#count.get() ?? 0;
  }

  /** Also of a folder that was removed. */
  idsOfFolder(folderId: number): number[] {
    return this.#idsOfFolder.all(folderId);
  }

  /**
   * Writes a photo and returns its id: `id` where that is given and known, else that of the photo at this place, which
   * another hand than the writer's may have put there, else a new one.
   */
  put(given: number | null, place: PhotoPlace, facts: PhotoFacts): number {
    const id = given ?? this.find(place.folderId, place.path) ?? null;
    const values = {
      ...bind(place),
      ...facts,
      time: facts.takenAt ?? localTime(place.modified),
      dated: facts.takenAt === null ? 0 : 1,
    };
    this.#clear.run({ ...bind(place), id: id ?? 0 });
    if (id !== null && this.#update.run({ ...values, id }).changes > 0) return id;
    return Number(this.#insert.run(values).lastInsertRowid);
  }

  /** What the content of a photo gave, to be put for another file with the same content. */
  facts(id: number): PhotoFacts | undefined {
    return this.#facts.get(id);
  }

  move(id: number, place: PhotoPlace): void {
    this.#clear.run({ ...bind(place), id });
    this.#move.run({ ...bind(place), id });
  }

  /** Returns the content hash of what was deleted. */
  delete(id: number): Buffer | undefined {
    return this.#delete.get(id);
  }
}

/** @param rows newest first */
export function timelineColumns(rows: readonly TimelineRow[]): TimelineColumns {
  const ids = new Float64Array(rows.length);
  const aspects = new Float32Array(rows.length);
  const takenAt = new Float64Array(rows.length);
  rows.forEach(([id, width, height, time], at) => {
    ids[at] = id;
    aspects[at] = width / height;
    takenAt[at] = time;
  });
  return { ids, aspects, takenAt };
}

function bind({ folderId, path, size, modified }: PhotoPlace) {
  return { folderId, path: toBytes(path), size, modified };
}

/** A moment as the clock on the wall showed it, read as if it were UTC: so that it sorts among cameras' times. */
function localTime(moment: number): number {
  return moment - new Date(moment).getTimezoneOffset() * 60_000;
}
