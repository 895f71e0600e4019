/** The catalog's schema, as numbered steps: `user_version` counts those that were taken. */
import type { Database } from 'better-sqlite3';
import { AkinError } from '../errors.ts';

/**
 * Paths are blobs, since a file name need not be UTF-8. Descriptors and region vectors lie in tables of their own,
 * so that loading the index reads nothing else. Photo ids are never used twice: others may still remember one.
 */
const steps: readonly string[] = [
  `
  CREATE TABLE folder (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    path BLOB NOT NULL UNIQUE,
    role TEXT NOT NULL DEFAULT 'normal' CHECK (role IN ('normal', 'protected')),
    state TEXT NOT NULL DEFAULT 'ready' CHECK (state IN ('ready', 'missing', 'unreadable')),
    scanned INTEGER NOT NULL DEFAULT 0,
    removed_at REAL
  ) STRICT;

  CREATE TABLE photo (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    folder_id INTEGER NOT NULL REFERENCES folder (id) ON DELETE CASCADE,
    path BLOB NOT NULL,
    size INTEGER NOT NULL,
    modified REAL NOT NULL,
    hash BLOB NOT NULL,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    format TEXT NOT NULL,
    taken_at REAL NOT NULL,
    dated INTEGER NOT NULL,
    camera TEXT,
    latitude REAL,
    longitude REAL,
    UNIQUE (folder_id, path)
  ) STRICT;
  CREATE INDEX photo_hash ON photo (hash);
  CREATE INDEX photo_timeline ON photo (taken_at DESC, id DESC, folder_id, width, height);

  CREATE TABLE failure (
    folder_id INTEGER NOT NULL REFERENCES folder (id) ON DELETE CASCADE,
    path BLOB NOT NULL,
    size INTEGER NOT NULL,
    modified REAL NOT NULL,
    code TEXT NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (folder_id, path)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE model (
    id INTEGER PRIMARY KEY,
    digest TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    version INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE descriptor (
    id INTEGER PRIMARY KEY,
    photo_id INTEGER NOT NULL REFERENCES photo (id) ON DELETE CASCADE,
    model_id INTEGER NOT NULL REFERENCES model (id) ON DELETE CASCADE,
    vector BLOB NOT NULL,
    UNIQUE (photo_id, model_id)
  ) STRICT;

  CREATE TABLE region_vectors (
    descriptor_id INTEGER PRIMARY KEY REFERENCES descriptor (id) ON DELETE CASCADE,
    vectors BLOB NOT NULL
  ) STRICT;
  `,
  // The index answers filters and counts without reading photos.
  `
  CREATE TABLE setting (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE album (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    created_at REAL NOT NULL
  ) STRICT;

  CREATE TABLE album_photo (
    album_id INTEGER NOT NULL REFERENCES album (id) ON DELETE CASCADE,
    photo_id INTEGER NOT NULL REFERENCES photo (id) ON DELETE CASCADE,
    PRIMARY KEY (album_id, photo_id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX album_photo_photo ON album_photo (photo_id);

  CREATE INDEX photo_filter ON photo (folder_id, format, camera, taken_at);
  `,
  // What is known of a photo's match with others is known of its content, and goes with it.
  `
  CREATE TABLE compared_pair (
    photo_a INTEGER NOT NULL REFERENCES photo (id) ON DELETE CASCADE,
    photo_b INTEGER NOT NULL REFERENCES photo (id) ON DELETE CASCADE,
    inliers INTEGER NOT NULL,
    PRIMARY KEY (photo_a, photo_b),
    CHECK (photo_a < photo_b)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX compared_pair_b ON compared_pair (photo_b);

  CREATE TABLE examined (
    photo_id INTEGER PRIMARY KEY REFERENCES photo (id) ON DELETE CASCADE,
    model_id INTEGER NOT NULL REFERENCES model (id) ON DELETE CASCADE,
    method TEXT NOT NULL
  ) STRICT;

  CREATE TABLE place (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT,
    pairs INTEGER NOT NULL,
    shown INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE place_photo (
    place_id INTEGER NOT NULL REFERENCES place (id) ON DELETE CASCADE,
    photo_id INTEGER NOT NULL REFERENCES photo (id) ON DELETE CASCADE,
    rank INTEGER NOT NULL,
    PRIMARY KEY (place_id, photo_id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX place_photo_photo ON place_photo (photo_id);

  CREATE TABLE place_decision (
    id INTEGER PRIMARY KEY AUTOINCREMENT
  ) STRICT;

  CREATE TABLE place_decision_photo (
    decision_id INTEGER NOT NULL REFERENCES place_decision (id) ON DELETE CASCADE,
    photo_id INTEGER NOT NULL REFERENCES photo (id) ON DELETE CASCADE,
    side INTEGER NOT NULL,
    PRIMARY KEY (decision_id, photo_id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX place_decision_photo_photo ON place_decision_photo (photo_id);

  CREATE TRIGGER photo_becomes_another AFTER UPDATE OF hash ON photo WHEN old.hash <> new.hash BEGIN
    DELETE FROM compared_pair WHERE photo_a = new.id OR photo_b = new.id;
    DELETE FROM examined WHERE photo_id = new.id;
    DELETE FROM place_photo WHERE photo_id = new.id;
    DELETE FROM place_decision_photo WHERE photo_id = new.id;
  END;
  `,
  // A model of several scales is another one, yet its descriptors and those of one scale compare with each other.
  `
  ALTER TABLE model ADD COLUMN identity TEXT NOT NULL DEFAULT '';
  UPDATE model SET identity = digest;
  `,
  // As with the match graph, what is known of a pair goes when one of its photos becomes another. What the user decided
  // about photos, and the journal of removals, stays: the journal names files, not photos.
  `
  ALTER TABLE photo ADD COLUMN richness INTEGER NOT NULL DEFAULT 0;
  UPDATE photo SET richness = dated + (camera IS NOT NULL) + (latitude IS NOT NULL);

  CREATE TABLE signature (
    photo_id INTEGER PRIMARY KEY REFERENCES photo (id) ON DELETE CASCADE,
    method TEXT NOT NULL,
    content BLOB NOT NULL
  ) STRICT;

  CREATE TABLE sought (
    photo_id INTEGER PRIMARY KEY REFERENCES photo (id) ON DELETE CASCADE,
    model_id INTEGER NOT NULL REFERENCES model (id) ON DELETE CASCADE,
    method TEXT NOT NULL
  ) STRICT;

  CREATE TABLE verdict (
    photo_a INTEGER NOT NULL REFERENCES photo (id) ON DELETE CASCADE,
    photo_b INTEGER NOT NULL REFERENCES photo (id) ON DELETE CASCADE,
    kind TEXT NOT NULL CHECK (kind IN ('identical', 'near-duplicate', 'same-scene', 'different')),
    certainty REAL NOT NULL,
    edits TEXT NOT NULL,
    homography BLOB,
    overlap_a REAL NOT NULL,
    overlap_b REAL NOT NULL,
    residual REAL NOT NULL,
    inliers INTEGER NOT NULL,
    PRIMARY KEY (photo_a, photo_b),
    CHECK (photo_a < photo_b)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX verdict_b ON verdict (photo_b);

  CREATE TABLE dismissal (
    id INTEGER PRIMARY KEY AUTOINCREMENT
  ) STRICT;

  CREATE TABLE dismissal_photo (
    dismissal_id INTEGER NOT NULL REFERENCES dismissal (id) ON DELETE CASCADE,
    photo_id INTEGER NOT NULL REFERENCES photo (id) ON DELETE CASCADE,
    PRIMARY KEY (dismissal_id, photo_id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX dismissal_photo_photo ON dismissal_photo (photo_id);

  CREATE TABLE chosen_keeper (
    photo_id INTEGER PRIMARY KEY REFERENCES photo (id) ON DELETE CASCADE
  ) STRICT;

  CREATE TABLE removal (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at REAL NOT NULL,
    way TEXT NOT NULL CHECK (way IN ('trash', 'folder')),
    target BLOB
  ) STRICT;

  CREATE TABLE removed_file (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    removal_id INTEGER NOT NULL REFERENCES removal (id) ON DELETE CASCADE,
    photo_id INTEGER NOT NULL,
    path BLOB NOT NULL,
    folder_id INTEGER NOT NULL,
    folder BLOB NOT NULL,
    size INTEGER NOT NULL,
    modified REAL NOT NULL,
    hash BLOB NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('removing', 'removed', 'kept', 'restoring', 'restored')),
    destination BLOB,
    inode TEXT
  ) STRICT;
  CREATE INDEX removed_file_removal ON removed_file (removal_id);
  CREATE INDEX removed_file_open ON removed_file (state) WHERE state IN ('removing', 'restoring');

  CREATE TRIGGER photo_becomes_another_duplicate AFTER UPDATE OF hash ON photo WHEN old.hash <> new.hash BEGIN
    DELETE FROM signature WHERE photo_id = new.id;
    DELETE FROM sought WHERE photo_id = new.id;
    DELETE FROM verdict WHERE photo_a = new.id OR photo_b = new.id;
    DELETE FROM dismissal_photo WHERE photo_id = new.id;
    DELETE FROM chosen_keeper WHERE photo_id = new.id;
  END;
  `,
  // A judgement is about what is on two photos, and goes when one of them becomes another. Runs and versions keep what
  // the user is shown of them as JSON: it is written once, and read whole.
  `
  CREATE TABLE judgement (
    photo_a INTEGER NOT NULL REFERENCES photo (id) ON DELETE CASCADE,
    photo_b INTEGER NOT NULL REFERENCES photo (id) ON DELETE CASCADE,
    same INTEGER NOT NULL CHECK (same IN (0, 1)),
    PRIMARY KEY (photo_a, photo_b),
    CHECK (photo_a < photo_b)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX judgement_b ON judgement (photo_b);

  CREATE TABLE run (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    state TEXT NOT NULL CHECK (state IN ('preparing', 'training', 'interrupted', 'cancelled', 'failed', 'done')),
    settings TEXT NOT NULL,
    parent_id INTEGER NOT NULL,
    started_at REAL NOT NULL,
    ended_at REAL,
    backend TEXT,
    device TEXT NOT NULL DEFAULT '',
    step INTEGER NOT NULL DEFAULT 0,
    steps INTEGER NOT NULL DEFAULT 0,
    error TEXT,
    figures TEXT,
    decision TEXT CHECK (decision IN ('accepted', 'kept', 'discarded')),
    version_id INTEGER
  ) STRICT;

  CREATE TABLE model_version (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    parent_id INTEGER,
    made_at REAL NOT NULL,
    identity TEXT NOT NULL,
    record TEXT,
    removed_at REAL
  ) STRICT;

  CREATE TRIGGER photo_becomes_another_judged AFTER UPDATE OF hash ON photo WHEN old.hash <> new.hash BEGIN
    DELETE FROM judgement WHERE photo_a = new.id OR photo_b = new.id;
    DELETE FROM descriptor WHERE photo_id = new.id;
  END;
  `,
];

export const catalogVersion = steps.length;

/** @throws AkinError `catalog-newer` */
export function refuseNewer(database: Database, library: string): void {
  const found = versionOf(database);
  if (found > catalogVersion) {
    throw new AkinError('catalog-newer', { path: library, found, known: catalogVersion });
  }
}

/** Takes the steps that are still to be taken; one that fails leaves nothing behind. */
export function migrate(database: Database): void {
  const found = versionOf(database);
  for (const [at, step] of steps.entries()) {
    if (at < found) continue;
    database.transaction(() => {
      database.exec(step);
      database.pragma(`user_version = ${at + 1}`);
    })();
  }
}

function versionOf(database: Database): number {
  return database.pragma('user_version', { simple: true }) as number;
}
