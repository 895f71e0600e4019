import { expect, test } from './app.ts';
import { photosInLibrary, tiles, waitForPhotos } from './library-view.ts';

test.use({ indexed: false });

test('a new user tries the sample photos', async ({ page }) => {
  await expect(page.getByRole('heading', { name: 'Find the photos that belong together' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Choose a folder' })).toBeEnabled();
  await expect(page.getByText('Nothing leaves this computer.')).toBeVisible();

  await page.getByRole('button', { name: 'Try the sample photos' }).click();
  const strip = page.getByRole('region', { name: 'Indexing' });
  await expect(strip.getByRole('progressbar')).toHaveAttribute(
    'aria-valuetext',
    /^Reading photos: \d+ of 72$/,
  );
  await expect(strip.getByText(/^\d+(\.\d)? photos\/s$/)).toBeVisible();
  await expect(strip.getByText(/^\d+ seconds? left$/)).toBeVisible();
  await expect(tiles(page).first(), 'photos come in while others are read').toBeVisible();
  await expect(strip).toBeHidden();

  await waitForPhotos(page, 72);
  expect(await photosInLibrary(page)).toBe(72);
  await expect(page.getByRole('navigation').getByRole('button', { name: /^samples 72$/ })).toBeVisible();
  await expect(page.getByRole('navigation').getByRole('button', { name: 'Unreadable files' })).toBeHidden();
});

test('a picture dropped before there are photos is answered kindly', async ({ page }) => {
  await expect(page.getByRole('button', { name: 'Choose a folder' })).toBeVisible();
  await page.evaluate(() => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([new Uint8Array(8)], 'photo.jpg', { type: 'image/jpeg' }));
    document.body.dispatchEvent(
      new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true }),
    );
  });
  await expect(page.getByText('Add a folder first, so that there are photos to compare with.')).toBeVisible();
});
