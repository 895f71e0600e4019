/** Gets ready what the window needs: an Electron and a build that is up to date, by one process at a time. */
import { createHash } from 'node:crypto';
import { readdirSync, statSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { build } from './build.ts';
import { findElectron } from './electron-runtime.ts';
import { root, say } from './project.ts';

/** What the build is made of. */
const inputs = [
  'package.json',
  'package-lock.json',
  '.config/vite.config.ts',
  'electron',
  'renderer',
  'resources/icons',
  'src',
];
const stamp = path.join(root, 'dist/.inputs');

/** Returns Electron's folder. @throws Error that says what to do */
export async function prepare(): Promise<string> {
  return inTurn(async () => {
    const electron = await findElectron();
    await buildIfChanged();
    return electron;
  });
}

/**
 * Runs a task while no other process runs one: two builds at a time would take each other's files away, and one
 * beside a window that opens the window's. The system gives the turn back, however a process ends.
 */
export async function inTurn<Result>(
  task: () => Promise<Result>,
  file = path.join(root, 'node_modules/.akin-turn.sqlite'),
): Promise<Result> {
  const turn = new Database(file, { timeout: 0 });
  try {
    for (let told = false; !take(turn); told = true) {
      if (!told) say('Another process is making Akin ready: waiting for it.');
      await setTimeout(200);
    }
    return await task();
  } finally {
    turn.close();
  }
}

function take(turn: Database.Database): boolean {
  try {
    turn.exec('BEGIN EXCLUSIVE');
    return true;
  } catch (error) {
    if (error instanceof Database.SqliteError && error.code === 'SQLITE_BUSY') return false;
    throw error;
  }
}

async function buildIfChanged(): Promise<void> {
  // Taken before the build: what changes meanwhile is built the next time.
  const found = fingerprint(inputs.map((input) => path.join(root, input)));
  if ((await readFile(stamp, 'utf8').catch(() => '')) === found) return;
  await build();
  await writeFile(stamp, found);
}

/** Changes with the name, the size or the time of any file in these folders. */
export function fingerprint(places: readonly string[]): string {
  const hash = createHash('sha256');
  for (const place of places) {
    const names = statSync(place).isDirectory()
      ? readdirSync(place, { recursive: true, encoding: 'utf8' }).sort()
      : [''];
    for (const name of names) {
      const file = path.join(place, name);
      const { size, mtimeMs } = statSync(file);
      hash.update(`${file}\0${size}\0${mtimeMs}\n`);
    }
  }
  return hash.digest('hex');
}
