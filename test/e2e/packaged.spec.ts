/** The app as users get it: packaged, far from the clone, with nothing but what the package holds. */
import { execFile } from 'node:child_process';
import { readdir, readFile, readlink } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { flipFuses, FuseState, FuseV1Options, FuseVersion, getCurrentFuseWire } from '@electron/fuses';
import { samplePhotos } from '../../src/samples.ts';
import { runNode } from '../../src/setup/project.ts';
import { expect, test } from './app.ts';
import { photoId, shownNames, tileOf, tiles, waitForPhotos } from './library-view.ts';
import { isOfGroup, photoCount, temporaryFolder } from './material.ts';

test.use({ indexed: false });
test.skip(process.platform !== 'linux', 'What a process has open is read from /proc.');

/** Outside the clone, whose packages would stand in for missing ones. */
let place: Awaited<ReturnType<typeof temporaryFolder>>;
let resources: string;
let executable: string;

test.beforeAll(async () => {
  test.setTimeout(300_000);
  place = await temporaryFolder();
  const { code, output } = await runNode('src/setup/dist.ts', ['--dir', place.folder], { stdio: 'pipe' });
  expect(code, output).toBe(0);
  const [folder = ''] = (await readdir(place.folder)).filter((name) => name.endsWith('-unpacked'));
  resources = path.join(place.folder, folder, 'resources');
  executable = path.join(place.folder, folder, 'akin-desktop');
});

test.afterAll(() => place.remove());

test('is shut for everything but the app, and holds the samples', async () => {
  const fuses = await getCurrentFuseWire(executable);
  expect(fuses[FuseV1Options.RunAsNode]).toBe(FuseState.DISABLE);
  expect(fuses[FuseV1Options.EnableNodeOptionsEnvironmentVariable]).toBe(FuseState.DISABLE);
  expect(fuses[FuseV1Options.EnableNodeCliInspectArguments]).toBe(FuseState.DISABLE);
  expect(fuses[FuseV1Options.EnableCookieEncryption]).toBe(FuseState.ENABLE);
  expect(fuses[FuseV1Options.OnlyLoadAppFromAsar]).toBe(FuseState.ENABLE);

  const samples = await readdir(path.join(resources, 'samples'));
  expect(samples.sort()).toEqual(['LICENSE', ...samplePhotos.map((name) => `${name}.jpg`)]);
});

test('adds a folder and finds what belongs to a photo, on its own Node and packages', async ({
  launch,
  library,
  material,
}) => {
  // Playwright drives an app through the inspector, which the shipped one does not have.
  await flipFuses(executable, {
    version: FuseVersion.V1,
    [FuseV1Options.EnableNodeCliInspectArguments]: true,
  });
  const app = await launch({ executable });
  const { page } = app;
  await expect(page.getByRole('button', { name: 'Try the sample photos' })).toBeVisible();
  await app.electron.evaluate(({ dialog }, folder) => {
    dialog.showOpenDialog = (async () => ({
      canceled: false,
      filePaths: [folder],
    })) as typeof dialog.showOpenDialog;
  }, material.photos);
  await page.getByRole('button', { name: 'Choose a folder' }).click();
  await waitForPhotos(page, photoCount);

  await tileOf(page, await photoId(page, 'black-canyon.jpg')).click();
  await expect(page.getByRole('grid', { name: 'Matches, best first' })).toBeVisible();
  await expect(tiles(page).first()).toHaveAccessibleName(/^Match 1, Identical/);
  const [first = '', second = ''] = await shownNames(page, 2);
  expect(first).toBe('black-canyon-copy.jpg');
  expect(isOfGroup(second, 'black-canyon')).toBe(true);

  const engine = app.enginePid();
  expect(await readlink(`/proc/${engine}/exe`)).toBe(path.join(resources, 'node/node'));
  const loaded = await mappedFiles(engine);
  for (const library of ['libonnxruntime', 'libvips', 'sharp', 'better-sqlite3', 'watcher']) {
    expect(loaded.some((file) => file.startsWith(resources) && file.includes(library))).toBe(true);
  }
  const packages = /\/node_modules\/|\.node$/;
  for (const pid of [engine, app.electron.process().pid!]) {
    const others = (await mappedFiles(pid)).filter((file) => !file.startsWith(place.folder));
    expect(others.filter((file) => packages.test(file))).toEqual([]);
  }

  await app.close();
  const { stdout } = await promisify(execFile)(
    path.join(resources, 'bin/akin'),
    ['status', '--library', library, '--json'],
    { env: { PATH: '/usr/bin:/bin', HOME: place.folder } },
  );
  expect(JSON.parse(stdout)).toMatchObject({ photos: photoCount, indexed: photoCount });
});

/** The files that a process runs on: programs and libraries. */
async function mappedFiles(pid: number): Promise<string[]> {
  const lines = (await readFile(`/proc/${pid}/maps`, 'utf8')).split('\n');
  return [...new Set(lines.flatMap((line) => /\s(\/.*)$/.exec(line)?.[1] ?? []))];
}
