import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodePhoto, renderPhoto } from '../../src/ingest/decode.ts';
import { readRawFile } from '../../src/ingest/raw-file.ts';
import { realPhoto } from './pictures.ts';
import { expectQuarters, quarters } from './quarters.ts';
import { rawFiles, tiff } from './raw-files.ts';

const jpeg = (width: number, height: number) => quarters(width, height).jpeg({ quality: 95 }).toBuffer();
const decode = (content: Uint8Array, longSide = 512) => decodePhoto(content, { longSide, name: 'photo' });

const large = await jpeg(1620, 1080);
const small = await jpeg(160, 120);
const files = rawFiles({ large, small, orientation: 1, width: 6000, height: 4000 });
const names = Object.keys(files);

/** A Fujifilm's facts are those of its preview. */
const facts = (name: string) =>
  name === 'raf' ? { takenAt: null } : { takenAt: Date.UTC(2021, 4, 6, 7, 8, 9) };

describe('the preview in', () => {
  it.each(names)('%s', async (name) => {
    const raw = readRawFile(files[name]!);
    expect(raw?.format).toBe(name);
    expect(Buffer.compare(raw?.preview ?? Buffer.alloc(0), large)).toBe(0);
    const photo = await decode(files[name]!);
    const isWhole = name === 'orf';
    expect(photo).toMatchObject({
      format: name,
      width: isWhole ? 1620 : 6000,
      height: isWhole ? 1080 : 4000,
      metadata: facts(name),
    });
    expect(photo.pixels).toMatchObject({ width: 512, height: 341 });
    expectQuarters(photo.pixels, 6);
    expect(await sharp(photo.thumbnail).metadata()).toMatchObject({ width: 512, height: 341 });
  });

  it.each(names.filter((name) => name !== 'raf'))('%s of a camera held sideways', async (name) => {
    const turned = await sharp(await quarters(1620, 1080).png().toBuffer())
      .rotate(270)
      .jpeg()
      .toBuffer();
    const content = rawFiles({
      large: turned,
      small: await sharp(turned).resize(90).jpeg().toBuffer(),
      orientation: 6,
      width: 4000,
      height: 6000,
    })[name]!;
    const photo = await decode(content);
    expect(photo.width).toBeGreaterThan(photo.height);
    expectQuarters(photo.pixels, 8);
  });

  it('raf turned as its own EXIF says', async () => {
    const stored = await sharp(await quarters(1620, 1080).png().toBuffer())
      .rotate(270)
      .png()
      .toBuffer();
    const turned = await sharp(stored)
      .withExif({ IFD0: { Make: 'FUJIFILM', Model: 'X-T3' } })
      .withMetadata({ orientation: 6 })
      .jpeg()
      .toBuffer();
    const content = rawFiles({ large: turned, small, orientation: 1, width: 4000, height: 6000 }).raf!;
    const photo = await decode(content);
    expectQuarters(photo.pixels, 8);
    expect([photo.width, photo.height]).toEqual([6000, 4000]);
  });

  it('a file that is upright already is not turned once more', async () => {
    const upright = await jpeg(1080, 1620);
    const content = rawFiles({ large: upright, small, orientation: 6, width: 6000, height: 4000 })['nef']!;
    const photo = await decode(content);
    expect([photo.width, photo.height]).toEqual([4000, 6000]);
    expectQuarters(photo.pixels, 6);
  });

  it('is never enlarged in the viewer', async () => {
    const { content } = await renderPhoto(files['arw']!, { longSide: 4000, name: 'photo' });
    expect(await sharp(content).metadata()).toMatchObject({ width: 1620, height: 1080 });
  });

  it('a size of another shape is not that of the photo', async () => {
    const content = rawFiles({ large, small, orientation: 1, width: 6000, height: 3000 })['nef']!;
    expect(await decode(content)).toMatchObject({ width: 1620, height: 1080 });
  });

  it('in both byte orders, wherever it is', async () => {
    for (const magic of ['II*\0', 'MM\0*']) {
      const content = tiff(
        [
          {
            tags: [[0xc612, 7, Buffer.from([1, 4, 0, 0])]],
            below: [{ jpeg: { content: large, as: 'strip' } }],
          },
        ],
        magic,
      );
      expectQuarters((await decode(content)).pixels, 6);
    }
  });
});

