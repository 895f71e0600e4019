/**
 * The directories of TIFF (6.0, section 2), the frame of EXIF and of most RAW files. Every offset in one is a
 * stranger's: what points outside the file is passed over, and no directory is read twice.
 */

export interface TiffEntry {
  type: number;
  /** The values, in the byte order of the file. */
  bytes: Buffer;
}

export interface TiffDirectory {
  kind: 'image' | 'exif' | 'gps';
  entries: ReadonlyMap<number, TiffEntry>;
  bigEndian: boolean;
}

export const tiffTags = {
  width: 0x0100,
  height: 0x0101,
  compression: 0x0103,
  photometric: 0x0106,
  make: 0x010f,
  stripOffsets: 0x0111,
  orientation: 0x0112,
  stripByteCounts: 0x0117,
  subDirectories: 0x014a,
  jpegOffset: 0x0201,
  jpegLength: 0x0202,
  exifDirectory: 0x8769,
  gpsDirectory: 0x8825,
  exifWidth: 0xa002,
  exifHeight: 0xa003,
  xmp: 0x02bc,
  panasonicJpeg: 0x002e,
  dngVersion: 0xc612,
} as const;

const headerBytes = 8;
const entryBytes = 12;
const valueBytes = 4;
const maximumDirectories = 64;
const maximumEntries = 1000;
const maximumNumbers = 4096;

/** By type: BYTE, ASCII, SHORT, LONG, RATIONAL and their kin; 13 is the offset of a directory. */
const typeBytes = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4];

/**
 * All directories of a file: those in its chain, those below them, EXIF and GPS.
 * @param file one that begins with `II` or `MM`, whatever its magic number; else there are none
 */
export function readTiff(file: Buffer): TiffDirectory[] {
  const order = file.toString('latin1', 0, 2);
  if (file.length < headerBytes || (order !== 'II' && order !== 'MM')) return [];
  const bigEndian = order === 'MM';
  const directories: TiffDirectory[] = [];
  const visited = new Set<number>();
  const queue: { offset: number; kind: TiffDirectory['kind'] }[] = [
    { offset: readLong(file, 4, bigEndian), kind: 'image' },
  ];
  for (let next = queue.shift(); next && directories.length < maximumDirectories; next = queue.shift()) {
    const { offset, kind } = next;
    if (visited.has(offset) || offset < headerBytes || offset + 2 > file.length) continue;
    visited.add(offset);
    const length = readShort(file, offset, bigEndian);
    const directory = { kind, bigEndian, entries: readEntries(file, offset + 2, length, bigEndian) };
    directories.push(directory);
    if (kind !== 'image') continue;
    const below = [
      ['image', tiffTags.subDirectories],
      ['exif', tiffTags.exifDirectory],
      ['gps', tiffTags.gpsDirectory],
    ] as const;
    for (const [type, tag] of below) {
      for (const target of numbersOf(directory, tag).slice(0, 16)) queue.push({ offset: target, kind: type });
    }
    const end = offset + 2 + length * entryBytes;
    if (end + 4 <= file.length) queue.push({ offset: readLong(file, end, bigEndian), kind: 'image' });
  }
  return directories;
}

/** The whole numbers of an entry; empty where it is missing or holds something else. */
export function numbersOf({ entries, bigEndian }: TiffDirectory, tag: number): number[] {
  const entry = entries.get(tag);
  if (!entry) return [];
  const isWhole = [1, 3, 4, 13].includes(entry.type);
  const size = typeBytes[entry.type] ?? 0;
  const length = isWhole ? Math.min(maximumNumbers, Math.floor(entry.bytes.length / size)) : 0;
  return Array.from({ length }, (_, index) => {
    const at = index * size;
    if (size === 1) return entry.bytes[at] ?? 0;
    return size === 2 ? readShort(entry.bytes, at, bigEndian) : readLong(entry.bytes, at, bigEndian);
  });
}

export function numberOf(directory: TiffDirectory, tag: number): number | undefined {
  return numbersOf(directory, tag)[0];
}

