/** `npm run check`: formatting, lint, types, unused code and the import direction, each by its tool. */
import { existsSync } from 'node:fs';
import { root, runNode, say } from './project.ts';
import type { Summary } from './summary.ts';

const checks: readonly { name: string; tool: string; words: readonly string[] }[] = [
  {
    name: 'format',
    tool: 'prettier/bin/prettier.cjs',
    words: ['--config', '.config/prettier.json', '--check', '.'],
  },
  {
    name: 'lint',
    tool: 'eslint/bin/eslint.js',
    words: ['--config', '.config/eslint.config.js', '--max-warnings', '0', '.'],
  },
  { name: 'types', tool: 'typescript/bin/tsc', words: ['-p', 'tsconfig.json'] },
  { name: 'types of the app tests', tool: 'typescript/bin/tsc', words: ['-p', '.config/tsconfig.e2e.json'] },
  {
    name: 'renderer types',
    tool: 'svelte-check/bin/svelte-check',
    words: ['--tsconfig', '.config/tsconfig.renderer.json', '--fail-on-warnings', '--output', 'human'],
  },
  { name: 'unused code', tool: 'knip/bin/knip.js', words: ['--config', '.config/knip.json'] },
  {
    name: 'import direction',
    tool: 'dependency-cruiser/bin/dependency-cruiser.mjs',
    words: ['--config', '.config/dependency-cruiser.cjs', 'src', 'electron', 'renderer'],
  },
];

/** Runs every check, and shows what those that fail say. */
export async function check(): Promise<Summary> {
  const summary = { passed: 0, failed: 0 };
  for (const { name, tool, words } of checks) {
    const script = `node_modules/${tool}`;
    if (!existsSync(`${root}/${script}`)) throw new Error(`${script} is not installed.`);
    const { code, output } = await runNode(script, words, { stdio: 'pipe' });
    say(`${code === 0 ? 'passed' : 'FAILED'}: ${name}`);
    if (code !== 0) say(output);
    summary[code === 0 ? 'passed' : 'failed']++;
  }
  return summary;
}

if (import.meta.main) process.exitCode = (await check()).failed > 0 ? 1 : 0;
