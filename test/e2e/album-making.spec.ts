import path from 'node:path';
import { expect, test } from './app.ts';
import { photoIds, tileOf, tiles, waitForPhotos } from './library-view.ts';
import { groups, isOfGroup, photoCount } from './material.ts';

test('results are judged, and albums are made of judgements and files, dragged to, merged, split and checked', async ({
  app,
  page,
  workplace,
}) => {
  await waitForPhotos(page, photoCount);
  const known = await photoIds(page);
  const query = known.get(`${groups[0]}.jpg`)!;
  const [one, other] = [...known].filter(([name, id]) => isOfGroup(name, groups[0]) && id !== query);
  const judged = () => page.evaluate((photoId) => window.akin.request('judgements.of', { photoId }), query);

  await tileOf(page, query).press('Enter');
  const [first, second] = [tileOf(page, one![1]), tileOf(page, other![1])];
  await first.press('s');
  await expect(first).toHaveAccessibleName(/you said: the same/);
  await first.press('d');
  await expect(first).toHaveAccessibleName(/you said: different/);
  await first.press('d');
  await expect(first).not.toHaveAccessibleName(/you said/);
  await expect.poll(judged).toEqual([]);
  await first.press('x');
  await second.press('x');
  const selected = page.getByRole('toolbar', { name: 'Selected photos' });
  await selected.getByRole('button', { name: 'Same' }).click();
  await expect(selected.getByRole('button', { name: 'Same' })).toHaveAttribute('aria-pressed', 'true');
  await expect.poll(judged).toHaveLength(2);
  await page.keyboard.press('Escape');

  const albums = page.getByRole('button', { name: /^Albums/ });
  const cards = page.getByRole('listbox', { name: 'Albums' }).getByRole('option');
  await albums.click();
  await page.getByRole('button', { name: 'Make albums' }).click();
  await page.getByRole('button', { name: 'From what you said' }).click();
  await expect(cards).toHaveAccessibleName(/, 3 photos$/);

  const file = path.join(workplace, 'albums.json');
  await app.electron.evaluate(({ dialog }, filePath) => {
    dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath });
    dialog.showOpenDialog = (() =>
      Promise.resolve({ canceled: false, filePaths: [filePath] })) as typeof dialog.showOpenDialog;
  }, file);
  await page.getByRole('button', { name: 'Save albums' }).click();
  await expect(page.getByText('The albums are in albums.json.')).toBeVisible();
  await cards.press('Delete');
  await expect(page.getByRole('heading', { name: 'No albums yet' })).toBeVisible();
  await page.getByRole('button', { name: 'Make albums' }).click();
  await page.getByRole('button', { name: 'From a file' }).click();
  await expect(cards).toHaveAccessibleName(/, 3 photos$/);

  await cards.press('Enter');
  await tiles(page).first().press('x');
  await page.getByRole('button', { name: 'Split off' }).click();
  await page.getByLabel('Name of the album').fill('Split');
  await page.keyboard.press('Enter');
  await expect(tiles(page)).toHaveCount(2);

  await page.getByRole('button', { name: /^All photos/ }).click();
  await tileOf(page, known.get(`${groups[1]}.jpg`)!).hover();
  await page.mouse.down();
  await page.mouse.move(400, 300, { steps: 3 });
  const target = page.getByRole('listitem').filter({ hasText: 'Split' });
  await target.hover();
  await target.hover();
  await page.mouse.up();
  await expect(page.getByText('1 photo was added to Split.')).toBeVisible();
  await expect(page.getByRole('list', { name: 'Drop on an album' })).toBeHidden();

  await albums.click();
  await expect(cards.filter({ hasText: 'Split' })).toHaveAccessibleName('Split, 2 photos');
  await cards.first().press('x');
  await page.keyboard.press('Shift+ArrowRight');
  await page.getByRole('button', { name: 'Merge' }).click();
  await expect(cards).toHaveCount(1);
  await expect(cards).toHaveAccessibleName(/, 4 photos$/);
  await page.getByRole('button', { name: 'Undo' }).last().click();
  await expect(cards).toHaveCount(2);

  await cards.filter({ hasText: 'Split' }).press('x');
  await page.keyboard.press('Delete');
  await expect(cards).toHaveCount(1);
  const wrong = known.get(`${groups[1]}.jpg`)!;
  await page.evaluate(async (photoId) => {
    const [album] = await window.akin.request('albums.list', {});
    await window.akin.request('albums.add', { albumId: album!.id, photoIds: [photoId] });
  }, wrong);
  await cards.press('Enter');
  await page.getByRole('button', { name: 'Check photos' }).click();
  const stray = page.getByRole('listitem').filter({ hasText: 'Matches no photo of the album' });
  await expect(stray.locator('img').first()).toHaveAttribute('src', `akin://thumbnail/${wrong}`);
  await stray.getByRole('button', { name: 'Take out' }).click();
  await expect(page.getByRole('heading', { name: 'No photo stands out' })).toBeVisible();
  await page.getByRole('button', { name: 'Undo' }).last().click();
  await expect(stray).toHaveCount(1);
});
