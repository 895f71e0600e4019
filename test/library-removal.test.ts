import {
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { removalResultSchema, removalSchema, undoResultSchema } from '../src/api-duplicates.ts';
import type { RemovalProgress } from '../src/api-duplicates.ts';
import { AkinError } from '../src/errors.ts';
import {
  contentsBelow,
  filesBelow,
  RemovalFixture,
  scope,
  trashHome,
  writePicture,
} from './removal/removal-fixture.ts';

/** Elsewhere the trash is the user's own. */
const withTrash = process.platform === 'linux';

let fixture: RemovalFixture;

beforeEach(async () => {
  fixture = new RemovalFixture();
  await fixture.put({
    'a.png': 1,
    'trip/a copy.png': 1,
    'trip/a again.png': 1,
    'b.png': 2,
    'old/b.png': 2,
    'c.png': 3,
  });
});

afterEach(() => {
  fixture.close();
  rmSync(path.join(trashHome, 'Trash'), { recursive: true, force: true });
});

afterAll(() => {
  rmSync(trashHome, { recursive: true, force: true });
});

const copies = ['trip/a copy.png', 'trip/a again.png'];
const all = ['a.png', 'b.png', 'c.png', 'old/b.png', 'trip/a again.png', 'trip/a copy.png'];
const rest = ['a.png', 'b.png', 'c.png', 'old/b.png'];
const codes = (failed: readonly { code: string }[]) => failed.map(({ code }) => code);
const inTrash = () => readdirSync(path.join(trashHome, 'Trash', 'files'));

describe.each([
  ['the trash', 'trash' as const],
  ['a folder', 'folder' as const],
])('removing to %s', (_, way) => {
  const remove = (names: readonly string[]) =>
    way === 'trash' ? fixture.remove(names) : fixture.move(names);

  it.skipIf(way === 'trash' && !withTrash)(
    'takes the photos out of the library, and an undo brings all of it back',
    async () => {
      const before = contentsBelow(fixture.folder);
      const rows = fixture.photos();
      const ids = copies.map((name) => fixture.idOf(name));
      const { catalog } = fixture;
      const albumId = catalog.decide(() => catalog.albums.create('Trip', ids));
      catalog.decide(() => catalog.dismissals.add([ids[0]!, fixture.idOf('c.png')]));
      catalog.decide(() => catalog.keepers.choose(ids[1]!));
      const descriptors = ids.map((id) => fixture.descriptor(id));

      const result = await remove(copies);
      const bytes = 2 * statSync(fixture.file('a.png')).size;
      expect(removalResultSchema.parse(result)).toMatchObject({
        removal: { way, folder: way === 'trash' ? null : fixture.target, photos: 2, bytes, undoable: true },
        failed: [],
      });
      expect(fixture.known()).toEqual(rest);
      expect(fixture.there()).toEqual(rest);
      expect(catalog.albums.get(albumId)?.photos).toBe(0);
      expect(await fixture.run()).toMatchObject({ indexed: 0, removed: 0, failed: 0 });

      // It lasts: also through the next start, which forgets what is gone for good.
      fixture.reopen();
      expect(fixture.removal.list().map((one) => removalSchema.parse(one))).toEqual([result.removal]);
      const undone = undoResultSchema.parse(await fixture.removal.undo(result.removal!.id));
      expect(undone).toEqual({ restored: 2, failed: [] });
      expect(contentsBelow(fixture.folder)).toEqual(before);
      expect(fixture.photos()).toEqual(rows);
      expect(await fixture.run()).toMatchObject({ indexed: 0, moved: 0, removed: 0 });
      expect(fixture.photos()).toEqual(rows);
      expect(fixture.catalog.albums.get(albumId)?.photos).toBe(2);
      expect(fixture.catalog.dismissals.list()).toEqual([[ids[0], fixture.idOf('c.png')].sort()]);
      expect(fixture.catalog.keepers.list()).toEqual([ids[1]]);
      expect(ids.map((id) => fixture.descriptor(id))).toEqual(descriptors);
      expect(fixture.removal.list()).toEqual([]);
      await expect(fixture.removal.undo(result.removal!.id)).rejects.toEqual(
        new AkinError('removal-unknown'),
      );
      if (way === 'folder') expect(readdirSync(fixture.target)).toEqual([]);
      else expect(filesBelow(path.join(trashHome, 'Trash'))).toEqual([]);
    },
  );

  it.skipIf(way === 'trash' && !withTrash)('leaves alone what may not go, and removes the rest', async () => {
    const guarded = fixture.addFolder('guarded');
    await writePicture(path.join(guarded.folder, 'a.png'), 1);
    await fixture.run();
    fixture.catalog.folders.setRole(guarded.folderId, 'protected');
    const ids = Object.fromEntries(
      fixture.known().map((name) => [name, fixture.photos()[path.join(fixture.folder, name)]!.id]),
    );
    const photoIds = ['../guarded/a.png', 'b.png', 'old/b.png', 'c.png', 'a.png'].map((name) => ids[name]!);
    const params = { ...scope, photoIds: [...photoIds, 999], mergeMetadata: false };
    const { removal, failed } =
      way === 'trash'
        ? await fixture.removal.trash(params)
        : await fixture.removal.move({ ...params, folder: fixture.target });
    expect(removal?.photos).toBe(1);
    expect(failed.map(({ photoId, code }) => [photoId, code])).toEqual([
      [ids['../guarded/a.png'], 'removal-protected'],
      [ids['b.png'], 'removal-no-survivor'],
      [ids['old/b.png'], 'removal-no-survivor'],
      [ids['c.png'], 'removal-not-in-group'],
      [999, 'removal-not-in-group'],
    ]);
    expect(fixture.there()).toEqual(all.filter((name) => name !== 'a.png'));
  });
});

describe('right before a file goes', () => {
  const expectNothing = async (names: readonly string[], code: string) => {
    const before = contentsBelow(fixture.folder);
    const { removal, failed } = await fixture.move(names);
    expect(removal).toBeNull();
    expect(codes(failed)).toEqual(names.map(() => code));
    expect(contentsBelow(fixture.folder)).toEqual(before);
    expect(readdirSync(fixture.target)).toEqual([]);
    expect(fixture.removal.list()).toEqual([]);
    expect(fixture.known()).toEqual(all);
  };
  /** Changes a byte, and nothing that a look at the folder would show. */
  const alter = (name: string) => {
    const { atime, mtime } = statSync(fixture.file(name));
    const content = readFileSync(fixture.file(name));
    content[content.length - 20]! ^= 1;
    writeFileSync(fixture.file(name), content);
    utimesSync(fixture.file(name), atime, mtime);
  };

  it('its content is compared once more', async () => {
    const times = { 'trip/a copy.png': 1_600_000_000, 'trip/a again.png': 1_600_000_001 };
    for (const [name, time] of Object.entries(times)) utimesSync(fixture.file(name), time, time);
    await fixture.run();
    alter('trip/a copy.png');
    await expectNothing(['trip/a copy.png'], 'removal-changed');
    utimesSync(fixture.file('trip/a again.png'), 5, 5);
    await expectNothing(['trip/a again.png'], 'removal-changed');
  });

  it('it must be there', async () => {
    rmSync(fixture.file('trip/a copy.png'));
    await expectNothing(['trip/a copy.png'], 'photo-missing');
  });

  it('the photo that stays must be there, with the content that was compared', async () => {
    utimesSync(fixture.file('a.png'), 1_600_000_000, 1_600_000_000);
    await fixture.run();
    alter('a.png');
    await expectNothing(copies, 'removal-survivor');
    rmSync(fixture.file('a.png'));
    await expectNothing(copies, 'removal-survivor');
  });

  it('the photo that stays must not be the same file by another way', async () => {
    rmSync(fixture.file('trip/a copy.png'));
    linkSync(fixture.file('a.png'), fixture.file('trip/a copy.png'));
    await fixture.run();
    await expectNothing(['trip/a copy.png'], 'removal-same-file');
  });

  it('a folder to move to must be apart from the library, and there', async () => {
    await expect(fixture.move(copies, fixture.file('trip'))).rejects.toMatchObject({
      code: 'removal-target',
    });
    // Below it there is a folder of the same name: the library's own.
    await expect(fixture.move(copies, fixture.root)).rejects.toMatchObject({ code: 'removal-target' });
    fixture.addFolder('other/photos/trip');
    await expect(fixture.move(copies, path.join(fixture.root, 'other'))).rejects.toMatchObject({
      code: 'removal-target',
    });
    await expect(fixture.move(copies, fixture.file('nowhere'))).rejects.toMatchObject({
      code: 'folder-missing',
    });
    await expect(fixture.move(copies, fixture.file('a.png'))).rejects.toMatchObject({
      code: 'folder-missing',
    });
    expect(fixture.there()).toEqual(all);
  });
});

describe('names', () => {
  it('that are taken are not written over', async () => {
    const taken = path.join(fixture.target, 'photos', 'trip', 'a copy.png');
    mkdirSync(path.dirname(taken), { recursive: true });
    writeFileSync(taken, 'mine');
    const content = readFileSync(fixture.file('a.png'), 'base64');
    const { removal } = await fixture.move(copies);
    expect(contentsBelow(fixture.target)).toEqual({
      'photos/trip/a copy.png': Buffer.from('mine').toString('base64'),
      'photos/trip/a copy (2).png': content,
      'photos/trip/a again.png': content,
    });
    await fixture.removal.undo(removal!.id);
    expect(filesBelow(fixture.target)).toEqual(['photos/trip/a copy.png']);
    expect(fixture.there()).toEqual(all);
  });

  it.skipIf(process.platform !== 'linux')(
    'that are no text cannot go to the trash, but to a folder',
    async () => {
      const name = Buffer.from([0x66, 0xff, 0x2e, 0x70, 0x6e, 0x67]);
      const file = Buffer.concat([Buffer.from(`${fixture.folder}/`), name]);
      writeFileSync(file, readFileSync(fixture.file('a.png')));
      await fixture.run();
      const row = Object.values(fixture.photos()).find(({ path: at }) => at === 'f\xff.png')!;
      const params = { ...scope, photoIds: [row.id], mergeMetadata: false };
      expect(await fixture.removal.trash(params)).toMatchObject({
        removal: null,
        failed: [{ photoId: row.id, code: 'removal-name' }],
      });
      expect(statSync(file).isFile()).toBe(true);
      const { removal } = await fixture.removal.move({ ...params, folder: fixture.target });
      expect(readdirSync(path.join(fixture.target, 'photos'), 'latin1')).toEqual(['f\xff.png']);
      expect(await fixture.removal.undo(removal!.id)).toEqual({ restored: 1, failed: [] });
      expect(statSync(file).isFile()).toBe(true);
    },
  );
});

describe('an undo', () => {
  it('writes over nothing that is there now', async () => {
    const { removal } = await fixture.move(copies);
    writeFileSync(fixture.file('trip/a copy.png'), 'something else');
    const undone = await fixture.removal.undo(removal!.id);
    expect(undone).toMatchObject({ restored: 1, failed: [{ code: 'removal-taken' }] });
    expect(readFileSync(fixture.file('trip/a copy.png'), 'utf8')).toBe('something else');
    expect(filesBelow(fixture.target)).toEqual(['photos/trip/a copy.png']);
    rmSync(fixture.file('trip/a copy.png'));
    expect(await fixture.removal.undo(removal!.id)).toEqual({ restored: 1, failed: [] });
    expect(fixture.known()).toEqual(all);
  });

  it('makes folders anew, but not the one of the library, which may be on a disk that is not there', async () => {
    const { removal } = await fixture.move(copies);
    rmSync(fixture.file('trip'), { recursive: true });
    renameSync(fixture.folder, `${fixture.folder} away`);
    const failed = await fixture.removal.undo(removal!.id);
    expect(codes(failed.failed)).toEqual(['folder-missing', 'folder-missing']);
    renameSync(`${fixture.folder} away`, fixture.folder);
    expect(await fixture.removal.undo(removal!.id)).toEqual({ restored: 2, failed: [] });
    expect(fixture.there()).toEqual(all);
  });

  it('says which files are not where they were put, or are others now', async () => {
    const { removal } = await fixture.move(copies);
    rmSync(path.join(fixture.target, 'photos', 'trip', 'a copy.png'));
    writeFileSync(path.join(fixture.target, 'photos', 'trip', 'a again.png'), 'another');
    expect(fixture.removal.list()).toMatchObject([{ photos: 2, undoable: true }]);
    const { restored, failed } = await fixture.removal.undo(removal!.id);
    expect([restored, ...codes(failed)]).toEqual([0, 'removal-not-found', 'removal-not-found']);
    rmSync(fixture.target, { recursive: true });
    expect(fixture.removal.list()).toMatchObject([{ photos: 2, undoable: false }]);
  });

  it.skipIf(!withTrash)('by hand is understood: by an undo, and by the next scan', async () => {
    const rows = fixture.photos();
    const { removal } = await fixture.remove(copies);
    // In the order in which they went.
    for (const name of copies) {
      const records = path.join(trashHome, 'Trash', 'info');
      const record = readdirSync(records).find((one) =>
        decodeURI(readFileSync(path.join(records, one), 'utf8')).includes(`${name}\n`),
      )!;
      const from = path.join(trashHome, 'Trash', 'files', record.replace('.trashinfo', ''));
      renameSync(from, fixture.file(name));
    }
    expect(inTrash()).toEqual([]);
    expect(await fixture.run()).toMatchObject({ indexed: 2 });
    // Not new photos: the very same.
    expect(fixture.photos()).toEqual(rows);
    expect(fixture.removal.list()).toEqual([]);
    await expect(fixture.removal.undo(removal!.id)).rejects.toEqual(new AkinError('removal-unknown'));
    const again = await fixture.move(['trip/a copy.png']);
    renameSync(path.join(fixture.target, 'photos/trip/a copy.png'), fixture.file('trip/a copy.png'));
    expect(await fixture.removal.undo(again.removal!.id)).toEqual({ restored: 1, failed: [] });
    expect(fixture.photos()).toEqual(rows);
  });

  it('of photos whose folder left the library puts the files back', async () => {
    const { removal } = await fixture.move(copies);
    const { folderId } = fixture.photos()[fixture.file('a.png')]!;
    fixture.catalog.folders.remove(folderId, 1);
    fixture.reopen();
    expect(await fixture.removal.undo(removal!.id)).toEqual({ restored: 2, failed: [] });
    expect(fixture.there()).toEqual(all);
    expect(fixture.known()).toEqual([]);
  });
});

describe('a trash', () => {
  it('that refuses is quoted, and the file stays', async () => {
    fixture.trash = () => Promise.reject(new Error('No space left'));
    const { removal, failed } = await fixture.remove(copies);
    expect(removal).toBeNull();
    expect(codes(failed)).toEqual(['removal-trash', 'removal-trash']);
    expect(failed[0]?.reason).toContain('No space left');
    expect(fixture.known()).toEqual(all);
  });

  it('that claims to have a file which is still there is not believed', async () => {
    fixture.trash = async () => undefined;
    const { removal, failed } = await fixture.remove(copies);
    expect(removal).toBeNull();
    expect(codes(failed)).toEqual(['removal-failed', 'removal-failed']);
    expect(fixture.known()).toEqual(all);
  });

  it('whose place is not known is believed, and an undo tells what to do', async () => {
    const hidden = path.join(fixture.root, 'hidden');
    mkdirSync(hidden);
    fixture.trash = async (file) => renameSync(file, path.join(hidden, path.basename(file)));
    const { removal, failed } = await fixture.remove(['trip/a copy.png']);
    expect(failed).toEqual([]);
    expect(removal).toMatchObject({ photos: 1, undoable: false });
    expect(fixture.known()).toEqual(all.filter((name) => name !== 'trip/a copy.png'));
    const undone = await fixture.removal.undo(removal!.id);
    expect(codes(undone.failed)).toEqual(['removal-not-found']);
  });

  it.skipIf(!withTrash)('that fails after all does no harm when it has the file', async () => {
    const { trash } = fixture;
    fixture.trash = async (file) => {
      await trash(file);
      throw new Error('It went, but something else did not work');
    };
    const { removal, failed } = await fixture.remove(copies);
    expect(failed).toEqual([]);
    expect(await fixture.removal.undo(removal!.id)).toEqual({ restored: 2, failed: [] });
    expect(fixture.known()).toEqual(all);
  });

  it('that takes the photo that stays as well gives the other back', async () => {
    const target = path.join(trashHome, 'Trash', 'files');
    mkdirSync(target, { recursive: true });
    fixture.trash = async (file) => {
      renameSync(file, path.join(target, 'one'));
      rmSync(fixture.file('a.png'));
    };
    const { removal, failed } = await fixture.remove(['trip/a copy.png']);
    expect(removal).toBeNull();
    expect(codes(failed)).toEqual(['removal-survivor']);
    expect(fixture.there()).toEqual(all.filter((name) => name !== 'a.png'));
  });
});

describe('a run', () => {
  it('reports each file, ends when it is cancelled, and is the only one', async () => {
    const heard: RemovalProgress[] = [];
    fixture.removal.on('progress', (progress) => heard.push(progress));
    const removed: number[] = [];
    fixture.removal.on('removed', (ids) => {
      removed.push(...ids);
      expect(fixture.removal.progress).toMatchObject({ phase: 'removing', total: 3 });
      fixture.removal.cancel();
    });
    const running = fixture.move([...copies, 'old/b.png']);
    await expect(fixture.move(['b.png'])).rejects.toEqual(new AkinError('removal-busy'));
    const { removal, failed } = await running;
    expect(failed).toEqual([]);
    expect(removal?.photos).toBe(1);
    expect(removed).toHaveLength(1);
    expect(fixture.there()).toEqual(all.filter((name) => name !== copies[0]));
    expect(heard[0]).toEqual({ phase: 'removing', done: 0, total: 3, rate: 0, etaSeconds: null });
    expect(heard.at(-1)).toEqual({ phase: 'idle', done: 0, total: 0, rate: 0, etaSeconds: null });
    expect(await fixture.removal.undo(removal!.id)).toEqual({ restored: 1, failed: [] });
    expect(heard).toContainEqual(expect.objectContaining({ phase: 'restoring', done: 1, total: 1 }));
  });

  it('writes what only the copies tell beside the photo that stays, or removes none of them', async () => {
    const sidecar = (rating: number) =>
      `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
       <rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:Rating="${rating}"/></rdf:RDF></x:xmpmeta>`;
    writeFileSync(fixture.file('trip/a copy.png.xmp'), sidecar(2));
    writeFileSync(fixture.file('trip/a again.png.xmp'), sidecar(4));
    writeFileSync(fixture.file('a.png.xmp'), 'no XMP');
    const refused = await fixture.remove(copies, true);
    expect([refused.removal, ...codes(refused.failed)]).toEqual([null, 'sidecar-damaged', 'sidecar-damaged']);
    expect(fixture.known()).toEqual(all);
    rmSync(fixture.file('a.png.xmp'));
    fixture.trash = async (file) => renameSync(file, path.join(fixture.target, path.basename(file)));
    expect(await fixture.remove(copies, true)).toMatchObject({ removal: { photos: 2 }, failed: [] });
    expect(readFileSync(fixture.file('a.png.xmp'), 'utf8')).toMatch(/Rating\D+4/);
  });
});
