import type { Locator, Page } from '@playwright/test';
import { expect, test } from './app.ts';
import { tiles, waitForPhotos } from './library-view.ts';
import { groups, photoCount } from './material.ts';

test.setTimeout(180_000);

/** The cards of places. */
function cards(page: Page): Locator {
  return page.getByRole('listbox', { name: /^Places/ }).getByRole('option');
}

function title(page: Page): Locator {
  return page.getByRole('heading', { level: 1 });
}

/** How many photos each card says that its place has. */
async function counts(page: Page): Promise<number[]> {
  const labels = await cards(page).evaluateAll((all) => all.map((card) => card.getAttribute('aria-label')));
  return labels.map((label) => Number(/(\d+) photo/.exec(label ?? '')?.[1]));
}

async function openPlaces(page: Page): Promise<void> {
  await waitForPhotos(page, photoCount);
  await page.getByRole('button', { name: /^Places/ }).click();
}

async function findPlaces(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Find places' }).click();
  await expect(cards(page)).toHaveCount(groups.length, { timeout: 150_000 });
  await expect(page.getByRole('progressbar')).toBeHidden({ timeout: 60_000 });
}

test('places are found, named, opened and looked for more of', async ({ page }) => {
  await openPlaces(page);
  await expect(page.getByRole('heading', { name: 'No places yet' })).toBeVisible();
  await findPlaces(page);
  const found = await counts(page);
  expect(found, 'largest first').toEqual(found.toSorted((a, b) => b - a));
  for (const count of found) expect(count).toBeGreaterThan(4);
  await expect(cards(page).first()).toHaveAccessibleName(/^Unnamed place, \d+ photos · .*2024/);

  await cards(page).first().press('F2');
  await page.getByLabel('Name', { exact: true }).fill('Canyon');
  await page.keyboard.press('Enter');
  await expect(cards(page).first()).toHaveAccessibleName(/^Canyon/);

  await cards(page).first().press('Enter');
  await expect(title(page)).toHaveText('Canyon');
  await expect(tiles(page)).toHaveCount(found[0]!);
  await page.keyboard.press('F2');
  const field = page.getByRole('textbox', { name: 'Rename' });
  await field.fill('Something else');
  await field.press('Escape');
  await expect(title(page), 'Escape keeps the name').toHaveText('Canyon');
  await title(page).getByRole('button').click();
  await field.fill('Black Canyon');
  await field.press('Enter');
  await expect(title(page)).toHaveText('Black Canyon');
  await expect(title(page).getByRole('button')).toBeFocused();

  await page.getByRole('button', { name: 'Make an album' }).click();
  await expect(page.getByLabel('Name of the album')).toHaveValue('Black Canyon');
  await page.keyboard.press('Enter');
  await expect(page.getByText(`Black Canyon was made of ${found[0]} photos.`)).toBeVisible();

  await page.getByRole('button', { name: 'Find more like these' }).click();
  await expect(page.getByRole('complementary', { name: 'Your photos' }).getByRole('img')).toHaveCount(
    found[0]!,
  );
  await page.keyboard.press('Escape');
  await expect(title(page)).toHaveText('Black Canyon');
  await page.keyboard.press('Escape');
  await expect(cards(page).first()).toBeFocused();
  await expect(cards(page).first()).toHaveAccessibleName(/^Black Canyon/);
});

test('places are merged and split, and both are undone', async ({ page }) => {
  await openPlaces(page);
  await findPlaces(page);
  const found = await counts(page);
  await cards(page).nth(1).press('x');
  const bar = page.getByRole('toolbar', { name: 'Selected places' });
  await expect(bar.getByRole('button', { name: 'Merge' })).toBeDisabled();
  await page.keyboard.press('Shift+ArrowRight');
  await expect(bar).toContainText('2 selected');
  await bar.getByRole('button', { name: 'Merge' }).click();
  await expect(page.getByText('2 places are one now.')).toBeVisible();
  await expect(cards(page)).toHaveCount(found.length - 1);
  expect((await counts(page)).toSorted()).toEqual([found[0]!, found[1]! + found[2]!].toSorted());
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(cards(page)).toHaveCount(found.length);
  await expect.poll(async () => (await counts(page)).toSorted()).toEqual(found.toSorted());

  const photos = (await counts(page))[0]!;
  await cards(page).first().click();
  await expect(tiles(page)).toHaveCount(photos);
  await tiles(page).nth(1).press('x');
  await page.keyboard.press('Shift+ArrowRight');
  await page.getByRole('button', { name: 'Split off' }).click();
  await expect(page.getByText('2 photos are a place of their own now.')).toBeVisible();
  await expect(tiles(page)).toHaveCount(photos - 2);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(tiles(page)).toHaveCount(photos);

  await tiles(page).last().press('x');
  await page.getByRole('button', { name: 'Split off' }).click();
  await expect(page.getByText('The photo is in no place now.')).toBeVisible();
  await expect(tiles(page)).toHaveCount(photos - 1);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(tiles(page)).toHaveCount(photos);
  await tiles(page).first().press('x');
  await page.keyboard.press('Shift+End');
  await expect(page.getByRole('button', { name: 'Split off' }), 'nothing would stay').toBeDisabled();
});

test('finding places can be stopped, and goes on', async ({ page }) => {
  await openPlaces(page);
  await page.getByRole('button', { name: 'Find places' }).click();
  await page.getByRole('button', { name: 'Stop' }).click();
  await expect(page.getByRole('progressbar')).toBeHidden();
  await findPlaces(page);
  await page.getByRole('combobox', { name: 'Order' }).selectOption('date');
  await expect(page.getByRole('listbox', { name: 'Places, newest first' })).toBeVisible();
  const newest = await cards(page).evaluateAll((all) => all.map((card) => card.getAttribute('aria-label')));
  expect(newest[0]).toContain('May');
  expect(newest.at(-1)).toContain('Apr');
});
