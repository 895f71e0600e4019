/** The boxes of the ISO base media file format (ISO 14496-12), which CR3 files are made of, HEIC and AVIF too. */

export interface Box {
  type: string;
  /** Of a `uuid` box: its 16 bytes in hexadecimal; else empty. */
  uuid: string;
  /** Where its content lies in the file. */
  start: number;
  end: number;
}

/** A file may claim any number of boxes without content. */
const maximumBoxes = 1000;
const headerBytes = 8;

/** The boxes between two places, one after the other; what does not fit ends the list. */
export function readBoxes(file: Buffer, from = 0, to = file.length): Box[] {
  const boxes: Box[] = [];
  for (let at = from; at + headerBytes <= to && boxes.length < maximumBoxes;) {
    const type = file.toString('latin1', at + 4, at + 8);
    let size = file.readUInt32BE(at);
    let start = at + headerBytes;
    if (size === 1 && start + 8 <= to) {
      size = Number(file.readBigUInt64BE(start));
      start += 8;
    } else if (size === 0) size = to - at;
    const end = at + size;
    const uuidStart = start;
    if (type === 'uuid') start += 16;
    if (end < start || end > to) break;
    const uuid = type === 'uuid' ? file.toString('hex', uuidStart, start) : '';
    boxes.push({ type, uuid, start, end });
    at = end;
  }
  return boxes;
}

/** All boxes that a path of types leads to. */
export function findBoxes(file: Buffer, inside: readonly Box[], [type, ...rest]: readonly string[]): Box[] {
  const found = inside.filter((box) => box.type === type);
  if (rest.length === 0) return found;
  return found.flatMap((box) => findBoxes(file, readBoxes(file, box.start, box.end), rest));
}
