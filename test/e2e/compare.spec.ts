/** What the comparison of a group shows is measured on screen: copies turned or brightened, laid over the original. */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Locator, Page } from '@playwright/test';
import sharp from 'sharp';
import { expect, test as base } from './app.ts';
import { waitForPhotos } from './library-view.ts';
import { akin, originalPath } from './material.ts';

const original = 'canyon.jpg';
const turned = 'canyon-turned.jpg';
const brighter = 'canyon-brighter.jpg';

const test = base.extend({
  library: async ({ workplace }, use) => {
    const photos = path.join(workplace, 'photos');
    const library = path.join(workplace, 'library');
    await mkdir(photos);
    await mkdir(library);
    await makePhotos(photos);
    await akin('add', photos, '--library', library);
    await akin('index', '--library', library);
    await use(library);
  },
  page: async ({ app }, use) => {
    await openGroup(app.page);
    await use(app.page);
  },
});
test.setTimeout(180_000);

/** Of one photo, the original is the largest file, so that it is kept. */
async function makePhotos(folder: string): Promise<void> {
  const photo = sharp(originalPath('black-canyon'));
  await photo.clone().jpeg({ quality: 98 }).toFile(path.join(folder, original));
  await photo.clone().rotate(90).jpeg({ quality: 80 }).toFile(path.join(folder, turned));
  await photo.clone().linear(0.6, 90).jpeg({ quality: 80 }).toFile(path.join(folder, brighter));
}

async function openGroup(page: Page): Promise<void> {
  await waitForPhotos(page, 3);
  await page.getByRole('button', { name: /^Duplicates/ }).click();
  await page.getByRole('button', { name: 'Find duplicates' }).click();
  await page.getByRole('radio', { name: /^Near-duplicates/ }).check();
  const card = page.getByRole('listbox', { name: 'Groups of duplicates' }).getByRole('option');
  await expect(card).toHaveAccessibleName(/3 photos/, { timeout: 120_000 });
  await expect(page.getByRole('progressbar')).toBeHidden({ timeout: 120_000 });
  await card.press('Enter');
  await expect(member(page, original)).toContainText('Keeper');
}

function member(page: Page, name: string): Locator {
  return page.getByRole('region', { name: 'Photos of this group' }).getByRole('button', { name }).first();
}

/** Compares the keeper with that copy; the keyboard is then in the list of photos. */
async function compareWith(page: Page, name: string): Promise<void> {
  await member(page, name).click();
  await expect(pictures(page)).toHaveCount(2);
  await expect(comparison(page).getByAltText(name, { exact: true })).toBeVisible();
  await expectLoaded(page);
}

function comparison(page: Page): Locator {
  return page.getByRole('region', { name: 'Comparison', exact: true });
}

function pictures(page: Page): Locator {
  return comparison(page).getByRole('img');
}

/** One of the views beside each other, or the one view of both. */
function stage(page: Page, name: 'Keeper' | 'Other' | 'Comparison'): Locator {
  return comparison(page).getByRole('group', { name, exact: true });
}

function modeButton(page: Page, name: string): Locator {
  return comparison(page).getByRole('button', { name, exact: true });
}

async function expectLoaded(page: Page): Promise<void> {
  await expect
    .poll(() =>
      pictures(page).evaluateAll((found) => found.every((image) => (image as HTMLImageElement).complete)),
    )
    .toBe(true);
}

async function press(page: Page, key: string, mode: string): Promise<void> {
  await page.keyboard.press(key);
  await expect(modeButton(page, mode)).toHaveAttribute('aria-pressed', 'true');
  await expectLoaded(page);
}

/** Part of a view, as fractions of it. */
interface Part {
  left: number;
  top: number;
  width: number;
  height: number;
}
const middle: Part = { left: 0.4, top: 0.35, width: 0.2, height: 0.3 };
const leftOfMiddle: Part = { left: 0.3, top: 0.35, width: 0.15, height: 0.3 };
const rightOfMiddle: Part = { left: 0.55, top: 0.35, width: 0.15, height: 0.3 };

