import { mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AkinError } from '../src/errors.ts';
import { openLibrary } from '../src/library.ts';
import { blackPng, realPhoto } from './ingest/pictures.ts';
import { LibraryFixture, never, smallPhoto } from './library-fixture.ts';
import { boundByPermissions, runMounted, runScript, withOwnMounts } from './processes/run.ts';

let fixture: LibraryFixture;

beforeEach(async () => {
  fixture = new LibraryFixture();
  await fixture.open();
});

afterEach(async () => {
  await fixture.close();
});

const file = (...parts: string[]) => fixture.file(...parts);
const codes = () => fixture.notices.map(({ code }) => code);

describe('the main job', () => {
  it('a folder is added and indexed, and a photo finds its copy first, then its edits, then the rest', async () => {
    await fixture.put('black-canyon', 'nagasaki-boats', 'march-pastoral');
    fixture.copy('black-canyon.jpg', 'again.jpg');
    await sharp(realPhoto('black-canyon')).resize(300).webp({ quality: 60 }).toFile(file('edited.webp'));
    const folder = await fixture.library.addFolder(fixture.photos);
    expect(folder).toEqual({
      id: folder.id,
      path: fixture.photos,
      role: 'normal',
      photos: 0,
      state: 'ready',
    });
    expect(await fixture.library.index()).toMatchObject({ indexed: 5, failed: 0, error: null });
    expect(fixture.library.status()).toMatchObject({ photos: 5, indexed: 5, failed: 0, folders: 1 });

    const { matches, aspects } = await fixture.library.searchPhoto(
      fixture.idOf('black-canyon.jpg'),
      10,
      never,
    );
    expect(fixture.pathsOf(matches.map(({ photoId }) => photoId)).slice(0, 2)).toEqual([
      'photos/again.jpg',
      'photos/edited.webp',
    ]);
    expect(matches).toHaveLength(4);
    // A score alone never makes a photo identical.
    expect(matches.map(({ tier }) => tier === 'identical')).toEqual([true, false, false, false]);
    expect(matches[0]?.score).toBeCloseTo(1, 5);
    const scores = matches.map(({ score }) => score);
    expect(scores).toEqual([...scores].sort((a, b) => b - a));
    for (const [at, { photoId }] of matches.entries()) {
      const { width, height } = fixture.library.photo(photoId);
      expect(aspects[at]).toBe(width / height);
    }
    const one = await fixture.library.searchPhoto(fixture.idOf('again.jpg'), 1, never);
    expect(fixture.pathsOf(one.matches.map(({ photoId }) => photoId))).toEqual(['photos/black-canyon.jpg']);
  });

  it('a picture from elsewhere finds what is like it, and stays outside', async () => {
    await fixture.put('black-canyon', 'nagasaki-boats');
    await fixture.library.addFolder(fixture.photos);
    await fixture.library.index();
    const before = fixture.all();
    const content = readFileSync(file('nagasaki-boats.jpg'));
    const same = await fixture.library.searchPicture('dropped.jpg', content, 5, never);
    expect(same.matches[0]).toMatchObject({ photoId: fixture.idOf('nagasaki-boats.jpg'), tier: 'identical' });
    expect(same).toMatchObject({ width: 320, matches: { length: 2 } });
    expect((await sharp(same.thumbnail).metadata()).format).toBe('webp');
    const edited = await sharp(realPhoto('nagasaki-boats')).resize(250).png().toBuffer();
    const like = await fixture.library.searchPicture('pasted', edited, 5, never);
    expect(like.matches[0]?.photoId).toBe(fixture.idOf('nagasaki-boats.jpg'));
    expect(like.matches[0]?.tier).not.toBe('identical');
    await fixture.library.index();
    expect(fixture.all()).toEqual(before);
    expect(fixture.library.status()).toMatchObject({ photos: 2, indexed: 2, failed: 0 });
  });

  it('pictures that are none are refused with the reason, and cancelled searches end', async () => {
    const search = (content: Buffer, signal = never) =>
      fixture.library.searchPicture('dropped', content, 5, signal);
    await expect(search(Buffer.from('a text'))).rejects.toThrow(
      new AkinError('photo-unsupported', { path: 'dropped' }),
    );
    await expect(search(Buffer.alloc(0))).rejects.toMatchObject({ code: 'photo-empty' });
    await expect(search(blackPng(30_000, 30_000))).rejects.toMatchObject({ code: 'photo-too-large' });
    await fixture.put('black-canyon');
    await fixture.library.addFolder(fixture.photos);
    await fixture.library.index();
    const content = readFileSync(file('black-canyon.jpg'));
    await expect(search(content, AbortSignal.abort())).rejects.toMatchObject({ code: 'cancelled' });
    await expect(
      fixture.library.searchPhoto(fixture.idOf('black-canyon.jpg'), 5, AbortSignal.abort()),
    ).rejects.toMatchObject({ code: 'cancelled' });
    await expect(fixture.library.searchPhoto(999, 5, never)).rejects.toThrow(new AkinError('photo-unknown'));
  });

  it('in an empty library nothing is found, and that is no error', async () => {
    const { matches } = await fixture.library.searchPicture('a', await smallPhoto('black-canyon'), 5, never);
    expect(matches).toEqual([]);
  });

  it('a restart keeps everything, and describes nothing again', async () => {
    await fixture.put('black-canyon', 'nagasaki-boats');
    writeFileSync(file('broken.jpg'), 'no picture');
    await fixture.library.addFolder(fixture.photos);
    await fixture.library.index();
    const state = async () => ({
      status: { ...fixture.library.status(), progress: null },
      folders: fixture.library.folders(),
      timeline: fixture.library.timeline(),
      failures: fixture.library.failures(),
      matches: (await fixture.library.searchPhoto(fixture.idOf('black-canyon.jpg'), 5, never)).matches,
    });
    const before = await state();
    expect(before.failures).toEqual([
      { path: file('broken.jpg'), code: 'photo-unsupported', reason: expect.stringContaining('broken.jpg') },
    ]);
    await fixture.open();
    expect(await state()).toEqual(before);
    expect(await fixture.library.index()).toMatchObject({ indexed: 0, unchanged: 3 });
    expect(await state()).toEqual(before);
  });

  it('what was indexed since the first search is found too, and what was deleted is not', async () => {
    await fixture.put('black-canyon');
    await fixture.library.addFolder(fixture.photos);
    await fixture.library.index();
    const found = async () => {
      const { matches } = await fixture.library.searchPhoto(fixture.idOf('black-canyon.jpg'), 5, never);
      return fixture.pathsOf(matches.map(({ photoId }) => photoId));
    };
    expect(await found()).toEqual([]);
    fixture.copy('black-canyon.jpg', 'copy.jpg');
    await fixture.library.index();
    expect(await found()).toEqual(['photos/copy.jpg']);
    renameSync(file('copy.jpg'), file('moved.jpg'));
    await fixture.library.index();
    expect(await found()).toEqual(['photos/moved.jpg']);
    rmSync(file('moved.jpg'));
    await fixture.library.index();
    expect(await found()).toEqual([]);
  });
});

