/** EXIF blocks (CIPA DC-008), as cameras write them and strangers break them. */
import readExif from 'exif-reader';
import { readTiff, writeExif } from './tiff.ts';
import type { TiffDirectory } from './tiff.ts';

type Tags = Readonly<Record<string, unknown>>;

export interface ExifBlocks {
  Image?: Tags | null;
  Photo?: Tags | null;
  GPSInfo?: Tags | null;
}

/**
 * Reads a block, with or without its `Exif\0\0` prefix, or a RAW file that begins as one; undefined where it is none.
 * What is large in it is left out beforehand: a hostile block could name all of itself in each of its entries.
 */
export function readExifBlocks(exif: Uint8Array | undefined): ExifBlocks | undefined {
  if (!exif) return undefined;
  const bytes = Buffer.from(exif.buffer, exif.byteOffset, exif.byteLength);
  const directories = readTiff(bytes.toString('latin1', 0, 4) === 'Exif' ? bytes.subarray(6) : bytes);
  return directories.length > 0 ? readExifDirectories(directories) : undefined;
}

/** The same of directories that were read already, all of one byte order. */
export function readExifDirectories(directories: readonly TiffDirectory[]): ExifBlocks | undefined {
  try {
    return readExif(writeExif(directories)) as ExifBlocks;
  } catch {
    return undefined;
  }
}

/** One line of text: a fixed-width field is padded, and must not smuggle control characters into the window. */
export function readText(tag: unknown, maximumLength = 100): string {
  const text = Buffer.isBuffer(tag) ? tag.toString('utf8') : tag;
  if (typeof text !== 'string') return '';
  return text
    .slice(0, 8 * maximumLength)
    .replace(/\p{Cc}+/gu, ' ')
    .trim()
    .slice(0, maximumLength);
}