/** The mean of what is on screen there, 0 to 255. */
async function brightness(view: Locator, part: Part): Promise<number> {
  const shot = await view.screenshot();
  const { width, height } = await sharp(shot).metadata();
  const grey = await sharp(shot)
    .extract({
      left: Math.round(part.left * width),
      top: Math.round(part.top * height),
      width: Math.round(part.width * width),
      height: Math.round(part.height * height),
    })
    .greyscale()
    .raw()
    .toBuffer();
  return mean(grey);
}

/** The square in the middle of a view, turned back by so many degrees; coarse, for it may be half a pixel elsewhere. */
async function middleSquare(view: Locator, degrees = 0): Promise<Buffer> {
  const shot = await view.screenshot();
  const { width, height } = await sharp(shot).metadata();
  const side = 2 * Math.floor(0.3 * Math.min(width, height));
  const square = await sharp(shot)
    .extract({
      left: Math.round((width - side) / 2),
      top: Math.round((height - side) / 2),
      width: side,
      height: side,
    })
    .rotate(-degrees)
    .png()
    .toBuffer();
  return sharp(square).resize(32, 32).greyscale().raw().toBuffer();
}

/** Pearson's, -1 to 1: how alike two pictures are, whatever their brightness and contrast. */
function correlation(one: Buffer, other: Buffer): number {
  const [meanOne, meanOther] = [mean(one), mean(other)];
  let [both, ofOne, ofOther] = [0, 0, 0];
  for (const [at, value] of one.entries()) {
    const [x, y] = [value - meanOne, (other[at] ?? 0) - meanOther];
    both += x * y;
    ofOne += x * x;
    ofOther += y * y;
  }
  return both / Math.sqrt(ofOne * ofOther);
}

function mean(values: Buffer): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

test('a turned copy lies over the original so exactly that their difference is black', async ({ page }) => {
  await compareWith(page, turned);
  await press(page, 'o', 'Overlay');
  const both = stage(page, 'Comparison');
  await expect.poll(() => brightness(both, middle)).toBeGreaterThan(50);

  await press(page, 'f', 'Difference');
  await expect.poll(() => brightness(both, middle)).toBeLessThan(6);
  const difference = await brightness(both, middle);
  const amplify = page.getByRole('checkbox', { name: 'Amplify' });
  await amplify.check();
  await expect.poll(() => brightness(both, middle)).toBeGreaterThan(4 * difference);
  await amplify.uncheck();

  // The mode stays from copy to copy; and black is not all that it shows.
  await compareWith(page, brighter);
  await expect(modeButton(page, 'Difference')).toHaveAttribute('aria-pressed', 'true');
  await expect.poll(() => brightness(both, middle)).toBeGreaterThan(20);
});

test('overlay and slider are moved by the keyboard', async ({ page }) => {
  await compareWith(page, brighter);
  await press(page, 'o', 'Overlay');
  const both = stage(page, 'Comparison');
  const opacity = page.getByRole('slider', { name: 'How much of the other photo' });
  await opacity.focus();
  await page.keyboard.press('Home');
  await expect(opacity).toHaveValue('0');
  const keeper = await brightness(both, middle);
  await page.keyboard.press('End');
  await expect(opacity).toHaveValue('100');
  const other = await brightness(both, middle);
  expect(other).toBeGreaterThan(keeper + 20);
  await opacity.fill('50');
  await page.keyboard.press('ArrowRight');
  await expect(opacity).toHaveValue('51');
  const halfway = await brightness(both, middle);
  expect(Math.abs(halfway - (0.49 * keeper + 0.51 * other))).toBeLessThan(4);

  // From within the one slider to the other.
  await press(page, 'w', 'Slider');
  const wipe = page.getByRole('slider', { name: 'Where the other photo begins' });
  await wipe.focus();
  await page.keyboard.press('End');
  await expect(wipe).toHaveValue('100');
  const keeperSides = [await brightness(both, leftOfMiddle), await brightness(both, rightOfMiddle)];
  await page.keyboard.press('Home');
  await expect(wipe).toHaveValue('0');
  const otherSides = [await brightness(both, leftOfMiddle), await brightness(both, rightOfMiddle)];
  await wipe.fill('49.5');
  await page.keyboard.press('ArrowRight');
  await expect(wipe).toHaveValue('50');
  const sides = [await brightness(both, leftOfMiddle), await brightness(both, rightOfMiddle)];
  expect(otherSides[0]).toBeGreaterThan(keeperSides[0]! + 20);
  expect(otherSides[1]).toBeGreaterThan(keeperSides[1]! + 20);
  expect(Math.abs(sides[0]! - keeperSides[0]!)).toBeLessThan(2);
  expect(Math.abs(sides[1]! - otherSides[1]!)).toBeLessThan(2);
});