export function textOf({ entries }: TiffDirectory, tag: number): string {
  return entries.get(tag)?.bytes.toString('latin1').replace(/\0.*$/s, '').trim() ?? '';
}

function readEntries(file: Buffer, at: number, length: number, bigEndian: boolean): Map<number, TiffEntry> {
  const entries = new Map<number, TiffEntry>();
  for (let index = 0; index < Math.min(length, maximumEntries); index++) {
    const start = at + index * entryBytes;
    if (start + entryBytes > file.length) break;
    const type = readShort(file, start + 2, bigEndian);
    const size = (typeBytes[type] ?? 0) * readLong(file, start + 4, bigEndian);
    if (size === 0) continue;
    const offset = size <= valueBytes ? start + 8 : readLong(file, start + 8, bigEndian);
    if (offset + size > file.length) continue;
    entries.set(readShort(file, start, bigEndian), { type, bytes: file.subarray(offset, offset + size) });
  }
  return entries;
}

function readShort(file: Buffer, at: number, bigEndian: boolean): number {
  return bigEndian ? file.readUInt16BE(at) : file.readUInt16LE(at);
}

function readLong(file: Buffer, at: number, bigEndian: boolean): number {
  return bigEndian ? file.readUInt32BE(at) : file.readUInt32LE(at);
}

/** Values longer than this are no fact that people read, but previews, tables and makers' notes. */
const keptValueBytes = 16 << 10;
const keptBytes = 256 << 10;

/**
 * Writes the first image directory, EXIF and GPS as one small block: all in one place, and nothing in it is large.
 * @param directories of one byte order
 */
export function writeExif(directories: readonly TiffDirectory[]): Buffer {
  const [first] = directories;
  const bigEndian = first?.bigEndian ?? false;
  const short = (value: number) => {
    const bytes = Buffer.alloc(2);
    if (bigEndian) bytes.writeUInt16BE(value);
    else bytes.writeUInt16LE(value);
    return bytes;
  };
  const long = (value: number) => {
    const bytes = Buffer.alloc(4);
    if (bigEndian) bytes.writeUInt32BE(value);
    else bytes.writeUInt32LE(value);
    return bytes;
  };
  const pointers: readonly number[] = [tiffTags.exifDirectory, tiffTags.gpsDirectory];
  const parts: Buffer[] = [];
  let length = headerBytes;
  const put = (entries: readonly (readonly [number, TiffEntry])[]): number => {
    const values: Buffer[] = [];
    const start = length;
    let end = start + 2 + entries.length * entryBytes + 4;
    const table = entries.map(([tag, { type, bytes }]) => {
      const count = long(bytes.length / (typeBytes[type] ?? 1));
      if (bytes.length <= valueBytes)
        return Buffer.concat([
          short(tag),
          short(type),
          count,
          bytes,
          Buffer.alloc(valueBytes - bytes.length),
        ]);
      const offset = end;
      values.push(bytes);
      end += bytes.length;
      return Buffer.concat([short(tag), short(type), count, long(offset)]);
    });
    parts.push(short(entries.length), ...table, long(0), ...values);
    length = end;
    return start;
  };
  let budget = keptBytes;
  const kept = (kind: TiffDirectory['kind']) =>
    [...(directories.find((directory) => directory.kind === kind)?.entries ?? [])].filter(
      ([tag, { bytes }]) =>
        !pointers.includes(tag) &&
        bytes.length <= keptValueBytes &&
        (budget -= bytes.length + entryBytes) > 0,
    );
  // The pointers are in the last directory, so that all before it has its place.
  const links = (['exif', 'gps'] as const).flatMap((kind, at) => {
    const entries = kept(kind);
    return entries.length > 0 ? [[pointers[at] ?? 0, { type: 4, bytes: long(put(entries)) }] as const] : [];
  });
  const start = put([...kept('image'), ...links].sort(([left], [right]) => left - right));
  return Buffer.concat([Buffer.from(bigEndian ? 'MM' : 'II'), short(42), long(start), ...parts]);
}
