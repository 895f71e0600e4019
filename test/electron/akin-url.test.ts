import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pageAddress, parseAkinUrl } from '../../electron/akin-url.ts';

describe('addresses of the page', () => {
  it.each([
    [pageAddress, 'index.html'],
    ['akin://app/icon.svg', 'icon.svg'],
    ['akin://app/assets/index-Bx_2.9-a.js', 'assets/index-Bx_2.9-a.js'],
    ['akin://app/index.html?a=1#b', 'index.html'],
    // What a URL parser makes of it: the same address.
    ['akin://app/assets/../index.html', 'index.html'],
  ])('%s is %s', (address, file) => {
    expect(parseAkinUrl(address)).toEqual({ kind: 'page', file });
  });

  it.each([
    'akin://app/',
    'akin://app',
    'akin://app/.env',
    'akin://app/assets/',
    'akin://app/assets/.hidden',
    'akin://app/assets/deeper/a.js',
    'akin://app/other/a.js',
    'akin://app/a..b',
    'akin://app/index',
    'akin://app//etc/passwd.txt',
    'akin://app/%2e%2e%2fmain.js',
    'akin://app/..%2f..%2fmain.js',
    'akin://app/assets%2fa.js',
    'akin://app/assets\\..\\main.js',
    'akin://app/index.html\n.js'.replace('\n', '%0a'),
    'akin://app/index.html%00.js',
    'akin://app:1/index.html',
    'akin://user@app.evil/index.html',
    'akin:app/index.html',
    'akin:///index.html',
    'http://app/index.html',
    'file:///etc/passwd.txt',
    'app/index.html',
    '',
  ])('%j names nothing', (address) => {
    expect(parseAkinUrl(address)).toBeNull();
  });

  it('never lead out of the page, whatever they hold', () => {
    const part = fc.oneof(
      fc.constantFrom(
        '..',
        '.',
        '/',
        '//',
        '\\',
        '%2e',
        '%2E%2e',
        '%2f',
        '%5c',
        '%00',
        '%0a',
        'assets',
        'a.js',
      ),
      fc.constantFrom(
        'index.html',
        '~',
        ':',
        '?',
        '#',
        '@',
        ';',
        'C:',
        'akin:',
        'app',
        '\u2024',
        '\uFF0E',
        '\uFF0F',
      ),
      fc.string({ maxLength: 4 }),
    );
    const folder = path.resolve('/page');
    fc.assert(
      fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
        const target = parseAkinUrl(`akin://app/${parts.join('')}`);
        if (target === null) return;
        if (target.kind !== 'page') throw new Error('not of the page');
        for (const system of [path.posix, path.win32]) {
          const relative = system.relative(folder, system.join(folder, target.file));
          expect(relative.split(/[/\\]/)).not.toContain('..');
          expect(relative).not.toMatch(/^\.|[/\\]\.|[:\0\n]/);
          expect(relative.split(/[/\\]/).length).toBeLessThanOrEqual(2);
        }
      }),
      { numRuns: 3000 },
    );
  });
});

describe('addresses of photos', () => {
  it('carry an id, and the size that is wanted', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1e15 - 1 }),
        fc.integer({ min: 512, max: 8192 }),
        (photoId, size) => {
          expect(parseAkinUrl(`akin://thumbnail/${photoId}`)).toEqual({ kind: 'thumbnail', photoId });
          expect(parseAkinUrl(`akin://photo/${photoId}`)).toEqual({ kind: 'photo', photoId, longSide: 2048 });
          expect(parseAkinUrl(`akin://photo/${photoId}?size=${size}`)).toEqual({
            kind: 'photo',
            photoId,
            longSide: size,
          });
        },
      ),
    );
  });

  it.each([
    'akin://photo/',
    'akin://photo/0',
    'akin://photo/-1',
    'akin://photo/01',
    'akin://photo/1.5',
    'akin://photo/1e3',
    'akin://photo/0x1',
    'akin://photo/1/',
    'akin://photo/1/2',
    'akin://photo/../1/a',
    'akin://photo/%31',
    'akin://photo/9007199254740993',
    'akin://photo/home/user/photo.jpg',
    'akin://photo/1?size=511',
    'akin://photo/1?size=8193',
    'akin://photo/1?size=',
    'akin://photo/1?size=1e99',
    'akin://photo/1?size=600.5',
    'akin://photo/1?size=NaN',
    'akin://other/1',
    'akin://photo.evil/1',
    'akin://PHOTO%00/1',
    'https://photo/1',
  ])('%s names nothing', (address) => {
    expect(parseAkinUrl(address)).toBeNull();
  });

  it('are never anything but an id within what the engine takes', () => {
    const host = fc.constantFrom('photo', 'thumbnail', 'app', 'other', 'PHOTO', 'photo:80', 'a@photo');
    fc.assert(
      fc.property(host, fc.string({ maxLength: 12 }), fc.string({ maxLength: 8 }), (name, place, size) => {
        const target = parseAkinUrl(`akin://${name}/${place}?size=${size}`);
        if (target === null || target.kind === 'page') return;
        expect(Number.isSafeInteger(target.photoId) && target.photoId > 0).toBe(true);
        if (target.kind === 'photo') {
          expect(Number.isInteger(target.longSide)).toBe(true);
          expect(target.longSide).toBeGreaterThanOrEqual(512);
          expect(target.longSide).toBeLessThanOrEqual(8192);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
