/** RAW files of every kind, made around pictures of the tests: real containers, without a sensor's data. */

/** A directory of TIFF, with what lies where it points to. */
export interface Directory {
  tags?: readonly (readonly [
    tag: number,
    type: 2 | 3 | 4 | 7,
    values: readonly number[] | string | Buffer,
  ])[];
  jpeg?: { content: Buffer; as: 'interchange' | 'strip' };
  below?: readonly Directory[];
  exif?: Directory;
  gps?: Directory;
}

/**
 * A TIFF of a chain of directories. @param magic the first bytes: `II` or `MM`, and what the format puts there
 * @param gap zeros after the header, where a format has a header of its own
 */
export function tiff(chain: readonly Directory[], magic = 'II*\0', gap: Buffer = Buffer.alloc(0)): Buffer {
  const bigEndian = magic.startsWith('MM');
  const number = (value: number, bytes: number) => {
    const buffer = Buffer.alloc(bytes);
    if (bigEndian) buffer.writeUIntBE(value, 0, bytes);
    else buffer.writeUIntLE(value, 0, bytes);
    return buffer;
  };
  const parts: Buffer[] = [Buffer.from(magic, 'latin1'), number(8 + gap.length, 4), gap];
  let length = 8 + gap.length;
  const append = (content: Buffer): number => {
    const at = length;
    parts.push(content);
    length += content.length;
    return at;
  };
  const reserve = (
    directory: Directory,
  ): { entries: [number, number, number, Buffer][]; at: number; table: Buffer } => {
    const { tags = [], jpeg, below = [], exif, gps } = directory;
    const count =
      tags.length +
      (jpeg ? 2 + Number(jpeg.as === 'strip') : 0) +
      Number(below.length > 0) +
      Number(!!exif) +
      Number(!!gps);
    const table = Buffer.alloc(2 + 12 * count + 4);
    number(count, 2).copy(table);
    return { entries: [], at: append(table), table };
  };
  // Pictures come after all directories, as in a camera's files.
  const pictures = new Map<Buffer, Buffer>();
  const places: { content: Buffer; table: Buffer; at: number }[] = [];
  const fill = (directory: Directory, { entries, table }: ReturnType<typeof reserve>) => {
    const { tags = [], jpeg, below = [], exif, gps } = directory;
    for (const [tag, type, values] of tags) {
      const bytes =
        typeof values === 'string'
          ? Buffer.from(`${values}\0`)
          : Buffer.isBuffer(values)
            ? values
            : Buffer.concat(values.map((value) => number(value, type === 3 ? 2 : 4)));
      const unit = { 2: 1, 3: 2, 4: 4, 7: 1 }[type];
      entries.push([tag, type, bytes.length / unit, bytes.length <= 4 ? bytes : number(append(bytes), 4)]);
    }
    if (jpeg) {
      const at = Buffer.alloc(4);
      pictures.set(at, jpeg.content);
      const size = number(jpeg.content.length, 4);
      if (jpeg.as === 'strip')
        entries.push([0x0103, 3, 1, number(7, 2)], [0x0111, 4, 1, at], [0x0117, 4, 1, size]);
      else entries.push([0x0201, 4, 1, at], [0x0202, 4, 1, size]);
    }
    const pointTo = (tag: number, directories: readonly Directory[]) => {
      const reserved = directories.map((inner) => [inner, reserve(inner)] as const);
      const list = Buffer.concat(reserved.map(([, { at }]) => number(at, 4)));
      entries.push([tag, 4, reserved.length, reserved.length > 1 ? number(append(list), 4) : list]);
      for (const [inner, place] of reserved) fill(inner, place);
    };
    if (below.length > 0) pointTo(0x014a, below);
    if (exif) pointTo(0x8769, [exif]);
    if (gps) pointTo(0x8825, [gps]);
    entries.sort(([left], [right]) => left - right);
    entries.forEach(([tag, type, count, value], index) => {
      const at = 2 + 12 * index;
      number(tag, 2).copy(table, at);
      number(type, 2).copy(table, at + 2);
      number(count, 4).copy(table, at + 4);
      value.copy(table, at + 8);
      const content = pictures.get(value);
      if (content) places.push({ content, table, at: at + 8 });
    });
  };
  let before: Buffer | undefined;
  for (const directory of chain) {
    const place = reserve(directory);
    if (before) number(place.at, 4).copy(before, before.length - 4);
    fill(directory, place);
    before = place.table;
  }
  for (const { content, table, at } of places) number(append(content), 4).copy(table, at);
  return Buffer.concat(parts);
}

export interface RawPictures {
  /** JPEGs of one picture, as it lies on the sensor. */
  large: Buffer;
  small: Buffer;
  /** 1 to 8, as in EXIF. */
  orientation: number;
  /** Of the sensor. */
  width: number;
  height: number;
}

const taken = '2021:05:06 07:08:09';

