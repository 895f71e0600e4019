import { lstatSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  displayPath,
  joinPath,
  textToByteString,
  toBytes,
  toByteString,
} from '../../src/catalog/path-bytes.ts';

/** Any bytes that a name on Linux may hold; neither `.` nor `..`. */
const nameBytes = fc
  .uint8Array({ minLength: 1, maxLength: 60 })
  .map((bytes) => bytes.map((byte) => (byte === 0 || byte === 0x2f ? 0x41 : byte)))
  .filter((bytes) => !['.', '..'].includes(Buffer.from(bytes).toString('latin1')));

describe('byte strings', () => {
  it('hold any bytes, one character each', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const string = toByteString(bytes);
        expect(string).toHaveLength(bytes.length);
        expect(new Uint8Array(toBytes(string))).toEqual(bytes);
      }),
    );
  });

  it('read a view of a larger buffer within its bounds', () => {
    expect(toByteString(Buffer.from('abcdef').subarray(2, 4))).toBe('cd');
    expect(toByteString(new Uint8Array([97, 98, 99]).subarray(1))).toBe('bc');
  });

  it('of text come back as that text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(displayPath(textToByteString(text))).toBe(text);
      }),
    );
  });

  it('order and compare as their bytes do', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.uint8Array(), (left, right) => {
        const [a, b] = [toByteString(left), toByteString(right)];
        expect(a < b ? -1 : a > b ? 1 : 0).toBe(Buffer.compare(left, right));
      }),
    );
  });

  it('show what is not UTF-8 as U+FFFD, and the rest as it is', () => {
    expect(displayPath(toByteString(Buffer.from('a\xffb\n.jpg', 'latin1')))).toBe('a\uFFFDb\n.jpg');
    expect(displayPath(textToByteString('照片/猫.jpg'))).toBe('照片/猫.jpg');
  });

  it('join with one slash, whatever the names hold', () => {
    expect(joinPath('/photos', '')).toBe('/photos');
    expect(joinPath('/', 'a.jpg')).toBe('/a.jpg');
    expect(joinPath('C:/', 'a.jpg')).toBe('C:/a.jpg');
    fc.assert(
      fc.property(nameBytes.map(toByteString), nameBytes.map(toByteString), (folder, name) => {
        expect(joinPath(`/${folder}`, name)).toBe(`/${folder}/${name}`);
      }),
    );
  });

  it.skipIf(process.platform !== 'linux')('name the file on disk that has just those bytes', () => {
    const root = mkdtempSync(path.join(tmpdir(), 'akin-bytes-'));
    try {
      fc.assert(
        fc.property(nameBytes, nameBytes, (folder, name) => {
          const parent = joinPath(textToByteString(root), toByteString(folder));
          const file = joinPath(parent, toByteString(name));
          mkdirSync(Buffer.concat([Buffer.from(`${root}/`), folder]), { recursive: true });
          writeFileSync(Buffer.concat([Buffer.from(`${root}/`), folder, Buffer.from('/'), name]), 'here');
          expect(lstatSync(toBytes(file)).size).toBe(4);
        }),
        { numRuns: 50 },
      );
    } finally {
      rmSync(root, { recursive: true });
    }
  });
});
