import type { Locator, Page } from '@playwright/test';
import { expect, test } from './app.ts';
import { photoId, tileOf, tiles, waitForPhotos } from './library-view.ts';
import { photoCount } from './material.ts';

test.beforeEach(({ page }) => waitForPhotos(page, photoCount));

function viewerOf(page: Page): Locator {
  return page.getByRole('dialog', { name: 'Photo viewer' });
}

/** The photo itself, not the thumbnail that stands in for it: its width on screen once it is decoded. */
async function shownWidth(viewer: Locator, name: string): Promise<number> {
  const picture = viewer.getByRole('img', { name });
  await picture.evaluate((image: HTMLImageElement) => image.decode());
  return (await picture.boundingBox())!.width;
}

test('shows photos one after the other, from Space to Esc', async ({ page }) => {
  const viewer = viewerOf(page);
  await tileOf(page, await photoId(page, 'black-canyon.jpg')).focus();
  const first = Number(await page.locator(':focus').getAttribute('data-index'));
  await page.keyboard.press('Space');
  await expect(viewer.getByRole('heading', { name: 'black-canyon.jpg' })).toBeVisible();
  await expect(viewer.getByText(`${first + 1} of ${photoCount}`)).toBeVisible();
  expect(await shownWidth(viewer, 'black-canyon.jpg')).toBeGreaterThan(300);

  await page.keyboard.press('ArrowRight');
  await expect(viewer.getByText(`${first + 2} of ${photoCount}`)).toBeVisible();
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('End');
  await expect(viewer.getByText(`${photoCount} of ${photoCount}`)).toBeVisible();
  await expect(viewer.getByRole('button', { name: 'Next photo' })).toBeHidden();
  await page.keyboard.press('Home');
  await expect(viewer.getByText(`1 of ${photoCount}`)).toBeVisible();
  await expect(viewer.getByRole('button', { name: 'Previous photo' })).toBeHidden();
  await viewer.getByRole('button', { name: 'Next photo' }).click();
  await expect(viewer.getByText(`2 of ${photoCount}`)).toBeVisible();

  await page.keyboard.press('Escape');
  await expect(viewer).toBeHidden();
  await expect(tiles(page).and(page.locator('[data-index="1"]')), 'on the photo seen last').toBeFocused();
});

test('zooms by keys, buttons, wheel and double click', async ({ page }) => {
  const viewer = viewerOf(page);
  const name = 'airplane-from-above.jpg';
  await tileOf(page, await photoId(page, name)).focus();
  await page.keyboard.press('Space');
  const whole = await shownWidth(viewer, name);
  const width = () => shownWidth(viewer, name);
  const fit = viewer.getByRole('button', { name: 'Fit to window' });
  await expect(fit).toBeDisabled();
  await expect(viewer.getByRole('button', { name: 'Zoom out' })).toBeDisabled();

  await page.keyboard.press('+');
  await expect.poll(width).toBeCloseTo(whole * 1.5, 0);
  await viewer.getByRole('button', { name: 'Zoom in' }).click();
  await expect.poll(width).toBeCloseTo(whole * 1.5 ** 2, 0);
  await page.keyboard.press('-');
  await expect.poll(width).toBeCloseTo(whole * 1.5, 0);
  await page.keyboard.press('0');
  await expect.poll(width).toBeCloseTo(whole, 0);

  await viewer.getByRole('img', { name }).dblclick();
  await expect.poll(width).toBeGreaterThan(whole * 1.2);
  await fit.click();
  await expect.poll(width).toBeCloseTo(whole, 0);
  await viewer.getByRole('img', { name }).hover();
  await page.mouse.wheel(0, -400);
  await expect.poll(width).toBeGreaterThan(whole * 1.2);
  const before = (await viewer.getByRole('img', { name }).boundingBox())!;
  await page.mouse.down();
  await page.mouse.move(500, 300, { steps: 4 });
  await page.mouse.up();
  const after = (await viewer.getByRole('img', { name }).boundingBox())!;
  expect([after.x, after.y], 'dragging moves it').not.toEqual([before.x, before.y]);
});

test('tells what is known about a photo, and where it is', async ({ app, page, material }) => {
  const viewer = viewerOf(page);
  await tileOf(page, await photoId(page, 'black-canyon-darker.png')).hover();
  await tileOf(page, await photoId(page, 'black-canyon-darker.png'))
    .locator('[data-view]')
    .click();
  await viewer.getByRole('button', { name: 'Details' }).click();
  const details = viewer.getByRole('complementary', { name: 'Details' });
  await expect(details).toContainText('black-canyon-darker.png');
  await expect(details).toContainText(/22 May 2024/);
  await expect(details).toContainText(/\d+ × \d+ · 0\.\d MP · 1\.\d MB/);
  await expect(details).toContainText('PNG');
  await expect(details).toContainText(`${material.photos}/black-canyon-darker.png`);
  await page.keyboard.press('i');
  await expect(details).toBeHidden();

  const shown = await app.electron.evaluateHandle(({ shell }) => {
    const files: string[] = [];
    shell.showItemInFolder = (file) => files.push(file);
    return files;
  });
  await viewer.getByRole('button', { name: 'Show in folder' }).click();
  await expect.poll(() => shown.jsonValue()).toEqual([`${material.photos}/black-canyon-darker.png`]);

  await viewer.getByRole('button', { name: 'Find matches' }).click();
  await expect(viewer).toBeHidden();
  const query = page.getByRole('complementary', { name: 'Your photo' });
  await expect(query.getByRole('heading', { name: 'black-canyon-darker.png' })).toBeVisible();
});
