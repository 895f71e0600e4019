import { copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test, expect } from './app.ts';
import { shownNames, tileOf, tiles, waitForPhotos } from './library-view.ts';
import { akin, copyFolder, isOfGroup, originalPath, photoCount, photosInGroup } from './material.ts';

test.use({ indexed: false });

/** The folder is put into the library beforehand; the app does the reading. */
async function addedFolder(library: string, folder: string): Promise<string> {
  await mkdir(library);
  await akin('add', folder, '--library', library);
  return folder;
}

test('files that cannot be read are listed with the reason, and hold nothing up', async ({
  material,
  library,
  workplace,
  launch,
}) => {
  const folder = await copyFolder(material.photos, path.join(workplace, 'mixed'));
  const photo = await readFile(originalPath('nagasaki-boats'));
  await writeFile(path.join(folder, 'empty.jpg'), '');
  await writeFile(path.join(folder, 'cut.jpg'), photo.subarray(0, 30_000));
  await writeFile(path.join(folder, 'text.jpg'), 'These are words, and no picture.');
  await writeFile(path.join(folder, 'notes.txt'), 'Not even meant to be one.');
  await addedFolder(library, folder);
  const { page } = await launch();
  await waitForPhotos(page, photoCount);

  await page.getByRole('button', { name: /^Unreadable files 3$/ }).click();
  await expect(page.getByText('3 files could not be read.')).toBeVisible();
  const files = page.getByRole('region', { name: 'Unreadable files' }).getByRole('listitem');
  await expect(files).toHaveCount(3);
  const reasons: [name: string, reason: RegExp][] = [
    ['empty.jpg', /The file is empty/],
    ['cut.jpg', /The picture ends too early/],
    ['text.jpg', /Not a picture that Akin reads/],
  ];
  for (const [name, reason] of reasons) {
    await expect(files.filter({ hasText: name })).toContainText(reason);
    await expect(files.filter({ hasText: name })).toContainText(folder);
  }

  await writeFile(path.join(folder, 'cut.jpg'), photo);
  await expect(files, 'a file that was mended leaves the list').toHaveCount(2);
  await page.getByRole('button', { name: /^All photos/ }).click();
  await waitForPhotos(page, photoCount + 1);
});

test('names with line breaks, and names that are not UTF-8, are photos like others', async ({
  material,
  library,
  workplace,
  launch,
}) => {
  test.skip(process.platform !== 'linux', 'other systems do not allow such names');
  const folder = await copyFolder(material.photos, path.join(workplace, 'odd\nnames'));
  const odd = Buffer.concat([Buffer.from(`${folder}/caf`), Buffer.of(0xe9), Buffer.from('.jpg')]);
  await copyFile(path.join(folder, 'black-canyon.jpg'), odd);
  await copyFile(path.join(folder, 'black-canyon.jpg'), path.join(folder, 'black-canyon\nnew line.jpg'));
  await addedFolder(library, folder);
  const { page } = await launch();
  await waitForPhotos(page, photoCount + 2);
  const timeline = await page.evaluate(async () => {
    const { ids } = await window.akin.request('photos.timeline', {});
    return Promise.all([...ids].map((photoId) => window.akin.request('photos.get', { photoId })));
  });
  for (const name of ['caf\u{fffd}.jpg', 'black-canyon\nnew line.jpg']) {
    const photo = timeline.find((one) => one.name === name)!;
    expect(photo, name).toBeDefined();
    const tile = tileOf(page, photo.id);
    const loaded = tile
      .locator('img')
      .evaluate((image: HTMLImageElement) => image.decode().then(() => image.naturalWidth));
    expect(await loaded).toBeGreaterThan(0);

    await tile.click();
    const query = page.getByRole('complementary', { name: 'Your photo' });
    await expect(query.getByRole('heading')).toHaveText(name, { useInnerText: true });
    const picture = query.getByRole('img');
    await expect(picture).toHaveAttribute('src', /^akin:\/\/photo\//);
    expect(
      await picture.evaluate((image: HTMLImageElement) => image.decode().then(() => image.naturalWidth)),
    ).toBeGreaterThan(0);
    const names = await shownNames(page, photosInGroup + 1);
    expect(names.filter((match) => !isOfGroup(match, 'black-canyon') && !match.startsWith('caf'))).toEqual(
      [],
    );
    await page.keyboard.press('Escape');
    await expect(page.getByRole('grid', { name: 'Photos, newest first' })).toBeVisible();
  }
  expect(await readdir(folder)).toHaveLength(photoCount + 2);
  await expect(tiles(page).first()).toBeVisible();
});
