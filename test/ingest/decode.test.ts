import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { isCutOff } from '../../src/ingest/cut-off.ts';
import { decodePhoto, renderPhoto } from '../../src/ingest/decode.ts';
import { maximumMegapixels } from '../../src/ingest/picture-file.ts';
import { turnUpright } from '../../src/ingest/orientation.ts';
import { blackPng, realPhoto } from './pictures.ts';
import { corners, expectColour, expectQuarters, pixelAt, quarters } from './quarters.ts';

const decode = async (content: Uint8Array, longSide = 512) =>
  decodePhoto(content, { longSide, name: 'photo' });

describe('formats and colours', () => {
  const cases: [name: string, format: string, tolerance: number, make: () => Promise<Buffer>][] = [
    ['JPEG', 'jpeg', 6, () => quarters().jpeg({ quality: 95 }).toBuffer()],
    ['progressive JPEG', 'jpeg', 6, () => quarters().jpeg({ quality: 95, progressive: true }).toBuffer()],
    ['CMYK JPEG', 'jpeg', 30, () => quarters().toColourspace('cmyk').jpeg({ quality: 95 }).toBuffer()],
    ['JPEG in Display P3', 'jpeg', 8, () => quarters().withIccProfile('p3').jpeg({ quality: 95 }).toBuffer()],
    ['PNG', 'png', 0, () => quarters().png().toBuffer()],
    ['interlaced PNG', 'png', 0, () => quarters().png({ progressive: true }).toBuffer()],
    ['palette PNG', 'png', 8, () => quarters().png({ palette: true }).toBuffer()],
    ['16-bit PNG', 'png', 1, () => quarters().toColourspace('rgb16').png().toBuffer()],
    ['WebP', 'webp', 12, () => quarters().webp({ quality: 95 }).toBuffer()],
    ['lossless WebP', 'webp', 0, () => quarters().webp({ lossless: true }).toBuffer()],
    ['AVIF', 'avif', 12, () => quarters().avif({ quality: 90, effort: 0 }).toBuffer()],
    ['10-bit AVIF', 'avif', 12, () => quarters().avif({ quality: 90, effort: 0, bitdepth: 10 }).toBuffer()],
    ['TIFF', 'tiff', 0, () => quarters().tiff({ compression: 'lzw' }).toBuffer()],
    [
      '16-bit TIFF',
      'tiff',
      1,
      () => quarters().toColourspace('rgb16').tiff({ compression: 'none' }).toBuffer(),
    ],
    [
      'CMYK TIFF',
      'tiff',
      30,
      () => quarters().toColourspace('cmyk').tiff({ compression: 'none' }).toBuffer(),
    ],
    ['GIF', 'gif', 8, () => quarters().gif().toBuffer()],
  ];

  it.each(cases)('%s', async (_name, format, tolerance, make) => {
    const photo = await decode(await make());
    expect(photo).toMatchObject({ format, width: 96, height: 64 });
    expect(photo.pixels).toMatchObject({ width: 96, height: 64 });
    expect(photo.pixels.data).toHaveLength(96 * 64 * 3);
    expectQuarters(photo.pixels, tolerance);
  });

  it('a wide-gamut profile is converted, not ignored', async () => {
    const content = await quarters().withIccProfile('p3').png().toBuffer();
    const stored = await sharp(content).keepIccProfile().raw().toBuffer();
    const decoded = await decode(content);
    // The numbers in the file differ from sRGB's; those that come out do not.
    expect(Math.abs((stored[0] ?? 0) - corners.topLeft[0])).toBeGreaterThan(8);
    expectQuarters(decoded.pixels, 3);
  });

  it.each(['png', 'tiff', 'webp', 'jpeg'] as const)('grey %s gets three equal channels', async (format) => {
    const content = await quarters().toColourspace('b-w').toFormat(format).toBuffer();
    const { pixels } = await decode(content);
    expect(pixels.data).toHaveLength(96 * 64 * 3);
    const [red, green, blue] = pixelAt(pixels, 0.75, 0.25);
    expect([green, blue]).toEqual([red, red]);
    expect(red).toBeGreaterThan(100);
    expect(red).toBeLessThan(150);
  });

  it.each(['png', 'webp', 'tiff', 'avif'] as const)('transparent parts of %s are white', async (format) => {
    const half = await sharp({ create: { width: 32, height: 64, channels: 4, background: '#0a141eff' } })
      .png()
      .toBuffer();
    const content = await sharp({ create: { width: 64, height: 64, channels: 4, background: '#ff000000' } })
      .composite([{ input: half, left: 0, top: 0 }])
      .toFormat(format, format === 'tiff' ? { compression: 'lzw' } : {})
      .toBuffer();
    const { pixels } = await decode(content);
    expectColour(pixelAt(pixels, 0.25, 0.5), [10, 20, 30], 12);
    expectColour(pixelAt(pixels, 0.75, 0.5), [255, 255, 255], 4);
  });

  it('16-bit grey with alpha', async () => {
    const content = await sharp({ create: { width: 8, height: 8, channels: 4, background: '#808080ff' } })
      .toColourspace('grey16')
      .png()
      .toBuffer();
    const { pixels } = await decode(content);
    expectColour(pixelAt(pixels, 0.5, 0.5), [128, 128, 128], 1);
  });

  it.each(['gif', 'webp'] as const)('the first frame of an animated %s', async (format) => {
    const frames = ['#ff0000', '#00ff00'].map((background) => ({
      create: { width: 40, height: 30, channels: 3 as const, background },
    }));
    const inputs = await Promise.all(frames.map((frame) => sharp(frame).png().toBuffer()));
    const content = await sharp(inputs, { join: { animated: true } })
      .toFormat(format)
      .toBuffer();
    expect((await sharp(content).metadata()).pages).toBe(2);
    const photo = await decode(content);
    expect(photo).toMatchObject({ width: 40, height: 30 });
    expectColour(pixelAt(photo.pixels, 0.5, 0.5), [255, 0, 0], 4);
  });
});

