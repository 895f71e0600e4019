/** Folders that are made at some cost and kept: each is there as a whole, or not at all. */
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';

/**
 * Makes a folder beside its place and then moves it there. Another process may have been quicker: its folder is the
 * same, and stays.
 * @param make gets an empty folder to work in, and returns the folder in it that is the result
 */
export async function makeWhole(destination: string, make: (work: string) => Promise<string>): Promise<void> {
  await mkdir(path.dirname(destination), { recursive: true });
  await removeLeftovers(destination);
  const work = `${destination}.unfinished-${process.pid}`;
  await mkdir(work);
  try {
    await putInPlace(await make(work), destination);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** What was left by processes that were ended in the middle: half a gigabyte each. */
async function removeLeftovers(destination: string): Promise<void> {
  const prefix = `${path.basename(destination)}.unfinished-`;
  for (const name of await readdir(path.dirname(destination))) {
    if (!name.startsWith(prefix) || isRunning(Number(name.slice(prefix.length)))) continue;
    await rm(path.join(path.dirname(destination), name), { recursive: true, force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function putInPlace(folder: string, destination: string): Promise<void> {
  try {
    await rename(folder, destination);
  } catch (error) {
    if (!existsSync(destination)) throw error;
  }
}
