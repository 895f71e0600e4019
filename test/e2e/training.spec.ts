import path from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import type { Locator, Page } from '@playwright/test';
import { photographs, writeAlbums } from '../training/albums-of-crops.ts';
import { expect, test as base } from './app.ts';
import { waitForPhotos } from './library-view.ts';
import { akin, copyFolder, photoCount, temporaryFolder } from './material.ts';

const photosInAlbum = 5;
const name = 'crops';

const test = base.extend<object, { withCrops: string }>({
  /** The usual library, and the crops in it. */
  withCrops: [
    async ({ material }, use) => {
      const { folder, remove } = await temporaryFolder();
      await writeAlbums(path.join(folder, name), photosInAlbum);
      const library = await copyFolder(material.library, path.join(folder, 'library'));
      await akin('add', path.join(folder, name), '--library', library);
      await akin('index', '--library', library);
      await use(library);
      await remove();
    },
    { scope: 'worker', timeout: 120_000 },
  ],

  library: async ({ withCrops, workplace }, use) => {
    await use(await copyFolder(withCrops, path.join(workplace, 'library')));
  },
});

test.beforeEach(async ({ page }) => {
  await waitForPhotos(page, photoCount + photographs.length * photosInAlbum);
  await makeAlbums(page);
});

/** One album for each photograph, of its crops. */
function makeAlbums(page: Page): Promise<void> {
  return page.evaluate(async (wanted) => {
    const folders = await window.akin.request('folders.list', {});
    const folderId = folders.find((folder) => folder.path.endsWith(wanted))!.id;
    await window.akin.request('albums.from-folders', { folderId });
  }, name);
}

/** What axe finds in light and in dark. */
async function violations(page: Page): Promise<string[]> {
  const found: string[] = [];
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    const axe = await new AxeBuilder({ page }).setLegacyMode().analyze();
    found.push(...axe.violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`)));
  }
  return found;
}

/** Opens the page of training, sets the number of steps, and starts. */
async function startRun(page: Page, steps: number): Promise<void> {
  await page.getByRole('button', { name: /^Training/ }).click();
  const advanced = page.getByText('For those who want to know exactly');
  const field = page.getByLabel('Steps');
  if (await field.isHidden()) await advanced.click();
  await field.fill(`${steps}`);
  await page.getByRole('button', { name: 'Start training' }).click();
  await expect(page.getByRole('button', { name: 'Cancel the run' })).toBeVisible();
}

function modelCard(page: Page, title: string): Locator {
  return page.getByRole('article', { name: title });
}

test('learns from albums, shows how and what it brought, and the result is used and left again', async ({
  page,
}) => {
  test.setTimeout(180_000);
  await page.getByRole('button', { name: /^Training/ }).click();
  await expect(page.getByText('6 albums with 30 photos can be learnt from')).toBeVisible();
  await startRun(page, 12);
  await expect(page.getByRole('img', { name: /^Loss/ })).toBeVisible();

  const decision = page.getByRole('region', { name: 'What shall happen with it?' });
  await expect(decision).toBeVisible({ timeout: 90_000 });
  await expect(page.getByRole('img', { name: /^Loss.* at step 12/ })).toBeVisible();
  await expect(page.getByRole('region', { name: 'What it brought' })).toContainText('Albums it never saw');
  await page.getByText('What is learnt from, and what is kept out').click();
  await page.getByText('As a table').click();
  expect.soft(await violations(page), 'result').toEqual([]);

  await decision.getByRole('button', { name: 'Discard' }).click();
  await expect(decision).toContainText('You discarded this result.');
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(decision.getByRole('button', { name: 'Discard' })).toBeVisible();

  await decision.getByRole('button', { name: 'Keep as a version' }).click();
  await page.getByLabel('Name of the version').fill('Crops');
  await page.keyboard.press('Enter');
  await decision.getByRole('button', { name: 'Show the models' }).click();
  const [crops, shipped] = [modelCard(page, 'Crops'), modelCard(page, 'The model that comes with Akin')];
  await expect(crops, 'two albums, and photos of the others, were kept out').toContainText(
    '4 albums with 16 photos',
  );
  await expect(shipped).toContainText('In use');
  expect.soft(await violations(page), 'models').toEqual([]);

  await crops.getByRole('button', { name: 'Use' }).click();
  await expect(page.getByText('Crops is in use now.')).toBeVisible({ timeout: 90_000 });
  await expect(crops).toContainText('In use');
  await page.getByRole('button', { name: 'Go back' }).click();
  await expect(shipped.getByRole('button', { name: 'Use' })).toBeHidden();
  await expect(crops).toContainText('In use before');
});

test('a run is cancelled, and goes on where it was', async ({ page }) => {
  test.setTimeout(180_000);
  await startRun(page, 100_000);
  const status = page.getByRole('region', { name: /^Run/ }).getByRole('status').first();
  await expect(page.getByRole('img', { name: /^Loss.* at step \d/ })).toBeVisible({ timeout: 60_000 });
  expect.soft(await violations(page), 'run').toEqual([]);
  await page.getByRole('button', { name: 'Cancel the run' }).click();
  await expect(status).toHaveText('The run was cancelled');
  const taken = await lastStep(page);
  expect(taken).toBeGreaterThan(0);
  await page.getByRole('button', { name: 'Resume' }).click();
  await expect.poll(() => lastStep(page), { timeout: 60_000 }).toBeGreaterThan(taken);
  await page.getByRole('button', { name: 'Cancel the run' }).click();
  await expect(status).toHaveText('The run was cancelled');
  await page.getByRole('button', { name: 'New run' }).click();
  await expect(page.getByRole('button', { name: 'Start training' })).toHaveAttribute(
    'aria-disabled',
    'false',
  );
});

/** Of the newest run, as the engine knows it. */
function lastStep(page: Page): Promise<number> {
  return page.evaluate(async () => {
    const [run] = await window.akin.request('training.runs', {});
    const { points } = await window.akin.request('training.run', { runId: run!.id });
    return points.at(-1)?.step ?? 0;
  });
}
