/**
 * What comparing pairs of photos brought to light, also of pairs that turned out to be different, so that no pair is
 * compared twice; and which photos have been sought, that is, compared with all that may be duplicates of theirs.
 * Files with the same content are not compared at all: a verdict about a photo holds for its copies, too. What is known
 * of a photo goes when its content becomes another: a trigger of the schema sees to that.
 */
import type { Database, Statement } from 'better-sqlite3';

export type StoredKind = 'identical' | 'near-duplicate' | 'same-scene' | 'different';

/** About two photos, a and b. */
export interface StoredVerdict {
  /** The smaller id. */
  a: number;
  b: number;
  kind: StoredKind;
  /** 0 to 1. */
  certainty: number;
  /** Names of edits, plainest first. */
  edits: readonly string[];
  /** From a to b, [3, 3] row-major. */
  homography: Float64Array | null;
  overlapA: number;
  overlapB: number;
  residual: number;
  inliers: number;
}

/** What photos are sought by. */
export interface Seeker {
  /** The model whose descriptors name the candidates. */
  modelId: number;
  /** Names everything else that candidates and verdicts depend on. */
  method: string;
}

interface Row {
  a: number;
  b: number;
  kind: StoredKind;
  certainty: number;
  edits: string;
  homography: Uint8Array | null;
  overlapA: number;
  overlapB: number;
  residual: number;
  inliers: number;
}

const shown = 'photo JOIN folder ON folder.id = folder_id AND removed_at IS NULL';
const columns = `photo_a AS a, photo_b AS b, kind, certainty, edits, homography, overlap_a AS overlapA,
  overlap_b AS overlapB, residual, inliers`;

export class Verdicts {
  readonly #put: Statement<[Row]>;
  readonly #get: Statement<[number, number], Row>;
  readonly #of: Statement<[{ photoId: number }], Row>;
  readonly #pairs: Statement<[string], [number, number]>;
  readonly #comparedWith: Statement<[{ photoId: number }], number>;
  readonly #described: Statement<[number], number>;
  readonly #unsought: Statement<[Seeker], number>;
  readonly #seek: Statement<[Seeker & { photoId: number }]>;
  readonly #forgetSought: Statement<[]>;
  readonly #forgetVerdicts: Statement<[]>;

  constructor(database: Database) {
    this.#put = database.prepare(
      `INSERT OR REPLACE INTO verdict (photo_a, photo_b, kind, certainty, edits, homography, overlap_a, overlap_b,
         residual, inliers)
       VALUES (@a, @b, @kind, @certainty, @edits, @homography, @overlapA, @overlapB, @residual, @inliers)`,
    );
    this.#get = database.prepare(`SELECT ${columns} FROM verdict WHERE photo_a = ? AND photo_b = ?`);
    this.#of = database.prepare(
      `SELECT ${columns} FROM verdict WHERE photo_a = @photoId AND kind <> 'different'
       UNION ALL SELECT ${columns} FROM verdict WHERE photo_b = @photoId AND kind <> 'different'`,
    );
    this.#pairs = database
      .prepare<[string], [number, number]>(
        `SELECT photo_a, photo_b FROM verdict WHERE kind IN (SELECT value FROM json_each(?))
         ORDER BY photo_a, photo_b`,
      )
      .raw();
    this.#comparedWith = database
      .prepare<[{ photoId: number }], number>(
        `SELECT photo_b FROM verdict WHERE photo_a = @photoId
         UNION ALL SELECT photo_a FROM verdict WHERE photo_b = @photoId`,
      )
      .pluck();
    this.#described = database
      .prepare<[number], number>(
        `SELECT photo.id FROM ${shown}
         JOIN descriptor ON descriptor.photo_id = photo.id AND descriptor.model_id = ? ORDER BY photo.id`,
      )
      .pluck();
    // By time: copies and shots of one scene come one after the other, and need each other's local features.
    this.#unsought = database
      .prepare<[Seeker], number>(
        `SELECT photo.id FROM ${shown}
         JOIN descriptor ON descriptor.photo_id = photo.id AND descriptor.model_id = @modelId
         WHERE NOT EXISTS (
           SELECT 1 FROM photo AS twin
             JOIN folder AS home ON home.id = twin.folder_id AND home.removed_at IS NULL
             JOIN sought ON sought.photo_id = twin.id
           WHERE twin.hash = photo.hash AND sought.model_id = @modelId AND method = @method)
         ORDER BY taken_at, photo.id`,
      )
      .pluck();
    this.#seek = database.prepare(
      'INSERT OR REPLACE INTO sought (photo_id, model_id, method) VALUES (@photoId, @modelId, @method)',
    );
    this.#forgetSought = database.prepare('DELETE FROM sought');
    this.#forgetVerdicts = database.prepare('DELETE FROM verdict');
  }

  /** Replaces what was known of the pair. */
  put(verdict: StoredVerdict): void {
    const { homography, edits } = verdict;
    this.#put.run({
      ...verdict,
      edits: edits.join(' '),
      homography: homography && new Uint8Array(Float64Array.from(homography).buffer),
    });
  }

  /** The verdict about two photos, in whichever order; it tells the way from the smaller id to the larger. */
  get(one: number, other: number): StoredVerdict | undefined {
    const row = this.#get.get(Math.min(one, other), Math.max(one, other));
    return row && asVerdict(row);
  }

  /** All verdicts about a photo but those that it is different from the other. */
  of(photoId: number): StoredVerdict[] {
    return this.#of.all({ photoId }).map(asVerdict);
  }

  /** The pairs about which the verdict is one of these; the smaller id first, and the pairs by them. */
  pairs(kinds: readonly StoredKind[]): [number, number][] {
    return this.#pairs.all(JSON.stringify(kinds));
  }

  /** The photos that one has been compared with, whatever came of it. */
  comparedWith(photoId: number): number[] {
    return this.#comparedWith.all({ photoId });
  }

  /** All photos that a model has described, by id; none of a removed folder. */
  described(modelId: number): number[] {
    return this.#described.all(modelId);
  }

  /** Described photos that remain to be sought, by the time they were taken; copies of those that were do not. */
  unsought(seeker: Seeker): number[] {
    return this.#unsought.all(seeker);
  }

  /** Notes that a photo has been compared with all that may be duplicates of it. */
  sought(photoId: number, seeker: Seeker): void {
    this.#seek.run({ photoId, ...seeker });
  }

  /** For when pairs are compared in another way from now on. */
  forgetAll(): void {
    this.#forgetVerdicts.run();
    this.#forgetSought.run();
  }
}

function asVerdict(row: Row): StoredVerdict {
  return {
    ...row,
    edits: row.edits === '' ? [] : row.edits.split(' '),
    // The bytes of a Buffer need not begin where a Float64Array may.
    homography: row.homography && new Float64Array(Uint8Array.from(row.homography).buffer),
  };
}
