import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeAlbums, encodeAlbums } from '../../src/training/albums-file.ts';

const bytes = (value: unknown) =>
  new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value));
const damaged = expect.objectContaining({ code: 'albums-damaged' }) as Error;
const photo = { path: 'a/b.jpg', sha256: 'ab'.repeat(32) };
const file = {
  format: 'akin-albums',
  version: 1,
  albums: [{ name: 'Rome', photos: [photo] }],
  judgements: [],
};

describe('a file of albums', () => {
  it('gives back what went in', () => {
    const filed = fc.record({
      path: fc.string({ minLength: 1, unit: 'grapheme' }),
      sha256: fc.stringMatching(/^[0-9a-f]{64}$/),
    });
    const name = fc
      .string({ minLength: 1, maxLength: 100, unit: 'grapheme' })
      .map((text) => text.trim().slice(0, 200))
      .filter((text) => text !== '');
    const whole = fc.record({
      albums: fc.array(fc.record({ name, photos: fc.array(filed, { maxLength: 4 }) }), { maxLength: 4 }),
      judgements: fc.array(fc.record({ photos: fc.tuple(filed, filed), same: fc.boolean() }), {
        maxLength: 4,
      }),
    });
    fc.assert(
      fc.property(whole, (albums) => {
        expect(decodeAlbums(encodeAlbums(albums))).toEqual(albums);
      }),
      { numRuns: 50 },
    );
  });

  it('may hold more than this Akin knows, and lack judgements', () => {
    const { judgements: _none, ...without } = file;
    const more = { ...without, made: 'today', albums: [{ ...file.albums[0], color: 'red' }] };
    expect(decodeAlbums(bytes(more))).toEqual({ albums: file.albums, judgements: [] });
    expect(decodeAlbums(bytes(`\ufeff${JSON.stringify(file)}`)).albums).toEqual(file.albums);
  });

  it.each<[string, unknown]>([
    ['nothing', ''],
    ['no JSON', '{'],
    ['null', 'null'],
    ['a list', []],
    ['another format', { ...file, format: 'other' }],
    ['no version', { ...file, version: '1' }],
    ['no albums', { ...file, albums: null }],
    ['an album without a name', { ...file, albums: [{ photos: [] }] }],
    ['a name of blanks', { ...file, albums: [{ name: '  ', photos: [] }] }],
    ['a name too long', { ...file, albums: [{ name: 'x'.repeat(201), photos: [] }] }],
    ['a hash too short', { ...file, albums: [{ name: 'x', photos: [{ ...photo, sha256: 'ab' }] }] }],
    ['a path that is none', { ...file, albums: [{ name: 'x', photos: [{ ...photo, path: 1 }] }] }],
    ['a judgement of one photo', { ...file, judgements: [{ photos: [photo], same: true }] }],
    ['a judgement of neither', { ...file, judgements: [{ photos: [photo, photo], same: 1 }] }],
    ['albums nested too deep', `{"format":"akin-albums","version":1,"albums":${'['.repeat(200_000)}`],
  ])('with %s is damaged', (_what, content) => {
    expect(() => decodeAlbums(bytes(content))).toThrow(damaged);
  });

  it('of a newer Akin says so, and bytes that are no text are damaged', () => {
    expect(() => decodeAlbums(bytes({ ...file, version: 2 }))).toThrow(/newer Akin/);
    expect(() => decodeAlbums(Uint8Array.of(0xff, 0xfe, 0x00))).toThrow(damaged);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (content) => {
        expect(() => decodeAlbums(content)).toThrow(damaged);
      }),
    );
  });
});
