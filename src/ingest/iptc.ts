/** IPTC-IIM records, in which photo programs kept keywords and captions before XMP, and many still do. */

export interface IptcTexts {
  keywords: string[];
  caption: string | null;
}

const applicationRecord = 2;
const keywordDataset = 25;
const captionDataset = 120;
const headerBytes = 5;

/** Reads the data sets, wherever in a Photoshop block they begin; broken ones end the list. */
export function readIptc(block: Uint8Array | undefined): IptcTexts {
  const texts: IptcTexts = { keywords: [], caption: null };
  if (!block) return texts;
  const bytes = Buffer.from(block.buffer, block.byteOffset, block.byteLength);
  // The first data set of all is one of the record 1 or 2.
  let at = Math.max(0, Math.min(...[1, 2].map((record) => startOf(bytes, record))));
  while (at + headerBytes <= bytes.length && bytes[at] === 0x1c) {
    const length = bytes.readUInt16BE(at + 3);
    const end = at + headerBytes + length;
    if (length > 0x7fff || end > bytes.length) break;
    const text = bytes.toString('utf8', at + headerBytes, end);
    if (bytes[at + 1] === applicationRecord && bytes[at + 2] === keywordDataset) texts.keywords.push(text);
    if (bytes[at + 1] === applicationRecord && bytes[at + 2] === captionDataset) texts.caption ??= text;
    at = end;
  }
  return texts;
}

function startOf(bytes: Buffer, record: number): number {
  const at = bytes.indexOf(Buffer.from([0x1c, record]));
  return at < 0 ? bytes.length : at;
}
