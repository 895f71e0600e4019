/**
 * What the user judged about pairs of photos: that they show the same thing, or do not. A judgement goes with either
 * photo, also when its content becomes another: a trigger of the schema sees to that.
 */
import type { Database, Statement } from 'better-sqlite3';

export interface JudgedPair {
  /** The smaller id. */
  a: number;
  b: number;
  /** Whether they show the same thing. */
  same: boolean;
}

type Row = [a: number, b: number, same: number];

export class Judgements {
  readonly #set: Statement<[number, number, number]>;
  readonly #takeBack: Statement<[number, number]>;
  readonly #of: Statement<[{ photoId: number }], [number, number]>;
  readonly #list: Statement<[], Row>;

  constructor(database: Database) {
    const shown = 'SELECT photo.id FROM photo JOIN folder ON folder.id = folder_id AND removed_at IS NULL';
    // Only of photos that are there: one may have left while the user was choosing.
    this.#set = database.prepare(
      `INSERT OR REPLACE INTO judgement (photo_a, photo_b, same)
       SELECT one.id, other.id, ? FROM photo AS one JOIN photo AS other WHERE one.id = ? AND other.id = ?`,
    );
    this.#takeBack = database.prepare('DELETE FROM judgement WHERE photo_a = ? AND photo_b = ?');
    this.#of = database
      .prepare<[{ photoId: number }], [number, number]>(
        `SELECT * FROM (SELECT photo_b AS other, same FROM judgement WHERE photo_a = @photoId
           UNION ALL SELECT photo_a, same FROM judgement WHERE photo_b = @photoId)
         WHERE other IN (${shown}) ORDER BY other`,
      )
      .raw();
    this.#list = database
      .prepare<[], Row>(
        `SELECT photo_a, photo_b, same FROM judgement
         WHERE photo_a IN (${shown}) AND photo_b IN (${shown}) ORDER BY photo_a, photo_b`,
      )
      .raw();
  }

  /**
   * Judges a pair, in either order; what was judged about it before is forgotten.
   * @returns false for a photo that is not there
   * @throws RangeError for a photo and itself
   */
  set(one: number, other: number, same: boolean): boolean {
    const [a, b] = ordered(one, other);
    return this.#set.run(same ? 1 : 0, a, b).changes > 0;
  }

  /** False where nothing was judged about the pair. */
  takeBack(one: number, other: number): boolean {
    return this.#takeBack.run(...ordered(one, other)).changes > 0;
  }

  /** The photos that one was judged with, by id; none of a removed folder, here and below. */
  of(photoId: number): { photoId: number; same: boolean }[] {
    return this.#of.all({ photoId }).map(([other, same]) => ({ photoId: other, same: same === 1 }));
  }

  /** All of them, by the ids. */
  list(): JudgedPair[] {
    return this.#list.all().map(([a, b, same]) => ({ a, b, same: same === 1 }));
  }
}

function ordered(one: number, other: number): [a: number, b: number] {
  if (one === other) throw new RangeError('A photo is not judged against itself.');
  return one < other ? [one, other] : [other, one];
}
