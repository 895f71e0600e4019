/** Compares a folder on disk with what the catalog remembers of it. */
import { setImmediate } from 'node:timers/promises';
import { displayPath } from '../catalog/path-bytes.ts';
import { AkinError } from '../errors.ts';
import { crawl } from './crawl.ts';
import type { FileState, IndexedFolder, IndexStore, KnownFile } from './index-store.ts';
import type { FoundFiles, UnreadableFolder } from './walk.ts';

/** A file that is new, changed, or not yet described by the model in use. */
export interface Task extends FileState {
  /** Absolute path of its folder, as a byte string. */
  root: string;
  /** The photo that it has been so far, if any. */
  photoId: number | null;
}

export interface ScanResult {
  tasks: Task[];
  /** Known files that are not there any more. */
  gone: (KnownFile & { folderId: number })[];
  unchanged: number;
  unreadable: UnreadableFolder[];
}

const sliceLength = 500;

/**
 * Scans one folder. Photos below a sub-folder that could not be read are neither tasks nor gone.
 * @param onFound gets the number of files found so far
 * @throws AkinError `folder-missing` (also when a folder that had photos is now entirely empty, as the mount point
 *   of a drive that is not there), `folder-unreadable`, `cancelled`
 */
export async function scanFolder(
  store: IndexStore,
  folder: IndexedFolder,
  onFound: (files: number) => void,
  signal: AbortSignal,
): Promise<ScanResult> {
  const result: ScanResult = { tasks: [], gone: [], unchanged: 0, unreadable: [] };
  // Taking them out of the map instead would make it shrink, again and again.
  const seen = new Set<KnownFile>();
  const compare = (known: ReadonlyMap<string, KnownFile>, { paths, sizes, modified }: FoundFiles) => {
    for (const [at, path] of paths.entries()) {
      const file = { folderId: folder.id, path, size: sizes[at] ?? 0, modified: modified[at] ?? 0 };
      const before = known.get(path);
      if (before) seen.add(before);
      if (before?.finished && before.size === file.size && before.modified === file.modified)
        result.unchanged++;
      else result.tasks.push({ ...file, root: folder.path, photoId: before?.photoId ?? null });
    }
  };
  // The worker needs a moment to start and walks on its own: meanwhile the catalog is read here.
  const early: FoundFiles[] = [];
  let take = (files: FoundFiles): unknown => early.push(files);
  let found = 0;
  const crawling = crawl(
    folder.path,
    (files) => {
      take(files);
      onFound((found += files.paths.length));
    },
    { signal },
  );
  crawling.catch(() => undefined);
  const known = await readKnown(store, folder.id, signal);
  take = (files) => compare(known, files);
  early.forEach(take);
  const { unreadable, empty } = await crawling;
  if (empty && known.size > 0) {
    throw new AkinError('folder-missing', { path: displayPath(folder.path) });
  }
  result.unreadable = unreadable;
  for (const file of known.values()) {
    if (!seen.has(file) && !unreadable.some(({ path }) => path === '' || file.path.startsWith(`${path}/`))) {
      result.gone.push({ ...file, folderId: folder.id });
    }
  }
  return result;
}

/** Gives other work its turn between slices: a window that opens asks for its photos just now. */
async function readKnown(
  store: IndexStore,
  folderId: number,
  signal: AbortSignal,
): Promise<Map<string, KnownFile>> {
  const known = new Map<string, KnownFile>();
  for (const file of store.known(folderId)) {
    known.set(file.path, file);
    if (known.size % sliceLength === 0) await setImmediate();
    if (signal.aborted) throw new AkinError('cancelled');
  }
  return known;
}
