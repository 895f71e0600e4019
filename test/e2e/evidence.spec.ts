import type { Locator, Page } from '@playwright/test';
import { expect, test } from './app.ts';
import { photoId, tileOf, tiles, waitForPhotos, waitUntilVerified } from './library-view.ts';
import { originalPath, photoCount } from './material.ts';

test.beforeEach(({ page }) => waitForPhotos(page, photoCount));

function viewerOf(page: Page): Locator {
  return page.getByRole('dialog', { name: 'Photo viewer' });
}

function proofOf(page: Page): Locator {
  return page.getByRole('dialog', { name: 'Proof of the match' });
}

async function search(page: Page, name: string): Promise<void> {
  await tileOf(page, await photoId(page, name)).click();
  await waitUntilVerified(page);
}

/** How many points the proof says agree. */
async function pointsIn(page: Page): Promise<number> {
  const text = proofOf(page).getByText(/\d+ points? agrees?/);
  await expect(text).toBeVisible();
  return Number(/\d+/.exec((await text.textContent()) ?? '')?.[0]);
}

test('shows the points that agree, for one verified result after the other', async ({ page }) => {
  await search(page, 'black-canyon.jpg');
  const verified = tiles(page).filter({ has: page.locator('[data-proof]') });
  expect(await verified.count()).toBeGreaterThan(2);
  const marked = await verified.first().locator('[data-proof]').getAttribute('data-text');
  await verified.first().focus();
  await page.keyboard.press('e');
  const proof = proofOf(page);
  await expect(proof).toBeVisible();
  expect(await pointsIn(page), 'as many as the mark says').toBe(Number(marked));
  await expect(proof.getByText(`1 of ${await verified.count()}`)).toBeVisible();
  await expect(proof.getByRole('img')).toHaveCount(2);
  const points = proof.getByRole('option');
  await expect(points).toHaveCount(Math.min(150, Number(marked)));

  await expect(proof.locator('line.line')).toHaveCount(await points.count());
  await expect(proof.locator('[data-outline]')).toHaveCount(1);
  await proof.getByRole('button', { name: 'Lines between the points' }).click();
  await expect(proof.locator('line.line')).toHaveCount(0);
  await page.keyboard.press('o');
  await expect(proof.locator('[data-outline]')).toHaveCount(0);
  await page.keyboard.press('l');
  await page.keyboard.press('o');

  // A point is reached by the keyboard, and with it its partner.
  await points.first().focus();
  await page.keyboard.press('ArrowDown');
  await expect(points.nth(1)).toBeFocused();
  await expect(points.nth(1)).toHaveAttribute('aria-selected', 'true');
  await expect(proof.locator('line.line')).not.toHaveCount(0);

  const first = await proof.getByRole('heading').textContent();
  await page.keyboard.press('ArrowRight');
  await expect(proof.getByText(`2 of ${await verified.count()}`)).toBeVisible();
  await expect(proof.getByRole('heading')).not.toHaveText(first ?? '');
  expect(await pointsIn(page)).toBeGreaterThan(0);
  await page.keyboard.press('Escape');
  await expect(proof).toBeHidden();
  await expect(verified.nth(1), 'on the photo seen last').toBeFocused();

  await verified.first().locator('[data-proof]').click();
  await expect(proof.getByText(`1 of ${await verified.count()}`)).toBeVisible();
});

test('points lie where the same thing is on both photos', async ({ page }) => {
  await search(page, 'black-canyon.jpg');
  const cropped = tileOf(page, await photoId(page, 'black-canyon-cropped.jpg'));
  await cropped.focus();
  await page.keyboard.press('e');
  await pointsIn(page);
  const proof = proofOf(page);
  const [whole, part] = await proof
    .getByRole('img')
    .evaluateAll((images) => images.map((image) => image.getBoundingClientRect().toJSON() as DOMRect));
  const ends = await proof.locator('line.line').evaluateAll((lines) =>
    lines.map((line) => {
      const view = line.closest('svg')?.getBoundingClientRect() ?? { left: 0, top: 0 };
      const value = (attribute: string) => Number(line.getAttribute(attribute));
      return [
        value('x1') + view.left,
        value('y1') + view.top,
        value('x2') + view.left,
        value('y2') + view.top,
      ] as const;
    }),
  );
  expect(ends.length).toBeGreaterThan(7);
  // The copy shows the original from 5 % and 12 % on, four fifths of it.
  for (const [x1, y1, x2, y2] of ends) {
    const onWhole = [(x1 - whole!.left) / whole!.width, (y1 - whole!.top) / whole!.height] as const;
    const onPart = [(x2 - part!.left) / part!.width, (y2 - part!.top) / part!.height] as const;
    expect(Math.abs(onWhole[0] - (0.05 + 0.8 * onPart[0]))).toBeLessThan(0.03);
    expect(Math.abs(onWhole[1] - (0.12 + 0.8 * onPart[1]))).toBeLessThan(0.03);
  }
});

