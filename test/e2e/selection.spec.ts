import type { Page } from '@playwright/test';
import { expect, test } from './app.ts';
import { photoId, shownNames, tileOf, tiles, waitForPhotos } from './library-view.ts';
import { isOfGroup, photoCount, photosInGroup } from './material.ts';

test.beforeEach(({ page }) => waitForPhotos(page, photoCount));

function bar(page: Page) {
  return page.getByRole('toolbar', { name: 'Selected photos' });
}

function selected(page: Page) {
  return page.getByRole('gridcell', { selected: true });
}

test('photos are selected by mouse and by keyboard', async ({ page }) => {
  await expect(bar(page)).toBeHidden();
  await tiles(page)
    .nth(1)
    .click({ modifiers: ['ControlOrMeta'] });
  await expect(bar(page)).toContainText('1 selected');
  await tiles(page)
    .nth(3)
    .click({ modifiers: ['Shift'] });
  await expect(selected(page)).toHaveCount(3);
  await tiles(page)
    .nth(2)
    .click({ modifiers: ['ControlOrMeta'] });
  await expect(selected(page)).toHaveCount(2);
  await page.keyboard.press('x');
  await expect(selected(page)).toHaveCount(3);
  await page.keyboard.press('Escape');
  await expect(bar(page)).toBeHidden();

  await page.keyboard.press('Home');
  await page.keyboard.press('ControlOrMeta+Space');
  await page.keyboard.press('Shift+ArrowRight');
  await page.keyboard.press('Shift+ArrowRight');
  await expect(bar(page)).toContainText('3 selected');
  await page.keyboard.press('ArrowRight');
  await expect(selected(page), 'moving on selects nothing').toHaveCount(3);
  await bar(page).getByRole('button', { name: 'Select nothing' }).click();
  await expect(selected(page)).toHaveCount(0);
});

test('several photos are one query, and others show what is not meant', async ({ page }) => {
  const canyon = await photoId(page, 'black-canyon.jpg');
  const plane = await photoId(page, 'airplane-from-above.jpg');
  await tileOf(page, canyon).click({ modifiers: ['ControlOrMeta'] });
  await tileOf(page, plane).click({ modifiers: ['ControlOrMeta'] });
  await page.getByRole('button', { name: 'Find more like these' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Photos that belong with these');
  const query = page.getByRole('complementary', { name: 'Your photos' });
  await expect(query.getByRole('img')).toHaveCount(2);
  await expect(page.getByRole('banner')).toContainText(`${photoCount - 2} matches`);
  const names = await shownNames(page, 2 * (photosInGroup - 1));
  expect(names.filter((name) => isOfGroup(name, 'allium'))).toEqual([]);

  await tiles(page).first().press('x');
  await bar(page).getByRole('button', { name: 'Not like this' }).click();
  await expect(query.getByRole('list', { name: 'Not like this' }).getByRole('img')).toHaveCount(1);
  await expect(bar(page), 'what was selected was used').toBeHidden();
  await query.getByRole('list', { name: 'Not like this' }).getByRole('button').click();
  await expect(query.getByRole('list', { name: 'Not like this' })).toBeHidden();

  await query.getByRole('button', { name: 'Search without airplane-from-above.jpg' }).click();
  await expect(page.getByRole('complementary', { name: 'Your photo', exact: true })).toBeVisible();
  await expect(page.getByRole('heading', { level: 2, name: 'black-canyon.jpg' })).toBeVisible();
  await page.getByRole('button', { name: 'Back' }).click();
  await expect(query.getByRole('img')).toHaveCount(2);
});

test('selected photos become an album, which results can be held to', async ({ page }) => {
  for (const name of ['black-canyon.jpg', 'black-canyon-copy.jpg', 'allium-oreophilum.jpg']) {
    await tileOf(page, await photoId(page, name)).click({ modifiers: ['ControlOrMeta'] });
  }
  await bar(page).getByRole('button', { name: 'New album' }).click();
  const dialog = page.getByRole('dialog', { name: 'New album from these photos' });
  await expect(dialog.getByRole('button', { name: 'Make the album' })).toBeDisabled();
  await dialog.getByLabel('Name of the album').fill('Two canyons');
  await page.keyboard.press('Enter');
  await expect(dialog).toBeHidden();
  await expect(page.getByText('Two canyons was made of 3 photos.')).toBeVisible();
  await expect(bar(page)).toBeHidden();

  await tileOf(page, await photoId(page, 'black-canyon.jpg')).click();
  await page.getByRole('button', { name: 'Filter', exact: true }).click();
  await page.getByRole('checkbox', { name: /^Two canyons/ }).check();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('banner')).toContainText('2 matches');
  expect(await shownNames(page, 2)).toEqual(['black-canyon-copy.jpg', 'allium-oreophilum.jpg']);
});

test('what was selected is still selected after looking elsewhere', async ({ page }) => {
  await tiles(page)
    .nth(1)
    .click({ modifiers: ['ControlOrMeta'] });
  await tiles(page).nth(4).click();
  await expect(page.getByRole('grid', { name: 'Matches, best first' })).toBeVisible();
  await expect(bar(page)).toBeHidden();
  await page.keyboard.press('Escape');
  await expect(bar(page)).toContainText('1 selected');
  await page.keyboard.press('Escape');
  await expect(bar(page)).toBeHidden();
});
