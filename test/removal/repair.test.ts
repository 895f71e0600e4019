import { copyFileSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeEach, expect, it } from 'vitest';
import { textToByteString } from '../../src/catalog/path-bytes.ts';
import { AkinError } from '../../src/errors.ts';
import { openLibrary } from '../../src/library.ts';
import { contentsBelow, RemovalFixture, trashHome } from './removal-fixture.ts';

const name = 'trip/a copy.png';
let fixture: RemovalFixture;
let destination: string;

beforeEach(async () => {
  fixture = new RemovalFixture();
  await fixture.put({ 'a.png': 1, [name]: 1 });
  destination = path.join(fixture.target, 'photos', name);
  mkdirSync(path.dirname(destination), { recursive: true });
});

afterEach(() => {
  fixture.close();
});

afterAll(() => {
  rmSync(trashHome, { recursive: true, force: true });
});

/** Writes into the journal that a photo is about to be moved, as if Akin had been stopped after that. */
function interrupt(): void {
  const { removals } = fixture.catalog;
  const { id: photoId, ...row } = fixture.photos()[fixture.file(name)]!;
  const removalId = removals.begin(1, 'folder', textToByteString(fixture.target));
  removals.removing(removalId, { ...row, photoId, destination: textToByteString(destination), inode: '1' });
}

it('tells of a file that is in neither place until it turns up', async () => {
  interrupt();
  const hidden = path.join(fixture.root, 'hidden.png');
  renameSync(fixture.file(name), hidden);
  fixture.leave();
  const lost = new AkinError('removal-lost', { path: fixture.file(name) });
  for (let start = 0; start < 2; start++) {
    const library = await openLibrary({ folder: fixture.library });
    const notices: AkinError[] = [];
    library.on('notice', (notice) => notices.push(notice));
    library.tellNotices();
    await library.close();
    expect(notices).toEqual([lost]);
  }
  fixture = new RemovalFixture(fixture.root);
  expect(fixture.catalog.removals.open()).toHaveLength(1);
  renameSync(hidden, fixture.file(name));
  expect(await fixture.removal.repair()).toEqual([]);
  expect(fixture.catalog.removals.open()).toEqual([]);
  expect(fixture.removal.list()).toEqual([]);
  expect(fixture.known()).toEqual(['a.png', name]);
});

it('waits for a folder that is not there', async () => {
  interrupt();
  renameSync(fixture.folder, `${fixture.folder} away`);
  expect(await fixture.removal.repair()).toEqual([]);
  expect(fixture.catalog.removals.open()).toHaveLength(1);
  renameSync(`${fixture.folder} away`, fixture.folder);
  expect(await fixture.removal.repair()).toEqual([]);
  expect(fixture.catalog.removals.open()).toEqual([]);
});

it('ends a move that had come half the way, and an undo brings the file back', async () => {
  const before = contentsBelow(fixture.folder);
  interrupt();
  copyFileSync(fixture.file(name), destination);
  expect(await fixture.removal.repair()).toEqual([]);
  expect(fixture.known()).toEqual(['a.png']);
  expect(fixture.there()).toEqual(['a.png']);
  const [removal] = fixture.removal.list();
  expect(removal).toMatchObject({ photos: 1, undoable: true });
  expect(await fixture.removal.undo(removal!.id)).toEqual({ restored: 1, failed: [] });
  expect(contentsBelow(fixture.folder)).toEqual(before);
});

it('removes nothing for the sake of another file of that name', async () => {
  interrupt();
  writeFileSync(destination, 'something else');
  expect(await fixture.removal.repair()).toEqual([]);
  expect(fixture.there()).toEqual(['a.png', name]);
  expect(fixture.removal.list()).toEqual([]);
  expect(readFileSync(destination, 'utf8')).toBe('something else');
});
