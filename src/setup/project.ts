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
}

export interface Finished {
  code: number;
  /** What it wrote, where that was not passed through. */
  output: string;
}

/** Runs a command in the project's root. With `stdio: 'pipe'` what it writes is collected. */
export function run(command: string, words: readonly string[], options: RunOptions = {}): Promise<Finished> {
  return new Promise((resolve) => {
    const child = spawn(command, words, {
      cwd: root,
      stdio: options.stdio ?? 'inherit',
      env: { ...process.env, ...options.env },
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => (output += text));
    }
    const passOn = (signal: NodeJS.Signals) => child.kill(signal);
    process.on('SIGTERM', passOn);
    process.on('SIGINT', passOn);
    const finish = (finished: Finished) => {
      process.off('SIGTERM', passOn);
      process.off('SIGINT', passOn);
      resolve(finished);
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
