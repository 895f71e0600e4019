import fc from 'fast-check';
import sharp from 'sharp';
import type { Exif } from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodePhoto } from '../../src/ingest/decode.ts';
import { readExifBlocks } from '../../src/ingest/exif.ts';
import { readMetadata } from '../../src/ingest/metadata.ts';

const plain = () => sharp({ create: { width: 16, height: 16, channels: 3, background: '#777' } });
const unknown = { takenAt: null, camera: null, latitude: null, longitude: null, richness: 0 };
const read = (exif?: Uint8Array) => readMetadata({ exif: readExifBlocks(exif), xmp: [] });

async function metadataOf(exif: Exif, format: 'jpeg' | 'webp' | 'png' | 'avif' = 'jpeg') {
  const content = await plain().withExif(exif).toFormat(format).toBuffer();
  return (await decodePhoto(content, { longSide: 16, name: 'photo' })).metadata;
}

const berlin: Exif = {
  IFD0: { Make: 'Canon', Model: 'Canon EOS 80D' },
  IFD2: { DateTimeOriginal: '2019:07:21 18:03:09' },
  IFD3: {
    GPSLatitudeRef: 'N',
    GPSLatitude: '52/1 31/1 1200/100',
    GPSLongitudeRef: 'E',
    GPSLongitude: '13/1 24/1 0/1',
  },
};

describe('metadata', () => {
  it.each(['jpeg', 'webp', 'png', 'avif'] as const)('is read from %s', async (format) => {
    const found = await metadataOf(berlin, format);
    expect(found).toMatchObject({ takenAt: Date.UTC(2019, 6, 21, 18, 3, 9), camera: 'Canon EOS 80D' });
    expect(found.latitude).toBeCloseTo(52 + 31 / 60 + 12 / 3600, 6);
    expect(found.longitude).toBeCloseTo(13.4, 6);
  });

  it('south and west are negative', async () => {
    const found = await metadataOf({ IFD3: { ...berlin.IFD3, GPSLatitudeRef: 'S', GPSLongitudeRef: 'W' } });
    expect(found.latitude).toBeCloseTo(-52.52, 2);
    expect(found.longitude).toBeCloseTo(-13.4, 2);
  });

  it.each([
    [{ Make: 'NIKON CORPORATION', Model: 'NIKON D90' }, 'NIKON D90'],
    [{ Make: 'Apple', Model: 'iPhone 12' }, 'Apple iPhone 12'],
    [{ Make: 'Leica' }, 'Leica'],
    [{ Model: 'X100' }, 'X100'],
    [{ Make: 'A\u0007B  ', Model: '   ' }, 'A B'],
  ])('camera of %j', async (tags, camera) => {
    expect((await metadataOf({ IFD0: tags })).camera).toBe(camera);
  });

  it('falls back from the date of the picture to that of the file inside', async () => {
    expect((await metadataOf({ IFD0: { DateTime: '2001:02:03 04:05:06' } })).takenAt).toBe(
      Date.UTC(2001, 1, 3, 4, 5, 6),
    );
  });

  it.each(['0000:00:00 00:00:00', '    :  :     :  :  ', '9999:99:99 99:99:99', 'yesterday'])(
    'a date of %j is unknown',
    async (DateTimeOriginal) => {
      expect((await metadataOf({ IFD2: { DateTimeOriginal } })).takenAt).toBeNull();
    },
  );

  it.each([
    ['0/1 0/1 0/1', '0/1 0/1 0/1'],
    ['95/1 0/1 0/1', '10/1 0/1 0/1'],
    ['10/1 0/1 0/1', '200/1 0/1 0/1'],
    ['1/0 0/0 0/0', '10/1 0/1 0/1'],
  ])('a position of %s, %s is unknown', async (GPSLatitude, GPSLongitude) => {
    const found = await metadataOf({
      IFD3: { GPSLatitudeRef: 'N', GPSLatitude, GPSLongitudeRef: 'E', GPSLongitude },
    });
    expect(found).toMatchObject({ latitude: null, longitude: null });
  });

  it('a photo without any', async () => {
    const content = await plain().jpeg().toBuffer();
    expect((await decodePhoto(content, { longSide: 16, name: 'photo' })).metadata).toEqual(unknown);
    expect(read()).toEqual(unknown);
  });

  it('never throws, whatever the bytes, and keeps to its ranges', async () => {
    const { exif } = await sharp(await plain().withExif(berlin).jpeg().toBuffer()).metadata();
    expect(exif).toBeDefined();
    const changes = fc.array(fc.tuple(fc.nat((exif?.length ?? 1) - 1), fc.integer({ min: 0, max: 255 })), {
      maxLength: 12,
    });
    const broken = changes.map((list) => {
      const bytes = Uint8Array.from(exif ?? []);
      for (const [at, value] of list) bytes[at] = value;
      return bytes;
    });
    fc.assert(
      fc.property(fc.oneof(broken, fc.uint8Array({ maxLength: 400 })), (bytes) => {
        const { takenAt, camera, latitude, longitude } = read(bytes);
        expect(takenAt === null || Number.isFinite(takenAt)).toBe(true);
        expect(camera === null || camera.length > 0).toBe(true);
        expect(latitude === null).toBe(longitude === null);
        expect(latitude === null || Math.abs(latitude) <= 90).toBe(true);
        expect(longitude === null || Math.abs(longitude) <= 180).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });
});
