import { expect, test } from './app.ts';
import { photoId, shownNames, tileOf, tiles, waitForPhotos, waitUntilVerified } from './library-view.ts';
import { groups, isOfGroup, photoCount, photosInGroup } from './material.ts';

test.beforeEach(({ page }) => waitForPhotos(page, photoCount));

for (const group of groups) {
  test(`finds the edited copies of ${group} before everything else`, async ({ page }) => {
    await tileOf(page, await photoId(page, `${group}.jpg`)).click();
    await expect(page.getByRole('grid', { name: 'Matches, best first' })).toBeVisible();
    await waitUntilVerified(page);

    const names = await shownNames(page, photosInGroup);
    expect(names.slice(0, -1).filter((name) => !isOfGroup(name, group))).toEqual([]);
    expect(names[0], 'the very same file comes first').toBe(`${group}-copy.jpg`);
    expect(isOfGroup(names.at(-1)!, group), 'what follows is something else').toBe(false);
    await expect(page.getByRole('rowheader').first()).toContainText('Identical');
    await expect(tiles(page).first()).toHaveAccessibleName(
      /^Match 1, Identical, 100\s?% alike, verified by \d+ points, E to show the proof$/,
    );
    await expect(tiles(page).nth(1)).toHaveAccessibleName(
      /^Match 2, [\w- ]+, \d+\s?% alike, verified by \d+ points, E to show the proof$/,
    );
  });
}

test('goes from photo to photo, back and forward', async ({ page }) => {
  const query = page.getByRole('complementary', { name: 'Your photo' });
  const back = page.getByRole('button', { name: 'Back' });
  const forward = page.getByRole('button', { name: 'Forward' });
  await expect(back).toBeDisabled();
  await expect(forward).toBeDisabled();

  await tileOf(page, await photoId(page, 'black-canyon.jpg')).click();
  await expect(query.getByRole('heading', { name: 'black-canyon.jpg' })).toBeVisible();
  await expect(query.getByRole('img', { name: 'black-canyon.jpg' })).toBeVisible();
  await expect(page.getByRole('banner')).toContainText(/26 matches in \d+/);
  await tiles(page).first().click();
  await expect(query.getByRole('heading', { name: 'black-canyon-copy.jpg' })).toBeVisible();
  await expect(forward).toBeDisabled();

  await back.click();
  await expect(query.getByRole('heading', { name: 'black-canyon.jpg' })).toBeVisible();
  await page.keyboard.press('Alt+ArrowLeft');
  await expect(page.getByRole('grid', { name: 'Photos, newest first' })).toBeVisible();
  await expect(back).toBeDisabled();
  await page.keyboard.press('Alt+ArrowRight');
  await expect(query.getByRole('heading', { name: 'black-canyon.jpg' })).toBeVisible();
  await forward.click();
  await expect(query.getByRole('heading', { name: 'black-canyon-copy.jpg' })).toBeVisible();
  await expect(forward).toBeDisabled();
});
