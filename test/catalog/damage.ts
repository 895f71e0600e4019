/** Damages SQLite files as a failing disk does: in the middle, behind SQLite's back. */
import { openSync, closeSync, fstatSync, writeSync } from 'node:fs';
import Database from 'better-sqlite3';

/** Puts bytes over those of a file. */
export function overwrite(file: string, position: number, bytes: Uint8Array): void {
  const descriptor = openSync(file, 'r+');
  try {
    const { size } = fstatSync(descriptor);
    writeSync(descriptor, bytes.subarray(0, Math.max(0, size - position)), 0, undefined, position);
  } finally {
    closeSync(descriptor);
  }
}

/** Overwrites the first page of a table or index. Nobody may have the file open. */
export function breakTable(file: string, table: string): void {
  const database = new Database(file, { readonly: true });
  const page = database.prepare('SELECT rootpage FROM sqlite_schema WHERE name = ?').pluck().get(table);
  const pageSize = database.pragma('page_size', { simple: true }) as number;
  database.close();
  if (typeof page !== 'number') throw new Error(`There is no table ${table}.`);
  overwrite(file, (page - 1) * pageSize, Buffer.alloc(pageSize, 0xff));
}
