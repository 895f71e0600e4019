/** A library of photos, their copies, and pictures of several of them. */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { realPhoto } from './ingest/pictures.ts';
import { smallPhoto } from './library-fixture.ts';
import type { LibraryFixture } from './library-fixture.ts';

/** Pictures of two photos, one left, one right. */
export async function sideBySide(left: string, right: string): Promise<Buffer> {
  const half = { width: 240, height: 240 };
  return sharp({ create: { width: 480, height: 240, channels: 3, background: 'grey' } })
    .composite([
      { input: await sharp(realPhoto(left)).resize(half).toBuffer(), left: 0, top: 0 },
      { input: await sharp(realPhoto(right)).resize(half).toBuffer(), left: 240, top: 0 },
    ])
    .png()
    .toBuffer();
}

/** A photo as a camera wrote it. */
async function taken(name: string, camera: string, day: string): Promise<Buffer> {
  return sharp(await smallPhoto(name))
    .withExif({ IFD0: { Model: camera }, IFD2: { DateTimeOriginal: `${day.replaceAll('-', ':')} 12:00:00` } })
    .jpeg()
    .toBuffer();
}

/** Fills and indexes the two folders `photos` and `more` of a new library; ten photos, four of them of the canyon. */
export async function fillWithCopies(fixture: LibraryFixture): Promise<void> {
  const more = path.join(fixture.root, 'more');
  await fixture.open();
  await fixture.put('black-canyon', 'nagasaki-boats', 'allium-oreophilum');
  fixture.copy('black-canyon.jpg', 'canyon-copy.jpg');
  mkdirSync(fixture.file('trip'));
  const write = async (file: string, content: Promise<Buffer>) =>
    writeFileSync(path.join(fixture.root, file), await content);
  await write('photos/trip/canyon.webp', sharp(realPhoto('black-canyon')).resize(280).webp().toBuffer());
  await write('photos/trip/boats.png', sharp(realPhoto('nagasaki-boats')).resize(300).png().toBuffer());
  await write('photos/both.png', sideBySide('black-canyon', 'nagasaki-boats'));
  const grey = sharp({ create: { width: 300, height: 200, channels: 3, background: '#808080' } });
  await write('photos/grey.png', grey.png().toBuffer());
  mkdirSync(more);
  await write('more/cat.jpg', taken('locomotion-house-cat', 'Cat Cam', '2001-02-03'));
  await write('more/canyon.jpg', taken('black-canyon', 'Old Cam', '1999-12-31'));
  await fixture.library.addFolder(fixture.photos);
  await fixture.library.addFolder(more);
  await fixture.library.index();
}
