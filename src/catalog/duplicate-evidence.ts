/** What groups of duplicates are made of, all at once: the photos that are in a pair or have copies, and the pairs. */
import type { Database, Statement } from 'better-sqlite3';
import { joinPath, toByteString } from './path-bytes.ts';
import type { ByteString } from './path-bytes.ts';

export interface DuplicatePhotoRow {
  id: number;
  folderId: number;
  /** In a protected folder. */
  protected: boolean;
  width: number;
  height: number;
  format: string;
  bytes: number;
  /** How much its metadata tells. */
  richness: number;
  takenAt: number;
  /** Absolute. */
  path: ByteString;
}

export interface DuplicatePairRow {
  /** The smaller id. */
  a: number;
  b: number;
  kind: 'identical' | 'near-duplicate' | 'same-scene';
  certainty: number;
  /** Names of edits, parted by blanks. */
  edits: string;
  overlapA: number;
  overlapB: number;
}

type PhotoColumns = [number, number, number, number, number, string, number, number, number, Buffer, Buffer];
type PairColumns = [number, number, DuplicatePairRow['kind'], number, string, number, number];

const shown = 'photo JOIN folder ON folder.id = folder_id AND removed_at IS NULL';

export class DuplicateEvidence {
  readonly #photos: Statement<[], PhotoColumns>;
  readonly #pairs: Statement<[], PairColumns>;

  constructor(database: Database) {
    this.#photos = database
      .prepare<[], PhotoColumns>(
        `SELECT photo.id, folder_id, role = 'protected', width, height, format, size, richness, taken_at,
           folder.path, photo.path
         FROM ${shown}
         WHERE photo.id IN (SELECT photo_a FROM verdict WHERE kind <> 'different'
             UNION SELECT photo_b FROM verdict WHERE kind <> 'different')
           OR hash IN (SELECT hash FROM photo GROUP BY hash HAVING count(*) > 1)
         ORDER BY photo.id`,
      )
      .raw();
    this.#pairs = database
      .prepare<[], PairColumns>(
        `SELECT photo_a, photo_b, kind, certainty, edits, overlap_a, overlap_b FROM verdict
         WHERE kind <> 'different' ORDER BY photo_a, photo_b`,
      )
      .raw();
  }

  /** By id; none of a removed folder. */
  photos(): DuplicatePhotoRow[] {
    return this.#photos
      .all()
      .map(([id, folderId, guarded, width, height, format, bytes, richness, takenAt, folder, file]) => ({
        id,
        folderId,
        protected: guarded === 1,
        width,
        height,
        format,
        bytes,
        richness,
        takenAt,
        path: joinPath(toByteString(folder), toByteString(file)),
      }));
  }

  /** Pairs that are not different, also of photos of a removed folder. */
  pairs(): DuplicatePairRow[] {
    return this.#pairs.all().map(([a, b, kind, certainty, edits, overlapA, overlapB]) => ({
      a,
      b,
      kind,
      certainty,
      edits,
      overlapA,
      overlapB,
    }));
  }
}
