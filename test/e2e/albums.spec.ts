import type { Locator, Page } from '@playwright/test';
import { expect, test } from './app.ts';
import { photoIds, tiles, waitForPhotos } from './library-view.ts';
import { groups, isOfGroup, photoCount, photosInGroup } from './material.ts';

function cards(page: Page): Locator {
  return page.getByRole('listbox', { name: 'Albums' }).getByRole('option');
}

/** Makes an album of each group of photos, with a photo of another group in the last one. */
async function makeAlbums(page: Page): Promise<void> {
  const known = await photoIds(page);
  for (const group of groups) {
    const members = [...known].filter(([name]) => isOfGroup(name, group)).map(([, id]) => id);
    const wrong = group === groups.at(-1) ? [known.get(`${groups[0]}.jpg`)!] : [];
    await page.evaluate(([name, ids]) => window.akin.request('albums.create', { name, photoIds: ids }), [
      group,
      [...members, ...wrong],
    ] as [string, number[]]);
  }
}

test.beforeEach(({ page }) => waitForPhotos(page, photoCount));

test('albums are opened, renamed and removed, and removing is undone', async ({ page }) => {
  await page.getByRole('button', { name: /^Albums/ }).click();
  await expect(page.getByRole('heading', { name: 'No albums yet' })).toBeVisible();
  await makeAlbums(page);
  await expect(cards(page)).toHaveCount(groups.length);
  const card = cards(page).filter({ hasText: groups[0] });
  await card.press('F2');
  await expect(page.getByLabel('Name of the album')).toHaveValue(groups[0]);
  await page.getByLabel('Name of the album').fill('A canyon');
  await page.keyboard.press('Enter');
  const canyon = cards(page).filter({ hasText: 'A canyon' });
  await expect(canyon).toHaveAccessibleName(`A canyon, ${photosInGroup} photos`);

  await canyon.press('Delete');
  await expect(page.getByText('A canyon was removed.')).toBeVisible();
  await expect(cards(page)).toHaveCount(groups.length - 1);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(canyon).toHaveAccessibleName(`A canyon, ${photosInGroup} photos`);

  await canyon.click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('A canyon');
  await expect(page.getByRole('banner')).toContainText(`${photosInGroup} photos`);
  await page.getByRole('button', { name: 'Remove the album' }).click();
  await expect(page.getByRole('heading', { name: 'This album is not there any more' })).toBeVisible();
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(tiles(page)).toHaveCount(photosInGroup);
});

test('photos are taken out of an album, and that is undone', async ({ page }) => {
  await makeAlbums(page);
  await page.getByRole('button', { name: /^Albums/ }).click();
  await cards(page).filter({ hasText: groups[0] }).click();
  await tiles(page).first().press('x');
  await page.keyboard.press('Shift+ArrowRight');
  await page.getByRole('button', { name: 'Take out' }).click();
  await expect(page.getByText('2 photos were taken out of the album.')).toBeVisible();
  await expect(tiles(page)).toHaveCount(photosInGroup - 2);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(tiles(page)).toHaveCount(photosInGroup);
});

test('albums tell how well the search finds what is in them', async ({ page }) => {
  const title = 'How well it finds';
  await page.evaluate(async () => {
    const { ids } = await window.akin.request('photos.timeline', {});
    await window.akin.request('albums.create', { name: 'Only one', photoIds: [ids[0]!, ids[1]!] });
  });
  await page.getByRole('button', { name: /^Albums/ }).click();
  await page.getByRole('button', { name: title }).click();
  await expect(page.getByRole('heading', { name: 'Not enough albums to measure with' })).toBeVisible();
  await page.keyboard.press('Escape');
  await cards(page).first().press('Delete');
  await makeAlbums(page);

  await page.getByRole('button', { name: title }).click();
  const view = page.getByRole('region', { name: title });
  await expect(view).toContainText(`${photoCount + 1} photos of your albums`);
  const told = await page.evaluate(() => window.akin.request('albums.evaluate', {}));
  expect(told.mAP, 'one photo is in a wrong album').toBeLessThan(100);
  await expect(view.getByText('Mean average precision', { exact: true }).locator('..')).toContainText(
    `${Math.round(told.mAP * 10) / 10}`,
  );
  await expect(view.getByRole('img', { name: 'Precision and recall' })).toBeVisible();
  await view.getByText('As a table').click();
  await expect(view.getByRole('table').getByRole('row')).toHaveCount(told.curve.length + 1);
  const worst = view.getByRole('listitem').first();
  await expect(worst).toContainText(groups.at(-1)!);
  await worst.getByRole('button').click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(groups.at(-1)!);
  await page.keyboard.press('Escape');
  await expect(view).toBeVisible();
});

test('what searches do is set, and stays so', async ({ page, launch, app }) => {
  await page.getByRole('button', { name: 'Settings' }).click();
  const dialog = page.getByRole('dialog', { name: 'Settings' });
  await dialog.getByRole('radio', { name: /^All regions/ }).check();
  await dialog.getByRole('checkbox', { name: /^Verify/ }).uncheck();
  await dialog.getByRole('checkbox', { name: /^Describe photos at three sizes/ }).check();
  await expect(dialog.getByRole('alert')).toContainText(`${photoCount} photos are read once more`);
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  const three = dialog.getByRole('checkbox', { name: /^Describe photos at three sizes/ });
  await expect(three).not.toBeChecked();
  await three.check();
  await dialog.getByRole('button', { name: 'Describe at three sizes' }).click();
  await expect(three).toBeChecked();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('progressbar', { name: 'Indexing' })).toBeVisible();
  await page.getByRole('button', { name: 'Stop' }).click();
  await app.close();

  const next = await launch();
  const settings = await next.page.evaluate(() => window.akin.request('settings.get', {}));
  expect(settings).toMatchObject({ refinement: { regional: 'sum', verification: false }, scales: 'three' });
});
