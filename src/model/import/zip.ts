/**
 * Reads zip archives whose entries are stored, not compressed: torch writes no others. Layout:
 * https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, 4.3.
 */

/** Thrown for whatever is no such archive; the caller puts the file's name to it. */
export class ZipError extends Error {
  override name = 'ZipError';
}

const endSignature = 0x06054b50;
const entrySignature = 0x02014b50;
const localSignature = 0x04034b50;
const endLength = 22;
const longestComment = 0xffff;
/** Stands for "see the zip64 record", which only archives of 4 GiB and more need. */
const overflow = 0xffffffff;

export function isZip(content: Uint8Array): boolean {
  return content[0] === 0x50 && content[1] === 0x4b && content[2] === 0x03 && content[3] === 0x04;
}

/** The bytes of every entry by its name; they are views, not copies. */
export function readZip(content: Uint8Array): Map<string, Uint8Array> {
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  try {
    return readEntries(content, view);
  } catch (error) {
    if (error instanceof RangeError) throw new ZipError('the archive ends early', { cause: error });
    throw error;
  }
}

function readEntries(content: Uint8Array, view: DataView): Map<string, Uint8Array> {
  const end = findEnd(view);
  const count = view.getUint16(end + 10, true);
  let offset = view.getUint32(end + 16, true);
  const entries = new Map<string, Uint8Array>();
  for (let index = 0; index < count; index++) {
    if (view.getUint32(offset, true) !== entrySignature) throw new ZipError('the archive has no directory');
    const flags = view.getUint16(offset + 8, true);
    const method = view.getUint16(offset + 10, true);
    const size = view.getUint32(offset + 24, true);
    const nameLength = view.getUint16(offset + 28, true);
    const local = view.getUint32(offset + 42, true);
    const name = new TextDecoder().decode(content.subarray(offset + 46, offset + 46 + nameLength));
    const encrypted = (flags & 1) !== 0;
    if (method !== 0 || encrypted || size === overflow || local === overflow) {
      throw new ZipError(`${name} is compressed, encrypted or too large`);
    }
    entries.set(name, readStored(content, view, local, size));
    offset += 46 + nameLength + view.getUint16(offset + 30, true) + view.getUint16(offset + 32, true);
  }
  return entries;
}

function findEnd(view: DataView): number {
  const last = view.byteLength - endLength;
  for (let offset = last; offset >= Math.max(0, last - longestComment); offset--) {
    if (view.getUint32(offset, true) === endSignature) return offset;
  }
  throw new ZipError('the archive has no directory');
}

function readStored(content: Uint8Array, view: DataView, local: number, size: number): Uint8Array {
  if (view.getUint32(local, true) !== localSignature)
    throw new ZipError('the archive has no entry where it says');
  const start = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
  if (start + size > content.length) throw new ZipError('the archive ends early');
  return content.subarray(start, start + size);
}
