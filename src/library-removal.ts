/** Removing duplicates, to the trash or a folder, and putting them back: never the last of a group. */
import { EventEmitter } from 'node:events';
import { existsSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import path from 'node:path';
import type {
  DuplicateScope,
  Removal,
  RemovalParams,
  RemovalProgress,
  RemovalResult,
  UndoResult,
} from './api-duplicates.ts';
import type { Catalog } from './catalog/catalog.ts';
import { displayPath, covers, joinPath, textToByteString } from './catalog/path-bytes.ts';
import type { ByteString } from './catalog/path-bytes.ts';
import type { RemovalRow } from './catalog/removals.ts';
import type { Refusal, Removable } from './duplicates/removable.ts';
import { AkinError, asAkinError } from './errors.ts';
import { asFolderError } from './ingest/crawl.ts';
import { ProgressMeter } from './ingest/progress-meter.ts';
import { mergeMetadata } from './ingest/sidecar.ts';
import { codeOf, systemPath } from './ingest/walk.ts';
import { FileRemover, placeIn } from './removal/file-remover.ts';
import type { BegunRemoval, CheckedPhoto, Survivor, Trash } from './removal/file-remover.ts';
import { isFolder } from './removal/file-state.ts';

interface RemovalOptions {
  catalog: Catalog;
  trash: Trash;
  /** Which photos may go, and which photo stays for each. */
  removable: (
    scope: DuplicateScope,
    photoIds: readonly number[],
  ) => { allowed: Removable[]; refused: Refusal[] };
}

interface RemovalEvents {
  progress: [RemovalProgress];
  /** Photos that left the library. */
  removed: [number[]];
  /** Photos that are back. */
  restored: [number[]];
  /** What was removed or put back is done. */
  done: [];
  notice: [AkinError];
}

type Failure = RemovalResult['failed'][number];

const idle: RemovalProgress = { phase: 'idle', done: 0, total: 0, rate: 0, etaSeconds: null };
const progressInterval = 200;

export class LibraryRemoval extends EventEmitter<RemovalEvents> {
  readonly #options: RemovalOptions;
  readonly #catalog: Catalog;
  readonly #remover: FileRemover;
  #progress = idle;
  #run: AbortController | null = null;
  #running: Promise<unknown> = Promise.resolve();

  constructor(options: RemovalOptions) {
    super();
    this.#options = options;
    this.#catalog = options.catalog;
    this.#remover = new FileRemover(options.catalog, options.trash);
  }

  get progress(): RemovalProgress {
    return this.#progress;
  }

  /**
   * Moves photos to the system's trash, one after the other. What could not be removed is told, and does not stop the
   * others.
   * @throws AkinError `removal-busy`, `library-full` and the like
   */
  trash(params: RemovalParams, ended?: AbortSignal): Promise<RemovalResult> {
    return this.#alone((signal) => this.#remove(params, null, signal), ended);
  }

  /**
   * Moves photos to a folder, each at its place below its own folder.
   * @throws AkinError `folder-missing`, `folder-unreadable`, `removal-target`, and as `trash`
   */
  move(
    { folder, ...params }: RemovalParams & { folder: string },
    ended?: AbortSignal,
  ): Promise<RemovalResult> {
    return this.#alone(async (signal) => this.#remove(params, await this.#target(folder), signal), ended);
  }

  /** Ends what goes on after the file in work. What was done stays done, and can be undone. */
  cancel(): Record<string, never> {
    this.#run?.abort();
    return {};
  }

  /** Puts back all files of a removal that can be. @throws AkinError `removal-unknown`, and as `trash` */
  undo(removalId: number, ended?: AbortSignal): Promise<UndoResult> {
    return this.#alone((signal) => this.#undo(removalId, signal), ended);
  }

  /** Those of which files are removed now, newest first. */
  list(): Removal[] {
    return this.#catalog.removals.list().map((row) => this.#shown(row));
  }

  /** Finds out what became of files whose removal or return was cut short. To be called before anything else. */
  async repair(): Promise<AkinError[]> {
    const notices: AkinError[] = [];
    for (const entry of this.#catalog.removals.open()) {
      const file = displayPath(joinPath(entry.folder, entry.path));
      try {
        // While the disk is not there, nothing can be told.
        if (!(await isFolder(entry.folder))) continue;
        if (!(await this.#remover.repair(entry))) notices.push(new AkinError('removal-lost', { path: file }));
      } catch (error) {
        notices.push(asAkinError(this.#catalog.explain(error)));
      }
    }
    return notices;
  }

  async close(): Promise<void> {
    this.cancel();
    await this.#running.catch(() => undefined);
  }

  /** One at a time. */
  async #alone<Result>(task: (signal: AbortSignal) => Promise<Result>, ended?: AbortSignal): Promise<Result> {
    if (this.#run) throw new AkinError('removal-busy');
    const run = new AbortController();
    this.#run = run;
    const abort = () => run.abort();
    if (ended?.aborted) abort();
    ended?.addEventListener('abort', abort);
    const running = task(run.signal);
    this.#running = running;
    try {
      return await running;
    } finally {
      ended?.removeEventListener('abort', abort);
      this.#run = null;
      this.#report(idle);
      this.emit('done');
    }
  }

  async #remove(
    params: RemovalParams,
    folder: ByteString | null,
    signal: AbortSignal,
  ): Promise<RemovalResult> {
    const { photoIds, mergeMetadata: merge, ...scope } = params;
    const { allowed, refused } = this.#options.removable(scope, photoIds);
    const failed = refused.map(({ photoId, reason }) =>
      this.#failure(photoId, new AkinError(`removal-${reason}`, { path: this.#pathOf(photoId) })),
    );
    const way = folder === null ? 'trash' : 'folder';
    const { removals } = this.#catalog;
    const begun = { id: this.#catalog.decide(() => removals.begin(Date.now(), way, folder)), folder };
    const advance = this.#counter('removing', allowed.length);
    try {
      for (const [survivorId, ids] of bySurvivor(allowed)) {
        if (signal.aborted) break;
        await this.#removeSome({ survivorId, ids, begun, merge, failed, advance, signal });
      }
    } finally {
      if (!removals.get(begun.id)) this.#catalog.decide(() => removals.forget(begun.id));
    }
    const row = removals.get(begun.id);
    return { removal: row ? this.#shown(row) : null, failed };
  }

  /** Removes the photos that one photo stays for. */
  async #removeSome(work: {
    survivorId: number;
    ids: readonly number[];
    begun: BegunRemoval;
    merge: boolean;
    failed: Failure[];
    advance: () => void;
    signal: AbortSignal;
  }): Promise<void> {
    const { survivorId, ids, begun, merge, failed, advance, signal } = work;
    const fail = (photoId: number, error: unknown) => {
      failed.push(this.#failure(photoId, error));
      advance();
    };
    const first = this.#pathOf(ids[0]!);
    const survivor = await this.#remover.checkSurvivor(survivorId, first).catch(asAkinError);
    if (survivor instanceof AkinError) return ids.forEach((id) => fail(id, this.#renamed(survivor, id)));
    if (!merge) {
      for (const id of ids) {
        if (signal.aborted) return;
        await this.#removeOne(id, survivor, begun).then(advance, (error: unknown) => fail(id, error));
      }
      return;
    }
    // What the copies say is merged at once: the best rating of all of them counts.
    const checked: CheckedPhoto[] = [];
    for (const id of ids) {
      if (signal.aborted) return;
      await this.#remover.check(id, survivor).then(
        (photo) => void checked.push(photo),
        (error: unknown) => fail(id, error),
      );
    }
    try {
      await mergeMetadata(
        survivor.path,
        checked.map((photo) => photo.path),
      );
    } catch (error) {
      return checked.forEach(({ row }) => fail(row.id, error));
    }
    for (const photo of checked) {
      if (signal.aborted) return;
      await this.#removeChecked(photo, begun).then(advance, (error: unknown) => fail(photo.row.id, error));
    }
  }

  async #removeOne(photoId: number, survivor: Survivor, begun: BegunRemoval): Promise<void> {
    await this.#removeChecked(await this.#remover.check(photoId, survivor), begun);
  }

  async #removeChecked(photo: CheckedPhoto, begun: BegunRemoval): Promise<void> {
    await this.#remover.remove(photo, begun);
    this.emit('removed', [photo.row.id]);
  }

  async #undo(removalId: number, signal: AbortSignal): Promise<UndoResult> {
    for (const notice of await this.repair()) this.emit('notice', notice);
    const { removals } = this.#catalog;
    const files = removals.files(removalId).filter(({ state }) => state === 'removed');
    if (!removals.get(removalId)) throw new AkinError('removal-unknown');
    const failed: Failure[] = [];
    const restored: number[] = [];
    const advance = this.#counter('restoring', files.length);
    for (const entry of files) {
      if (signal.aborted) break;
      try {
        await this.#remover.restore(entry);
        restored.push(entry.photoId);
      } catch (error) {
        const file = displayPath(joinPath(entry.folder, entry.path));
        failed.push(this.#failure(entry.photoId, error, file));
      }
      advance();
    }
    this.emit('restored', restored);
    return { restored: restored.length, failed };
  }

  /** @throws what is no matter of one file alone: then nothing can be done to the others either */
  #failure(photoId: number, thrown: unknown, file = this.#pathOf(photoId)): Failure {
    const error = asAkinError(this.#catalog.explain(thrown));
    if (error.code.startsWith('library-') || error.code.startsWith('catalog-')) throw error;
    return { photoId, path: file, code: error.code, reason: error.message };
  }

  /** The same for another of the photos that the survivor was to stay for. */
  #renamed(error: AkinError, photoId: number): AkinError {
    return new AkinError(error.code, { ...error.details, path: this.#pathOf(photoId) });
  }

  /** Empty for a photo that is not in the library. */
  #pathOf(photoId: number): string {
    const row = this.#catalog.photos.get(photoId);
    return row ? displayPath(joinPath(row.folder, row.path)) : '';
  }

  /** The folder, without links. */
  async #target(folder: string): Promise<ByteString> {
    let target: ByteString;
    try {
      const real = await realpath(path.resolve(folder));
      target = textToByteString(path.sep === '/' ? real : real.replaceAll(path.sep, '/'));
    } catch (error) {
      throw asFolderError(codeOf(error), textToByteString(folder));
    }
    if (!(await isFolder(target))) throw new AkinError('folder-missing', { path: folder });
    // There, or where photos of a folder would get to, a scan would find them again.
    const folders = this.#catalog.folders.list().map((row) => row.path);
    const places = folders.map((own) => placeIn(target, own));
    const other = folders.find(
      (own) => covers(own, target) || places.some((to) => covers(own, to) || covers(to, own)),
    );
    if (other !== undefined)
      throw new AkinError('removal-target', { path: folder, other: displayPath(other) });
    return target;
  }

  #shown({ target, ...row }: RemovalRow): Removal {
    const undoable = this.#catalog.removals
      .files(row.id)
      .some(
        ({ state, destination }) =>
          state === 'removed' && destination !== null && existsSync(systemPath(destination)),
      );
    return { ...row, folder: target === null ? null : displayPath(target), undoable };
  }

  /** Reports that work begins; to be called after each file. */
  #counter(phase: RemovalProgress['phase'], total: number): () => void {
    const meter = new ProgressMeter();
    let done = 0;
    let last = performance.now();
    this.#report({ phase, ...meter.progress(0, total, last) });
    return () => {
      const now = performance.now();
      this.#progress = { phase, ...meter.progress(++done, total, now) };
      if (done < total && now - last < progressInterval) return;
      last = now;
      this.#report(this.#progress);
    };
  }

  #report(progress: RemovalProgress): void {
    this.#progress = progress;
    this.emit('progress', progress);
  }
}

/** The photos that each survivor stays for. */
function bySurvivor(allowed: readonly Removable[]): Map<number, number[]> {
  const sets = new Map<number, number[]>();
  for (const { photoId, survivor } of allowed) {
    const set = sets.get(survivor);
    if (set) set.push(photoId);
    else sets.set(survivor, [photoId]);
  }
  return sets;
}
