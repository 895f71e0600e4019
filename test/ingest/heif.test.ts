import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodePhoto, renderPhoto } from '../../src/ingest/decode.ts';
import { readExifBlocks } from '../../src/ingest/exif.ts';
import { decodeHeif } from '../../src/ingest/heif.ts';
import { readPictureFile } from '../../src/ingest/picture-file.ts';
import { plainTiff } from '../../src/ingest/plain-tiff.ts';
import { heicFile as file } from './heic-files.ts';
import { corners, expectColour, expectQuarters, pixelAt } from './quarters.ts';

const decode = (content: Uint8Array) => decodePhoto(content, { longSide: 512, name: 'photo' });

describe('HEIC', () => {
  it.each(['plain', 'display-p3', 'ten-bit'] as const)('%s', async (name) => {
    const photo = await decode(file(name));
    expect(photo).toMatchObject({ format: 'heic', width: 96, height: 64 });
    expect(photo.pixels).toMatchObject({ width: 96, height: 64 });
    expectQuarters(photo.pixels, 6);
    expect(await sharp(photo.thumbnail).metadata()).toMatchObject({ format: 'jpeg', width: 96, height: 64 });
  });

  it('a profile is converted, not ignored: as numbers the colours are others', async () => {
    const found = await readPictureFile(file('display-p3'), 'photo');
    expect(found.profile?.length).toBeGreaterThan(100);
    const stored = await decodeHeif({ ...found, profile: undefined }, 'photo');
    const { data } = await sharp(stored).raw().toBuffer({ resolveWithObject: true });
    expect(Math.abs((data[0] ?? 0) - corners.topLeft[0])).toBeGreaterThan(8);
  });

  it('is turned once, though EXIF says so as well', async () => {
    const { exif } = await sharp(file('turned')).metadata();
    expect(readExifBlocks(exif)?.Image?.Orientation).toBe(6);
    const photo = await decode(file('turned'));
    expect(photo).toMatchObject({ width: 96, height: 64 });
    expectQuarters(photo.pixels, 6);
    expect(photo.metadata).toMatchObject({
      camera: 'Apple iPhone 12',
      takenAt: Date.UTC(2020, 0, 2, 3, 4, 5),
      richness: 2,
    });
  });

  it('transparent parts are white', async () => {
    const { pixels } = await decode(file('transparent'));
    expectColour(pixelAt(pixels, 0.25, 0.25), corners.topLeft, 6);
    expectColour(pixelAt(pixels, 0.75, 0.25), [255, 255, 255], 4);
  });

  it('of several pictures the primary one', async () => {
    const photo = await decode(file('second-of-two'));
    expect(photo).toMatchObject({ width: 96, height: 64 });
    expectQuarters(photo.pixels, 6);
  });

  it('is rendered for the viewer', async () => {
    const { content, type } = await renderPhoto(file('plain'), { longSide: 48, name: 'photo' });
    expect(type).toBe('image/jpeg');
    const { data, info } = await sharp(content).raw().toBuffer({ resolveWithObject: true });
    expectQuarters({ data, width: info.width, height: info.height }, 20);
  });

  it('several at once', async () => {
    const photos = await Promise.all(Array.from({ length: 6 }, () => decode(file('plain'))));
    for (const { pixels } of photos) expectQuarters(pixels, 6);
  });
});

describe('bad HEIC', () => {
  it('one that takes too long is given up, and the next one is decoded', async () => {
    const found = await readPictureFile(file('one-colour'), 'photo');
    await expect(decodeHeif(found, 'photo', 1)).rejects.toMatchObject({ code: 'photo-too-slow' });
    const { pixels } = await decode(file('one-colour'));
    expectColour(pixelAt(pixels, 0.5, 0.5), [200, 120, 60], 4);
  });

  it('one that claims to be vast is refused before it is decoded', async () => {
    const content = file('plain');
    const at = content.indexOf('ispe') + 8;
    content.writeUInt32BE(30_000, at);
    content.writeUInt32BE(10_000, at + 4);
    await expect(decode(content)).rejects.toMatchObject({
      code: 'photo-too-large',
      details: { path: 'photo', megapixels: 300, limit: 200 },
    });
  });

  it('one that is larger inside than it claims is refused, not decoded', async () => {
    const content = file('one-colour');
    const at = content.indexOf('ispe') + 8;
    content.writeUInt32BE(64, at);
    content.writeUInt32BE(48, at + 4);
    const outcome = await decode(content).catch((error: unknown) => error);
    expect(outcome).toMatchObject({ code: 'photo-damaged' });
  });

  it.each([0.3, 0.9, 0.99])('one that ends at %d of its length', async (share) => {
    const whole = file('nagasaki-boats');
    await expect(decode(whole.subarray(0, Math.floor(share * whole.length)))).rejects.toMatchObject({
      code: 'photo-cut-off',
    });
  });

  it('any broken byte or early end gives a picture or a code, and the process lives', async () => {
    const whole = file('plain');
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(whole.length - 1), fc.integer({ min: 0, max: 255 })), { maxLength: 3 }),
        fc.integer({ min: 1, max: whole.length }),
        async (changes, length) => {
          const content = Buffer.from(whole);
          for (const [at, value] of changes) content[at] = value;
          const outcome = await decode(
            content.subarray(0, changes.length > 0 ? content.length : length),
          ).then(
            () => 'decoded',
            (error: { code?: string }) => error.code,
          );
          expect([
            'decoded',
            'photo-damaged',
            'photo-unsupported',
            'photo-cut-off',
            'photo-too-large',
          ]).toContain(outcome);
        },
      ),
      { numRuns: 40 },
    );
  });
});

it('pixels as a TIFF are read as they are, of any size', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 1, max: 40 }),
      fc.constantFrom(3 as const, 4 as const),
      async (width, height, channels) => {
        const pixels = Uint8Array.from({ length: width * height * channels }, (_, at) => (at * 37) % 251);
        const { file: tiff, pixelsAt } = plainTiff({ width, height, channels }, undefined);
        tiff.set(pixels, pixelsAt);
        const { data, info } = await sharp(tiff).raw().toBuffer({ resolveWithObject: true });
        expect(info).toMatchObject({ width, height, channels });
        expect(new Uint8Array(data)).toEqual(pixels);
      },
    ),
    { numRuns: 60 },
  );
  // Wider than a strip, and of several.
  for (const [width, height] of [
    [400_000, 2],
    [3000, 700],
  ] as const) {
    const { file: tiff, pixelsAt } = plainTiff({ width, height, channels: 3 }, undefined);
    tiff.fill(90, pixelsAt);
    tiff.fill(200, tiff.length - 3);
    const data = await sharp(tiff).raw().toBuffer();
    expect(data).toHaveLength(width * height * 3);
    expect([data[0], data.at(-4), data.at(-1)]).toEqual([90, 90, 200]);
  }
});
