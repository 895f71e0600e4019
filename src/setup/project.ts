/** Where things are in the project, and how its tools are started. */
import { spawn } from 'node:child_process';
import type { StdioOptions } from 'node:child_process';
import path from 'node:path';

export const root = path.resolve(import.meta.dirname, '../..');

export function say(message: string): void {
  process.stderr.write(`${message}\n`);
}

interface RunOptions {
  env?: NodeJS.ProcessEnv;
  stdio?: StdioOptions;
  /** Aborted, it kills the command. */
  signal?: AbortSignal;
}

export interface Finished {
  code: number;
  /** What it wrote, where that was not passed through. */
  output: string;
}

/** The user ended the work, with Ctrl-C or by a signal. */
export class Interrupted extends Error {
  constructor() {
    super('Interrupted.');
  }
}

/**
 * Runs a command in the project's root. With `stdio: 'pipe'` what it writes is collected.
 * @throws Interrupted after the command has ended, when the user wanted the end
 */
export function run(command: string, words: readonly string[], options: RunOptions = {}): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, words, {
      cwd: root,
      stdio: options.stdio ?? 'inherit',
      env: { ...process.env, ...options.env },
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => (output += text));
    }
    let interrupted = false;
    // A terminal sends Ctrl-C to the command too; a second one would keep it from ending in order.
    const interrupt = () => (interrupted = true);
    const terminate = () => {
      interrupted = true;
      child.kill('SIGTERM');
    };
    const kill = () => child.kill('SIGKILL');
    process.on('SIGINT', interrupt);
    process.on('SIGTERM', terminate);
    options.signal?.addEventListener('abort', kill);
    const finish = (finished: Finished) => {
      process.off('SIGINT', interrupt);
      process.off('SIGTERM', terminate);
      options.signal?.removeEventListener('abort', kill);
      if (interrupted) reject(new Interrupted());
      else resolve(finished);
    };
    child.on('error', (error) => finish({ code: 127, output: `${output}${error.message}\n` }));
    child.on('close', (code, signal) => finish({ code: signal ? 130 : (code ?? 1), output }));
  });
}

/** Runs a script with the Node that runs this one. */
export function runNode(
  file: string,
  words: readonly string[] = [],
  options: RunOptions = {},
): Promise<Finished> {
  return run(process.execPath, [path.resolve(root, file), ...words], options);
}

/** npm as a command and its first words: the one that runs this, where one does. */
export function npmCommand(): [string, ...string[]] {
  const script = process.env['npm_execpath'];
  // Run by another package manager, that one's path would be here.
  return script && path.basename(script) === 'npm-cli.js' ? [process.execPath, script] : ['npm'];
}

/** Tells what ended a script of the project, and has the exit code say so too. */
export function reportEnd(error: unknown): void {
  if (!(error instanceof Interrupted)) say(error instanceof Error ? error.message : String(error));
  process.exitCode = error instanceof Interrupted ? 130 : 1;
}