describe('orientation', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])('%i comes out upright', async (orientation) => {
    // What a camera held that way stores: mirrored first, then turned clockwise; the inverse of the upright turn.
    const angle = [0, 0, 180, 180, 270, 270, 90, 90][orientation - 1] ?? 0;
    const mirrored = [2, 4, 5, 7].includes(orientation);
    const upright = await quarters().flop(mirrored).png().toBuffer();
    const turned = await sharp(upright).rotate(angle).png().toBuffer();
    const content = await sharp(turned).withMetadata({ orientation }).jpeg({ quality: 95 }).toBuffer();
    expect((await sharp(content).metadata()).orientation).toBe(orientation);
    const photo = await decode(content);
    expect(photo).toMatchObject({ width: 96, height: 64 });
    expectQuarters(photo.pixels, 6);
    const thumbnail = await sharp(photo.thumbnail).raw().toBuffer({ resolveWithObject: true });
    expectQuarters({ data: thumbnail.data, width: thumbnail.info.width, height: thumbnail.info.height }, 24);
  });

  it('agrees with libvips, whatever the size', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 8 }),
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 9 }),
        async (orientation, width, height) => {
          const data = Uint8Array.from({ length: width * height * 3 }, (_, at) => (at * 37) % 256);
          const tagged = await sharp(data, { raw: { width, height, channels: 3 } })
            .withMetadata({ orientation })
            .png()
            .toBuffer();
          const wanted = await sharp(tagged).autoOrient().raw().toBuffer({ resolveWithObject: true });
          const found = turnUpright({ data, width, height }, orientation);
          expect([found.width, found.height]).toEqual([wanted.info.width, wanted.info.height]);
          expect(Buffer.from(found.data)).toEqual(wanted.data);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('sizes', () => {
  it('reduces to the long side and never enlarges', async () => {
    const content = await sharp(realPhoto('black-canyon')).jpeg().toBuffer();
    const { width, height } = await sharp(content).metadata();
    const small = await decode(content, 200);
    expect(small.pixels).toMatchObject({ width: 200, height: Math.round((200 * height) / width) });
    expect(small).toMatchObject({ width, height });
    expect((await decode(content, 100_000)).pixels).toMatchObject({ width, height });
  });

  it('one decode gives the same picture as two', async () => {
    const content = await sharp(realPhoto('nagasaki-boats'))
      .resize(2400, 1600, { fit: 'fill' })
      .jpeg()
      .toBuffer();
    const { pixels, thumbnail } = await decode(content, 512);
    const direct = await sharp(content).resize(512, 341, { fit: 'fill' }).raw().toBuffer();
    expect(meanDifference(pixels.data, direct)).toBeLessThan(1);
    const view = await sharp(thumbnail).resize(512, 341, { fit: 'fill' }).removeAlpha().raw().toBuffer();
    expect(meanDifference(view, direct)).toBeLessThan(12);
    expect(await sharp(thumbnail).metadata()).toMatchObject({ format: 'jpeg', width: 512, height: 341 });
  });

  it.each([
    [3000, 200, { width: 1280, height: 85 }],
    [300, 2400, { width: 40, height: 320 }],
    [60, 50, { width: 60, height: 50 }],
    [4000, 1, { width: 1280, height: 1 }],
  ])('thumbnail of %i x %i', async (width, height, size) => {
    const content = await sharp({ create: { width, height, channels: 3, background: '#654321' } })
      .png()
      .toBuffer();
    const photo = await decode(content, 512);
    expect(await sharp(photo.thumbnail).metadata()).toMatchObject(size);
    expect(Math.max(photo.pixels.width, photo.pixels.height)).toBe(Math.min(512, Math.max(width, height)));
    expect(photo.pixels.data).toHaveLength(photo.pixels.width * photo.pixels.height * 3);
  });

  it('reads a panorama of 40,000 pixels', async () => {
    const content = await sharp({
      create: { width: 40_000, height: 500, channels: 3, background: '#336699' },
    })
      .jpeg()
      .toBuffer();
    const photo = await decode(content);
    expect(photo).toMatchObject({ width: 40_000, height: 500 });
    expect(photo.pixels).toMatchObject({ width: 512, height: 6 });
    expectColour(pixelAt(photo.pixels, 0.5, 0.5), [0x33, 0x66, 0x99], 4);
  });

  it('makes no thumbnail when none is asked for', async () => {
    const content = await quarters(900, 600).jpeg().toBuffer();
    const photo = await decodePhoto(content, { longSide: 512, name: 'photo', thumbnail: false });
    expect(photo.thumbnail).toHaveLength(0);
    expect(photo.pixels).toMatchObject({ width: 512, height: 341 });
  });

  it('renders for the viewer, upright', async () => {
    const content = await quarters(900, 600).withMetadata({ orientation: 6 }).jpeg().toBuffer();
    const rendering = await renderPhoto(content, { longSide: 300, name: 'photo' });
    expect(rendering.type).toBe('image/jpeg');
    expect(await sharp(rendering.content).metadata()).toMatchObject({
      format: 'jpeg',
      width: 200,
      height: 300,
    });
  });
});

describe('bad input', () => {
  const photo = () => sharp(realPhoto('march-pastoral')).jpeg().toBuffer();

  it('an empty file', async () => {
    await expect(decode(new Uint8Array(0))).rejects.toMatchObject({
      code: 'photo-empty',
      message: 'The file photo is empty.',
    });
  });

  it.each([0.5, 0.9, 0.99])('a JPEG cut at %d of its length', async (share) => {
    const content = await photo();
    await expect(decode(content.subarray(0, Math.floor(content.length * share)))).rejects.toMatchObject({
      code: 'photo-cut-off',
      details: { path: 'photo' },
    });
  });

  it.each(['jpeg', 'png', 'webp', 'gif', 'avif'] as const)(
    'a %s that ends early is told from a whole one',
    async (format) => {
      const whole = await quarters().toFormat(format).toBuffer();
      expect(isCutOff(whole)).toBe(false);
      expect(isCutOff(whole.subarray(0, -20))).toBe(true);
    },
  );

  it('a JPEG whose thumbnail is whole can still be cut off', async () => {
    const thumbnail = await quarters().jpeg().toBuffer();
    const whole = await photo();
    const length = thumbnail.length + 2;
    const segment = Buffer.concat([Buffer.from([0xff, 0xe2, length >> 8, length & 255]), thumbnail]);
    const content = Buffer.concat([whole.subarray(0, 2), segment, whole.subarray(2)]);
    expect(isCutOff(content)).toBe(false);
    expect(isCutOff(content.subarray(0, -2))).toBe(true);
  });

  it('any prefix of any format is refused with a code, or decodes', async () => {
    const whole = await Promise.all(
      (['jpeg', 'png', 'webp', 'avif', 'tiff', 'gif'] as const).map((format) =>
        quarters().toFormat(format).toBuffer(),
      ),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...whole),
        fc.double({ min: 0, max: 0.9, noNaN: true }),
        async (content, share) => {
          const cut = content.subarray(0, Math.floor(content.length * share));
          const outcome = await decode(cut).then(
            () => 'decoded',
            (error: { code?: string }) => error.code,
          );
          expect(['photo-cut-off', 'photo-damaged', 'photo-empty', 'photo-unsupported', 'decoded']).toContain(
            outcome,
          );
          if (cut.length < 3) expect(outcome).not.toBe('decoded');
        },
      ),
      { numRuns: 60 },
    );
  });

  it('a JPEG cut inside its header is damaged, not unsupported', async () => {
    const content = await photo();
    for (const length of [4, 20, 200]) {
      await expect(decode(content.subarray(0, length))).rejects.toMatchObject({
        code: 'photo-cut-off',
      });
    }
  });

  it('a PNG with a broken middle', async () => {
    const content = await sharp(realPhoto('march-pastoral')).png().toBuffer();
    content.fill(0x5a, 100_000, 104_000);
    await expect(decode(content)).rejects.toMatchObject({ code: 'photo-damaged' });
  });

  it.each(['just some text, named .jpg', '<!doctype html><title>x</title>', '%PDF-1.7 %'])(
    '%s',
    async (text) => {
      await expect(decode(Buffer.from(text))).rejects.toMatchObject({ code: 'photo-unsupported' });
    },
  );

  it('an SVG is not a photo, and its loader stays shut', async () => {
    const svg =
      '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>';
    await expect(decode(Buffer.from(svg))).rejects.toMatchObject({ code: 'photo-unsupported' });
  });

  it('a PNG of 30,000 x 30,000 is refused before it is decoded', async () => {
    const bomb = blackPng(30_000, 30_000);
    expect(bomb.length).toBeLessThan(1e6);
    const refusal = {
      code: 'photo-too-large',
      details: { path: 'photo', megapixels: 900, limit: maximumMegapixels },
    };
    await expect(decode(bomb)).rejects.toMatchObject(refusal);
    await expect(renderPhoto(bomb, { longSide: 1000, name: 'photo' })).rejects.toMatchObject(refusal);
  });

  it('a broken colour profile does not cost the photo', async () => {
    const content = await quarters().withIccProfile('srgb').jpeg({ quality: 95 }).toBuffer();
    const at = content.indexOf('ICC_PROFILE');
    expect(at).toBeGreaterThan(0);
    content.fill(0xab, at + 20, at + 300);
    expectQuarters((await decode(content)).pixels, 8);
  });
});

function meanDifference(left: Uint8Array, right: Uint8Array): number {
  expect(left.length).toBe(right.length);
  return left.reduce((sum, value, at) => sum + Math.abs(value - (right[at] ?? 0)), 0) / left.length;
}
