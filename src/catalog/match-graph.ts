/**
 * The match graph: pairs of photos that were compared by their local features, those that do not agree among them,
 * so that no pair is compared twice; and which photos have been examined, that is, compared with their neighbours.
 * What is known of a photo goes when its content becomes another: a trigger of the schema sees to that.
 */
import type { Database, Statement } from 'better-sqlite3';

export interface ComparedPair {
  /** The smaller id. */
  a: number;
  b: number;
  /** Keypoints that agree on one geometry; 0 when the two photos do not match. */
  inliers: number;
}

/** What photos are examined by. */
export interface Examiner {
  /** The model whose descriptors name the neighbours. */
  modelId: number;
  /** Names the local features, and how they are compared. */
  method: string;
}

const shown = 'photo JOIN folder ON folder.id = folder_id AND removed_at IS NULL';
const described = `${shown} JOIN descriptor ON descriptor.photo_id = photo.id AND descriptor.model_id = @modelId`;

export class MatchGraph {
  readonly #unexamined: Statement<[Examiner], number>;
  readonly #countDescribed: Statement<[{ modelId: number }], number>;
  readonly #comparedWith: Statement<[{ photoId: number }], number>;
  readonly #matchesOf: Statement<[{ photoId: number }], { photoId: number; inliers: number }>;
  readonly #matches: Statement<[], [number, number, number]>;
  readonly #copies: Statement<[], [number, Buffer]>;
  readonly #put: Statement<[ComparedPair]>;
  readonly #examine: Statement<[Examiner & { photoId: number }]>;
  readonly #dropExamined: Statement<[string]>;
  readonly #dropPairs: Statement<[]>;

  constructor(database: Database) {
    // A copy needs no examination while the photo that it copies has been through one. By time: photos of one place were
    // often taken one after the other, and need each other's local features.
    this.#unexamined = database
      .prepare<[Examiner], number>(
        `SELECT photo.id FROM ${described} WHERE NOT EXISTS (
           SELECT 1 FROM photo AS twin
             JOIN folder AS home ON home.id = twin.folder_id AND home.removed_at IS NULL
             JOIN examined ON examined.photo_id = twin.id
           WHERE twin.hash = photo.hash AND examined.model_id = @modelId AND method = @method)
         ORDER BY taken_at, photo.id`,
      )
      .pluck();
    this.#countDescribed = database
      .prepare<[{ modelId: number }], number>(`SELECT count(*) FROM ${described}`)
      .pluck();
    this.#comparedWith = database
      .prepare<[{ photoId: number }], number>(
        `SELECT photo_b FROM compared_pair WHERE photo_a = @photoId
         UNION ALL SELECT photo_a FROM compared_pair WHERE photo_b = @photoId`,
      )
      .pluck();
    this.#matchesOf = database.prepare(
      `SELECT photo_b AS photoId, inliers FROM compared_pair WHERE photo_a = @photoId AND inliers > 0
       UNION ALL SELECT photo_a, inliers FROM compared_pair WHERE photo_b = @photoId AND inliers > 0`,
    );
    this.#matches = database
      .prepare<[], [number, number, number]>(
        `SELECT photo_a, photo_b, inliers FROM compared_pair
         WHERE inliers > 0 AND photo_a IN (SELECT photo.id FROM ${shown})
           AND photo_b IN (SELECT photo.id FROM ${shown})`,
      )
      .raw();
    this.#copies = database
      .prepare<[], [number, Buffer]>(
        `SELECT photo.id, hash FROM ${shown}
         WHERE hash IN (SELECT hash FROM photo GROUP BY hash HAVING count(*) > 1)
         ORDER BY hash, photo.id`,
      )
      .raw();
    this.#put = database.prepare(
      'INSERT OR REPLACE INTO compared_pair (photo_a, photo_b, inliers) VALUES (@a, @b, @inliers)',
    );
    this.#examine = database.prepare(
      'INSERT OR REPLACE INTO examined (photo_id, model_id, method) VALUES (@photoId, @modelId, @method)',
    );
    this.#dropExamined = database.prepare('DELETE FROM examined WHERE method <> ?');
    this.#dropPairs = database.prepare('DELETE FROM compared_pair');
  }

  /** Described photos that remain to be examined, by the time they were taken; copies of examined ones do not. */
  unexamined(examiner: Examiner): number[] {
    return this.#unexamined.all(examiner);
  }

  /** How many photos there are to examine in all. */
  countDescribed(modelId: number): number {
    return this.#countDescribed.get({ modelId }) ?? 0;
  }

  /** The photos that one has been compared with, matching or not. */
  comparedWith(photoId: number): number[] {
    return this.#comparedWith.all({ photoId });
  }

  /** The photos that one matches. */
  matchesOf(photoId: number): { photoId: number; inliers: number }[] {
    return this.#matchesOf.all({ photoId });
  }

  /** Notes that a photo has been examined, with the pairs that were compared for it. */
  examined(photoId: number, examiner: Examiner, pairs: readonly ComparedPair[]): void {
    for (const pair of pairs) this.#put.run(pair);
    this.#examine.run({ photoId, ...examiner });
  }

  /** Forgets all that was found by another method. */
  dropOthers(method: string): void {
    if (this.#dropExamined.run(method).changes > 0) this.#dropPairs.run();
  }

  /** The pairs that match, of photos whose folder is not removed. */
  matches(): ComparedPair[] {
    return this.#matches.all().map(([a, b, inliers]) => ({ a, b, inliers }));
  }

  /** Photos with the same content, a group for each content that is there more than once; none of a removed folder. */
  copies(): number[][] {
    const groups = new Map<string, number[]>();
    for (const [photoId, hash] of this.#copies.all()) {
      const key = hash.toString('base64');
      const group = groups.get(key);
      if (group) group.push(photoId);
      else groups.set(key, [photoId]);
    }
    return [...groups.values()].filter((group) => group.length > 1);
  }
}
