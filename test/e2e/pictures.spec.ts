import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from './app.ts';
import type { Page } from '@playwright/test';
import { photoId, photoIds, shownNames, tileOf, waitForPhotos } from './library-view.ts';
import { groups, isOfGroup, originalPath, photoCount, photosInGroup } from './material.ts';

interface FileInPage {
  name: string;
  type: string;
  /** Base64. */
  content: string;
}

async function fileOf(
  source: string,
  name = path.basename(source),
  type = 'image/jpeg',
): Promise<FileInPage> {
  return { name, type, content: (await readFile(source)).toString('base64') };
}

/** Fires what a drop of the file on the window, or a paste, makes Chromium fire. */
async function bring(page: Page, how: 'dragenter' | 'drop' | 'paste', file: FileInPage): Promise<void> {
  await page.evaluate(
    ({ how, name, type, content }) => {
      const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
      const transfer = new DataTransfer();
      transfer.items.add(new File([bytes], name, { type }));
      const settings = { bubbles: true, cancelable: true };
      document.body.dispatchEvent(
        how === 'paste'
          ? new ClipboardEvent(how, { clipboardData: transfer, ...settings })
          : new DragEvent(how, { dataTransfer: transfer, ...settings }),
      );
    },
    { how, ...file },
  );
}

async function expectCopies(page: Page, group: string): Promise<void> {
  await expect(page.getByRole('grid', { name: 'Matches, best first' })).toBeVisible();
  const names = await shownNames(page, photosInGroup + 1);
  expect(names.slice(0, -1).filter((name) => !isOfGroup(name, group))).toEqual([]);
  expect(isOfGroup(names.at(-1)!, group)).toBe(false);
}

test.beforeEach(({ page }) => waitForPhotos(page, photoCount));

// Whatever a picture was used for, it is not in the library afterwards.
test.afterEach(async ({ page }) => {
  const names = [...(await photoIds(page)).keys()];
  expect(names).toHaveLength(photoCount);
  expect(names.filter((name) => !groups.some((group) => isOfGroup(name, group)))).toEqual([]);
});

test('a picture dropped on the window', async ({ page }) => {
  const file = await fileOf(originalPath('black-canyon'), 'from elsewhere.jpg');
  await bring(page, 'dragenter', file);
  await expect(page.getByText('Drop to find photos like it')).toBeVisible();
  await bring(page, 'drop', file);
  await expect(page.getByText('Drop to find photos like it')).toBeHidden();

  const query = page.getByRole('complementary', { name: 'Your picture' });
  await expect(query.getByRole('heading', { name: 'from elsewhere.jpg' })).toBeVisible();
  await expect(query.getByText('It was not added to the library.')).toBeVisible();
  await expectCopies(page, 'black-canyon');
  const picture = query.getByRole('img', { name: 'from elsewhere.jpg' });
  expect(
    await picture.evaluate((image: HTMLImageElement) => image.decode().then(() => image.naturalWidth)),
  ).toBeGreaterThan(0);
});

test('a picture pasted from the clipboard', async ({ app, page }) => {
  const tile = tileOf(page, await photoId(page, 'allium-oreophilum.jpg'));
  await tile.scrollIntoViewIfNeeded();
  const { x, y, width, height } = (await tile.boundingBox())!;
  await app.electron.evaluate(
    ({ BrowserWindow }, point) => BrowserWindow.getAllWindows()[0]!.webContents.copyImageAt(point.x, point.y),
    { x: Math.round(x + width / 2), y: Math.round(y + height / 2) },
  );
  // The system takes the picture in its own time.
  await expect(async () => {
    await page.keyboard.press('ControlOrMeta+v');
    await expect(page.getByRole('heading', { name: 'Pasted picture' })).toBeVisible({ timeout: 1000 });
  }).toPass();
  await expectCopies(page, 'allium-oreophilum');
});

test('a picture chosen in the dialog', async ({ page }) => {
  const dialog = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Open a picture…' }).click();
  await (await dialog).setFiles(originalPath('airplane-from-above'));
  await expectCopies(page, 'airplane-from-above');
});

test('files that are no pictures get a plain answer', async ({ page }) => {
  const text = { type: 'text/plain', content: Buffer.from('not a picture').toString('base64') };
  for (const how of ['drop', 'paste'] as const) {
    await bring(page, how, { name: 'notes.txt', ...text });
    await expect(page.getByText('There is no picture in what you dropped or pasted.')).toBeVisible();
    await page.getByRole('status').getByRole('button', { name: 'Close' }).click();
  }
  await bring(page, 'drop', { ...text, name: 'notes.jpg', type: 'image/jpeg' });
  await expect(page.getByRole('alert')).toContainText('The search did not work');
  await expect(page.getByRole('alert')).toContainText('The file notes.jpg is not a picture that Akin reads.');

  const photo = await fileOf(originalPath('black-canyon'), 'half.jpg');
  await bring(page, 'drop', { ...photo, content: photo.content.slice(0, 40_000) });
  await expect(page.getByRole('alert')).toContainText('The picture half.jpg ends too early.');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('grid', { name: 'Photos, newest first' })).toBeVisible();
});