describe('the files of photos', () => {
  it('a thumbnail that was lost is made again, and a rendering is never larger than asked for', async () => {
    await fixture.put('black-canyon');
    await fixture.library.addFolder(fixture.photos);
    await fixture.library.index();
    const id = fixture.idOf('black-canyon.jpg');
    const { content, type } = await fixture.library.thumbnail(id);
    expect(type).toBe('image/webp');
    await fixture.library.close();
    rmSync(path.join(fixture.root, 'library', 'thumbnails.sqlite'));
    await fixture.open();
    expect(Buffer.from((await fixture.library.thumbnail(id)).content)).toEqual(Buffer.from(content));
    const { width = 0, height = 0 } = await sharp(
      (await fixture.library.rendering(id, 100)).content,
    ).metadata();
    expect(Math.max(width, height)).toBe(100);
    rmSync(file('black-canyon.jpg'));
    expect(Buffer.from((await fixture.library.thumbnail(id)).content)).toEqual(Buffer.from(content));
    await expect(fixture.library.rendering(id, 100)).rejects.toThrow(
      new AkinError('photo-missing', { path: file('black-canyon.jpg') }),
    );
    await expect(fixture.library.thumbnail(999)).rejects.toThrow(new AkinError('photo-unknown'));
    expect(() => fixture.library.photo(999)).toThrow(new AkinError('photo-unknown'));
  });

  it.skipIf(process.platform !== 'linux')(
    'names with newlines and bytes that are not UTF-8 are indexed, found, shown and rendered',
    async () => {
      const folder = Buffer.from('J\xfcrgen\n', 'latin1');
      const name = Buffer.from('\xff\xfe photo\n2.jpg', 'latin1');
      const content = await smallPhoto('black-canyon');
      mkdirSync(Buffer.concat([Buffer.from(`${fixture.photos}/`), folder]));
      writeFileSync(
        Buffer.concat([Buffer.from(`${fixture.photos}/`), folder, Buffer.from('/'), name]),
        content,
      );
      writeFileSync(file('two\nlines.jpg'), content);
      await fixture.library.addFolder(fixture.photos);
      expect(await fixture.library.index()).toMatchObject({ indexed: 2, failed: 0 });
      for (let round = 0; round < 2; round++) {
        expect(fixture.all()).toEqual([
          'photos/J\uFFFDrgen\n/\uFFFD\uFFFD photo\n2.jpg',
          'photos/two\nlines.jpg',
        ]);
        const { matches } = await fixture.library.searchPhoto(fixture.idOf('two\nlines.jpg'), 5, never);
        expect(matches).toMatchObject([{ tier: 'identical' }]);
        const { content: rendering } = await fixture.library.rendering(matches[0]!.photoId, 64);
        expect((await sharp(rendering).metadata()).width).toBe(64);
        await fixture.open();
        expect(await fixture.library.index()).toMatchObject({ indexed: 0, unchanged: 2 });
      }
    },
  );
});

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
    expect((await fixture.library.searchPhoto(id, 9, never)).matches).toHaveLength(3);
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
    const found = async () => (await fixture.library.searchPhoto(copy, 5, never)).matches.length;
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