test('both photos are zoomed and moved together, also where one is turned', async ({ page }) => {
  for (const { name, degrees } of [
    { name: brighter, degrees: 0 },
    { name: turned, degrees: 90 },
  ]) {
    await compareWith(page, name);
    await press(page, 's', 'Side by side');
    const squares = async () => ({
      keeper: await middleSquare(stage(page, 'Keeper')),
      other: await middleSquare(stage(page, 'Other'), degrees),
    });
    const alike = async () => {
      const { keeper, other } = await squares();
      return correlation(keeper, other);
    };
    const whole = await squares();
    for (let times = 0; times < 4; times++) await page.keyboard.press('+');
    await expectLoaded(page);
    await expect.poll(alike).toBeGreaterThan(0.95);
    const zoomed = await squares();
    expect(correlation(zoomed.keeper, whole.keeper)).toBeLessThan(0.8);

    for (let times = 0; times < 3; times++) await page.keyboard.press('ArrowRight');
    await expect.poll(async () => correlation((await squares()).keeper, zoomed.keeper)).toBeLessThan(0.8);
    await expect.poll(alike).toBeGreaterThan(0.95);
    // The arrows moved the photos, not the choice among them.
    await expect(member(page, name)).toHaveAttribute('aria-current', 'true');

    await page.keyboard.press('0');
    await expect(page.getByRole('button', { name: 'Show all (0)' })).toHaveAttribute('aria-disabled', 'true');
    await expect.poll(async () => correlation((await squares()).keeper, whole.keeper)).toBeGreaterThan(0.99);
  }
});

test('the details of the photos can be cut down to what differs', async ({ page }) => {
  await compareWith(page, turned);
  const table = page.getByRole('region', { name: 'Details of the photos' }).getByRole('table');
  const row = (name: string) =>
    table.getByRole('row').filter({ has: page.getByRole('rowheader', { name: new RegExp(`^${name}\\b`) }) });
  const values = async (name: string) => row(name).getByRole('cell').allTextContents();
  await expect(table.getByRole('columnheader')).toHaveText([
    /Name/,
    /canyon\.jpg.*Keeper/,
    /canyon-/,
    /canyon-/,
  ]);
  expect(await values('Format')).toEqual(['JPEG', 'JPEG', 'JPEG']);
  const { width, height } = await sharp(originalPath('black-canyon')).metadata();
  expect((await values('Size')).sort()).toEqual(
    [`${width} × ${height}`, `${width} × ${height}`, `${height} × ${width}`].sort(),
  );
  expect((await values('Differs from the keeper')).join()).toMatch(/Rotated/);
  const all = await table.getByRole('row').count();

  await page.getByRole('checkbox', { name: 'Only differences' }).check();
  await expect(row('Format')).toHaveCount(0);
  await expect(row('Folder')).toHaveCount(0);
  await expect(row('Size')).toHaveCount(1);
  for (const cells of await table.locator('tbody tr').all()) {
    expect(new Set(await cells.getByRole('cell').allTextContents()).size).toBeGreaterThan(1);
  }
  await page.getByRole('checkbox', { name: 'Only differences' }).uncheck();
  await expect(table.getByRole('row')).toHaveCount(all);
});
