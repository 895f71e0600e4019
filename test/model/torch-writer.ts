/** Writes torch files as torch does, with the pickle opcodes that it uses. */
import type { Tensor } from '../../src/model/tensor.ts';

const legacyMagic = Buffer.from('8a0a6cfc9c46f9206aa85019', 'hex');

/** `strides` of a tensor replace those of a row-major one; `storage` those types. */
export interface Entry extends Tensor {
  strides?: readonly number[];
  type?: string;
  bytes?: Buffer;
}

export function legacyFile(entries: ReadonlyMap<string, Entry>): Buffer {
  const storages = [...entries.values()].map((entry) => {
    const count = Buffer.alloc(8);
    count.writeBigInt64LE(BigInt(storageCount(entry)));
    return Buffer.concat([count, bytesOf(entry)]);
  });
  const keys = [...entries.keys()].map((_, index) => text(String(index)));
  return Buffer.concat([
    pickle(legacyMagic),
    pickle(Buffer.from([0x4d, 0xe9, 0x03])),
    pickle(Buffer.concat([Buffer.from('}('), text('little_endian'), Buffer.from([0x88]), Buffer.from('u')])),
    pickle(state(entries)),
    pickle(Buffer.concat([Buffer.from(']('), ...keys, Buffer.from('e')])),
    ...storages,
  ]);
}

export function archiveFile(entries: ReadonlyMap<string, Entry>): Buffer {
  const files = new Map([['archive/data.pkl', pickle(state(entries))]]);
  files.set('archive/byteorder', Buffer.from('little'));
  for (const [index, entry] of [...entries.values()].entries())
    files.set(`archive/data/${index}`, bytesOf(entry));
  return zip(files);
}

export function pickle(body: Buffer): Buffer {
  return Buffer.concat([Buffer.from([0x80, 2]), body, Buffer.from('.')]);
}

export function text(value: string): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(Buffer.byteLength(value));
  return Buffer.concat([Buffer.from('X'), length, Buffer.from(value)]);
}

/** The state dictionary, with the `_metadata` that torch hangs on it. */
function state(entries: ReadonlyMap<string, Entry>): Buffer {
  const items = [...entries].map(([name, entry], index) => {
    const storage = [
      Buffer.from('('),
      text('storage'),
      Buffer.from(`ctorch\n${entry.type ?? 'FloatStorage'}\n`),
      text(String(index)),
      text('cpu'),
      integer(storageCount(entry)),
      Buffer.from('tQ'),
    ];
    return Buffer.concat([
      text(name),
      Buffer.from('ctorch._utils\n_rebuild_tensor_v2\n('),
      ...storage,
      integer(0),
      tuple(entry.shape),
      tuple(entry.strides ?? rowMajor(entry.shape)),
      Buffer.from([0x89]),
      Buffer.from('ccollections\nOrderedDict\n)RtR'),
    ]);
  });
  const metadata = Buffer.concat([Buffer.from('}'), text('_metadata'), Buffer.from('}sb')]);
  return Buffer.concat([Buffer.from('ccollections\nOrderedDict\n)R('), ...items, Buffer.from('u'), metadata]);
}

function tuple(values: readonly number[]): Buffer {
  return Buffer.concat([Buffer.from('('), ...values.map(integer), Buffer.from('t')]);
}

function integer(value: number): Buffer {
  const bytes = Buffer.alloc(5);
  bytes.write('J');
  bytes.writeInt32LE(value, 1);
  return bytes;
}

function rowMajor(shape: readonly number[]): number[] {
  return shape.map((_, axis) => shape.slice(axis + 1).reduce((product, size) => product * size, 1));
}

function bytesOf({ data, bytes }: Entry): Buffer {
  return bytes ?? Buffer.from(data.buffer, data.byteOffset, data.byteLength);
}

function storageCount(entry: Entry): number {
  const size = { HalfStorage: 2, DoubleStorage: 8, LongStorage: 8 }[entry.type ?? ''] ?? 4;
  return bytesOf(entry).length / size;
}

/** Stored entries only; checksums are left at zero, since nobody here reads them. */
export function zip(files: ReadonlyMap<string, Buffer>, method = 0): Buffer {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, content] of files) {
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50);
    local.writeUInt16LE(method, 8);
    local.writeUInt32LE(content.length, 18);
    local.writeUInt32LE(content.length, 22);
    local.writeUInt16LE(name.length, 26);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50);
    entry.writeUInt16LE(method, 10);
    entry.writeUInt32LE(content.length, 20);
    entry.writeUInt32LE(content.length, 24);
    entry.writeUInt16LE(name.length, 28);
    entry.writeUInt32LE(offset, 42);
    locals.push(local, Buffer.from(name), content);
    directory.push(entry, Buffer.from(name));
    offset += local.length + name.length + content.length;
  }
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50);
  end.writeUInt16LE(files.size, 8);
  end.writeUInt16LE(files.size, 10);
  end.writeUInt32LE(Buffer.concat(directory).length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, ...directory, end]);
}
