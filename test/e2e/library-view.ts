/** The parts of the window that most tests look at, and what the library says about the photos in them. */
import path from 'node:path';
import { expect } from '@playwright/test';
import type { Locator, Page } from '@playwright/test';

/** The photo tiles of the grid on screen. */
export function tiles(page: Page): Locator {
  return page.getByRole('gridcell');
}

export function tileOf(page: Page, photoId: number): Locator {
  return tiles(page).filter({ has: page.locator(`img[src="akin://thumbnail/${photoId}"]`) });
}

/** Waits until the grid shows so many photos of the library, and nothing is being read any more. */
export async function waitForPhotos(page: Page, count: number): Promise<void> {
  await expect(page.getByRole('banner').getByText(`${count} photo`)).toBeVisible();
  await expect(page.getByRole('progressbar')).toBeHidden();
}

/** Waits until the keypoints of the results are compared, and the results are in the order that follows. */
export async function waitUntilVerified(page: Page): Promise<void> {
  await expect(page.getByRole('status').filter({ hasText: /\d+ verified/ })).toBeVisible({ timeout: 60_000 });
  await expect(page.getByRole('button', { name: 'Show the new order' })).toBeHidden();
}

/** The library's photos: file name to id. */
export async function photoIds(page: Page): Promise<Map<string, number>> {
  const photos = await page.evaluate(async () => {
    const { ids } = await window.akin.request('photos.timeline', {});
    return Promise.all([...ids].map((photoId) => window.akin.request('photos.get', { photoId })));
  });
  return new Map(photos.map((photo) => [photo.name, photo.id]));
}

/** @throws Error when the library has no photo of that name */
export async function photoId(page: Page, name: string): Promise<number> {
  const id = (await photoIds(page)).get(name);
  if (id === undefined) throw new Error(`There is no photo ${name}.`);
  return id;
}

/** The file names of the first tiles on screen, in their order, as the library knows them. */
export async function shownNames(page: Page, count: number): Promise<string[]> {
  const ids: number[] = [];
  for (let index = 0; index < count; index += 1) {
    const source = await page.locator(`[role=gridcell][data-index="${index}"] img`).getAttribute('src');
    ids.push(Number(/^akin:\/\/thumbnail\/(\d+)$/.exec(source ?? '')?.[1]));
  }
  const paths = await page.evaluate(
    (photoIds) =>
      Promise.all(
        photoIds.map(async (photoId) => (await window.akin.request('photos.get', { photoId })).path),
      ),
    ids,
  );
  return paths.map((file) => path.basename(file));
}

export async function photosInLibrary(page: Page): Promise<number> {
  return (await page.evaluate(() => window.akin.request('library.status', {}))).photos;
}
