import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { sandboxSwitches } from '../../src/setup/display.ts';
import { root } from '../../src/setup/project.ts';
import { expect, test } from './app.ts';
import type { App } from './app.ts';
import { photoId, photoIds, tileOf, tiles, waitForPhotos } from './library-view.ts';
import { photoCount } from './material.ts';

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

test('the library and the window are as they were left', async ({ launch }) => {
  const first = await launch();
  await waitForPhotos(first.page, photoCount);
  const ids = await photoIds(first.page);
  const engine = first.enginePid();
  await first.electron.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows()[0]!.setBounds({ x: 40, y: 30, width: 1000, height: 640 }),
  );
  await first.page.getByRole('button', { name: 'Settings' }).click();
  await first.page.getByLabel('Appearance').selectOption('dark');
  await first.close();
  expect(isRunning(engine), 'the engine ends with its app').toBe(false);

  const second = await launch();
  await waitForPhotos(second.page, photoCount);
  expect(await photoIds(second.page)).toEqual(ids);
  expect(second.enginePid()).not.toBe(engine);
  await expect(second.page.locator('html')).toHaveAttribute('data-theme', 'dark');
  const bounds = await second.electron.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows()[0]!.getBounds(),
  );
  expect([bounds.width, bounds.height]).toEqual([1000, 640]);
});

test('a second start goes to the window that is there', async ({ app, page, library }) => {
  await waitForPhotos(page, photoCount);
  const engine = app.enginePid();
  const called = app.electron.evaluate(
    ({ app: main }) => new Promise<boolean>((resolve) => main.once('second-instance', () => resolve(true))),
  );
  const second = spawn(app.electron.process().spawnfile, [...sandboxSwitches(), root], {
    env: { ...process.env, AKIN_LIBRARY: library },
    stdio: 'ignore',
  });
  const [code] = (await once(second, 'exit')) as [number | null];
  expect(code).toBe(0);
  expect(await called).toBe(true);
  expect(app.enginePid()).toBe(engine);
  expect(isRunning(engine)).toBe(true);
});

test.describe('beside another owner of the library', () => {
  test('says which process has it, and opens it once that is gone', async ({ launch, library }) => {
    const owner = spawn(process.execPath, [path.join(root, 'dist/engine/engine-main.js')], {
      env: { ...process.env, AKIN_LIBRARY: library },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      serialization: 'advanced',
    });
    await once(owner, 'message');
    const { page } = await launch();
    await expect(page.getByRole('alert')).toContainText(`is in use by process ${owner.pid}.`);
    owner.disconnect();
    await once(owner, 'exit');
    await page.getByRole('button', { name: 'Try again' }).click();
    await waitForPhotos(page, photoCount);
  });
});

/** As when native code crashes, or the system runs out of memory. */
async function killEngine(app: App): Promise<void> {
  const pid = app.enginePid();
  process.kill(pid, 'SIGKILL');
  await expect.poll(() => isRunning(pid)).toBe(false);
}

test('an engine that dies is started again', async ({ app, page }) => {
  await waitForPhotos(page, photoCount);
  const engine = app.enginePid();
  await killEngine(app);
  const banner = page.getByText('Akin’s engine stopped and is starting again. Your library is safe.');
  await expect(banner).toBeVisible();
  await expect(tiles(page).first(), 'the photos stay on screen').toBeVisible();
  // Asked while there is no engine: answered by the next one.
  await tileOf(page, await photoId(page, 'black-canyon.jpg')).click();
  await expect(page.getByRole('grid', { name: 'Matches, best first' })).toBeVisible();
  await expect(tiles(page).first()).toHaveAccessibleName(/^Match 1, Identical/);
  await expect(banner).toBeHidden();
  expect(app.enginePid()).not.toBe(engine);
});

test('a picture asked of an engine that dies over it comes from the next one', async ({ app, page }) => {
  await waitForPhotos(page, photoCount);
  const status = await app.electron.evaluate(
    async ({ session }, { address, engine }) => {
      process.kill(engine, 'SIGSTOP');
      const answer = session.defaultSession.fetch(address);
      // By then it has been asked.
      setTimeout(() => process.kill(engine, 'SIGKILL'), 300);
      return (await answer).status;
    },
    { address: `akin://photo/${await photoId(page, 'black-canyon.jpg')}`, engine: app.enginePid() },
  );
  expect(status).toBe(200);
});

test.describe('in the middle of indexing', () => {
  test.use({ indexed: false });

  test('an engine that dies goes on where it was', async ({ app, page }) => {
    await page.getByRole('button', { name: 'Try the sample photos' }).click();
    await expect(tiles(page).first()).toBeVisible();
    await killEngine(app);
    await waitForPhotos(page, 72);
    const status = await page.evaluate(() => window.akin.request('library.status', {}));
    expect([status.indexed, status.failed]).toEqual([72, 0]);
  });

  test('an app that is killed goes on at the next start', async ({ launch }) => {
    const first = await launch();
    await first.page.getByRole('button', { name: 'Try the sample photos' }).click();
    await expect(tiles(first.page).first()).toBeVisible();
    const engine = first.enginePid();
    first.electron.process().kill('SIGKILL');
    await expect.poll(() => isRunning(engine), 'the engine does not stay alone').toBe(false);

    const second = await launch();
    await waitForPhotos(second.page, 72);
    const status = await second.page.evaluate(() => window.akin.request('library.status', {}));
    expect([status.indexed, status.failed]).toEqual([72, 0]);
  });
});

test('a damaged catalog is set aside, and the app says so', async ({ launch, library }) => {
  const catalog = path.join(library, 'catalog.sqlite');
  const content = await readFile(catalog);
  await writeFile(catalog, content.fill(0x55, 4096));
  // Left behind by an owner that did not close: what makes Akin look.
  await writeFile(path.join(library, 'owner.json'), '{"pid":1}');
  const { page } = await launch();
  await expect(page.getByText('The catalog was damaged and has been set aside as')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Choose a folder' })).toBeVisible();
  const kept = (await readdir(library)).find((name) => name.startsWith('catalog.damaged'));
  expect(await readFile(path.join(library, kept!))).toEqual(content);
});
