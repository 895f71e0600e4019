import type { Page } from '@playwright/test';
import { expect, test } from './app.ts';
import { tiles, waitForPhotos } from './library-view.ts';
import { photoCount } from './material.ts';

test.beforeEach(({ page }) => waitForPhotos(page, photoCount));

function focusedTile(page: Page) {
  return page.evaluate(() => document.activeElement?.getAttribute('data-index'));
}

/** What has the keyboard, and whether one can see that. */
function focused(page: Page) {
  return page.evaluate(() => {
    const element = document.activeElement!;
    const { outlineStyle, outlineWidth } = getComputedStyle(element);
    const box = element.getBoundingClientRect();
    return {
      name: element.getAttribute('aria-label') ?? element.textContent?.trim() ?? '',
      tag: element.tagName,
      visible:
        outlineStyle !== 'none' &&
        Number.parseFloat(outlineWidth) >= 2 &&
        box.width > 0 &&
        box.bottom > 0 &&
        box.top < innerHeight,
    };
  });
}

test('Tab goes round the window, and always shows where it is', async ({ page }) => {
  const stops: string[] = [];
  for (let step = 0; step < 20; step += 1) {
    await page.keyboard.press('Tab');
    const stop = await focused(page);
    if (stop.tag === 'BODY' || stops[0] === stop.name) break;
    expect(stop.visible, `${stop.name} shows that it has the keyboard`).toBe(true);
    stops.push(stop.name);
  }
  expect(stops).toEqual([
    expect.stringMatching(/^All photos/),
    expect.stringMatching(/^Places/),
    expect.stringMatching(/^Duplicates/),
    expect.stringMatching(/^Albums/),
    expect.stringMatching(/^Training/),
    expect.stringMatching(/^photos/),
    'Remove photos from the library',
    'Add a folder…',
    'Look for changes',
    'Settings',
    'Open a picture…',
    'Photo, Wednesday 22 May 2024',
  ]);
});

test('finds, looks and returns without a mouse', async ({ page }) => {
  const library = page.getByRole('grid', { name: 'Photos, newest first' });
  const results = page.getByRole('grid', { name: 'Matches, best first' });
  await page.getByRole('button', { name: 'Open a picture…' }).focus();
  await page.keyboard.press('Tab');
  expect(await focusedTile(page)).toBe('0');
  await page.keyboard.press('ArrowRight');
  expect(await focusedTile(page)).toBe('1');
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('ArrowLeft');
  expect(await focusedTile(page)).toBe('0');
  await page.keyboard.press('ArrowDown');
  const below = await focusedTile(page);
  expect(Number(below)).toBeGreaterThan(1);
  await page.keyboard.press('ArrowUp');
  expect(await focusedTile(page)).toBe('0');
  await page.keyboard.press('End');
  await expect.poll(() => focusedTile(page)).toBe(String(photoCount - 1));
  expect((await focused(page)).visible, 'the last photo is in view').toBe(true);
  await page.keyboard.press('Home');
  await expect.poll(() => focusedTile(page)).toBe('0');
  await page.keyboard.press('PageDown');
  await expect.poll(() => focusedTile(page)).not.toBe('0');
  const left = await focusedTile(page);
  expect((await focused(page)).visible).toBe(true);

  await page.keyboard.press('Enter');
  await expect(results).toBeVisible();
  await expect(tiles(page).first(), 'the best match takes the keyboard').toBeFocused();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('banner')).toContainText('Photos that belong with this one');
  await expect(tiles(page).first()).toBeFocused();
  await page.keyboard.press('Space');
  await expect(page.getByRole('dialog', { name: 'Photo viewer' })).toBeVisible();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('dialog', { name: 'Photo viewer' })).toBeHidden();
  await expect(tiles(page).first()).toBeFocused();

  await page.keyboard.press('Escape');
  await expect(results).toBeVisible();
  await page.keyboard.press('Escape');
  await expect.poll(() => focusedTile(page), 'on the match that was followed').toBe('1');
  await page.keyboard.press('Escape');
  await expect(library).toBeVisible();
  await expect.poll(() => focusedTile(page), 'where it was left').toBe(left);
});

test('settings hold the keyboard until they close', async ({ page }) => {
  const settings = page.getByRole('button', { name: 'Settings' });
  await settings.focus();
  await page.keyboard.press('Enter');
  const sheet = page.getByRole('dialog', { name: 'Settings' });
  await expect(sheet).toBeVisible();
  for (let step = 0; step < 5; step += 1) {
    await page.keyboard.press('Tab');
    const inside = await page.evaluate(() => {
      const dialog = document.querySelector('dialog[open]');
      return document.activeElement === document.body || dialog?.contains(document.activeElement);
    });
    expect(inside).toBe(true);
  }
  await page.keyboard.press('Escape');
  await expect(sheet).toBeHidden();
  await expect(settings).toBeFocused();
});
