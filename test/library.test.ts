import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AkinError } from '../src/errors.ts';
import { openLibrary } from '../src/library.ts';
import { blackPng, realPhoto } from './ingest/pictures.ts';
import { LibraryFixture, never, smallPhoto } from './library-fixture.ts';
import { runMounted, withOwnMounts } from './processes/run.ts';

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

    const { matches, aspects } = await fixture.search(fixture.idOf('black-canyon.jpg'), 10, never);
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
    const one = await fixture.search(fixture.idOf('again.jpg'), 1);
    expect(fixture.pathsOf(one.matches.map(({ photoId }) => photoId))).toEqual(['photos/black-canyon.jpg']);
  });

  it('a picture from elsewhere finds what is like it, and stays outside', async () => {
    await fixture.put('black-canyon', 'nagasaki-boats');
    await fixture.library.addFolder(fixture.photos);
    await fixture.library.index();
    const before = fixture.all();
    const content = readFileSync(file('nagasaki-boats.jpg'));
    const same = await fixture.searchPicture('dropped.jpg', content, 5);
    expect(same.matches[0]).toMatchObject({ photoId: fixture.idOf('nagasaki-boats.jpg'), tier: 'identical' });
    expect(same.matches).toHaveLength(2);
    const opened = await fixture.library.pictures.open('dropped.jpg', content);
    expect(opened.width).toBe(320);
    expect((await sharp(opened.thumbnail).metadata()).format).toBe('jpeg');
    const edited = await sharp(realPhoto('nagasaki-boats')).resize(250).png().toBuffer();
    const like = await fixture.searchPicture('pasted', edited, 5);
    expect(like.matches[0]?.photoId).toBe(fixture.idOf('nagasaki-boats.jpg'));
    expect(like.matches[0]?.tier).not.toBe('identical');
    await fixture.library.index();
    expect(fixture.all()).toEqual(before);
    expect(fixture.library.status()).toMatchObject({ photos: 2, indexed: 2, failed: 0 });
  });

  it('pictures that are none are refused with the reason, and cancelled searches end', async () => {
    const search = (content: Buffer, signal = never) => fixture.searchPicture('dropped', content, 5, signal);
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
      fixture.search(fixture.idOf('black-canyon.jpg'), 5, AbortSignal.abort()),
    ).rejects.toMatchObject({ code: 'cancelled' });
    await expect(fixture.search(999, 5)).rejects.toThrow(new AkinError('photo-unknown'));
  });

  it('in an empty library nothing is found, and that is no error', async () => {
    const { matches } = await fixture.searchPicture('a', await smallPhoto('black-canyon'), 5);
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
      matches: (await fixture.search(fixture.idOf('black-canyon.jpg'), 5)).matches,
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
      const { matches } = await fixture.search(fixture.idOf('black-canyon.jpg'), 5);
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

describe('a full disk', () => {
  it('stops indexing with a word, loses no photo, and is no hindrance once there is room', async (context) => {
    const way = withOwnMounts();
    if (!way) return context.skip('Mounting is not allowed here.');
    const disk = path.join(fixture.root, 'disk');
    mkdirSync(disk);
    const shell = `mount -t tmpfs -o size=24m tmpfs "${disk}"; exec "$NODE" "$SCRIPT" "${disk}" "${fixture.photos}"`;
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
