/** Starts the real app on a library of its own, watches it for errors, and closes it. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { _electron, test as base } from '@playwright/test';
import type { ElectronApplication, Page, TestInfo } from '@playwright/test';
import type { AkinBridge } from '../../src/api.ts';
import { sandboxSwitches } from '../../src/setup/display.ts';
import { root } from '../../src/setup/project.ts';
import { copyFolder, makeMaterial, temporaryFolder } from './material.ts';
import type { Material } from './material.ts';

export { expect } from '@playwright/test';

declare global {
  interface Window {
    readonly akin: AkinBridge;
  }
}

interface LaunchOptions {
  /** A packaged app, instead of the project's. */
  executable?: string;
  /** Further switches for Electron. */
  switches?: readonly string[];
  environment?: Readonly<Record<string, string>>;
}

export interface App {
  electron: ElectronApplication;
  page: Page;
  library: string;
  /** Errors of the page and of the processes behind it that this test is about; all others fail it. */
  expectErrors(pattern: RegExp): void;
  /** The engine's process, which names itself in its library. */
  enginePid(): number;
  close(): Promise<void>;
}

interface TestFixtures {
  /** Whether the library knows the photos when the app starts. */
  indexed: boolean;
  /** A folder for this test alone. */
  workplace: string;
  library: string;
  /** Starts the app; every app is closed at the end. */
  launch: (options?: LaunchOptions) => Promise<App>;
  app: App;
}

interface WorkerFixtures {
  material: Material;
}

export const test = base.extend<TestFixtures, WorkerFixtures>({
  indexed: [true, { option: true }],

  material: [
    // eslint-disable-next-line no-empty-pattern -- Playwright reads the names of the fixtures from here.
    async ({}, use) => {
      const { folder, remove } = await temporaryFolder();
      await use(await makeMaterial(folder));
      await remove();
    },
    { scope: 'worker', timeout: 120_000 },
  ],

  // eslint-disable-next-line no-empty-pattern -- as above
  workplace: async ({}, use) => {
    const { folder, remove } = await temporaryFolder();
    await use(folder);
    await remove();
  },

  library: async ({ workplace, material, indexed }, use) => {
    const library = path.join(workplace, 'library');
    await use(indexed ? await copyFolder(material.library, library) : library);
  },

  launch: async ({ library }, use, testInfo) => {
    const started: Started[] = [];
    await use(async (options = {}) => {
      const app = await start(library, options);
      started.push(app);
      return app;
    });
    if (testInfo.status !== testInfo.expectedStatus) await keepPictures(started, testInfo);
    for (const app of started) await app.close();
    const errors = started.flatMap((app) => app.unexpected());
    if (errors.length > 0) throw new Error(`The app reported errors:\n${errors.join('\n')}`);
  },

  app: async ({ launch }, use) => use(await launch()),
  page: async ({ app }, use) => use(app.page),
});

interface Started extends App {
  unexpected(): string[];
}

/** What Chromium and GTK write about the machine that they run on is not the app's. */
const aboutMachine = /^\[\d+:\d+\/\d+\.\d+:\w+:|^\(\S+:\d+\): \S+-(WARNING|CRITICAL|Message)/;
const report = /^\(node:\d+\)|(Error|Exception)\b/;

async function start(library: string, options: LaunchOptions): Promise<Started> {
  const errors: string[] = [];
  const expected: RegExp[] = [];
  const electron = await _electron.launch({
    ...(options.executable && { executablePath: options.executable }),
    // Where there is no graphics hardware, Chromium's first attempt at it now and then never ends.
    args: [
      ...sandboxSwitches(),
      '--disable-gpu',
      ...(options.switches ?? []),
      ...(options.executable ? [] : [root]),
    ],
    env: {
      ...(process.env as Record<string, string>),
      AKIN_LIBRARY: library,
      AKIN_NODE: process.execPath,
      LANGUAGE: 'en_GB',
      LC_ALL: 'en_GB.UTF-8',
      ...options.environment,
    },
  });
  let rest = '';
  electron
    .process()
    .stderr?.setEncoding('utf8')
    .on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      errors.push(...lines.filter((line) => report.test(line) && !aboutMachine.test(line)));
    });
  const context = electron.context();
  context.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning')
      errors.push(`${message.text()} (${message.location().url})`);
  });
  context.on('weberror', (error) => errors.push(String(error.error().stack)));
  const page = await electron.firstWindow();
  let closed: Promise<void> | undefined;
  return {
    electron,
    page,
    library,
    expectErrors: (pattern) => expected.push(pattern),
    enginePid: () => {
      const holder = JSON.parse(readFileSync(path.join(library, 'owner.json'), 'utf8')) as { pid: number };
      return holder.pid;
    },
    close: () => (closed ??= electron.close()),
    unexpected: () => errors.filter((error) => !expected.some((pattern) => pattern.test(error))),
  };
}

/** What the windows showed when the test failed. */
async function keepPictures(apps: readonly App[], testInfo: TestInfo): Promise<void> {
  for (const [place, { electron }] of apps.entries()) {
    for (const page of electron.windows()) {
      const file = testInfo.outputPath(`window-${place + 1}.png`);
      await page.screenshot({ path: file, timeout: 5000 }).then(
        () => testInfo.attach('window', { path: file }),
        () => undefined,
      );
    }
  }
}
