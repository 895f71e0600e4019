/** JPEGs inside other files: where they are and how large, without decoding any. */

export interface EmbeddedJpeg {
  /** Where it lies in the file. */
  start: number;
  end: number;
  width: number;
  height: number;
}

const startOfImage = Buffer.from([0xff, 0xd8, 0xff]);
const endOfImage = Buffer.from([0xff, 0xd9]);
const startOfScan = 0xda;
/** Baseline, extended and progressive. */
const frames = [0xc0, 0xc1, 0xc2];
/** What else may stand before the first scan: Huffman and quantisation tables, restarts, comments, applications. */
const tables = [
  0xc4,
  0xdb,
  0xdd,
  0xfe,
  ...Array.from({ length: 16 }, (_, application) => 0xe0 + application),
];

/** More segments stand before the picture only in a file that wants to keep its reader busy; so with false starts. */
const maximumSegments = 200;
const maximumStarts = 20_000;

/**
 * The JPEG at a place; null where there is none that a common decoder reads: RAW files keep their sensor's data as
 * lossless JPEG, too. Its header is read as far as the first scan, since two or three bytes of a JPEG stand anywhere.
 */
export function readEmbeddedJpeg(file: Buffer, start: number, length: number): EmbeddedJpeg | null {
  const end = start + length;
  if (!(length > 0 && start >= 0 && end <= file.length)) return null;
  if (!file.subarray(start, start + startOfImage.length).equals(startOfImage)) return null;
  let size: { width: number; height: number } | null = null;
  let at = start + 2;
  for (let segment = 0; segment < maximumSegments && at + 9 <= end && file[at] === 0xff; segment++) {
    const marker = file[at + 1] ?? 0;
    if (marker === startOfScan) return size && { start, end, ...size };
    if (frames.includes(marker))
      size = { height: file.readUInt16BE(at + 5), width: file.readUInt16BE(at + 7) };
    else if (marker !== 0xff && !tables.includes(marker)) return null;
    if (size && !(size.width > 0 && size.height > 0)) return null;
    // Some writers fill up with any number of 0xff.
    at += marker === 0xff ? 1 : 2 + file.readUInt16BE(at + 2);
  }
  return null;
}

/** The largest JPEG between two places, found by its first bytes: for files that say nowhere what is in them. */
export function findLargestJpeg(file: Buffer, from: number, to: number): EmbeddedJpeg | null {
  const part = file.subarray(0, to);
  let largest: EmbeddedJpeg | null = null;
  let at = part.indexOf(startOfImage, from);
  for (let starts = 0; at >= 0 && starts < maximumStarts; starts++) {
    const found = readEmbeddedJpeg(part, at, to - at);
    if (isLarger(found, largest)) largest = found;
    at = part.indexOf(startOfImage, at + 1);
  }
  if (!largest) return null;
  // Its thumbnail, which has an end of its own, comes before its frame.
  const frame = part.indexOf(Buffer.from([0xff, startOfScan]), largest.start);
  const end = frame < 0 ? -1 : part.indexOf(endOfImage, frame);
  return end < 0 ? largest : { ...largest, end: end + 2 };
}

export function isLarger(found: EmbeddedJpeg | null, other: EmbeddedJpeg | null): found is EmbeddedJpeg {
  return found !== null && (!other || found.width * found.height > other.width * other.height);
}
