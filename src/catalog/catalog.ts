/**
 * The catalog of one library: a folder with `catalog.sqlite` (what Akin knows), `thumbnails.sqlite` and
 * `local-features.sqlite` (what it can make again) and the owner's lock. One module a table group reads and writes them.
 */
import { mkdirSync, renameSync } from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';
import { AkinError } from '../errors.ts';
import { Albums } from './albums.ts';
import { Descriptors } from './descriptors.ts';
import { Dismissals } from './dismissals.ts';
import { DuplicateEvidence } from './duplicate-evidence.ts';
import { Failures } from './failures.ts';
import { Filters } from './filters.ts';
import { Folders } from './folders.ts';
import { Judgements } from './judgements.ts';
import { Keepers } from './keepers.ts';
import { LocalFeatureCache } from './local-features.ts';
import { MatchGraph } from './match-graph.ts';
import { migrate, refuseNewer } from './migrations.ts';
import { ModelVersions } from './model-versions.ts';
import { takeOwnership } from './owner-lock.ts';
import type { OwnerLock } from './owner-lock.ts';
import { Photos } from './photos.ts';
import { Places } from './places.ts';
import { Removals } from './removals.ts';
import { Runs } from './runs.ts';
import { Settings } from './settings.ts';
import { Signatures } from './signatures.ts';
import { asStorageError, isDamage } from './storage-error.ts';
import { Thumbnails } from './thumbnails.ts';
import { Verdicts } from './verdicts.ts';

const catalogFile = 'catalog.sqlite';
const thumbnailsFile = 'thumbnails.sqlite';
const localFeaturesFile = 'local-features.sqlite';

/** Bytes. The usual 4096 would hold one descriptor, and half of a photo's region vectors. */
const pageSize = 16_384;

export class Catalog {
  /** Absolute path of the library's folder. */
  readonly library: string;
  readonly folders: Folders;
  readonly photos: Photos;
  readonly failures: Failures;
  readonly descriptors: Descriptors;
  readonly thumbnails: Thumbnails;
  readonly localFeatures: LocalFeatureCache;
  readonly albums: Albums;
  readonly filters: Filters;
  readonly settings: Settings;
  readonly matchGraph: MatchGraph;
  readonly modelVersions: ModelVersions;
  readonly places: Places;
  readonly signatures: Signatures;
  readonly verdicts: Verdicts;
  readonly duplicateEvidence: DuplicateEvidence;
  readonly dismissals: Dismissals;
  readonly keepers: Keepers;
  readonly judgements: Judgements;
  readonly removals: Removals;
  readonly runs: Runs;
  readonly #database: Database.Database;
  readonly #lock: OwnerLock;
  #unsound = false;

  constructor(library: string, database: Database.Database, lock: OwnerLock) {
    this.library = library;
    this.#database = database;
    this.#lock = lock;
    this.folders = new Folders(database);
    this.photos = new Photos(database);
    this.failures = new Failures(database);
    this.descriptors = new Descriptors(database);
    this.thumbnails = new Thumbnails(database, path.join(library, thumbnailsFile));
    this.localFeatures = new LocalFeatureCache(path.join(library, localFeaturesFile));
    this.albums = new Albums(database);
    this.filters = new Filters(database);
    this.settings = new Settings(database);
    this.matchGraph = new MatchGraph(database);
    this.modelVersions = new ModelVersions(database);
    this.places = new Places(database);
    this.signatures = new Signatures(database);
    this.verdicts = new Verdicts(database);
    this.duplicateEvidence = new DuplicateEvidence(database);
    this.dismissals = new Dismissals(database);
    this.keepers = new Keepers(database);
    this.judgements = new Judgements(database);
    this.removals = new Removals(database);
    this.runs = new Runs(database);
  }

  /**
   * Writes all of `task` or nothing; only a thumbnail may be missing where the disk is full. Runs `task` once more
   * when thumbnails turn out to be damaged, which are dropped then.
   * @throws AkinError `library-full`, `library-read-only`, `catalog-unsound`
   */
  write<Result>(task: () => Result): Result {
    const transaction = this.#database.transaction(task);
    try {
      try {
        return transaction.immediate();
      } catch (error) {
        if (!this.thumbnails.damaged) throw error;
        this.thumbnails.renew();
        return transaction.immediate();
      }
    } catch (error) {
      throw this.explain(error);
    }
  }

