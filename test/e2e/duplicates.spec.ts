import { access, mkdir, readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import type { Locator, Page } from '@playwright/test';
import { expect, test as base } from './app.ts';
import type { App } from './app.ts';
import { photosInLibrary, waitForPhotos } from './library-view.ts';
import { akin, copyFolder, groups, photoCount, photosInGroup } from './material.ts';

/** Each photo of a group but one is a near-duplicate; that one is a copy of the original, byte for byte. */
const nearInGroup = photosInGroup - 1;

/** The app on photos that are its own, with a trash of its own. */
const test = base.extend<{ photos: string }>({
  photos: async ({ workplace, material }, use) =>
    use(await copyFolder(material.photos, path.join(workplace, 'photos'))),
  library: async ({ workplace, photos }, use) => {
    const library = path.join(workplace, 'library');
    await mkdir(library);
    await akin('add', photos, '--library', library);
    await akin('index', '--library', library);
    await use(library);
  },
  app: async ({ launch, workplace }, use) =>
    use(await launch({ environment: { XDG_DATA_HOME: path.join(workplace, 'data') } })),
});
test.setTimeout(240_000);

function cards(page: Page): Locator {
  return page.getByRole('listbox', { name: 'Groups of duplicates' }).getByRole('option');
}

function members(page: Page): Locator {
  return page.getByRole('region', { name: 'Photos of this group' }).locator('[data-member]');
}

/** What the foot of the window says of the removal. */
function foot(page: Page): Locator {
  return page.getByRole('toolbar', { name: 'Removal' });
}

function subtitle(page: Page): Locator {
  return page.getByRole('banner').getByRole('paragraph');
}

async function violations(page: Page): Promise<string[]> {
  // Electron cannot open the further page that axe would finish in.
  const { violations: found } = await new AxeBuilder({ page }).setLegacyMode().analyze();
  return found.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html}\n${failureSummary}`),
  );
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

/** The system's dialogs are the only part of the way that a test cannot walk. */
async function chooseInDialogs(app: App, chosen: string): Promise<void> {
  await app.electron.evaluate(({ dialog }, filePath) => {
    dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath });
    dialog.showOpenDialog = (async () => ({
      canceled: false,
      filePaths: [filePath],
    })) as typeof dialog.showOpenDialog;
  }, chosen);
}

async function findNearDuplicates(page: Page): Promise<void> {
  await waitForPhotos(page, photoCount);
  await page.getByRole('button', { name: /^Duplicates/ }).click();
  await page.getByRole('radio', { name: 'Near-duplicates' }).check();
  await expect(page.getByRole('heading', { name: 'No duplicates looked for yet' })).toBeVisible();
  await page.getByRole('button', { name: 'Find duplicates' }).click();
  await expect(cards(page)).toHaveCount(groups.length, { timeout: 200_000 });
  await expect(page.getByRole('progressbar')).toBeHidden({ timeout: 200_000 });
  await expect(cards(page).first()).toHaveAccessibleName(new RegExp(`^${nearInGroup} photos`));
}

test('duplicates are found and reviewed by the keyboard', async ({ app, page, workplace }) => {
  await findNearDuplicates(page);
  await expect(foot(page)).toContainText('Nothing is selected');
  await page.getByRole('radio', { name: 'Identical' }).check();
  await expect(cards(page)).toHaveCount(groups.length);
  await expect(cards(page).first()).toHaveAccessibleName(/^2 photos/);
  await page.getByRole('radio', { name: 'Same scene' }).check();
  await expect(page.getByText('These are not copies')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Select by rules' })).toBeDisabled();
  await page.getByRole('radio', { name: 'Near-duplicates' }).check();
  await expect(cards(page)).toHaveCount(groups.length);

  const file = path.join(workplace, 'groups.csv');
  await chooseInDialogs(app, file);
  await page.getByRole('button', { name: 'Save the groups as a file' }).click();
  await page.getByRole('button', { name: 'As a table (CSV)…' }).click();
  await expect(page.getByText('The groups are in groups.csv.')).toBeVisible();
  expect(await readFile(file, 'utf8')).toContain('black-canyon');

  await cards(page).first().press('Enter');
  await expect(subtitle(page)).toHaveText(`Group 1 of ${groups.length}`);
  await expect(members(page)).toHaveCount(nearInGroup);
  await expect(members(page).nth(1)).toBeFocused();
  const second = await members(page).nth(1).getAttribute('data-member');
  await page.keyboard.press('x');
  await expect(foot(page)).toContainText('1 photo selected');
  await page.keyboard.press('2');
  await expect(members(page).first()).toHaveAttribute('data-member', second!);
  await expect(page.getByText('You chose what is kept')).toBeVisible();
  await expect(foot(page), 'what is kept is not removed').toContainText('Nothing is selected');
  await page.keyboard.press('x');
  await expect(page.getByText('This photo is kept.')).toBeVisible();
  await page.getByRole('button', { name: 'Let the rules choose' }).click();
  await expect(members(page).nth(1)).toHaveAttribute('data-member', second!);

  await members(page).nth(1).press('Enter');
  await expect(subtitle(page)).toHaveText(`Group 2 of ${groups.length}`);
  await page.keyboard.press('Shift+Enter');
  await expect(subtitle(page)).toHaveText(`Group 1 of ${groups.length}`);
  await page.keyboard.press('d');
  await expect(page.getByText('These photos are not shown as duplicates any more.')).toBeVisible();
  await expect(subtitle(page)).toHaveText(`Group 1 of ${groups.length - 1}`);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(subtitle(page)).toHaveText(`Group 2 of ${groups.length}`);
  await page.keyboard.press('Escape');
  await expect(cards(page).nth(1)).toBeFocused();
});

test('copies go to the trash, and come back', async ({ page, photos, workplace }) => {
  const copies = groups.length * (nearInGroup - 1);
  await findNearDuplicates(page);
  await page.getByRole('button', { name: 'Select by rules' }).click();
  await expect(page.getByText(`The rules select ${copies} photos`)).toBeVisible();
  await page.getByRole('button', { name: 'Move to trash' }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByRole('heading')).toHaveText(/^Move 21 photos \(.*MB\) to the trash\?$/);
  await page.keyboard.press('Escape');
  await expect(foot(page), 'nothing happens to what is not confirmed').toContainText(`${copies} photos`);
  await page.getByRole('button', { name: 'Move to trash' }).click();
  await page.keyboard.press('Enter');
  await expect(page.getByText(`${copies} photos moved to trash, `)).toBeVisible({ timeout: 60_000 });
  const files = await readdir(photos);
  expect(files.filter((file) => !file.endsWith('.xmp'))).toHaveLength(photoCount - copies);
  expect(files, 'the place of the copies is kept beside the keeper').toContain('black-canyon-darker.png.xmp');
  expect(await readdir(path.join(workplace, 'data/Trash/files'))).toHaveLength(copies);
  await expect(cards(page), 'the copies of what went stand for themselves now').toHaveCount(groups.length);
  await expect(cards(page).first()).toHaveAccessibleName(/^2 photos/);
  await expect(foot(page)).toContainText('Nothing is selected');

  await page.getByRole('button', { name: 'What was removed' }).click();
  await expect(dialog.getByRole('listitem')).toContainText(`${copies} photos`);
  await expect(dialog.getByRole('listitem')).toContainText('In the trash');
  expect.soft(await violations(page), 'what was removed').toEqual([]);
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(page.getByText(`${copies} photos are back.`)).toBeVisible({ timeout: 60_000 });
  expect(await photosInLibrary(page)).toBe(photoCount);
  await expect(cards(page).first()).toHaveAccessibleName(new RegExp(`^${nearInGroup} photos`));
  await expect(foot(page), 'what is back is not selected').toContainText('Nothing is selected');
});

test('copies go to a folder, and come back', async ({ app, page, photos, workplace }) => {
  await findNearDuplicates(page);
  await page.getByRole('button', { name: 'Select by rules' }).click();
  await expect(foot(page)).toContainText(`${groups.length * (nearInGroup - 1)} photos selected`);
  await page.getByRole('button', { name: 'Select nothing' }).click();

  const target = path.join(workplace, 'elsewhere');
  await mkdir(target);
  await chooseInDialogs(app, target);
  await cards(page).first().press('x');
  await page.getByRole('button', { name: 'Move to folder…' }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByRole('heading')).toContainText(`Move ${nearInGroup - 1} photos`);
  await dialog.getByRole('button', { name: 'Choose a folder…' }).click();
  await expect(page.getByText(`${nearInGroup - 1} photos moved, `)).toBeVisible({ timeout: 60_000 });
  expect(await exists(path.join(target, path.basename(photos)))).toBe(true);
  expect(await photosInLibrary(page)).toBe(photoCount - nearInGroup + 1);
  await page.getByRole('button', { name: 'What was removed' }).click();
  await dialog.getByRole('button', { name: 'Put back' }).first().click();
  await expect(page.getByText(`${nearInGroup - 1} photos are back.`)).toBeVisible({ timeout: 60_000 });
  expect(await photosInLibrary(page)).toBe(photoCount);
});

test('rules decide, strictness asks for more, and all can use it', async ({ page }) => {
  await findNearDuplicates(page);
  expect.soft(await violations(page), 'list').toEqual([]);
  const keeper = await cards(page).first().locator('img').first().getAttribute('src');
  await page.getByRole('button', { name: 'What is kept' }).click();
  expect.soft(await violations(page), 'rules').toEqual([]);
  const rules = page.getByRole('list', { name: 'What is kept' }).getByRole('switch');
  await expect(rules.first(), 'what is protected stays so').toBeDisabled();
  await page.getByRole('switch', { name: 'Not cropped' }).press('Alt+ArrowDown');
  await expect(rules.nth(3)).toHaveAccessibleName('Not cropped');
  await expect(rules.nth(3), 'the keyboard goes with the rule').toBeFocused();
  await page.getByRole('button', { name: 'Move Not cropped up' }).click();
  await expect(rules.nth(2)).toHaveAccessibleName('Not cropped');
  const before = ['More pixels', 'Not cropped', 'Better format', 'Larger file', 'More metadata', 'Oldest'];
  for (const rule of before) await page.getByRole('switch', { name: rule }).uncheck();
  await expect(cards(page).first().locator('img').first(), 'the shortest path decides').not.toHaveAttribute(
    'src',
    keeper!,
  );
  await page.getByRole('checkbox', { name: /^Never remove photos/ }).check();
  await expect(subtitle(page), 'nothing may be removed').not.toContainText('MB');
  await page.getByRole('checkbox', { name: /^Never remove photos/ }).uncheck();
  await page.keyboard.press('Escape');

  await cards(page).first().press('Enter');
  await expect(members(page)).toHaveCount(nearInGroup);
  for (const mode of ['s', 'o', 'w', 'f']) {
    await page.keyboard.press(mode);
    expect.soft(await violations(page), `compared by ${mode}`).toEqual([]);
  }
  await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
  expect.soft(await violations(page), 'in the dark').toEqual([]);
  await page.keyboard.press('x');
  await page.getByRole('button', { name: 'Move to trash' }).click();
  expect.soft(await violations(page), 'the question').toEqual([]);
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');

  await page.getByRole('button', { name: 'Settings' }).click();
  await page.getByLabel('Language').selectOption('zh-CN');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('重复照片');
  const slider = page.getByRole('slider');
  await slider.press('End');
  await expect(slider).toHaveAttribute('aria-valuetext', '100%');
});