describe('a full disk', () => {
  it('stops indexing with a word, loses no photo, and is no hindrance once there is room', async (context) => {
    const way = withOwnMounts();
    if (!way) return context.skip('Mounting is not allowed here.');
    const disk = path.join(fixture.root, 'disk');
    mkdirSync(disk);
    const shell = `mount -t tmpfs -o size=3m tmpfs "${disk}"; exec "$NODE" "$SCRIPT" "${disk}" "${fixture.photos}"`;
    const reply = await runMounted<{ atFull: [found: number, known: number] }>(
      shell,
      'index-on-full-disk.ts',
      way,
    );
    expect(reply).toMatchObject({
      error: 'library-full',
      notices: ['library-full'],
      added: 24,
      afterwards: { error: null, failed: 0, failures: 0 },
      atEnd: [24, 24],
    });
    const [found, known] = reply.atFull;
    expect(found).toBe(known);
    expect(known).toBeLessThan(24);
  });
});

describe('watching', () => {
  it('indexes what is added, and tells progress and changes', async () => {
    await fixture.open({ watch: true });
    const changed = vi.fn<(photos: number) => void>();
    const phases = new Set<string>();
    fixture.library.on('changed', changed);
    fixture.library.on('progress', ({ phase }) => phases.add(phase));
    fixture.library.begin();
    await fixture.put('black-canyon');
    await fixture.library.addFolder(fixture.photos);
    await vi.waitFor(() => expect(changed).toHaveBeenLastCalledWith(1), 30_000);
    await fixture.put('nagasaki-boats');
    await vi.waitFor(() => expect(changed).toHaveBeenLastCalledWith(2), 30_000);
    expect(fixture.library.status().progress).toMatchObject({ phase: 'idle' });
    expect([...phases].sort()).toEqual(['idle', 'indexing', 'scanning']);
  });
});

describe('models', () => {
  it('a folder that holds none is refused before the library is touched', async () => {
    const library = path.join(fixture.root, 'another');
    await expect(openLibrary({ folder: library, modelFolder: fixture.photos })).rejects.toThrow(
      new AkinError('model-missing', { path: fixture.photos }),
    );
    expect(() => readFileSync(path.join(library, 'catalog.sqlite'))).toThrow('ENOENT');
  });
});

describe('notices', () => {
  it('what opening brought to light is told once', async () => {
    await fixture.library.close();
    writeFileSync(path.join(fixture.root, 'library', 'catalog.sqlite'), 'garbage '.repeat(999));
    await fixture.open();
    expect(codes()).toEqual([]);
    fixture.library.tellNotices();
    fixture.library.tellNotices();
    expect(codes()).toEqual(['catalog-damaged']);
  });
});
