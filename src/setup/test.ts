/** `npm test`: checks, unit tests and the real app, in a window on a display without a screen where there is none. */
import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { build } from './build.ts';
import { check } from './check.ts';
import type { CheckSummary } from './check.ts';
import { hasDisplay, installPackages, missingPackages, startDisplay } from './display.ts';
import { findElectron } from './electron-runtime.ts';
import { root, runNode, say } from './project.ts';

const reports = path.join(root, 'test-results');

async function test(): Promise<CheckSummary> {
  const electron = await findElectron();
  await installPackages(await missingPackages(electron, !hasDisplay()));
  await build();
  await rm(reports, { recursive: true, force: true });
  const parts = [await check(), await unitTests(), await appTests(electron)];
  return {
    passed: parts.reduce((sum, { passed }) => sum + passed, 0),
    failed: parts.reduce((sum, { failed }) => sum + failed, 0),
  };
}

async function unitTests(): Promise<CheckSummary> {
  const report = path.join(reports, 'unit.json');
  const { code } = await runNode('node_modules/vitest/vitest.mjs', [
    'run',
    '--config=.config/vitest.config.ts',
    '--coverage',
    '--reporter=dot',
    '--reporter=json',
    `--outputFile.json=${report}`,
  ]);
  const { numPassedTests, numFailedTests } = await readReport<{
    numPassedTests: number;
    numFailedTests: number;
  }>(report);
  return summarise(code, numPassedTests, numFailedTests);
}

async function appTests(electron: string): Promise<CheckSummary> {
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
    const { stats } = await readReport<{ stats: { expected: number; unexpected: number; flaky: number } }>(
      report,
    );
    // A test that passes only at the second attempt has failed.
    return summarise(code, stats.expected, stats.unexpected + stats.flaky);
  } finally {
    display?.stop();
  }
}

/** A runner that fails although no test of it did (it crashed, or found no tests) counts as one failure. */
function summarise(code: number, passed: number, failed: number): CheckSummary {
  return { passed, failed: code === 0 ? failed : Math.max(1, failed) };
}

async function readReport<Report>(file: string): Promise<Report> {
  return JSON.parse(await readFile(file, 'utf8')) as Report;
}

let summary: CheckSummary;
try {
  summary = await test();
} catch (error) {
  say(error instanceof Error ? (error.stack ?? error.message) : String(error));
  summary = { passed: 0, failed: 1 };
}
process.exitCode = summary.failed > 0 ? 1 : 0;
process.stdout.write(`${summary.passed} passed, ${summary.failed} failed\n`);
