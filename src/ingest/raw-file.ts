/**
 * RAW files: the JPEG preview that every camera puts into them, and what they say about themselves.
 *
 * The libraries at hand do not give it: those for EXIF know the thumbnail of 160 pixels but not the large previews, and
 * LibRaw for JavaScript is made for browsers. A preview is only an offset and a length, though: in TIFF's
 * directories (CR2, NEF, ARW, DNG, ORF, RW2, PEF, SRW), in boxes (CR3) or in a header (RAF).
 */
import { findBoxes, readBoxes } from './boxes.ts';
import { findLargestJpeg, isLarger, readEmbeddedJpeg } from './embedded-jpeg.ts';
import type { EmbeddedJpeg } from './embedded-jpeg.ts';
import { readExifDirectories } from './exif.ts';
import type { ExifBlocks } from './exif.ts';
import { numberOf, numbersOf, readTiff, textOf, tiffTags } from './tiff.ts';
import type { TiffDirectory } from './tiff.ts';

export interface RawFile {
  /** cr2, cr3, nef, arw, dng, raf, orf, rw2, pef, srw, or raw for others. */
  format: string;
  /** The largest JPEG; null where there is none. */
  preview: Uint8Array | null;
  /** No preview worth the name is left, and the file ends before one that it tells of. */
  isCutOff: boolean;
  /** How the preview is still to be turned; undefined where only the preview itself may know. */
  orientation: number | undefined;
  /** Size of the photo itself, as the preview lies; null where the preview is as large, or nothing tells. */
  size: { width: number; height: number } | null;
  exif: ExifBlocks | undefined;
  xmp: Uint8Array | undefined;
}

interface Place {
  offset: number;
  length: number;
}

/** What each kind of file gives before the preview is chosen. */
interface RawParts {
  format: string;
  /** Where the file says that JPEGs are. */
  previews: Place[];
  /** As it lies on the sensor; the largest that is of the preview's shape counts. */
  sizes: { width: number; height: number }[];
  directories: TiffDirectory[];
  xmp?: Uint8Array | undefined;
}

/** Below this a preview is a thumbnail, and makers may have hidden a larger one in notes of their own. */
const smallPreview = 1000;

/** Of sizes and shapes: previews leave out borders of the sensor, but what differs more is another crop. */
const tolerance = 0.03;

/** Reads a RAW file; null for any other. */
export function readRawFile(content: Uint8Array): RawFile | null {
  const file = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  const parts = readRaf(file) ?? readCr3(file) ?? readRawTiff(file);
  if (!parts) return null;
  const { format, previews, sizes, directories, xmp } = parts;
  let largest: EmbeddedJpeg | null = null;
  for (const { offset, length } of previews) {
    const preview = readEmbeddedJpeg(file, offset, length);
    if (isLarger(preview, largest)) largest = preview;
  }
  const isSmall = () => !largest || Math.max(largest.width, largest.height) < smallPreview;
  if (isSmall()) {
    const hidden = findLargestJpeg(file, 0, file.length);
    if (isLarger(hidden, largest)) largest = hidden;
  }
  const first = directories.find(({ kind }) => kind === 'image');
  return {
    format,
    preview: largest && file.subarray(largest.start, largest.end),
    isCutOff: isSmall() && previews.some(({ offset, length }) => offset + length > file.length),
    ...(largest
      ? placeOf(largest, sizes, first && numberOf(first, tiffTags.orientation))
      : { orientation: undefined, size: null }),
    exif: directories.length > 0 ? readExifDirectories(directories) : undefined,
    xmp,
  };
}

/** Where the sensor's data are larger, they are the photo, in the exact shape of the preview that stands for them. */
function placeOf(
  preview: EmbeddedJpeg,
  sizes: RawParts['sizes'],
  orientation: number | undefined,
): Pick<RawFile, 'orientation' | 'size'> {
  const long = Math.max(preview.width, preview.height);
  const shape = long / Math.min(preview.width, preview.height);
  // The smallest: what the camera calls its picture is a little less than what is on the sensor.
  const [sensor] = sizes
    .map((size) => ({ ...size, long: Math.max(size.width, size.height) }))
    .filter((size) => size.long > long * (1 + tolerance))
    .filter((size) => Math.abs(size.long / Math.min(size.width, size.height) / shape - 1) < tolerance)
    .sort((left, right) => left.long - right.long);
  if (!sensor) return { orientation, size: null };
  const scale = sensor.long / long;
  const size = { width: Math.round(preview.width * scale), height: Math.round(preview.height * scale) };
  // A preview that stands where the sensor lies is upright already.
  const isUpright = sensor.width > sensor.height !== size.width > size.height;
  return { orientation: isUpright ? 1 : orientation, size };
}

