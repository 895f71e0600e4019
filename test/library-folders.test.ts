import { once } from 'node:events';
import { mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AkinError } from '../src/errors.ts';
import { LibraryFixture, smallPhoto } from './library-fixture.ts';
import { boundByPermissions, runScript } from './processes/run.ts';

let fixture: LibraryFixture;

beforeEach(async () => {
  fixture = new LibraryFixture();
  await fixture.open();
});

afterEach(async () => {
  await fixture.close();
});

const file = (...parts: string[]) => fixture.file(...parts);

describe('folders', () => {
  it('that overlap another are refused with its name; the same one again is the same', async () => {
    mkdirSync(file('inner'));
    const folder = await fixture.library.addFolder(fixture.photos);
    await expect(fixture.library.addFolder(file('inner'))).rejects.toThrow(
      new AkinError('folder-overlaps', { path: file('inner'), other: fixture.photos }),
    );
    await expect(fixture.library.addFolder(fixture.root)).rejects.toThrow(
      new AkinError('folder-overlaps', { path: fixture.root, other: fixture.photos }),
    );
    symlinkSync(fixture.photos, path.join(fixture.root, 'link'), 'dir');
    mkdirSync(`${fixture.photos}-2024`);
    for (const same of [fixture.photos, `${fixture.photos}/`, path.join(fixture.root, 'link')])
      expect(await fixture.library.addFolder(same)).toEqual(folder);
    await fixture.library.addFolder(`${fixture.photos}-2024`);
    expect(fixture.library.folders()).toHaveLength(2);
  });

  it('that are not there, or are files, are refused by name', async () => {
    writeFileSync(file('file.txt'), '');
    for (const wanted of [file('gone'), file('file.txt'), file('file.txt', 'below')]) {
      await expect(fixture.library.addFolder(wanted)).rejects.toThrow(
        new AkinError('folder-missing', { path: wanted }),
      );
    }
    expect(fixture.library.folders()).toEqual([]);
  });

  it('take a role, which lasts, and is told with the change', async () => {
    const { id } = await fixture.library.addFolder(fixture.photos);
    const told = once(fixture.library, 'duplicates');
    expect(fixture.library.setFolderRole(id, 'protected')).toMatchObject({ id, role: 'protected' });
    await told;
    await fixture.open();
    expect(fixture.library.folders()).toMatchObject([{ id, role: 'protected' }]);
    fixture.library.setFolderRole(id, 'normal');
    expect(fixture.library.folders()).toMatchObject([{ role: 'normal' }]);
    const unknown = () => fixture.library.setFolderRole(99, 'normal');
    expect(unknown).toThrow(expect.objectContaining({ code: 'folder-unknown' }) as Error);
  });

  it('are known by the folders that lie in them or hold them, and by no others', async () => {
    mkdirSync(file('inner'));
    await fixture.library.addFolder(fixture.photos);
    symlinkSync(file('inner'), path.join(fixture.root, 'link'), 'dir');
    expect(await fixture.library.pathOfFolder(path.join(fixture.root, 'link'))).toBe(file('inner'));
    expect(await fixture.library.pathOfFolder(fixture.root)).toBe(fixture.root);
    mkdirSync(`${fixture.photos}-2024`);
    const refusal = (wanted: string) => expect(fixture.library.pathOfFolder(wanted)).rejects;
    await refusal(`${fixture.photos}-2024`).toMatchObject({ code: 'folder-unknown' });
    await refusal(file('gone')).toMatchObject({ code: 'folder-missing' });
  });

  it('with loops of links are walked once', async () => {
    await fixture.put('black-canyon');
    mkdirSync(file('album'));
    symlinkSync('..', file('album', 'up'), 'dir');
    symlinkSync(fixture.photos, file('album', 'all'), 'dir');
    symlinkSync('loop', file('loop'), 'dir');
    symlinkSync(path.join('..', 'black-canyon.jpg'), file('album', 'link.jpg'));
    await fixture.library.addFolder(fixture.photos);
    expect(await fixture.library.index()).toMatchObject({ indexed: 1, failed: 0, error: null });
    expect(fixture.all()).toEqual(['photos/black-canyon.jpg']);
    await expect(fixture.library.addFolder(file('loop'))).rejects.toMatchObject({ code: 'folder-missing' });
  });

  it('that vanish are told once a scan, keep their photos, and are taken up when they are back', async () => {
    await fixture.put('black-canyon', 'nagasaki-boats');
    const other = path.join(fixture.root, 'other');
    mkdirSync(other);
    writeFileSync(path.join(other, 'pastoral.jpg'), await smallPhoto('march-pastoral'));
    await fixture.library.addFolder(fixture.photos);
    await fixture.library.addFolder(other);
    await fixture.library.index();
    const id = fixture.idOf('black-canyon.jpg');
    renameSync(fixture.photos, `${fixture.photos}-away`);
    writeFileSync(path.join(other, 'new.jpg'), await smallPhoto('dust-bowl-home'));
    expect(await fixture.library.index()).toMatchObject({ indexed: 1, removed: 0, error: null });
    expect(fixture.notices).toEqual([new AkinError('folder-missing', { path: fixture.photos })]);
    expect(fixture.library.folders().map(({ state }) => state)).toEqual(['ready', 'missing']);
    expect(fixture.library.status()).toMatchObject({ photos: 4 });
    expect((await fixture.search(id, 9)).matches).toHaveLength(3);
    expect((await fixture.library.thumbnail(id)).content.length).toBeGreaterThan(0);
    await expect(fixture.library.rendering(id, 64)).rejects.toMatchObject({ code: 'photo-missing' });
    await fixture.open();
    expect(fixture.library.folders().map(({ state }) => state)).toEqual(['ready', 'missing']);
    renameSync(`${fixture.photos}-away`, fixture.photos);
    expect(await fixture.library.index()).toMatchObject({ indexed: 0, unchanged: 4 });
    expect(fixture.library.folders().map(({ state }) => state)).toEqual(['ready', 'ready']);
    expect(fixture.idOf('black-canyon.jpg')).toBe(id);
  });

  it('that are removed take their photos from the grid and the matches, and bring them back', async () => {
    await fixture.put('black-canyon');
    const other = path.join(fixture.root, 'other');
    mkdirSync(other);
    writeFileSync(path.join(other, 'copy.jpg'), await smallPhoto('black-canyon'));
    const { id: folderId } = await fixture.library.addFolder(fixture.photos);
    const kept = await fixture.library.addFolder(other);
    await fixture.library.index();
    const [copy = 0] = fixture.library.timeline(kept.id).ids;
    const found = async () => (await fixture.search(copy, 5)).matches.length;
    expect(await found()).toBe(1);
    const before = fixture.library.folders();
    const changed: number[] = [];
    fixture.library.on('changed', (photos) => changed.push(photos));
    fixture.library.removeFolder(folderId);
    expect(await found()).toBe(0);
    expect(fixture.all()).toEqual(['other/copy.jpg']);
    expect(fixture.library.findPhoto(file('black-canyon.jpg'))).toBeUndefined();
    expect(() => fixture.library.removeFolder(folderId)).toThrow(new AkinError('folder-unknown'));
    expect(await fixture.library.index()).toMatchObject({ unchanged: 1, removed: 0 });

    expect(await fixture.library.restoreFolder(folderId)).toEqual(before.find(({ id }) => id === folderId));
    expect(changed).toEqual([1, 2]);
    expect(await found()).toBe(1);
    expect(fixture.library.folders()).toEqual(before);
    expect(await fixture.library.index()).toMatchObject({ indexed: 0, unchanged: 2 });

    fixture.library.removeFolder(folderId);
    expect(await fixture.library.addFolder(fixture.photos)).toMatchObject({ id: folderId, photos: 1 });
    expect(await found()).toBe(1);

    fixture.library.removeFolder(folderId);
    await fixture.open();
    await expect(fixture.library.restoreFolder(folderId)).rejects.toThrow(new AkinError('folder-unknown'));
    expect(await found()).toBe(0);
  });

  it('cannot be brought back over one that was added in their place', async () => {
    mkdirSync(file('inner'));
    const { id } = await fixture.library.addFolder(file('inner'));
    fixture.library.removeFolder(id);
    await fixture.library.addFolder(fixture.photos);
    await expect(fixture.library.restoreFolder(id)).rejects.toThrow(
      new AkinError('folder-overlaps', { path: file('inner'), other: fixture.photos }),
    );
    expect(fixture.library.folders().map((folder) => folder.path)).toEqual([fixture.photos]);
  });

  it('that may not be read, whole or in part, are told, and the rest goes on', async (context) => {
    const way = boundByPermissions();
    if (!way) return context.skip('Nothing binds this process to permissions.');
    await fixture.library.close();
    expect(await runScript('unreadable-folders.ts', [fixture.root], way)).toEqual({
      adding: { code: 'folder-unreadable', path: file('shut') },
      indexed: 1,
      notices: [
        { code: 'folder-unreadable', path: file('later') },
        { code: 'folder-unreadable', path: file('open', 'shut') },
      ],
      failures: [{ path: file('open', 'secret.jpg'), code: 'photo-denied' }],
      states: { [file('open')]: 'ready', [file('later')]: 'unreadable' },
      photos: 2,
      afterwards: { indexed: 2, failed: 0, removed: 0, photos: 4 },
    });
  });
});