test('says plainly that a result is not proven', async ({ page }) => {
  await search(page, 'black-canyon.jpg');
  const other = tileOf(page, await photoId(page, 'airplane-from-above.jpg'));
  await other.scrollIntoViewIfNeeded();
  await other.focus();
  await page.keyboard.press('e');
  await expect(proofOf(page).getByText('Not proven')).toBeVisible();
  await expect(proofOf(page).getByRole('option')).toHaveCount(0);
  await page.keyboard.press('Escape');
  await expect(other).toBeFocused();
});

test('shows where a result matched, and what looks alike on both photos', async ({ app, page }) => {
  await app.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.setSize(1400, 860));
  await search(page, 'black-canyon.jpg');
  await tileOf(page, await photoId(page, 'black-canyon-small.webp')).focus();
  await page.keyboard.press('Space');
  const viewer = viewerOf(page);
  const box = viewer.locator('[data-match]');
  await expect(box).toBeVisible();
  await expect(box).toContainText(/It matched here: \d+% from the left/);
  await page.keyboard.press('m');
  await expect(box).toBeHidden();
  await viewer.getByRole('button', { name: 'Show where it matched' }).click();
  await expect(box).toBeVisible();

  await page.keyboard.press('h');
  const onPhoto = viewer.getByRole('img', { name: 'What on this photo looks like yours' });
  const onQuery = viewer.getByRole('img', { name: 'What on your photo was looked for' });
  await expect(onPhoto).toBeVisible();
  await expect(onQuery).toBeVisible();
  for (const map of [onPhoto, onQuery]) {
    const colours = await map.locator('canvas').evaluate((canvas: HTMLCanvasElement) => {
      const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
      return new Set(new Uint32Array(data.buffer)).size;
    });
    expect(colours, 'something is more alike than something else').toBeGreaterThan(10);
  }
  const photo = (await viewer.getByRole('img', { name: 'black-canyon-small.webp' }).boundingBox())!;
  expect(await onPhoto.boundingBox(), 'as large as the photo').toEqual(photo);

  await page.keyboard.press('ArrowRight');
  await expect(onPhoto).toBeVisible();
  await app.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.setSize(800, 700));
  await expect(onQuery, 'there is no room for it').toBeHidden();
  await expect(onPhoto).toBeVisible();
  await page.keyboard.press('h');
  await expect(onPhoto).toBeHidden();

  const name = await viewer.getByRole('heading').textContent();
  await page.keyboard.press('e');
  await expect(proofOf(page).getByRole('heading')).toHaveText(name ?? '');
  await page.keyboard.press('Escape');
  await expect(proofOf(page)).toBeHidden();
  await expect(viewer, 'the viewer is still there, with the keyboard').toBeFocused();
});

test('proves a match with a picture from elsewhere', async ({ page }) => {
  const dialog = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Open a picture…' }).click();
  await (await dialog).setFiles(originalPath('allium-oreophilum'));
  await waitUntilVerified(page);
  await tiles(page).first().focus();
  await page.keyboard.press('e');
  expect(await pointsIn(page)).toBeGreaterThan(7);
  await expect(proofOf(page).locator('img[src^="blob:"]')).toHaveCount(1);
});

test('a photo that left the library cannot be compared, and says so', async ({ page }) => {
  await search(page, 'black-canyon.jpg');
  await tiles(page).first().focus();
  await page.getByRole('button', { name: 'Remove photos from the library' }).click();
  await expect(page.getByRole('button', { name: 'Undo' })).toBeVisible();
  await tiles(page).first().focus();
  await page.keyboard.press('e');
  await expect(proofOf(page).getByRole('alert')).toContainText('The photos could not be compared');
  await expect(proofOf(page).getByRole('alert')).toContainText('no longer in the library');
});
