/**
 * One process owns a library. The lock is an exclusive transaction on a tiny database, which the system ends with
 * the process, however that dies; the file beside it only names the holder.
 */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';
import { AkinError } from '../errors.ts';
import { isDamage } from './storage-error.ts';

export interface OwnerLock {
  /** Whether the last owner ended without closing the library. */
  readonly lastStopWasUnclean: boolean;
  /** @param clean whether the next owner may trust what it finds */
  release(clean: boolean): void;
}

/** @throws AkinError `library-in-use` */
export function takeOwnership(library: string): OwnerLock {
  const holder = path.join(library, 'owner.json');
  const lock = lockFile(path.join(library, 'owner.sqlite'));
  if (!lock) throw new AkinError('library-in-use', { path: library, holder: readHolder(holder) });
  const lastStopWasUnclean = existsSync(holder);
  try {
    writeFileSync(holder, JSON.stringify({ pid: process.pid }));
  } catch (error) {
    lock.close();
    throw error;
  }
  return {
    lastStopWasUnclean,
    release(clean) {
      if (clean) rmSync(holder, { force: true });
      lock.close();
    },
  };
}

/** Null when another process has it locked. */
function lockFile(file: string): Database.Database | null {
  const lock = new Database(file, { timeout: 0 });
  try {
    lock.exec('BEGIN EXCLUSIVE');
    return lock;
  } catch (error) {
    lock.close();
    if (error instanceof Database.SqliteError && error.code === 'SQLITE_BUSY') return null;
    if (!isDamage(error)) throw error;
    // It holds nothing: nobody could lock it as it is.
    rmSync(file);
    return lockFile(file);
  }
}

function readHolder(file: string): number | string {
  try {
    const { pid } = JSON.parse(readFileSync(file, 'utf8')) as { pid?: unknown };
    return typeof pid === 'number' ? pid : '?';
  } catch {
    return '?';
  }
}
