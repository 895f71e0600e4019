/** `npm test`: checks, unit tests and the real app, in a window on a display without a screen where there is none. */
import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { check } from './check.ts';
import { hasDisplay, installPackages, missingPackages, startDisplay } from './display.ts';
import { prepare } from './prepare.ts';
import { Interrupted, root, runNode, say } from './project.ts';
import { summarise, summaryLine, total } from './summary.ts';
import type { Summary } from './summary.ts';

const reports = path.join(root, 'test-results');

async function test(): Promise<Summary> {
  const electron = await prepare();
  await installPackages(await missingPackages(electron, !hasDisplay()));
  await rm(reports, { recursive: true, force: true });
  return total([await check(), await unitTests(), await appTests(electron)]);
}

async function unitTests(): Promise<Summary> {
  const report = path.join(reports, 'unit.json');
  const { code } = await runNode('node_modules/vitest/vitest.mjs', [
    'run',
    '--config=.config/vitest.config.ts',
    '--coverage',
    '--reporter=dot',
    '--reporter=json',
    `--outputFile.json=${report}`,
  ]);
  const found = await readReport<{ numPassedTests: number; numFailedTests: number }>(report);
  return summarise(code, found?.numPassedTests, found?.numFailedTests);
}

async function appTests(electron: string): Promise<Summary> {
  const display = hasDisplay() ? null : await startDisplay();
  const report = path.join(reports, 'app.json');
  try {
    const { code } = await runNode(
      'node_modules/@playwright/test/cli.js',
      ['test', '--config=.config/playwright.config.ts', '--reporter=list,json'],
      {
        env: {
          ELECTRON_OVERRIDE_DIST_PATH: electron,
          PLAYWRIGHT_JSON_OUTPUT_FILE: report,
          ...(display && { DISPLAY: display.name }),
        },
      },
    );
    const found = await readReport<{ stats: { expected: number; unexpected: number; flaky: number } }>(
      report,
    );
    // A test that passes only at the second attempt has failed.
    return summarise(code, found?.stats.expected, found && found.stats.unexpected + found.stats.flaky);
  } finally {
    display?.stop();
  }
}

/** Undefined where the runner broke off before it wrote one. */
async function readReport<Report>(file: string): Promise<Report | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Report;
  } catch {
    return undefined;
  }
}

let summary: Summary;
try {
  summary = await test();
} catch (error) {
  if (error instanceof Interrupted) process.exit(130);
  say(error instanceof Error ? (error.stack ?? error.message) : String(error));
  summary = { passed: 0, failed: 1 };
}
process.exitCode = summary.failed > 0 ? 1 : 0;
process.stdout.write(`${summaryLine(summary)}\n`);