const photometricOfRaw = [32803, 34892];
const compressionOfRaw = [34713, 32767, 32770, 65000, 65535];
const jpegCompressions = [6, 7];

/** By the two bytes after the byte order, where these are not TIFF's own 42. */
const formatsByMagic: Readonly<Record<string, string>> = {
  IIRO: 'orf',
  IIRS: 'orf',
  MMOR: 'orf',
  'IIU\0': 'rw2',
};

const formatsByMaker: readonly (readonly [RegExp, string])[] = [
  [/^nikon/i, 'nef'],
  [/^sony/i, 'arw'],
  [/^(?:pentax|ricoh)/i, 'pef'],
  [/^samsung/i, 'srw'],
];

function readRawTiff(file: Buffer): RawParts | null {
  const magic = file.toString('latin1', 0, 4);
  if (!(magic in formatsByMagic) && magic !== 'II*\0' && magic !== 'MM\0*') return null;
  const directories = readTiff(file);
  const raw = directories.filter(isSensorData);
  const [first] = directories;
  if (!first) return null;
  const format = formatsByMagic[magic] ?? formatOfTiff(file, first, raw.length > 0);
  if (!format) return null;
  return {
    format,
    previews: directories.flatMap((directory) => jpegsOf(file, directory)),
    sizes: [...raw, ...directories].flatMap(sizesOf),
    directories,
    xmp: first.entries.get(tiffTags.xmp)?.bytes,
  };
}

function formatOfTiff(file: Buffer, first: TiffDirectory, hasSensorData: boolean): string | null {
  if (file.toString('latin1', 8, 10) === 'CR') return 'cr2';
  if (first.entries.has(tiffTags.dngVersion)) return 'dng';
  if (!hasSensorData) return null;
  const maker = textOf(first, tiffTags.make);
  return formatsByMaker.find(([pattern]) => pattern.test(maker))?.[1] ?? 'raw';
}

function isSensorData(directory: TiffDirectory): boolean {
  const photometric = numberOf(directory, tiffTags.photometric) ?? 0;
  const compression = numberOf(directory, tiffTags.compression) ?? 0;
  return photometricOfRaw.includes(photometric) || compressionOfRaw.includes(compression);
}

function jpegsOf(file: Buffer, directory: TiffDirectory): Place[] {
  const found: Place[] = [];
  const take = (offset: number | undefined, length: number | undefined) => {
    if (offset !== undefined && length !== undefined) found.push({ offset, length });
  };
  take(numberOf(directory, tiffTags.jpegOffset), numberOf(directory, tiffTags.jpegLength));
  const strips = numbersOf(directory, tiffTags.stripOffsets);
  const isJpeg = jpegCompressions.includes(numberOf(directory, tiffTags.compression) ?? 0);
  if (isJpeg && strips.length === 1 && !isSensorData(directory))
    take(strips[0], numberOf(directory, tiffTags.stripByteCounts));
  const panasonic = directory.entries.get(tiffTags.panasonicJpeg)?.bytes;
  if (panasonic) take(panasonic.byteOffset - file.byteOffset, panasonic.length);
  return found;
}

/** As sensor data, as EXIF's picture, or by Panasonic's borders (top, left, bottom, right). */
function sizesOf(directory: TiffDirectory): { width: number; height: number }[] {
  const pairs: (readonly [number | undefined, number | undefined])[] = [
    [numberOf(directory, tiffTags.exifWidth), numberOf(directory, tiffTags.exifHeight)],
  ];
  if (isSensorData(directory))
    pairs.push([numberOf(directory, tiffTags.width), numberOf(directory, tiffTags.height)]);
  const [top, left, bottom, right] = [4, 5, 6, 7].map((tag) => numberOf(directory, tag));
  if (top !== undefined && left !== undefined && bottom !== undefined && right !== undefined)
    pairs.push([right - left, bottom - top]);
  return pairs.flatMap(([width = 0, height = 0]) => (width > 0 && height > 0 ? [{ width, height }] : []));
}

