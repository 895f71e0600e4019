/** Which photos fit what the user asked for, and what there is to ask for. */
import type { Database, Statement } from 'better-sqlite3';
import { toBytes } from './path-bytes.ts';
import type { ByteString } from './path-bytes.ts';

/** Parts that are given must all hold; an empty list is one that nothing fits. */
export interface PhotoFilter {
  folderIds?: readonly number[] | undefined;
  /** In one of them at least. */
  albumIds?: readonly number[] | undefined;
  /** Null is a camera that is not known. */
  cameras?: readonly (string | null)[] | undefined;
  formats?: readonly string[] | undefined;
  /** Milliseconds since 1970, as `PhotoRow.takenAt`; from inclusive, to exclusive. */
  from?: number | undefined;
  to?: number | undefined;
  /** A photo; those in the very folder on disk that it lies in are left out, itself too. */
  notInFolderOf?: number | undefined;
}

export interface Facets {
  /** Most photos first; null is a camera that is not known. */
  cameras: { camera: string | null; photos: number }[];
  formats: { format: string; photos: number }[];
  /** When the earliest and the latest photo was taken; null without photos. */
  earliest: number | null;
  latest: number | null;
}

interface Condition {
  sql: string;
  values: (number | string | Uint8Array)[];
}

type Place = { folderId: number; path: Buffer };

/** Of folders that are not removed. */
const active = 'folder_id IN (SELECT id FROM folder WHERE removed_at IS NULL)';
const oneOf = 'IN (SELECT value FROM json_each(?))';

export class Filters {
  readonly #database: Database;
  /** By their text: filters come in few forms, and again and again. */
  readonly #statements = new Map<string, Statement<unknown[], number>>();
  readonly #place: Statement<[number], Place>;
  readonly #cameras: Statement<[], Facets['cameras'][number]>;
  readonly #formats: Statement<[], Facets['formats'][number]>;
  readonly #span: Statement<[], Pick<Facets, 'earliest' | 'latest'>>;

  constructor(database: Database) {
    this.#database = database;
    this.#place = database.prepare('SELECT folder_id AS folderId, path FROM photo WHERE id = ?');
    const counted = `count(*) AS photos FROM photo WHERE ${active}`;
    this.#cameras = database.prepare(
      `SELECT camera, ${counted} GROUP BY camera ORDER BY photos DESC, camera NULLS LAST`,
    );
    this.#formats = database.prepare(
      `SELECT format, ${counted} GROUP BY format ORDER BY photos DESC, format`,
    );
    this.#span = database.prepare(
      `SELECT min(taken_at) AS earliest, max(taken_at) AS latest FROM photo WHERE ${active}`,
    );
  }

  /** The photos that fit, in no order; those of removed folders never do. */
  ids(filter: PhotoFilter): number[] {
    const conditions = this.#conditions(filter);
    const sql = ['SELECT id FROM photo WHERE', [active, ...conditions.map((one) => one.sql)].join(' AND ')];
    return this.#prepared(sql.join(' ')).all(...conditions.flatMap((one) => one.values));
  }

  facets(): Facets {
    const { earliest, latest } = this.#span.get()!;
    return { cameras: this.#cameras.all(), formats: this.#formats.all(), earliest, latest };
  }

  #conditions(filter: PhotoFilter): Condition[] {
    const { folderIds, albumIds, cameras, formats, from, to, notInFolderOf } = filter;
    const conditions: Condition[] = [];
    const add = (sql: string, ...values: Condition['values']): void => void conditions.push({ sql, values });
    if (folderIds) add(`folder_id ${oneOf}`, JSON.stringify(folderIds));
    if (albumIds) {
      const inAlbums = `SELECT photo_id FROM album_photo WHERE album_id ${oneOf}`;
      add(`id IN (${inAlbums})`, JSON.stringify(albumIds));
    }
    if (cameras) {
      const unknown = cameras.includes(null) ? ' OR camera IS NULL' : '';
      add(`(camera ${oneOf}${unknown})`, JSON.stringify(cameras));
    }
    if (formats) add(`format ${oneOf}`, JSON.stringify(formats));
    if (from !== undefined) add('taken_at >= ?', from);
    if (to !== undefined) add('taken_at < ?', to);
    const place = notInFolderOf === undefined ? undefined : this.#place.get(notInFolderOf);
    if (place) conditions.push(notBeside(place));
    return conditions;
  }

  #prepared(sql: string): Statement<unknown[], number> {
    const known = this.#statements.get(sql);
    if (known) return known;
    const statement = this.#database.prepare<unknown[], number>(sql).pluck();
    this.#statements.set(sql, statement);
    return statement;
  }
}

const slash = '/';
const afterSlash = '0';

/** Paths below a folder are those between `folder/` and `folder0`; those in it have no other slash. */
function notBeside({ folderId, path }: Place): Condition {
  const folder: ByteString = path.toString('latin1', 0, path.lastIndexOf(slash) + 1);
  const below = folder === '' ? '' : 'AND path >= ? AND path < ?';
  const values = folder === '' ? [] : [toBytes(folder), toBytes(folder.slice(0, -1) + afterSlash)];
  return {
    sql: `id NOT IN (
      SELECT id FROM photo WHERE folder_id = ? ${below} AND instr(substr(path, ?), x'2f') = 0)`,
    values: [folderId, ...values, folder.length + 1],
  };
}
