import { utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import type { Sharp } from 'sharp';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { realPhoto } from './ingest/pictures.ts';
import { LibraryFixture } from './library-fixture.ts';

const near = { kind: 'near-duplicate', strictness: 0.5 } as const;
const size = { width: 600, height: 400 };

let fixture: LibraryFixture;
let original: Buffer;

async function put(file: string, edit: (photo: Sharp) => Sharp): Promise<void> {
  writeFileSync(fixture.file(file), await edit(sharp(original)).jpeg({ quality: 90 }).toBuffer());
}

/** The photo as it stands on a page with a bar at the top and lines of text beside it. */
async function onScreen(): Promise<Buffer> {
  const filled = (width: number, height: number, background: string) => ({
    create: { width, height, channels: 3 as const, background },
  });
  const lines = Array.from({ length: 30 }, (_, at) => ({
    input: filled(180 + ((at * 67) % 200), 8, '#333'),
    left: 760,
    top: 90 + 22 * at,
  }));
  return sharp(filled(1280, 800, '#fff'))
    .composite([
      { input: filled(1280, 60, '#357'), left: 0, top: 0 },
      ...lines,
      { input: original, left: 100, top: 200 },
    ])
    .png()
    .toBuffer();
}

beforeAll(async () => {
  fixture = new LibraryFixture();
  await fixture.open();
  original = await sharp(realPhoto('nagasaki-boats'))
    .resize({ ...size, fit: 'cover' })
    .jpeg({ quality: 92 })
    .toBuffer();
  writeFileSync(fixture.file('original.jpg'), original);
  // Copies were made later.
  utimesSync(fixture.file('original.jpg'), 1_500_000_000, 1_500_000_000);
  await put('saved.jpg', (photo) => photo.jpeg({ quality: 60 }));
  await put('small.jpg', (photo) => photo.resize(300));
  await put('cut.jpg', (photo) => photo.extract({ left: 60, top: 40, width: 460, height: 320 }));
  await put('turned.jpg', (photo) => photo.rotate(90));
  await put('bordered.jpg', (photo) =>
    photo.extend({ top: 30, bottom: 30, left: 30, right: 30, background: '#fff' }),
  );
  writeFileSync(fixture.file('screen.png'), await onScreen());
  await fixture.library.addFolder(fixture.photos);
  await fixture.library.index();
  fixture.library.background.duplicateSearch.find();
  await fixture.library.background.duplicateSearch.finished();
});

afterAll(() => fixture.close());

it('the original is kept, and all that was made from it is found, none of it by chance the better one', () => {
  const { groups } = fixture.library.duplicates.list({ ...near, order: 'size' });
  expect(groups).toHaveLength(1);
  const { photos } = fixture.library.duplicates.group({ ...near, photoId: groups[0]!.keeper });
  const edits = Object.fromEntries(photos.map((photo) => [photo.name, photo.edits]));
  expect(photos[0]!.name).toBe('original.jpg');
  expect(Object.keys(edits).sort()).toEqual(
    ['bordered.jpg', 'cut.jpg', 'original.jpg', 'saved.jpg', 'screen.png', 'small.jpg', 'turned.jpg'].sort(),
  );
  expect(edits).toMatchObject({
    'cut.jpg': ['cropped'],
    'bordered.jpg': ['border'],
    'small.jpg': ['resized'],
  });
  expect(edits['screen.png']).toContain('screenshot');
  expect(edits['turned.jpg']).toContain('rotated');
});

it('a crop, a border and a screen are told where they are', () => {
  const photoId = fixture.idOf('original.jpg');
  const { photos } = fixture.library.duplicates.group({ ...near, photoId });
  const mapOf = (name: string) => photos.find((photo) => photo.name === name)!.toKeeper!;
  const place = ([a, b, c, d, e, f, g, h, i]: number[], x: number, y: number) => {
    const w = g! * x + h! * y + i!;
    return [(a! * x + b! * y + c!) / w, (d! * x + e! * y + f!) / w];
  };
  const expected = {
    'cut.jpg': [60 / 600, 40 / 400],
    'bordered.jpg': [-30 / 600, -30 / 400],
    'screen.png': [-100 / 600, -200 / 400],
  };
  for (const [name, corner] of Object.entries(expected)) {
    place(mapOf(name), 0, 0).forEach((value, at) =>
      expect([name, Math.abs(value - corner[at]!) < 0.02]).toEqual([name, true]),
    );
  }
  expect(path.basename(photos[0]!.path)).toBe('original.jpg');
});
