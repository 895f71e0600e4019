/**
 * Indexes photos into a library whose disk gets full on the way, gives it room, and goes on in the same process; tells
 * what came of it. Arguments: the folder of the disk, the folder of the photos.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { openLibrary } from '../../src/library.ts';
import { never } from '../library-fixture.ts';

const [disk = '', photos = ''] = process.argv.slice(2);
const count = 24;
const ballast = path.join(disk, 'ballast');

// Noise makes thumbnails of some 40 kB.
for (let at = 0; at < count; at++) {
  const noise = { type: 'gaussian' as const, mean: 128, sigma: 60 };
  const picture = sharp({ create: { width: 300, height: 300, channels: 3, background: 'black', noise } });
  await picture.jpeg().toFile(path.join(photos, `${at}.jpg`));
}

// Room for some of the photos; for all of them, once the ballast is gone.
writeFileSync(ballast, Buffer.alloc(22.5 * 2 ** 20));
const library = await openLibrary({ folder: path.join(disk, 'library') });
const notices: string[] = [];
library.on('notice', ({ code }) => notices.push(code));
await library.addFolder(photos);

/** Photos that the search finds, among those that the catalog has; one photo is never its own match. */
async function found(): Promise<[number, number]> {
  const { ids } = library.timeline();
  if (ids.length === 0) return [0, 0];
  const { matches } = await library.search.run({ query: [{ photoId: ids[0]! }], limit: 1000 }, never);
  return [matches.length + 1, ids.length];
}

// The index is in memory from here on: it must follow, not be read anew.
const { pictureId } = await library.pictures.open('noise', readFileSync(path.join(photos, '0.jpg')));
await library.search.run({ query: [{ pictureId }], limit: 1 }, never);
const full = await library.index();
const atFull = await found();
rmSync(ballast);
const after = await library.index();
const atEnd = await found();
const failures = library.failures().length;
await library.close();

process.stdout.write(
  JSON.stringify({
    error: full.error?.code,
    notices,
    atFull,
    added: full.indexed + after.indexed,
    afterwards: { error: after.error, failed: after.failed, failures },
    atEnd,
  }),
);