  /**
   * What an error that came from the catalog means for the user; others stay as they are. Damage that shows in the
   * midst of work is not mended there: the next start looks for it.
   */
  explain(error: unknown): unknown {
    this.#unsound ||= isDamage(error);
    return asStorageError(error, this.library);
  }

  /** As `write`, for what the user decided: it is on the disk when this returns, whatever happens to the machine. */
  decide<Result>(task: () => Result): Result {
    this.#database.pragma('synchronous = FULL');
    try {
      return this.write(task);
    } finally {
      this.#database.pragma('synchronous = NORMAL');
    }
  }

  close(): void {
    this.localFeatures.close();
    this.#database.close();
    this.#lock.release(!this.#unsound);
  }
}

export interface OpenedCatalog {
  catalog: Catalog;
  /** What the user should know: `catalog-damaged` when a damaged one was set aside. */
  notices: AkinError[];
}

/**
 * Opens the catalog of the library in `library`, and makes it where there is none.
 * @throws AkinError `library-in-use`, `library-read-only`, `library-full`, `catalog-newer`
 */
export function openCatalog(library: string): OpenedCatalog {
  const notices: AkinError[] = [];
  let lock: OwnerLock | undefined;
  try {
    makeFolder(library);
    lock = takeOwnership(library);
    return { catalog: openSound(library, lock, notices), notices };
  } catch (error) {
    lock?.release(!lock.lastStopWasUnclean);
    throw asStorageError(error, library);
  }
}

function makeFolder(library: string): void {
  try {
    mkdirSync(library, { recursive: true });
  } catch (error) {
    // Node tells a read-only disk, a file in the way and more by codes that mean other things elsewhere.
    const meant = asStorageError(error, library);
    if (meant instanceof AkinError) throw meant;
    throw new AkinError('library-read-only', { path: library }, { cause: error });
  }
}

function openSound(library: string, lock: OwnerLock, notices: AkinError[]): Catalog {
  try {
    return openFiles(library, lock, lock.lastStopWasUnclean);
  } catch (error) {
    const meant = asStorageError(error, library);
    if (!(meant instanceof AkinError) || meant.code !== 'catalog-unsound') throw error;
    const aside = path.join(
      library,
      `catalog.damaged-${new Date().toISOString().replaceAll(':', '-')}.sqlite`,
    );
    setAside(path.join(library, catalogFile), aside);
    notices.push(new AkinError('catalog-damaged', { path: aside }, { cause: error }));
    return openFiles(library, lock, false);
  }
}

function openFiles(library: string, lock: OwnerLock, check: boolean): Catalog {
  const database = new Database(path.join(library, catalogFile));
  try {
    // Before anything is written: what a newer Akin left stays as it is.
    refuseNewer(database, library);
    database.pragma(`page_size = ${pageSize}`);
    database.pragma('journal_mode = WAL');
    database.pragma('synchronous = NORMAL');
    database.pragma('foreign_keys = ON');
    if (check) checkSoundness(database);
    migrate(database);
    Thumbnails.attach(database, path.join(library, thumbnailsFile));
    const catalog = new Catalog(library, database, lock);
    catalog.write(() => {
      catalog.thumbnails.dropOfRemovedFolders();
      catalog.folders.purgeRemoved();
    });
    return catalog;
  } catch (error) {
    database.close();
    throw error;
  }
}

function checkSoundness(database: Database.Database): void {
  const found = database.pragma('quick_check(1)', { simple: true });
  if (found !== 'ok') throw new Database.SqliteError(String(found), 'SQLITE_CORRUPT');
}

/** A journal that is left goes along: it may hold what the damaged file lacks. */
function setAside(file: string, aside: string): void {
  for (const suffix of ['', '-wal', '-shm']) {
    try {
      renameSync(file + suffix, aside + suffix);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
}