/** Fujifilm: a header that says where the preview is, which holds EXIF and all. */
function readRaf(file: Buffer): RawParts | null {
  if (file.toString('latin1', 0, 15) !== 'FUJIFILMCCD-RAW' || file.length < 108) return null;
  const preview = { offset: file.readUInt32BE(84), length: file.readUInt32BE(88) };
  return { format: 'raf', previews: [preview], sizes: rafSizes(file), directories: [] };
}

/** Of the records about the sensor (tag, length, value): the height and width that are left of it. */
function rafSizes(file: Buffer): { width: number; height: number }[] {
  const croppedSize = 0x0111;
  let at = file.readUInt32BE(92);
  if (at + 4 > file.length) return [];
  const length = Math.min(256, file.readUInt32BE(at));
  at += 4;
  for (let record = 0; record < length && at + 8 <= file.length; record++) {
    if (file.readUInt16BE(at) === croppedSize)
      return [{ width: file.readUInt16BE(at + 6), height: file.readUInt16BE(at + 4) }];
    at += 4 + file.readUInt16BE(at + 2);
  }
  return [];
}

const canonUuids = {
  metadata: '85c0b687820f11e08111f4ce462b6a48',
  preview: 'eaf42b5e1c984b88b9fbb7dc406e4d16',
  xmp: 'be7acfcb97a942e89c71999491e3afac',
};

/** Canon's newer files: EXIF's directories each in a box, the full-size JPEG as a track, a smaller one in a box. */
function readCr3(file: Buffer): RawParts | null {
  if (file.toString('latin1', 4, 12) !== 'ftypcrx ') return null;
  const boxes = readBoxes(file);
  const movie = boxes
    .filter(({ type }) => type === 'moov')
    .flatMap(({ start, end }) => readBoxes(file, start, end));
  const ofCanon = movie
    .filter(({ uuid }) => uuid === canonUuids.metadata)
    .flatMap(({ start, end }) => readBoxes(file, start, end));
  const directories = [
    ['CMT1', 'image'],
    ['CMT2', 'exif'],
    ['CMT4', 'gps'],
  ] as const;
  const found = directories.flatMap(([type, kind]) =>
    ofCanon
      .filter((box) => box.type === type)
      .flatMap(({ start, end }) => readTiff(file.subarray(start, end)).slice(0, 1))
      .map((directory): TiffDirectory => ({ ...directory, kind })),
  );
  const xmp = boxes.find(({ uuid }) => uuid === canonUuids.xmp);
  return {
    format: 'cr3',
    previews: [
      ...findBoxes(file, movie, ['trak', 'mdia', 'minf', 'stbl']).flatMap(({ start, end }) =>
        firstSampleOf(file, start, end),
      ),
      ...boxes
        .filter(({ uuid }) => uuid === canonUuids.preview)
        .map(({ start, end }) => findLargestJpeg(file, start, end))
        .filter((jpeg) => jpeg !== null)
        .map(({ start, end }) => ({ offset: start, length: end - start })),
    ],
    sizes: found.flatMap((directory) => [
      ...sizesOf(directory),
      {
        width: numberOf(directory, tiffTags.width) ?? 0,
        height: numberOf(directory, tiffTags.height) ?? 0,
      },
    ]),
    directories: found,
    xmp: xmp && file.subarray(xmp.start, xmp.end),
  };
}

/** Where the sample table says that the only sample of a track is: a JPEG, or the sensor's data. */
function firstSampleOf(file: Buffer, from: number, to: number): Place[] {
  const boxes = readBoxes(file, from, to);
  const sizes = boxes.find(({ type }) => type === 'stsz');
  const chunks = boxes.find(({ type }) => type === 'co64');
  if (!sizes || !chunks || sizes.end - sizes.start < 12 || chunks.end - chunks.start < 16) return [];
  const common = file.readUInt32BE(sizes.start + 4);
  const isListed = common === 0 && sizes.end - sizes.start >= 16;
  const length = isListed ? file.readUInt32BE(sizes.start + 12) : common;
  return [{ offset: Number(file.readBigUInt64BE(chunks.start + 8)), length }];
}
