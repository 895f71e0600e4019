/**
 * Fills the disk under the library that its argument names, and tells how the catalog takes it: while photos are
 * written, while a library is opened, and once there is room again.
 */
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { openCatalog } from '../../src/catalog/catalog.ts';
import { asAkinError } from '../../src/errors.ts';
import { putPhoto } from '../catalog/rows.ts';

const library = process.argv[2] ?? '';
const ballast = path.join(path.dirname(library), 'ballast');

function codeFrom(task: () => unknown): string {
  try {
    task();
    return 'none';
  } catch (error) {
    return asAkinError(error).code;
  }
}

/** Takes all the room that is left, to the last bytes. */
function fill(file: string): void {
  for (const size of [65_536, 4096, 1]) {
    try {
      for (;;) writeFileSync(file, Buffer.alloc(size), { flag: 'a' });
    } catch (error) {
      if (asAkinError(error).cause === undefined) throw error;
    }
  }
}

writeFileSync(ballast, Buffer.alloc(13 * 2 ** 20));
let { catalog } = openCatalog(library);
const folderId = catalog.decide(() => catalog.folders.add('/photos'));
const written: number[] = [];
const atWriting = codeFrom(() => {
  for (;;) {
    const content = 'x'.repeat(20_000) + written.length;
    written.push(putPhoto(catalog, folderId, `${written.length}.jpg`, content));
  }
});
const modelId = catalog.descriptors.modelId('digest', 'model', 1);
const isThere = (id: number) => Boolean(catalog.photos.get(id) && catalog.descriptors.get(id, modelId));
const lostAtOnce = written.filter((id) => !isThere(id)).length;
// A small one may still fit; then it must hold.
const decision = codeFrom(() => catalog.decide(() => catalog.folders.add('/decided')));
catalog.close();

fill(`${ballast}-more`);
const atOpening = codeFrom(() => {
  const opened = openCatalog(library).catalog;
  opened.close();
});
const anew = codeFrom(() => openCatalog(`${library}-new`).catalog.close());

rmSync(ballast);
rmSync(`${ballast}-more`);
({ catalog } = openCatalog(library));
const lostAfter = written.filter((id) => !isThere(id)).length;
const decided = catalog.folders.list().some((folder) => folder.path === '/decided');
const works = isThere(putPhoto(catalog, folderId, 'after.jpg'));
catalog.close();
process.stdout.write(
  JSON.stringify({
    written: written.length,
    atWriting,
    decision,
    decided,
    atOpening,
    anew,
    lostAtOnce,
    lostAfter,
    works,
  }),
);