describe('what is no RAW', () => {
  it.each(['jpeg', 'png', 'webp', 'avif', 'tiff', 'gif'] as const)('%s', async (format) => {
    expect(readRawFile(await quarters().toFormat(format).toBuffer())).toBeNull();
  });

  it('a TIFF compressed as JPEG', async () => {
    const content = await quarters().tiff({ compression: 'jpeg' }).toBuffer();
    expect(readRawFile(content)).toBeNull();
    expect(await decode(content)).toMatchObject({ format: 'tiff' });
  });
});

describe('bad RAW', () => {
  it('one without a preview', async () => {
    const content = tiff([{ tags: [[0xc612, 7, Buffer.from([1, 4, 0, 0])]] }]);
    await expect(decode(content)).rejects.toMatchObject({
      code: 'photo-without-preview',
      details: { path: 'photo' },
    });
  });

  it.each(names.filter((name) => !['orf', 'rw2', 'cr2'].includes(name)))(
    '%s that ends within its preview',
    async (name) => {
      const content = files[name]!;
      const end = content.indexOf(large) + large.length - 200;
      await expect(decode(content.subarray(0, end))).rejects.toMatchObject({ code: 'photo-cut-off' });
    },
  );

  it('a preview that claims to be vast', async () => {
    const vast = Buffer.from(large);
    const frame = vast.indexOf(Buffer.from([0xff, 0xc0]));
    vast.writeUInt16BE(60_000, frame + 5);
    vast.writeUInt16BE(60_000, frame + 7);
    const content = rawFiles({ large: vast, small, orientation: 1, width: 6000, height: 4000 })['nef']!;
    await expect(decode(content)).rejects.toMatchObject({
      code: 'photo-too-large',
      details: { megapixels: 3600 },
    });
  });

  it('directories that point to each other end', () => {
    const content = tiff([{ tags: [[0xc612, 7, Buffer.from([1, 4, 0, 0])]] }, {}, {}]);
    // The last one's next is the first.
    const last = content.length - 4;
    content.writeUInt32LE(8, last);
    expect(readRawFile(content)).toMatchObject({ format: 'dng', preview: null });
    const itself = tiff([
      {
        tags: [
          [0xc612, 7, Buffer.from([1, 4, 0, 0])],
          [0x014a, 4, [8, 8, 8, 0xffffffff]],
        ],
      },
    ]);
    expect(readRawFile(itself)).toMatchObject({ format: 'dng', preview: null });
  });

  it(
    'a file of nothing but starts of JPEGs, entries and boxes is read in a moment',
    { timeout: 5000 },
    () => {
      const starts = Buffer.alloc(20 << 20, Buffer.from([0xff, 0xd8]));
      tiff([{ tags: [[0xc612, 7, Buffer.from([1, 4, 0, 0])]] }]).copy(starts);
      expect(readRawFile(starts)?.preview).toBeNull();
      const boxes = Buffer.alloc(20 << 20, Buffer.from('\0\0\0\x08moov', 'latin1'));
      Buffer.from('\0\0\0\x10ftypcrx \0\0\0\0', 'latin1').copy(boxes);
      expect(readRawFile(boxes)?.preview).toBeNull();
      const entries = Buffer.alloc(20 << 20, Buffer.from([0x0e, 1, 4, 0, 255, 255, 0x20, 0, 16, 0, 0, 0]));
      Buffer.from([0x49, 0x49, 0x2a, 0, 12, 0, 0, 0, 0x43, 0x52, 2, 0, 255, 255]).copy(entries);
      expect(readRawFile(entries)?.format).toBe('cr2');
    },
  );

  it('any broken bytes or early end give a picture or a code', async () => {
    // A real photo as the preview, so that not everything is in the header.
    const photo = await sharp(realPhoto('march-pastoral')).resize(1200).jpeg().toBuffer();
    const whole = Object.values(rawFiles({ large: photo, small, orientation: 6, width: 6000, height: 4000 }));
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...whole),
        fc.array(fc.tuple(fc.nat(1200), fc.integer({ min: 0, max: 255 })), { maxLength: 6 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        async (raw, changes, share) => {
          const content = Buffer.from(raw);
          for (const [at, value] of changes) content[at] = value;
          const part = changes.length > 0 ? content : content.subarray(0, Math.floor(share * content.length));
          const outcome = await decode(part, 64).then(
            () => 'decoded',
            (error: { code?: string }) => error.code,
          );
          expect(outcome).toMatch(
            /^(?:decoded|photo-(?:empty|damaged|unsupported|cut-off|too-large|without-preview))$/,
          );
        },
      ),
      { numRuns: 300 },
    );
  });
});
