import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AkinError } from '../src/errors.ts';
import { blackPng } from './ingest/pictures.ts';
import { LibraryFixture, smallPhoto } from './library-fixture.ts';

let fixture: LibraryFixture;

beforeEach(async () => {
  fixture = new LibraryFixture();
  await fixture.open();
});

afterEach(async () => {
  await fixture.close();
});

const file = (...parts: string[]) => fixture.file(...parts);

describe('the files of photos', () => {
  it('that cannot be used are listed with the reason, and the rest is indexed and found', async () => {
    await fixture.put('black-canyon', 'nagasaki-boats');
    const whole = readFileSync(file('nagasaki-boats.jpg'));
    writeFileSync(file('cut.jpg'), whole.subarray(0, whole.length / 2));
    writeFileSync(file('zero.jpg'), '');
    writeFileSync(file('text.jpg'), 'Dear diary');
    writeFileSync(file('vast.png'), blackPng(30_000, 30_000));
    await fixture.library.addFolder(fixture.photos);
    expect(await fixture.library.index()).toMatchObject({ indexed: 2, failed: 4, error: null });
    const failures = fixture.library.failures();
    expect(failures.map(({ path: at, code }) => [path.basename(at), code])).toEqual([
      ['cut.jpg', 'photo-cut-off'],
      ['text.jpg', 'photo-unsupported'],
      ['vast.png', 'photo-too-large'],
      ['zero.jpg', 'photo-empty'],
    ]);
    for (const { reason } of failures) expect(reason.length).toBeGreaterThan(10);
    const { matches } = await fixture.search(fixture.idOf('black-canyon.jpg'), 9);
    expect(fixture.pathsOf(matches.map(({ photoId }) => photoId))).toEqual(['photos/nagasaki-boats.jpg']);
  });

  it('a thumbnail that was lost is made again, and a rendering is never larger than asked for', async () => {
    await fixture.put('black-canyon');
    await fixture.library.addFolder(fixture.photos);
    await fixture.library.index();
    const id = fixture.idOf('black-canyon.jpg');
    const { content, type } = await fixture.library.thumbnail(id);
    expect(type).toBe('image/jpeg');
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
        const { matches } = await fixture.search(fixture.idOf('two\nlines.jpg'), 5);
        expect(matches).toMatchObject([{ tier: 'identical' }]);
        const { content: rendering } = await fixture.library.rendering(matches[0]!.photoId, 64);
        expect((await sharp(rendering).metadata()).width).toBe(64);
        await fixture.open();
        expect(await fixture.library.index()).toMatchObject({ indexed: 0, unchanged: 2 });
      }
    },
  );
});
