import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Locator, Page } from '@playwright/test';
import { expect, test } from './app.ts';
import { photoId, shownNames, tileOf, tiles, waitForPhotos, waitUntilVerified } from './library-view.ts';
import { isOfGroup, originalPath, photoCount, photosInGroup } from './material.ts';

test.beforeEach(async ({ page }) => {
  await waitForPhotos(page, photoCount);
  await tileOf(page, await photoId(page, 'black-canyon.jpg')).click();
  await expect(results(page)).toBeVisible();
});

function results(page: Page): Locator {
  return page.getByRole('grid', { name: 'Matches, best first' });
}

function sections(page: Page): Locator {
  return page.getByRole('rowheader');
}

/** The ids of the photos on screen, in their order. */
async function shownIds(page: Page): Promise<string[]> {
  const sources = await tiles(page)
    .locator('img')
    .evaluateAll((images) => images.map((image) => image.getAttribute('src') ?? ''));
  return sources.map((source) => source.replace('akin://thumbnail/', ''));
}

function focusedPhoto(page: Page): Promise<string | null | undefined> {
  return page.evaluate(() => document.activeElement?.querySelector('img')?.getAttribute('src'));
}

test('proves matches, marks them, and leaves the keyboard where it is', async ({ page }) => {
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  const chosen = await focusedPhoto(page);
  expect(chosen).toMatch(/^akin:/);
  await waitUntilVerified(page);
  expect(await focusedPhoto(page), 'the photo that was chosen still has the keyboard').toBe(chosen);

  const labels = await tiles(page).evaluateAll((all) =>
    all.map((tile) => tile.getAttribute('aria-label') ?? ''),
  );
  const names = await shownNames(page, photosInGroup - 1);
  expect(names.filter((name) => !isOfGroup(name, 'black-canyon'))).toEqual([]);
  const verified = labels.slice(0, photosInGroup - 1).filter((label) => /verified by \d+ points/.test(label));
  expect(verified.length, 'edited copies are proven').toBeGreaterThan((photosInGroup - 1) / 2);
  expect(labels.at(-1), 'something else is not').not.toContain('verified');
});

test('shows where photos match: the one that is looked at, or all', async ({ page }) => {
  const boxes = page.locator('[data-box]');
  const shown = () =>
    boxes.evaluateAll((all) => all.filter((box) => getComputedStyle(box).opacity !== '0').length);
  await expect.poll(() => boxes.count()).toBeGreaterThan(photosInGroup - 1);
  await page.mouse.move(0, 0);
  await expect.poll(shown).toBe(1);
  await page.getByRole('button', { name: 'Show where it matched' }).click();
  await expect.poll(shown).toBe(await boxes.count());
  for (const box of await boxes.all()) {
    const inner = (await box.boundingBox())!;
    expect(inner.width).toBeGreaterThan(0);
    expect(inner.height).toBeGreaterThan(0);
  }
  await page.getByRole('button', { name: 'Show where it matched' }).click();
  await expect.poll(shown).toBeLessThanOrEqual(1);
});

