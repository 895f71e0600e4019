/** What a file is right now: by which it is known again after it moved, and by which a change shows. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { displayPath } from '../catalog/path-bytes.ts';
import type { ByteString } from '../catalog/path-bytes.ts';
import { AkinError } from '../errors.ts';
import { asReadError } from '../ingest/read-error.ts';
import { codeOf, systemPath } from '../ingest/walk.ts';

export interface FileState {
  /** Bytes. */
  size: number;
  /** Milliseconds since 1970, with the fraction. */
  modified: number;
  /** Of its disk, and on it: two paths with the same are one file. */
  device: string;
  inode: string;
}

/** What a file should be. */
export interface ExpectedFile {
  size: number;
  /** SHA-256, 32 bytes. */
  hash: Uint8Array;
}

/** Null where there is no file; a link or a folder is none. @throws AkinError `photo-denied`, `photo-unreadable` */
export async function stateOf(path: ByteString): Promise<FileState | null> {
  try {
    // File numbers of some systems are larger than a number holds exactly.
    const [exact, { mtimeMs }] = await Promise.all([
      lstat(systemPath(path), { bigint: true }),
      lstat(systemPath(path)),
    ]);
    if (!exact.isFile()) return null;
    return {
      size: Number(exact.size),
      modified: mtimeMs,
      device: String(exact.dev),
      inode: String(exact.ino),
    };
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(codeOf(error))) return null;
    throw asReadError(error, displayPath(path));
  }
}

/** Whether a file is there and holds just this content. @throws AkinError `photo-denied`, `photo-unreadable` */
export async function holds(path: ByteString, { size, hash }: ExpectedFile): Promise<boolean> {
  const state = await stateOf(path);
  if (state?.size !== size) return false;
  try {
    return (await hashOf(path)).equals(hash);
  } catch (error) {
    if (error instanceof AkinError && error.code === 'photo-missing') return false;
    throw error;
  }
}

/** SHA-256, 32 bytes. @throws AkinError `photo-missing`, `photo-denied`, `photo-unreadable` */
async function hashOf(path: ByteString): Promise<Buffer> {
  try {
    const digest = createHash('sha256');
    await pipeline(createReadStream(systemPath(path), { highWaterMark: 1 << 20 }), digest);
    return digest.digest();
  } catch (error) {
    throw asReadError(error, displayPath(path));
  }
}

export async function isFolder(path: ByteString): Promise<boolean> {
  return stat(systemPath(path)).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
