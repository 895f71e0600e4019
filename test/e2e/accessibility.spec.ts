import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, test } from './app.ts';
import { photoId, tileOf, tiles, waitForPhotos } from './library-view.ts';
import { akin, groups, photoCount } from './material.ts';

/** What axe finds, one line a rule and element. */
async function violations(page: Page): Promise<string[]> {
  // Electron cannot open the further page that axe would finish in.
  const { violations: found } = await new AxeBuilder({ page }).setLegacyMode().analyze();
  return found.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html}\n${failureSummary}`),
  );
}

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(`in ${colorScheme}`, () => {
    test.describe('at the first run', () => {
      test.use({ indexed: false });

      test('the first screen, and the grid while photos are read', async ({ page }) => {
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        await expect(page.getByRole('button', { name: 'Choose a folder' })).toBeVisible();
        expect.soft(await violations(page), 'first screen').toEqual([]);

        await page.getByRole('button', { name: 'Try the sample photos' }).click();
        await page.getByRole('button', { name: 'Pause' }).click();
        await expect(page.getByRole('button', { name: 'Resume' })).toBeVisible();
        await expect(tiles(page).first()).toBeVisible();
        expect.soft(await violations(page), 'grid and progress').toEqual([]);
      });
    });

    test('places, albums and what they tell about the search', async ({ page }) => {
      test.setTimeout(180_000);
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await waitForPhotos(page, photoCount);
      await page.getByRole('button', { name: /^Places/ }).click();
      expect.soft(await violations(page), 'no places').toEqual([]);
      await page.getByRole('button', { name: 'Find places' }).click();
      const places = page.getByRole('listbox', { name: 'Places, largest first' }).getByRole('option');
      await expect(places).toHaveCount(groups.length, { timeout: 150_000 });
      await places.first().press('x');
      await page.keyboard.press('Shift+ArrowRight');
      expect.soft(await violations(page), 'places').toEqual([]);
      await page.keyboard.press('Escape');
      for (const place of [0, 1]) {
        await places.nth(place).press('Enter');
        await page.getByRole('button', { name: 'Make an album' }).click();
        await page.getByLabel('Name of the album').fill(`Album ${place}`);
        await page.keyboard.press('Enter');
        await expect(page.getByRole('dialog')).toBeHidden();
        if (place === 0) await page.keyboard.press('Escape');
      }
      await tiles(page).first().press('x');
      await page.keyboard.press('F2');
      expect.soft(await violations(page), 'one place').toEqual([]);

      await page.getByRole('button', { name: /^Albums/ }).click();
      await page.getByRole('option').first().press('x');
      expect.soft(await violations(page), 'albums').toEqual([]);
      await page.getByRole('button', { name: 'How well it finds' }).click();
      await page.getByText('As a table').click();
      expect.soft(await violations(page), 'how well it finds').toEqual([]);
      await page.getByRole('button', { name: 'Settings' }).click();
      await page.getByRole('checkbox', { name: /^Describe photos at three sizes/ }).check();
      await expect(page.getByRole('alert')).toBeVisible();
      expect.soft(await violations(page), 'what is to be confirmed').toEqual([]);
      await page.keyboard.press('Escape');

      await page.getByRole('button', { name: /^Training/ }).click();
      await expect(page.getByText('That is too little')).toBeVisible();
      await page.getByText('For those who want to know exactly').click();
      await expect(page.getByRole('radio', { name: /^Processor/ })).toBeVisible();
      expect.soft(await violations(page), 'training').toEqual([]);
      await page.getByRole('button', { name: 'Models' }).click();
      await expect(page.getByRole('list', { name: 'Models, newest first' })).toBeVisible();
      expect.soft(await violations(page), 'models').toEqual([]);
    });

    test('results and what can be done with them, viewer, settings, unreadable files and notices', async ({
      launch,
      library,
      workplace,
    }) => {
      const broken = path.join(workplace, 'broken');
      await mkdir(broken);
      await writeFile(path.join(broken, 'empty.jpg'), '');
      await akin('add', broken, '--library', library);
      const { page } = await launch();
      // No fading: axe would meet colours half way.
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await waitForPhotos(page, photoCount);

      await tileOf(page, await photoId(page, 'black-canyon.jpg')).click();
      await expect(tiles(page).first()).toBeFocused();
      expect.soft(await violations(page), 'results').toEqual([]);

      const viewer = page.getByRole('dialog', { name: 'Photo viewer' });
      await tiles(page).first().press('Space');
      await page.keyboard.press('h');
      await expect(viewer.getByRole('img', { name: 'What on this photo looks like yours' })).toBeVisible();
      expect.soft(await violations(page), 'what looks alike').toEqual([]);
      await page.keyboard.press('h');
      await page.keyboard.press('b');
      await expect(viewer.getByRole('application')).toBeFocused();
      expect.soft(await violations(page), 'box').toEqual([]);
      await page.keyboard.press('Escape');
      await page.keyboard.press('e');
      const proof = page.getByRole('dialog', { name: 'Proof of the match' });
      await expect(proof.getByRole('option').first()).toBeVisible();
      expect.soft(await violations(page), 'proof').toEqual([]);
      await page.keyboard.press('Escape');
      await expect(proof).toBeHidden();
      await page.keyboard.press('Escape');
      await expect(tiles(page).first()).toBeFocused();

      await page.getByRole('button', { name: 'Show where it matched' }).click();
      await page.getByRole('button', { name: 'Filter', exact: true }).click();
      await page.getByRole('checkbox', { name: 'Near-duplicates' }).check();
      await expect(page.getByRole('list', { name: 'Filters' })).toBeVisible();
      expect.soft(await violations(page), 'filters').toEqual([]);
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: 'Clear filters' }).click();
      await page.getByRole('button', { name: 'How this search is refined' }).click();
      expect.soft(await violations(page), 'refinement').toEqual([]);
      await page.keyboard.press('Escape');
      await tiles(page).first().press('x');
      await page.keyboard.press('Shift+ArrowRight');
      await page.getByRole('button', { name: 'New album' }).click();
      expect.soft(await violations(page), 'name of an album').toEqual([]);
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: 'Find more like these' }).click();
      await expect(page.getByRole('complementary', { name: 'Your photos' })).toBeVisible();
      await expect(tiles(page).first()).toBeFocused();
      expect.soft(await violations(page), 'several photos').toEqual([]);

      await tiles(page).first().press('Space');
      await viewer.getByRole('button', { name: 'Details' }).click();
      await expect(viewer.getByRole('complementary')).toBeVisible();
      expect.soft(await violations(page), 'viewer').toEqual([]);
      await page.keyboard.press('Escape');

      await page.getByRole('button', { name: 'Settings' }).click();
      await expect(page.getByRole('dialog', { name: 'Settings' })).toBeVisible();
      expect.soft(await violations(page), 'settings').toEqual([]);
      await page.keyboard.press('Escape');

      await page.getByRole('button', { name: /^Unreadable files/ }).click();
      await expect(page.getByRole('listitem').filter({ hasText: 'empty.jpg' })).toBeVisible();
      await page.getByRole('button', { name: 'Remove broken from the library' }).click();
      await expect(page.getByRole('button', { name: 'Undo' })).toBeVisible();
      expect.soft(await violations(page), 'unreadable files and notices').toEqual([]);
    });
  });
}
