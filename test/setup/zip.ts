/** Archives with whatever names and modes a test wants. */
import { crc32 } from 'node:zlib';

export interface ZipEntry {
  name: string;
  content: string;
  /** Unix type and permissions. */
  mode?: number;
}

/** Stored entries, as Unix makes them. */
export function zip(entries: readonly ZipEntry[]): Buffer {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, content, mode = 0o100644 } of entries) {
    const data = Buffer.from(content);
    // What both headers share, from the flags on.
    const common = Buffer.alloc(24);
    common.writeUInt32LE(crc32(data), 8);
    common.writeUInt32LE(data.length, 12);
    common.writeUInt32LE(data.length, 16);
    common.writeUInt16LE(Buffer.byteLength(name), 20);
    const local = Buffer.concat([Buffer.from('504b03041400', 'hex'), common, Buffer.from(name), data]);
    const more = Buffer.alloc(14);
    more.writeUInt32LE(mode * 0x10000, 6);
    more.writeUInt32LE(offset, 10);
    directory.push(Buffer.from('504b010214031400', 'hex'), common, more, Buffer.from(name));
    locals.push(local);
    offset += local.length;
  }
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50);
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(Buffer.concat(directory).length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, ...directory, end]);
}
