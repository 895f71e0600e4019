/** What `akin duplicates` removes by the keep rules, and puts back. */
import path from 'node:path';
import type { DuplicateKind, RemovalResult } from '../api-duplicates.ts';
import { AkinError } from '../errors.ts';
import type { Library } from '../library.ts';
import { bytesText } from './bytes-text.ts';
import { printJson, printLine } from './session.ts';
import type { Session } from './session.ts';

export interface RemovalOptions {
  kind: readonly DuplicateKind[];
  strictness: number;
  /** The trash without it. */
  moveTo?: string;
  mergeMetadata?: boolean;
  dryRun: boolean;
}

/** One kind after the other, as the groups of the next depend on what is still there. */
export async function removeDuplicates(session: Session, options: RemovalOptions): Promise<void> {
  if (options.dryRun) return tellWhatWouldGo(session, options);
  const { library, signal, json } = session;
  const { strictness, moveTo, mergeMetadata = false } = options;
  let isNothing = true;
  for (const kind of new Set(options.kind)) {
    const scope = { kind, strictness };
    const { photoIds } = library.duplicates.propose(scope);
    if (photoIds.length === 0) continue;
    isNothing = false;
    const params = { ...scope, photoIds, mergeMetadata };
    const result =
      moveTo === undefined
        ? await library.removal.trash(params, signal)
        : await library.removal.move({ ...params, folder: path.resolve(moveTo) }, signal);
    tell(result, kind, json);
    if (signal.aborted) return;
  }
  if (isNothing && !json) printLine('Nothing to remove.');
}

/** `akin duplicates undo`: puts back what was removed last and can still be put back. */
export async function undoRemoval({ library, signal, json }: Session): Promise<void> {
  const last = library.removal.list().find(({ undoable }) => undoable);
  if (!last) throw new AkinError('removal-none');
  const { restored, failed } = await library.removal.undo(last.id, signal);
  const failures = failed.map(({ path: file, reason }) => ({ path: file, reason }));
  if (json) printJson({ removal: last.id, restored, failed: failures });
  else {
    printLine(`${photosText(restored)} put back.`);
    for (const { path: file, reason } of failures) printLine(`Not put back: ${file} (${reason})`);
  }
  if (failed.length > 0) process.exitCode = 1;
}

function tellWhatWouldGo({ library, json }: Session, { kind, strictness, moveTo }: RemovalOptions): void {
  const proposals = [...new Set(kind)].map((one) => library.duplicates.propose({ kind: one, strictness }));
  const photoIds = proposals.flatMap((proposal) => proposal.photoIds);
  const bytes = proposals.reduce((sum, proposal) => sum + proposal.bytes, 0);
  if (json) {
    printJson({ dryRun: true, remove: photoIds.map((id) => pathOf(library, id)), bytes });
    return;
  }
  const where = moveTo === undefined ? 'to the trash' : `to ${path.resolve(moveTo)}`;
  printLine(
    `Dry run: ${photosText(photoIds.length)} (${bytesText(bytes)}) would be moved ${where}. ` +
      'Nothing was touched; --no-dry-run does it.',
  );
}

function tell({ removal, failed }: RemovalResult, kind: DuplicateKind, json: boolean): void {
  const failures = failed.map(({ path: file, reason }) => ({ path: file, reason }));
  if (json) {
    const { id = null, way = null, folder = null, photos = 0, bytes = 0 } = removal ?? {};
    printJson({ removal: id, kind, way, folder, photos, bytes, failed: failures });
  } else {
    if (removal) {
      const where = removal.folder === null ? 'to the trash' : `to ${removal.folder}`;
      printLine(`${photosText(removal.photos)} (${bytesText(removal.bytes)}, ${kind}) moved ${where}.`);
    }
    for (const { path: file, reason } of failures) printLine(`Not removed: ${file} (${reason})`);
  }
  if (failed.length > 0) process.exitCode = 1;
}

function pathOf(library: Library, photoId: number): string {
  return library.photo(photoId).path;
}

function photosText(count: number): string {
  return count === 1 ? '1 photo' : `${count} photos`;
}