/** One file of each kind by its extension. */
export function rawFiles({ large, small, orientation, width, height }: RawPictures): Record<string, Buffer> {
  const exif: Directory = { tags: [[0x9003, 2, taken]] };
  const ofPicture: Directory = {
    tags: [
      [0x9003, 2, taken],
      [0xa002, 4, [width]],
      [0xa003, 4, [height]],
    ],
  };
  const camera = (make: string, model: string): NonNullable<Directory['tags']> => [
    [0x010f, 2, make],
    [0x0110, 2, model],
    [0x0112, 3, [orientation]],
  ];
  const sensor = (compression: number): Directory => ({
    tags: [
      [0x0100, 4, [width]],
      [0x0101, 4, [height]],
      [0x0103, 3, [compression]],
      [0x0106, 3, [32803]],
      [0x0111, 4, [8]],
      [0x0117, 4, [16]],
    ],
  });
  const thumbnail: Directory = { jpeg: { content: small, as: 'interchange' } };
  const preview: Directory = { jpeg: { content: large, as: 'interchange' } };
  return {
    cr2: tiff(
      [
        { tags: camera('Canon', 'Canon EOS 80D'), jpeg: { content: large, as: 'strip' }, exif: ofPicture },
        thumbnail,
        { jpeg: { content: losslessJpeg(), as: 'strip' } },
      ],
      'II*\0',
      Buffer.from('CR\x02\0\0\0\0\0', 'latin1'),
    ),
    nef: tiff(
      [{ tags: camera('NIKON CORPORATION', 'NIKON D750'), below: [preview, sensor(34713)], exif }, thumbnail],
      'MM\0*',
    ),
    arw: tiff([{ ...preview, tags: camera('SONY', 'ILCE-7M3'), below: [sensor(32767)], exif }, thumbnail]),
    dng: tiff([
      {
        tags: [...camera('Google', 'Pixel 4'), [0xc612, 7, Buffer.from([1, 4, 0, 0])]],
        below: [sensor(7), { jpeg: { content: large, as: 'strip' } }],
        exif,
      },
    ]),
    pef: tiff(
      [{ ...sensor(65535), exif }].map(withCamera('PENTAX', 'PENTAX K-3')).concat(thumbnail, preview),
      'MM\0*',
    ),
    srw: tiff([{ tags: camera('SAMSUNG', 'NX500'), below: [preview, sensor(32770)], exif }]),
    // Olympus points to its preview from its maker's note, in a way of its own.
    orf: tiff(
      [
        {
          ...sensor(1),
          tags: [...camera('OLYMPUS CORPORATION', 'E-M5')],
          exif: {
            tags: [
              [0x9003, 2, taken],
              [0x927c, 7, Buffer.concat([Buffer.from('OLYMPUS\0II\x03\0'), large])],
            ],
          },
        },
        thumbnail,
      ],
      'IIRO',
    ),
    rw2: tiff(
      [
        {
          tags: [
            [0x0004, 3, [8]],
            [0x0005, 3, [4]],
            [0x0006, 3, [height + 8]],
            [0x0007, 3, [width + 4]],
            [0x002e, 7, large],
            ...camera('Panasonic', 'DC-GX9'),
          ],
          exif,
        },
      ],
      'IIU\0',
    ),
    raf: raf(large, width, height),
    cr3: cr3({ large, small, orientation, width, height }),
  };

  function withCamera(make: string, model: string) {
    return (directory: Directory): Directory => ({
      ...directory,
      tags: [...(directory.tags ?? []), ...camera(make, model)],
    });
  }
}

/** The header of a JPEG as RAW files use it for the sensor's data: no common decoder reads it. */
function losslessJpeg(): Buffer {
  return Buffer.from('ffd8ffc30011086000600003012200021101031101ffda0008010100043f00ffd9', 'hex');
}

function raf(jpeg: Buffer, width: number, height: number): Buffer {
  const header = Buffer.alloc(160);
  header.write('FUJIFILMCCD-RAW 0201FF383501X-T3', 'latin1');
  header.writeUInt32BE(header.length, 84);
  header.writeUInt32BE(jpeg.length, 88);
  const records = header.length + jpeg.length;
  header.writeUInt32BE(records, 92);
  const block = Buffer.alloc(20);
  block.writeUInt32BE(2, 0);
  block.writeUInt16BE(0x0100, 4);
  block.writeUInt16BE(4, 6);
  block.writeUInt16BE(0x0111, 12);
  block.writeUInt16BE(4, 14);
  block.writeUInt16BE(height, 16);
  block.writeUInt16BE(width, 18);
  return Buffer.concat([header, jpeg, block]);
}

function box(type: string, ...content: Buffer[]): Buffer {
  const body = Buffer.concat(content);
  const head = Buffer.alloc(8);
  head.writeUInt32BE(8 + body.length);
  head.write(type, 4, 'latin1');
  return Buffer.concat([head, body]);
}

function words(...values: number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  values.forEach((value, at) => bytes.writeUInt32BE(value, 4 * at));
  return bytes;
}

function cr3({ large, small, orientation, width, height }: RawPictures): Buffer {
  const first = tiff([
    {
      tags: [
        [0x0100, 4, [width]],
        [0x0101, 4, [height]],
        [0x010f, 2, 'Canon'],
        [0x0110, 2, 'Canon EOS R6'],
        [0x0112, 3, [orientation]],
      ],
    },
  ]);
  const second = tiff([{ tags: [[0x9003, 2, taken]] }]);
  const metadata = box(
    'uuid',
    Buffer.from('85c0b687820f11e08111f4ce462b6a48', 'hex'),
    box('CMT1', first),
    box('CMT2', second),
  );
  const track = (offset: number, length: number) =>
    box(
      'trak',
      box(
        'mdia',
        box('minf', box('stbl', box('stsz', words(0, 0, 1, length)), box('co64', words(0, 1, 0, offset)))),
      ),
    );
  const previewBox = box(
    'uuid',
    Buffer.from('eaf42b5e1c984b88b9fbb7dc406e4d16', 'hex'),
    words(0, 1),
    box('PRVW', Buffer.alloc(16), small),
  );
  const kind = box('ftyp', Buffer.from('crx '), words(1), Buffer.from('crx isom'));
  const movie = (at: number) => box('moov', metadata, track(at, large.length), track(at + large.length, 8));
  const start = kind.length + movie(0).length + previewBox.length + 8;
  return Buffer.concat([kind, movie(start), previewBox, box('mdat', large, Buffer.alloc(8))]);
}
