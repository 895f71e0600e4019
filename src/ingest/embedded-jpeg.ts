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

/** More segments stand before the picture only in a file that wants to keep its reader busy; so with false starts. */
const maximumSegments = 200;
const maximumStarts = 20_000;

/**
 * The JPEG at a place; null where there is none that a common decoder reads: RAW files keep their sensor's data as
 * lossless JPEG, too.
 */
export function readEmbeddedJpeg(file: Buffer, start: number, length: number): EmbeddedJpeg | null {
  const end = start + length;
  if (!(length > 0) || start < 0 || end > file.length || file.indexOf(startOfImage, start) !== start)
    return null;
  let at = start + 2;
  for (let segment = 0; segment < maximumSegments && at + 9 <= end && file[at] === 0xff; segment++) {
    const marker = file[at + 1] ?? 0;
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame && marker > 0xc2) return null;
    if (isFrame) {
      const height = file.readUInt16BE(at + 5);
      const width = file.readUInt16BE(at + 7);
      return width > 0 && height > 0 ? { start, end, width, height } : null;
    }
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
  const frame = part.indexOf(Buffer.from([0xff, 0xda]), largest.start);
  const end = frame < 0 ? -1 : part.indexOf(endOfImage, frame);
  return end < 0 ? largest : { ...largest, end: end + 2 };
}

export function isLarger(found: EmbeddedJpeg | null, other: EmbeddedJpeg | null): found is EmbeddedJpeg {
  return found !== null && (!other || found.width * found.height > other.width * other.height);
}