test('filters say what they do, and go one by one', async ({ page }) => {
  const chips = page.getByRole('list', { name: 'Filters' });
  await page.getByRole('button', { name: 'Filter', exact: true }).click();
  await page.getByRole('checkbox', { name: /^PNG/ }).check();
  await expect(page.getByRole('banner')).toContainText('3 matches');
  await page.getByRole('checkbox', { name: /^WEBP/ }).check();
  await expect(page.getByRole('banner')).toContainText('6 matches');
  await page.getByLabel('From', { exact: true }).fill('2024-05-20');
  await page.getByLabel('Until', { exact: true }).fill('2024-05-22');
  await expect(page.getByRole('banner')).toContainText('2 matches');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('checkbox', { name: /^PNG/ })).toBeHidden();
  await expect(results(page), 'Escape closes the menu, not the results').toBeVisible();
  await expect(chips.getByRole('button')).toHaveText([
    'From 20 May 2024',
    'Until 22 May 2024',
    'PNG',
    'WEBP',
    'Clear filters',
  ]);

  await chips.getByRole('button', { name: 'No longer only PNG' }).click();
  await expect(page.getByRole('banner')).toContainText('1 match ');
  await expect(chips.getByRole('button', { name: 'No longer only WEBP' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(chips.getByRole('button')).toHaveCount(3);

  // The terms stay while one goes from result to result.
  await tiles(page).first().click();
  await expect(chips.getByRole('button')).toHaveCount(3);
  await chips.getByRole('button', { name: 'Clear filters' }).click();
  await expect(chips).toBeHidden();
  await expect(page.getByRole('banner')).toContainText(`${photoCount - 1} matches`);
});

test('an empty result under a filter offers to clear it', async ({ page }) => {
  await page.getByRole('button', { name: 'Filter', exact: true }).click();
  await page.getByRole('checkbox', { name: 'Not in the same folder' }).check();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('heading', { name: 'Nothing like it among these photos' })).toBeVisible();
  await page.locator('section').getByRole('button', { name: 'Clear filters' }).last().click();
  await expect(tiles(page).first()).toBeVisible();
});

test('near-identical results show as one, and unfold', async ({ page }) => {
  const before = (await shownIds(page)).length;
  await page.getByRole('button', { name: 'Show near-identical results as one' }).click();
  await expect.poll(async () => (await shownIds(page)).length).toBeLessThan(before);
  const folded = tiles(page)
    .filter({ has: page.locator('[data-mark]') })
    .first();
  const label = await folded.getAttribute('aria-label');
  const copies = Number(/(\d+) cop(y|ies) of it/.exec(label ?? '')?.[1]);
  expect(copies).toBeGreaterThan(0);
  const few = (await shownIds(page)).length;
  await folded.focus();
  await page.keyboard.press('c');
  await expect.poll(async () => (await shownIds(page)).length).toBe(few + copies);
  await expect(
    tiles(page)
      .filter({ has: page.locator('[data-mark]') })
      .first(),
  ).toBeFocused();
  const ids = await shownIds(page);
  expect(new Set(ids).size, 'nothing twice').toBe(ids.length);
  await page.locator('[data-mark]').first().click();
  await expect.poll(async () => (await shownIds(page)).length).toBe(few);
});

test('by date there are no tiers', async ({ page }) => {
  await expect(sections(page).first()).toContainText('Identical');
  await page.getByRole('combobox', { name: 'Order' }).selectOption('date');
  await expect(page.getByRole('grid', { name: 'Matches, newest first' })).toBeVisible();
  await expect(sections(page)).toHaveText(['Newest first']);
  const ids = await shownIds(page);
  const taken = await page.evaluate(
    (photoIds) =>
      Promise.all(
        photoIds.map(async (photoId) => (await window.akin.request('photos.get', { photoId })).takenAt),
      ),
    ids.map(Number),
  );
  expect(taken).toEqual([...taken].sort((a, b) => b - a));
});

test('a search can do without proof, and again with it', async ({ page }) => {
  await waitUntilVerified(page);
  const refine = page.getByRole('button', { name: 'How this search is refined' });
  await refine.click();
  await page.getByRole('checkbox', { name: /^Verify by keypoints/ }).uncheck();
  await expect(page.getByText(/\d+ verified/)).toBeHidden();
  await expect.poll(() => page.locator('[aria-label*="verified by"]').count()).toBe(0);
  await page.getByRole('radio', { name: /^With their average/ }).check();
  await page.getByRole('button', { name: 'As in the settings' }).click();
  await page.keyboard.press('Escape');
  await waitUntilVerified(page);
});

test('results are saved where the user says', async ({ app, page, workplace }) => {
  const file = path.join(workplace, 'matches.csv');
  await app.electron.evaluate(({ dialog }, filePath) => {
    dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath });
  }, file);
  await page.getByRole('button', { name: 'Save the results as a file' }).click();
  await page.getByRole('button', { name: 'As a table (CSV)…' }).click();
  await expect(page.getByText('The results are in matches.csv.')).toBeVisible({ timeout: 60_000 });
  const lines = (await readFile(file, 'utf8')).trim().split('\n');
  expect(lines).toHaveLength(photoCount);
  expect(lines[1]).toContain('black-canyon-copy.jpg');
});

test('a picture that the engine has forgotten is read again', async ({ page }) => {
  const dialog = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Open a picture…' }).click();
  await (await dialog).setFiles(originalPath('allium-oreophilum'));
  await expect(page.getByRole('complementary', { name: 'Your picture' })).toBeVisible();
  await expect(tiles(page).first()).toBeVisible();
  const picture = (await readFile(originalPath('black-canyon'))).toString('base64');
  await page.evaluate(async (content) => {
    for (let count = 0; count < 40; count += 1) {
      const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
      bytes[bytes.length - 1] = count;
      await window.akin.request('pictures.open', { name: `${count}.jpg`, content: bytes });
    }
  }, picture);
  await page.getByRole('combobox', { name: 'Order' }).selectOption('date');
  await expect(page.getByRole('grid', { name: 'Matches, newest first' })).toBeVisible();
  await expect(page.getByRole('banner')).toContainText(`${photoCount} matches`);
});

test('a query photo that left the library says so', async ({ page }) => {
  await page.getByRole('button', { name: 'Remove photos from the library' }).click();
  await expect(page.getByRole('button', { name: 'Undo' })).toBeVisible();
  await page.getByRole('combobox', { name: 'Order' }).selectOption('date');
  await expect(page.getByRole('alert')).toContainText('That photo is no longer in the library.');
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(page.getByText('photos is back.')).toBeVisible();
  await page.getByRole('alert').getByRole('button', { name: 'Try again' }).click();
  await expect(tiles(page).first()).toBeVisible();
});
