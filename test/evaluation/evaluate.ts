import { execFileSync } from 'node:child_process';
import path from 'node:path';
import type { Retrieval } from '../../src/evaluation/retrieval.ts';
import type { VariantName } from '../../src/evaluation/variants.ts';

export type Measured = Retrieval & { protocol: string; variant: VariantName };

const root = path.resolve(import.meta.dirname, '../..');

/** Runs `akin evaluate` as a user would, from the project's root. @returns what it prints */
export function runEvaluate(...words: string[]): string {
  return execFileSync(process.execPath, ['src/cli/akin.ts', 'evaluate', ...words], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}

/** The results of `akin evaluate FOLDER --json`. The folder is given as a path from the project's root. */
export function evaluate(folder: string): Measured[] {
  const lines = runEvaluate(path.relative(root, path.resolve(folder)), '--json')
    .trim()
    .split('\n');
  return lines.map((line) => JSON.parse(line) as Measured);
}
