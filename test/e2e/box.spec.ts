import type { Locator, Page } from '@playwright/test';
import { expect, test } from './app.ts';
import { photoId, shownNames, tileOf, tiles, waitForPhotos } from './library-view.ts';
import { isOfGroup, originalPath, photoCount, photosInGroup } from './material.ts';

test.beforeEach(({ page }) => waitForPhotos(page, photoCount));

function viewerOf(page: Page): Locator {
  return page.getByRole('dialog', { name: 'Photo viewer' });
}

function boxOf(page: Page): Locator {
  return viewerOf(page).getByRole('application', { name: 'Part to search for' });
}

async function view(page: Page, name: string): Promise<void> {
  await tileOf(page, await photoId(page, name)).focus();
  await page.keyboard.press('Space');
  const picture = viewerOf(page).getByRole('img', { name });
  await picture.evaluate((image: HTMLImageElement) => image.decode());
}

/** Where the box is, as a screen reader says it: left, top, width, height in percent. */
async function saidBox(page: Page): Promise<number[]> {
  const text = await viewerOf(page).getByRole('status').filter({ hasText: 'wide' }).textContent();
  return [...(text ?? '').matchAll(/(\d+)%/g)].map(([, share]) => Number(share));
}

/** Where the box is on the photo, as the screen shows it, in percent. */
async function shownBox(page: Page, name: string): Promise<number[]> {
  const photo = (await viewerOf(page).getByRole('img', { name }).boundingBox())!;
  const box = (await boxOf(page).boundingBox())!;
  return [
    (box.x - photo.x) / photo.width,
    (box.y - photo.y) / photo.height,
    box.width / photo.width,
    box.height / photo.height,
  ].map((share) => share * 100);
}

function expectNear(one: readonly number[], other: readonly number[]): void {
  expect(one).toHaveLength(other.length);
  for (const [place, value] of one.entries()) expect(Math.abs(value - other[place]!)).toBeLessThan(1.5);
}

/** Drags between two points of the photo, in percent of it. */
async function drag(page: Page, name: string, from: [number, number], to: [number, number]): Promise<void> {
  const photo = (await viewerOf(page).getByRole('img', { name }).boundingBox())!;
  const at = ([x, y]: [number, number]) =>
    [photo.x + (photo.width * x) / 100, photo.y + (photo.height * y) / 100] as const;
  await page.mouse.move(...at(from));
  await page.mouse.down();
  await page.mouse.move(...at(to), { steps: 5 });
  await page.mouse.up();
}

const name = 'black-canyon.jpg';

test('a box is drawn, moved and resized with the mouse, and searched', async ({ page }) => {
  await view(page, name);
  await page.keyboard.down('Shift');
  await drag(page, name, [60, 70], [20, 30]);
  await page.keyboard.up('Shift');
  await expect(boxOf(page), 'the keyboard is on it').toBeFocused();
  expectNear(await saidBox(page), [20, 30, 40, 40]);
  expectNear(await shownBox(page, name), [20, 30, 40, 40]);

  await drag(page, name, [40, 50], [50, 40]);
  expectNear(await saidBox(page), [30, 20, 40, 40]);
  await drag(page, name, [30, 20], [10, 10]);
  expectNear(await saidBox(page), [10, 10, 60, 50]);
  await drag(page, name, [70, 35], [80, 90]);
  expectNear(await saidBox(page), [10, 10, 70, 50]);
  await drag(page, name, [40, 40], [95, 95]);
  expectNear(await saidBox(page), [30, 50, 70, 50]);
  expectNear(await shownBox(page, name), [30, 50, 70, 50]);

  await viewerOf(page).getByRole('button', { name: 'Remove the box' }).click();
  await expect(boxOf(page)).toBeHidden();
  await viewerOf(page).getByRole('button', { name: 'Search a part' }).click();
  expectNear(await saidBox(page), [25, 25, 50, 50]);
  // With the tool, no Shift is needed.
  await drag(page, name, [5, 85], [40, 55]);
  expectNear(await saidBox(page), [5, 55, 35, 30]);

  await viewerOf(page).getByRole('button', { name: 'Search this part' }).click();
  await expect(viewerOf(page)).toBeHidden();
  const query = page.getByRole('complementary', { name: 'Your photo' });
  await expect(query).toContainText('Part of your photo');
  await expect(tiles(page).first()).toBeVisible();
  const names = await shownNames(page, photosInGroup - 3);
  expect(names.filter((other) => !isOfGroup(other, 'black-canyon'))).toEqual([]);
});

