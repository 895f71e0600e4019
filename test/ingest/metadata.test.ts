import fc from 'fast-check';
import sharp from 'sharp';
import type { Exif } from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodePhoto } from '../../src/ingest/decode.ts';
import { readAnnotations } from '../../src/ingest/annotations.ts';
import { readExifBlocks } from '../../src/ingest/exif.ts';
import { readIptc } from '../../src/ingest/iptc.ts';
import { readMetadata } from '../../src/ingest/metadata.ts';
import { readPictureFile } from '../../src/ingest/picture-file.ts';
import { tiff } from './raw-files.ts';

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

describe('what people wrote', () => {
  const packet = `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF
    xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""
    xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"
    xmlns:exif="http://ns.adobe.com/exif/1.0/" xmlns:tiff="http://ns.adobe.com/tiff/1.0/"
    xmp:Rating="3" xmp:CreateDate="2018-03-04T05:06:07.25+02:00" tiff:Make="Leica" tiff:Model="M9"
    exif:GPSLatitude="10,30.0N" exif:GPSLongitude="20,15,30W">
    <dc:subject><rdf:Bag><rdf:li>sea</rdf:li><rdf:li>sun</rdf:li></rdf:Bag></dc:subject>
    <dc:description><rdf:Alt><rdf:li xml:lang="x-default">At the sea</rdf:li></rdf:Alt></dc:description>
    </rdf:Description></rdf:RDF></x:xmpmeta>`;
  const sourcesOf = async (content: Uint8Array) => (await readPictureFile(content, 'photo')).sources;

  it.each(['jpeg', 'png', 'webp', 'tiff', 'avif'] as const)('in the XMP of %s', async (format) => {
    const content = await plain().withXmp(packet).toFormat(format).toBuffer();
    expect(readAnnotations(await sourcesOf(content))).toMatchObject({
      rating: 3,
      keywords: ['sea', 'sun'],
      caption: 'At the sea',
    });
    const { metadata } = await decodePhoto(content, { longSide: 16, name: 'photo' });
    // Date, camera, position, rating, caption and two keywords.
    expect(metadata).toMatchObject({
      takenAt: Date.UTC(2018, 2, 4, 5, 6, 7),
      camera: 'Leica M9',
      latitude: 10.5,
      richness: 7,
    });
    expect(metadata.longitude).toBeCloseTo(-(20 + 15 / 60 + 30 / 3600), 9);
  });

  it('EXIF tells when and where before XMP does', async () => {
    const content = await plain().withExif(berlin).withXmp(packet).jpeg().toBuffer();
    const { metadata } = await decodePhoto(content, { longSide: 16, name: 'photo' });
    expect(metadata).toMatchObject({ takenAt: Date.UTC(2019, 6, 21, 18, 3, 9), camera: 'Canon EOS 80D' });
  });

  it('in the records of IPTC, without a word twice', async () => {
    const dataset = (number: number, text: string) => {
      const bytes = Buffer.from(text);
      return Buffer.concat([Buffer.from([0x1c, 2, number, bytes.length >> 8, bytes.length & 255]), bytes]);
    };
    const records = Buffer.concat([dataset(25, 'sea'), dataset(25, 'forêt'), dataset(120, 'A walk')]);
    const sources = await sourcesOf(await plain().withXmp(packet).jpeg().toBuffer());
    const block = Buffer.concat([
      Buffer.from('Photoshop 3.0\u00008BIM\u0004\u0004'),
      Buffer.alloc(6),
      records,
    ]);
    expect(readAnnotations({ ...sources, iptc: block }).keywords).toEqual(['sea', 'sun', 'forêt']);
    expect(readAnnotations({ exif: undefined, xmp: [], iptc: block })).toMatchObject({
      keywords: ['sea', 'forêt'],
      caption: 'A walk',
    });
    fc.assert(
      fc.property(fc.nat(block.length), fc.nat(block.length - 1), fc.nat(255), (end, at, value) => {
        const broken = Buffer.from(block);
        broken[at] = value;
        expect(readIptc(broken.subarray(0, end)).keywords.length).toBeLessThanOrEqual(2);
      }),
    );
  });

  it('in the tags of Windows, and no caption of a camera', async () => {
    const keywords = Buffer.from('red;blue\0', 'utf16le');
    const block = tiff([
      {
        tags: [
          [0x9c9e, 7, keywords],
          [0x010e, 2, 'OLYMPUS DIGITAL CAMERA'],
          [0x4746, 3, [4]],
        ],
      },
    ]);
    const found = readAnnotations({ exif: readExifBlocks(block), xmp: [] });
    expect(found).toEqual({ rating: 4, keywords: ['red', 'blue'], caption: null, position: null });
  });

  it.each([-1, 0, 'x', '', '0.2'])('a rating of %s is none', (value) => {
    const xmp = [{ name: 'xmp:Rating', values: [String(value)] }];
    const { rating } = readAnnotations({ exif: undefined, xmp });
    expect(rating).toBeNull();
  });

  it.each(['91,0N', '10,0E', '10N', '10,61,61,0N', '999999999,0N', '-3,0N', 'N'])(
    'a latitude of %s is none',
    (value) => {
      const xmp = [
        { name: 'exif:GPSLatitude', values: [value] },
        { name: 'exif:GPSLongitude', values: ['10,0E'] },
      ];
      expect(readAnnotations({ exif: undefined, xmp }).position).toBeNull();
    },
  );
});

it('a block whose every entry is all of it is read in a moment', { timeout: 5000 }, () => {
  const entries = 5000;
  const block = Buffer.alloc(1 << 20);
  block.write('MM\0*\0\0\0\b', 'latin1');
  block.writeUInt16BE(entries, 8);
  for (let at = 0; at < entries; at++) {
    block.writeUInt16BE(0xa000 + at, 10 + 12 * at);
    block.writeUInt16BE(1, 12 + 12 * at);
    block.writeUInt32BE(900_000, 14 + 12 * at);
    block.writeUInt32BE(8, 18 + 12 * at);
  }
  expect(read(block)).toEqual(unknown);
});
