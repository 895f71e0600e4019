import fc from 'fast-check';
import { expect, it } from 'vitest';
import { textToByteString } from '../../src/catalog/path-bytes.ts';
import { areCompanions } from '../../src/duplicates/companions.ts';

it.each([
  ['/a/IMG_1.CR2', '/a/IMG_1.JPG'],
  ['/a/IMG_1.cr3', '/a/img_1.jpeg'],
  ['/a/IMG_1.NEF', '/a/IMG_1.HEIC'],
  ['IMG_1.HEIC', 'IMG_1.JPG'],
  ['/a/b.c/DSC 1.v2.ARW', '/a/b.c/DSC 1.v2.jpg'],
  ['/ä/ÉTÉ.dng', '/ä/été.jpg'],
])('%s and %s are one photo', (one, other) => {
  expect(areCompanions(textToByteString(one), textToByteString(other))).toBe(true);
  expect(areCompanions(textToByteString(other), textToByteString(one))).toBe(true);
});

it.each([
  ['/a/IMG_1.CR2', '/b/IMG_1.JPG'],
  ['/a/IMG_1.CR2', '/A/IMG_1.JPG'],
  ['/a/IMG_1.CR2', '/a/IMG_2.JPG'],
  ['/a/IMG_1.HEIC', '/a/IMG_E1.JPG'],
  ['/a/IMG_1.CR2', '/a/IMG_1.DNG'],
  ['/a/IMG_1.JPG', '/a/IMG_1.JPEG'],
  ['/a/IMG_1.HEIC', '/a/IMG_1.HEIF'],
  ['/a/IMG_1.JPG', '/a/IMG_1.PNG'],
  ['/a/IMG_1.CR2', '/a/IMG_1.TIF'],
  ['/a/IMG_1.CR2', '/a/IMG_1 (1).JPG'],
  ['/a/.dng', '/a/.jpg'],
  ['/a.cr2/IMG', '/a.jpg/IMG'],
  ['', ''],
])('%s and %s are two', (one, other) => {
  expect(areCompanions(textToByteString(one), textToByteString(other))).toBe(false);
  expect(areCompanions(textToByteString(other), textToByteString(one))).toBe(false);
});

it('whatever the name: a raw file and its JPEG are one photo, and neither is its own companion', () => {
  const name = fc.string({ unit: 'binary', minLength: 1 }).filter((text) => !/[/\0]/.test(text));
  fc.assert(
    fc.property(name, (text) => {
      const stem = textToByteString(`/photos/${text}`);
      expect(areCompanions(`${stem}.RAF`, `${stem}.jpg`)).toBe(true);
      expect(areCompanions(`${stem}.jpg`, `${stem}.jpg`)).toBe(false);
    }),
  );
});
