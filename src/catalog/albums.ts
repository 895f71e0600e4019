/** Albums: photos that the user says show the same thing. A photo may be in several. */
import type { Database, Statement } from 'better-sqlite3';
import { timelineColumns } from './photos.ts';
import type { TimelineColumns, TimelineRow } from './photos.ts';

export interface AlbumRow {
  id: number;
  name: string;
  /** Of folders that are not removed, like all below but what `remove` returns. */
  photos: number;
  /** The newest photo. */
  cover: number | null;
}

/** All there is of an album that was removed. */
export interface RemovedAlbum {
  id: number;
  name: string;
  /** Milliseconds since 1970. */
  createdAt: number;
  photoIds: number[];
}

const activePhotos = `album_photo JOIN photo ON photo.id = photo_id
  JOIN folder ON folder.id = folder_id AND removed_at IS NULL`;

export class Albums {
  readonly #list: Statement<[], AlbumRow>;
  readonly #get: Statement<[number], AlbumRow>;
  readonly #insert: Statement<[number | null, string, number]>;
  readonly #rename: Statement<[string, number]>;
  readonly #created: Statement<[number], number>;
  readonly #delete: Statement<[number]>;
  readonly #members: Statement<[number], number>;
  readonly #add: Statement<[number, string]>;
  readonly #take: Statement<[number, string]>;
  readonly #photos: Statement<[number], TimelineRow>;
  readonly #albumsOf: Statement<[number], { id: number; name: string }>;

  constructor(database: Database) {
    const album = `SELECT id, name,
        (SELECT count(*) FROM ${activePhotos} WHERE album_id = album.id) AS photos,
        (SELECT photo.id FROM ${activePhotos} WHERE album_id = album.id
         ORDER BY taken_at DESC, photo.id DESC LIMIT 1) AS cover
      FROM album`;
    this.#list = database.prepare(`${album} ORDER BY name COLLATE NOCASE, id`);
    this.#get = database.prepare(`${album} WHERE id = ?`);
    this.#insert = database.prepare('INSERT INTO album (id, name, created_at) VALUES (?, ?, ?)');
    this.#rename = database.prepare('UPDATE album SET name = ? WHERE id = ?');
    this.#created = database.prepare<[number], number>('SELECT created_at FROM album WHERE id = ?').pluck();
    this.#delete = database.prepare('DELETE FROM album WHERE id = ?');
    this.#members = database
      .prepare<[number], number>('SELECT photo_id FROM album_photo WHERE album_id = ? ORDER BY photo_id')
      .pluck();
    // Only photos that are there: one may have left while the user was choosing.
    this.#add = database.prepare(
      `INSERT OR IGNORE INTO album_photo (album_id, photo_id)
       SELECT ?, id FROM photo WHERE id IN (SELECT value FROM json_each(?))`,
    );
    this.#take = database.prepare(
      'DELETE FROM album_photo WHERE album_id = ? AND photo_id IN (SELECT value FROM json_each(?))',
    );
    this.#photos = database
      .prepare<[number], TimelineRow>(
        `SELECT photo.id, width, height, taken_at FROM ${activePhotos} WHERE album_id = ?
         ORDER BY taken_at DESC, photo.id DESC`,
      )
      .raw();
    this.#albumsOf = database.prepare(
      `SELECT id, name FROM album_photo JOIN album ON album.id = album_id WHERE photo_id = ?
       ORDER BY name COLLATE NOCASE, id`,
    );
  }

  /** By name. */
  list(): AlbumRow[] {
    return this.#list.all();
  }

  get(id: number): AlbumRow | undefined {
    return this.#get.get(id);
  }

  /** Makes an album of those photos that are there, and returns its id, which no album ever had. */
  create(name: string, photoIds: readonly number[]): number {
    const id = Number(this.#insert.run(null, name, Date.now()).lastInsertRowid);
    this.addPhotos(id, photoIds);
    return id;
  }

  /** False for an album that is not there. */
  rename(id: number, name: string): boolean {
    return this.#rename.run(name, id).changes > 0;
  }

  /** Returns what `restore` wants, photos of removed folders too; undefined for an album that is not there. */
  remove(id: number): RemovedAlbum | undefined {
    const name = this.get(id)?.name;
    const createdAt = this.#created.get(id);
    if (name === undefined || createdAt === undefined) return undefined;
    const photoIds = this.members(id);
    this.#delete.run(id);
    return { id, name, createdAt, photoIds };
  }

  /** Photos of removed folders too, by id. */
  members(id: number): number[] {
    return this.#members.all(id);
  }

  /** Puts a removed album back under its id, with those of its photos that are still there. */
  restore({ id, name, createdAt, photoIds }: RemovedAlbum): void {
    this.#insert.run(id, name, createdAt);
    this.addPhotos(id, photoIds);
  }

  /** Returns how many came in that were not in it before. The album must be there. */
  addPhotos(id: number, photoIds: readonly number[]): number {
    return this.#add.run(id, JSON.stringify(photoIds)).changes;
  }

  /** Returns how many left. */
  removePhotos(id: number, photoIds: readonly number[]): number {
    return this.#take.run(id, JSON.stringify(photoIds)).changes;
  }

  /** Newest first. */
  photos(id: number): TimelineColumns {
    return timelineColumns(this.#photos.all(id));
  }

  /** By name. */
  albumsOf(photoId: number): { id: number; name: string }[] {
    return this.#albumsOf.all(photoId);
  }
}
