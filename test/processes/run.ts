/** Real child processes for tests, run from their sources by the Node that runs the tests. */
import { execFile, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface Way {
  command: string;
  /** What comes before the program and its arguments. */
  prefix: readonly string[];
}

const asUsual: Way = { command: process.execPath, prefix: [] };

/**
 * A way to run a program that file permissions bind. They do not bind root, unless it gives that right up.
 * Null where a test cannot have that.
 */
export function boundByPermissions(): Way | null {
  if (process.platform === 'win32') return null;
  if (process.getuid?.() !== 0) return asUsual;
  return tried('setpriv', ['--bounding-set=-dac_override,-dac_read_search', process.execPath]);
}

/** A way to run a shell that may mount file systems, which go with it. Null where the system allows nobody that. */
export function withOwnMounts(): Way | null {
  const root = process.getuid?.() === 0;
  return tried('unshare', [...(root ? [] : ['--user', '--map-root-user']), '--mount', 'sh', '-ec'], ':');
}

function tried(command: string, prefix: readonly string[], trial = '--version'): Way | null {
  return spawnSync(command, [...prefix, trial]).status === 0 ? { command, prefix } : null;
}

/** Runs a script of the tests, and returns what it printed as JSON. @param script of this folder */
export async function runScript<Reply>(
  script: string,
  words: readonly string[],
  way: Way = asUsual,
): Promise<Reply> {
  const { stdout } = await run(way.command, [...way.prefix, scriptPath(script), ...words]);
  return JSON.parse(stdout) as Reply;
}

/** Runs a shell script that may mount; `$NODE` and `$SCRIPT` in it name this Node and a script of this folder. */
export async function runMounted<Reply>(shell: string, script: string, way: Way): Promise<Reply> {
  const env = { ...process.env, NODE: process.execPath, SCRIPT: scriptPath(script) };
  const { stdout } = await run(way.command, [...way.prefix, shell], { env });
  return JSON.parse(stdout) as Reply;
}

export const engineScript = fileURLToPath(new URL('../../src/engine-main.ts', import.meta.url));

export function scriptPath(script: string): string {
  return fileURLToPath(new URL(script, import.meta.url));
}
