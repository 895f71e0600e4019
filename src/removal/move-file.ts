/** Moves files without ever writing over one: to another folder, also one on another disk, and back. */
import { constants } from 'node:fs';
import { copyFile, link, lstat, mkdir, open, rename, rmdir, unlink, utimes } from 'node:fs/promises';
import { displayPath } from '../catalog/path-bytes.ts';
import type { ByteString } from '../catalog/path-bytes.ts';
import { AkinError } from '../errors.ts';
import { codeOf, systemPath } from '../ingest/walk.ts';
import { holds, stateOf } from './file-state.ts';
import type { ExpectedFile } from './file-state.ts';

/** What a copy is called until it is whole. */
const unfinished = '.akin-part';

/** File systems without hard links say so in one of these ways. */
const withoutLinks = new Set([
  'EPERM',
  'ENOTSUP',
  'EOPNOTSUPP',
  'ENOSYS',
  'EMLINK',
  'EINVAL',
  'EISDIR',
  'UNKNOWN',
]);

/**
 * The first name that is free for a file: its own, else with " (2)", " (3)" and so on before the ending.
 * @param wanted absolute path
 */
export async function freePath(wanted: ByteString): Promise<ByteString> {
  const { stem, ending } = partsOf(wanted);
  for (let count = 1; ; count++) {
    const path = count === 1 ? wanted : `${stem} (${count})${ending}`;
    // Whatever it is, it is not to be written over.
    if (!(await isTaken(path))) return path;
  }
}

/**
 * Moves a file; folders on the way are made. On another disk it is copied, the copy made sure of, and only then the
 * file deleted. Where this is cut short, `finishMove` and `abandonMove` tidy up.
 * @throws the system's error, `EEXIST` where the name is taken; AkinError `removal-changed` where the copy is not what
 *   is expected
 */
export async function moveFile(from: ByteString, to: ByteString, expected: ExpectedFile): Promise<void> {
  await mkdir(systemPath(folderOf(to)), { recursive: true });
  try {
    await moveOnDisk(from, to);
  } catch (error) {
    if (codeOf(error) !== 'EXDEV') throw error;
    await copyAcross(from, to, expected);
    await unlink(systemPath(from));
  }
}

/** Removes what a move that was cut short may have left where it was to go: half a copy, or an empty file. */
export async function abandonMove(to: ByteString): Promise<void> {
  await dropCopy(to);
  if ((await stateOf(to))?.size === 0) await unlink(systemPath(to));
}

/** Where a move was cut short when the file was in both places: it stays in the one that it was to go to. */
export async function finishMove(from: ByteString, to: ByteString): Promise<void> {
  await dropCopy(to);
  await unlink(systemPath(from));
}

/** Removes the folders above a file that have become empty, but for `top` and what is above it. */
export async function dropEmptyFolders(file: ByteString, top: ByteString): Promise<void> {
  for (let folder = folderOf(file); folder.startsWith(`${top}/`); folder = folderOf(folder)) {
    try {
      await rmdir(systemPath(folder));
    } catch {
      return;
    }
  }
}

export function folderOf(path: ByteString): ByteString {
  return path.slice(0, path.lastIndexOf('/')) || '/';
}

/** Whether there is anything under a name. */
export async function isTaken(path: ByteString): Promise<boolean> {
  try {
    await lstat(systemPath(path));
    return true;
  } catch (error) {
    // What may not be looked at is there.
    return !['ENOENT', 'ENOTDIR'].includes(codeOf(error));
  }
}

/** A second name, then the first one goes: unlike renaming, that fails where the name is taken. */
async function moveOnDisk(from: ByteString, to: ByteString): Promise<void> {
  try {
    await link(systemPath(from), systemPath(to));
  } catch (error) {
    if (!withoutLinks.has(codeOf(error))) throw error;
    return renameToFree(from, to);
  }
  try {
    await unlink(systemPath(from));
  } catch (error) {
    await unlink(systemPath(to)).catch(() => undefined);
    throw error;
  }
}

/** Takes the name with an empty file first, which the renaming replaces. */
async function renameToFree(from: ByteString, to: ByteString): Promise<void> {
  const placeholder = await open(systemPath(to), 'wx');
  await placeholder.close();
  try {
    await rename(systemPath(from), systemPath(to));
  } catch (error) {
    if ((await stateOf(to))?.size === 0) await unlink(systemPath(to)).catch(() => undefined);
    throw error;
  }
}

async function copyAcross(from: ByteString, to: ByteString, expected: ExpectedFile): Promise<void> {
  const part = to + unfinished;
  const before = await stateOf(from);
  try {
    await dropCopy(to);
    await copyFile(systemPath(from), systemPath(part), constants.COPYFILE_EXCL);
    // The time is what the catalog knows a file by.
    if (before) await utimes(systemPath(part), before.modified / 1000, before.modified / 1000);
    await sync(part, 'r+');
    if (!(await holds(part, expected))) throw new AkinError('removal-changed', { path: displayPath(from) });
    await moveOnDisk(part, to);
    await sync(folderOf(to), 'r').catch(() => undefined);
  } catch (error) {
    await dropCopy(to);
    throw error;
  }
}

async function dropCopy(to: ByteString): Promise<void> {
  await unlink(systemPath(to + unfinished)).catch(() => undefined);
}

/** Waits until the disk has it. Some systems cannot do that for folders. */
async function sync(path: ByteString, flags: string): Promise<void> {
  const handle = await open(systemPath(path), flags);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function partsOf(path: ByteString): { stem: ByteString; ending: ByteString } {
  const dot = path.lastIndexOf('.');
  return dot > path.lastIndexOf('/') + 1
    ? { stem: path.slice(0, dot), ending: path.slice(dot) }
    : { stem: path, ending: '' };
}
