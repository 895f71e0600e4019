/**
 * Where the system's trash put a file, which no system tells: it is looked for in the folders that trashes are known to
 * use. Linux: the freedesktop.org Trash specification, 1.0. macOS: ~/.Trash and .Trashes of volumes. Windows:
 * $Recycle.Bin, whose files are called $R... and whose records of where they came from $I...
 */
import { lstat, readdir, unlink } from 'node:fs/promises';
import { homedir, userInfo } from 'node:os';
import path from 'node:path';
import { textToByteString } from '../catalog/path-bytes.ts';
import type { ByteString } from '../catalog/path-bytes.ts';
import { systemPath } from '../ingest/walk.ts';
import { holds, stateOf } from './file-state.ts';
import type { ExpectedFile } from './file-state.ts';
import { folderOf } from './move-file.ts';

interface Sought extends ExpectedFile {
  inode: string;
}

export class TrashPlaces {
  /** What was in each folder before the last file went: not where it went. */
  readonly #before = new Map<ByteString, ReadonlySet<ByteString>>();

  /** Notes what is in the trash before a file goes there: less is to be looked at then. @param file absolute path */
  async remember(file: ByteString): Promise<void> {
    for (const folder of await trashFolders(file)) {
      if (!this.#before.has(folder)) this.#before.set(folder, new Set(await namesIn(folder)));
    }
  }

  /**
   * Where a file is that went to the trash from its place; null where it is not found, or the trash was emptied.
   * @param file absolute path of its old place, whose folder may be gone
   * @param isOther tells of a path in the trash whether it is known to be another file
   */
  async find(
    file: ByteString,
    sought: Sought,
    isOther: (path: ByteString) => boolean,
  ): Promise<ByteString | null> {
    const added: ByteString[] = [];
    for (const folder of await trashFolders(file)) {
      const names = await namesIn(folder);
      const before = this.#before.get(folder);
      added.push(...names.filter((name) => !before?.has(name)).map((name) => `${folder}/${name}`));
      if (before) this.#before.set(folder, new Set(names));
    }
    const sized: ByteString[] = [];
    for (const candidate of added) {
      const state = await stateOf(candidate).catch(() => null);
      if (state?.size !== sought.size || isOther(candidate)) continue;
      if (state.inode === sought.inode && (await holds(candidate, sought))) return candidate;
      sized.push(candidate);
    }
    // A trash on another disk holds a copy.
    for (const candidate of sized) if (await holds(candidate, sought).catch(() => false)) return candidate;
    return null;
  }
}

/** Removes what the trash noted about a file that has left it. @param file where it was in the trash */
export async function forgetInTrash(file: ByteString): Promise<void> {
  const folder = folderOf(file);
  const name = file.slice(folder.length + 1);
  const record =
    process.platform === 'win32'
      ? name.startsWith('$R') && `${folder}/$I${name.slice(2)}`
      : folder.endsWith('/files') && `${folderOf(folder)}/info/${name}.trashinfo`;
  if (record) await unlink(systemPath(record)).catch(() => undefined);
}

/** Folders that files lie in which were trashed from a place, the likeliest first. */
async function trashFolders(file: ByteString): Promise<ByteString[]> {
  const top = await topOfDisk(file);
  if (process.platform === 'win32') {
    const bin = `${top}/$Recycle.Bin`;
    return (await namesIn(bin)).map((user) => `${bin}/${user}`);
  }
  const { uid } = userInfo();
  const home = textToByteString(homedir());
  if (process.platform === 'darwin') return [`${home}/.Trash`, `${top}/.Trashes/${uid}`];
  const data = process.env['XDG_DATA_HOME'];
  const own = data && path.isAbsolute(data) ? textToByteString(data) : `${home}/.local/share`;
  const start = top === '/' ? '' : top;
  return [`${own}/Trash/files`, `${start}/.Trash/${uid}/files`, `${start}/.Trash-${uid}/files`];
}

/** The uppermost folder on the disk of a file: where it is mounted, or its drive. */
async function topOfDisk(file: ByteString): Promise<ByteString> {
  if (process.platform === 'win32') return /^(?:[A-Za-z]:|\/\/[^/]+\/[^/]+)/.exec(file)?.[0] ?? '';
  let top: ByteString | null = null;
  let device: number | null = null;
  for (let folder = folderOf(file); ; folder = folderOf(folder)) {
    const found = await lstat(systemPath(folder)).catch(() => null);
    if (found) {
      if (device !== null && found.dev !== device) return top ?? '/';
      device = found.dev;
      top = folder;
    }
    if (folder === '/') return top ?? '/';
  }
}

async function namesIn(folder: ByteString): Promise<ByteString[]> {
  return readdir(systemPath(folder), 'latin1').catch(() => []);
}
