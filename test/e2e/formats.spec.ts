import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { heicFile } from '../ingest/heic-files.ts';
import { rawFiles } from '../ingest/raw-files.ts';
import { expect, test } from './app.ts';
import { photoId, tileOf, waitForPhotos } from './library-view.ts';
import { akin, originalPath } from './material.ts';

test.use({ indexed: false });

test('a HEIC and a RAW file are in the grid and open in the viewer', async ({
  library,
  workplace,
  launch,
}) => {
  const folder = path.join(workplace, 'from cameras');
  await mkdir(folder);
  const large = await sharp(originalPath('black-canyon')).resize(1200, 800).jpeg().toBuffer();
  const small = await sharp(large).resize(160).jpeg().toBuffer();
  const { cr2 } = rawFiles({ large, small, orientation: 1, width: 6000, height: 4000 });
  await writeFile(path.join(folder, 'IMG_1.HEIC'), heicFile('nagasaki-boats'));
  await writeFile(path.join(folder, 'IMG_2.CR2'), cr2!);
  await mkdir(library);
  await akin('add', folder, '--library', library);

  const { page } = await launch();
  await waitForPhotos(page, 2);
  const viewer = page.getByRole('dialog', { name: 'Photo viewer' });
  for (const [name, width] of [
    ['IMG_1.HEIC', 400],
    ['IMG_2.CR2', 1200],
  ] as const) {
    await tileOf(page, await photoId(page, name)).focus();
    await page.keyboard.press('Space');
    await expect(viewer.getByRole('heading', { name })).toBeVisible();
    // The photo itself, once it has taken the place of the thumbnail.
    await expect
      .poll(() =>
        viewer
          .getByRole('img', { name })
          .evaluate((image: HTMLImageElement) => image.decode().then(() => image.naturalWidth)),
      )
      .toBe(width);
    await page.keyboard.press('Escape');
  }
});