test('a box is placed, moved, resized and searched with the keyboard alone', async ({ page }) => {
  await view(page, name);
  await page.keyboard.press('b');
  await expect(boxOf(page)).toBeFocused();
  await expect(viewerOf(page).getByRole('button', { name: 'Search a part' })).toHaveAttribute(
    'aria-pressed',
    'true',
  );
  expect(await saidBox(page)).toEqual([25, 25, 50, 50]);
  for (let step = 0; step < 5; step += 1) await page.keyboard.press('ArrowLeft');
  for (let step = 0; step < 5; step += 1) await page.keyboard.press('Shift+ArrowUp');
  const [left, top, width, height] = (await saidBox(page)) as [number, number, number, number];
  expect([left < 25, top, width, height < 50]).toEqual([true, 25, 50, true]);
  for (let step = 0; step < 60; step += 1) await page.keyboard.press('ArrowLeft');
  expect(await saidBox(page), 'it stays on the photo').toEqual([0, 25, 50, height]);

  await page.keyboard.press('Escape');
  await expect(boxOf(page)).toBeHidden();
  await expect(viewerOf(page), 'only the box is gone').toBeVisible();
  await page.keyboard.press('ArrowRight');
  await expect(viewerOf(page).getByRole('heading')).not.toHaveText(name);
  await page.keyboard.press('ArrowLeft');
  await expect(viewerOf(page).getByRole('img', { name })).toBeVisible();

  await page.keyboard.press('b');
  await expect(boxOf(page)).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('complementary', { name: 'Your photo' })).toContainText('Part of your photo');
  await expect(tiles(page).first()).toBeFocused();
});

test('zooming and panning go on, and the box stays on its part of the photo', async ({ page }) => {
  await view(page, name);
  await page.keyboard.down('Shift');
  await drag(page, name, [40, 40], [60, 60]);
  await page.keyboard.up('Shift');
  const photo = viewerOf(page).getByRole('img', { name });
  const before = (await photo.boundingBox())!;
  await page.mouse.wheel(0, -500);
  await expect.poll(async () => (await photo.boundingBox())!.width).toBeGreaterThan(before.width * 2);
  expectNear(await shownBox(page, name), [40, 40, 20, 20]);
  await viewerOf(page).getByRole('button', { name: 'Fit to window' }).click();
  await expect.poll(async () => (await photo.boundingBox())!.width).toBeCloseTo(before.width, 0);
  for (let step = 0; step < 3; step += 1) await page.keyboard.press('+');
  const start = (await photo.boundingBox())!;
  await drag(page, name, [35, 50], [40, 52]);
  await expect.poll(async () => (await photo.boundingBox())!.x).toBeGreaterThan(start.x);
  expectNear(await shownBox(page, name), [40, 40, 20, 20]);
  expectNear(await saidBox(page), [40, 40, 20, 20]);

  // A new box lies in the middle of what is visible.
  await page.keyboard.press('Escape');
  await page.keyboard.press('b');
  await expect(boxOf(page)).toBeFocused();
  const stage = page.viewportSize() ?? { width: await page.evaluate(() => innerWidth), height: 0 };
  const placed = (await boxOf(page).boundingBox())!;
  expect(placed.x + placed.width / 2).toBeCloseTo(stage.width / 2, -1);
  expect(placed.width).toBeLessThan(stage.width * 0.6);
});

test('the box of a search is there to be adjusted', async ({ page }) => {
  await view(page, name);
  await page.keyboard.press('b');
  await expect(boxOf(page)).toBeFocused();
  await page.keyboard.press('Enter');
  const query = page.getByRole('complementary', { name: 'Your photo' });
  await query.getByRole('button', { name: 'View' }).click();
  await expect(boxOf(page)).toBeVisible();
  expect(await saidBox(page)).toEqual([25, 25, 50, 50]);
  await boxOf(page).focus();
  await page.keyboard.press('Shift+ArrowRight');
  await page.keyboard.press('Enter');
  await expect(viewerOf(page)).toBeHidden();
  await expect(tiles(page).first()).toBeVisible();
  await query.getByRole('button', { name: 'View' }).click();
  const [, , width] = await saidBox(page);
  expect(width).toBeGreaterThan(50);
});

test('a part of a picture from elsewhere can be searched', async ({ page }) => {
  const dialog = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Open a picture…' }).click();
  await (await dialog).setFiles(originalPath('black-canyon'));
  const query = page.getByRole('complementary', { name: 'Your picture' });
  await expect(tiles(page).first()).toBeVisible();
  await query.getByRole('button', { name: 'View' }).click();
  await expect(viewerOf(page)).toBeVisible();
  await expect(viewerOf(page).getByRole('button', { name: 'Show in folder' })).toBeHidden();
  await page.keyboard.press('b');
  await expect(boxOf(page)).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(query).toContainText('Part of your photo');
  await expect(tiles(page).first()).toBeVisible();
  expect(isOfGroup((await shownNames(page, 1))[0]!, 'black-canyon')).toBe(true);
});
