import Database from 'better-sqlite3';
import { AkinError } from '../errors.ts';

const readOnly = new Set(['EACCES', 'EPERM', 'EROFS']);
// SQLite keeps room for its shared memory when it opens a file, and has a code of its own for where there is none.
const full = new Set(['SQLITE_FULL', 'SQLITE_IOERR_SHMSIZE', 'ENOSPC', 'EDQUOT']);

/** What a failed write or open means for the user; whatever is not about storage stays as it is. */
export function asStorageError(error: unknown, library: string): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const options = { cause: error };
  if (full.has(code)) return new AkinError('library-full', { path: library }, options);
  if (isDamage(error)) return new AkinError('catalog-unsound', { path: library }, options);
  if (readOnly.has(code) || code.startsWith('SQLITE_READONLY') || code.startsWith('SQLITE_CANTOPEN')) {
    return new AkinError('library-read-only', { path: library }, options);
  }
  return error;
}

/** Whether the database file itself is broken. */
export function isDamage(error: unknown): boolean {
  return (
    error instanceof Database.SqliteError &&
    (error.code.startsWith('SQLITE_CORRUPT') || error.code === 'SQLITE_NOTADB')
  );
}
