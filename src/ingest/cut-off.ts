import { readBoxes } from './boxes.ts';

/**
 * Whether a picture file that could not be decoded ends before its format says it should: an interrupted copy or
 * download. The file itself is asked, since libvips keeps one list of complaints for all pictures that it decodes
 * side by side. Formats whose end cannot be told without decoding count as complete.
 */
export function isCutOff(content: Uint8Array): boolean {
  const file = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  const starts = (magic: string, at = 0) => file.toString('latin1', at, at + magic.length) === magic;
  // An embedded thumbnail has an end of its own, before the scan of the picture itself begins.
  if (starts('\xff\xd8\xff')) return lastOf(file, '\xff\xd9') <= lastOf(file, '\xff\xda');
  if (starts('\x89PNG')) return lastOf(file, 'IEND') < 0;
  if (starts('GIF8')) return file.at(-1) !== gifTrailer;
  if (starts('RIFF') && starts('WEBP', 8)) return file.readUInt32LE(4) + riffHeaderBytes > file.length;
  if (starts('ftyp', 4)) return (readBoxes(file).at(-1)?.end ?? 0) < file.length;
  return false;
}

const gifTrailer = 0x3b;
const riffHeaderBytes = 8;

function lastOf(file: Buffer, marker: string): number {
  return file.lastIndexOf(marker, undefined, 'latin1');
}
