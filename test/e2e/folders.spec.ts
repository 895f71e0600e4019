import { appendFile, copyFile, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from './app.ts';
import type { App } from './app.ts';
import { photoIds, photosInLibrary, tileOf, tiles, waitForPhotos } from './library-view.ts';
import { copyFolder, originalPath, photoCount } from './material.ts';

test.use({ indexed: false });

/** The system's dialog is the only part of the way that a test cannot walk. */
async function chooseInDialog(app: App, folder: string | null): Promise<void> {
  await app.electron.evaluate(({ dialog }, chosen) => {
    dialog.showOpenDialog = (async () => ({
      canceled: chosen === null,
      filePaths: chosen === null ? [] : [chosen],
    })) as typeof dialog.showOpenDialog;
  }, folder);
}

test('adds a folder, shows it by date, removes it and brings it back', async ({
  app,
  page,
  material,
  workplace,
}) => {
  const bar = page.getByRole('navigation');
  await chooseInDialog(app, null);
  await page.getByRole('button', { name: 'Choose a folder' }).click();
  await expect(
    page.getByRole('button', { name: 'Choose a folder' }),
    'a dismissed dialog adds nothing',
  ).toBeEnabled();
  expect(await page.evaluate(() => window.akin.request('folders.list', {}))).toEqual([]);

  await chooseInDialog(app, material.photos);
  await page.getByRole('button', { name: 'Choose a folder' }).click();
  await expect(page.getByText('photos was added.')).toBeVisible();
  await waitForPhotos(page, photoCount);
  await expect(bar.getByRole('button', { name: `All photos ${photoCount}` })).toBeVisible();
  await expect(bar.getByRole('button', { name: `photos ${photoCount}`, exact: true })).toBeVisible();
  await expect(page.getByRole('rowheader')).toHaveText([
    // April is full enough for a heading a day.
    'May 2024',
    'Monday 29 April 2024',
    'Saturday 6 April 2024',
  ]);
  await expect(tiles(page).first()).toHaveAccessibleName('Photo, Wednesday 22 May 2024');

  const other = path.join(workplace, 'one more');
  await mkdir(other);
  await copyFile(originalPath('nagasaki-boats'), path.join(other, 'boats.jpg'));
  await chooseInDialog(app, other);
  await page.getByRole('button', { name: 'Add a folder…' }).click();
  await waitForPhotos(page, photoCount + 1);
  await bar.getByRole('button', { name: 'one more 1' }).click();
  await expect(tiles(page)).toHaveCount(1);
  await expect(page.getByRole('heading', { name: 'one more', level: 1 })).toBeVisible();

  const parent = path.dirname(material.photos);
  await chooseInDialog(app, parent);
  await page.getByRole('button', { name: 'Add a folder…' }).click();
  await expect(
    page.getByText(`The folder ${parent} is already covered by ${material.photos}.`),
  ).toBeVisible();

  await bar.getByRole('button', { name: 'Remove photos from the library' }).click();
  await expect(page.getByText('photos was removed. Its files were not touched.')).toBeVisible();
  await expect(bar.getByRole('button', { name: 'All photos 1', exact: true })).toBeVisible();
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(page.getByText('photos is back.')).toBeVisible();
  await expect(bar.getByRole('button', { name: `All photos ${photoCount + 1}` })).toBeVisible();
  expect(await photosInLibrary(page)).toBe(photoCount + 1);
});

test('pauses, goes on and stops', async ({ app, page, workplace }) => {
  const many = path.join(workplace, 'many');
  await mkdir(many);
  const photo = await readFile(originalPath('nagasaki-boats'));
  for (let number = 0; number < 400; number += 1) {
    const file = path.join(many, `${number}.jpg`);
    await writeFile(file, photo);
    // Behind its end: another file, and the same picture.
    await appendFile(file, String(number));
  }
  await chooseInDialog(app, many);
  await page.getByRole('button', { name: 'Choose a folder' }).click();
  const strip = page.getByRole('region', { name: 'Indexing' });
  const done = async () =>
    (await page.evaluate(() => window.akin.request('library.status', {}))).progress.done;
  await expect(strip).toContainText(/Reading photos: [1-9]\d* of 400/);

  await strip.getByRole('button', { name: 'Pause' }).click();
  await expect(strip).toContainText(/Paused at \d+ of 400/);
  // What was in work when it paused is still finished.
  let paused = -1;
  await expect.poll(async () => paused === (paused = await done()), { intervals: [700] }).toBe(true);
  expect(paused).toBeLessThan(400);

  await strip.getByRole('button', { name: 'Resume' }).click();
  await expect.poll(done).toBeGreaterThan(paused);
  await strip.getByRole('button', { name: 'Stop' }).click();
  await expect(strip).toBeHidden();
  const kept = await photosInLibrary(page);
  expect(kept).toBeGreaterThanOrEqual(paused);
  expect(kept).toBeLessThan(400);

  await page.getByRole('button', { name: 'Look for changes' }).click();
  await expect(strip, 'goes on with the rest').toContainText(new RegExp(`of ${400 - kept}`));
  await strip.getByRole('button', { name: 'Stop' }).click();
  await expect(strip).toBeHidden();
});

test('follows what happens in a folder', async ({ app, page, material, workplace }) => {
  const folder = await copyFolder(material.photos, path.join(workplace, 'watched'));
  await chooseInDialog(app, folder);
  await page.getByRole('button', { name: 'Choose a folder' }).click();
  await waitForPhotos(page, photoCount);

  await test.step('a new photo', async () => {
    await copyFile(originalPath('nagasaki-boats'), path.join(folder, 'new.jpg'));
    await waitForPhotos(page, photoCount + 1);
    await expect(tileOf(page, (await photoIds(page)).get('new.jpg')!)).toBeVisible();
  });
  await test.step('a photo that goes', async () => {
    await rm(path.join(folder, 'new.jpg'));
    await waitForPhotos(page, photoCount);
    expect([...(await photoIds(page)).keys()]).not.toContain('new.jpg');
  });
  await test.step('a photo that moves', async () => {
    const before = await photoIds(page);
    await mkdir(path.join(folder, 'deeper'));
    await rename(path.join(folder, 'black-canyon.jpg'), path.join(folder, 'deeper', 'moved.jpg'));
    await expect
      .poll(async () => (await photoIds(page)).get('moved.jpg'))
      .toBe(before.get('black-canyon.jpg'));
  });
  await test.step('a folder that vanishes, and comes back', async () => {
    await rename(folder, `${folder} elsewhere`);
    const entry = page.getByRole('navigation').getByRole('button', { name: /^watched/ });
    await expect(entry).toContainText('Not connected');
    expect(await photosInLibrary(page)).toBe(photoCount);
    app.expectErrors(/Failed to load resource/);
    await tiles(page).first().click();
    await expect(page.getByRole('grid', { name: 'Matches, best first' })).toBeVisible();
    const query = page.getByRole('complementary', { name: 'Your photo' }).getByRole('img');
    await expect(query, 'what is left of it').toHaveAttribute('src', /^akin:\/\/thumbnail\//);
    await page.keyboard.press('Escape');

    await rename(`${folder} elsewhere`, folder);
    await page.getByRole('button', { name: 'Look for changes' }).click();
    await expect(entry).not.toContainText('Not connected');
    await waitForPhotos(page, photoCount);
  });
});
