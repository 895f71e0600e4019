/** What people add to a photo, or its phone does: rating, keywords, a caption and where it was taken. */
import { readText } from './exif.ts';
import type { ExifBlocks } from './exif.ts';
import { readIptc } from './iptc.ts';
import { readExifPosition, readXmpPosition } from './position.ts';
import type { Position } from './position.ts';
import type { XmpProperty } from './xmp.ts';

export interface Annotations {
  /** 1 to 5 stars; null for none. */
  rating: number | null;
  /** Each once, in the order found. */
  keywords: string[];
  caption: string | null;
  position: Position | null;
}

/** What of a file says something about the photo. */
export interface MetadataSources {
  exif: ExifBlocks | undefined;
  /** Those of a sidecar before those of the file itself, which it overrules. */
  xmp: readonly XmpProperty[];
  /** The block as it is in the file. */
  iptc?: Uint8Array | undefined;
}

const maximumKeywords = 1000;
const keywordLength = 200;
const captionLength = 4000;

/** Captions that cameras write into every photo. */
const cameraCaption = /digital camera$|^sony dsc$|^dcim\b|^untitled$/i;

export function readAnnotations({ exif, xmp, iptc }: MetadataSources): Annotations {
  const texts = readIptc(iptc);
  const keywords = [
    ...xmp.filter(({ name }) => name === 'dc:subject').flatMap(({ values }) => values),
    ...texts.keywords,
    ...utf16Of(exif?.Image?.XPKeywords).split(';'),
  ].map((keyword) => readText(keyword, keywordLength));
  return {
    rating: ratingOf(firstValue(xmp, 'xmp:Rating')) ?? ratingOf(exif?.Image?.Rating),
    keywords: [...new Set(keywords.filter((keyword) => keyword !== ''))].slice(0, maximumKeywords),
    caption:
      [firstValue(xmp, 'dc:description'), texts.caption, exif?.Image?.ImageDescription]
        .map((caption) => readText(caption, captionLength))
        .find((caption) => caption !== '' && !cameraCaption.test(caption)) ?? null,
    position: readXmpPosition(xmp) ?? readExifPosition(exif?.GPSInfo ?? undefined),
  };
}

export function firstValue(xmp: readonly XmpProperty[], name: string): string | undefined {
  return xmp.find((property) => property.name === name)?.values[0];
}

/** -1 (rejected) and 0 (not rated) are no ratings to keep. */
function ratingOf(value: unknown): number | null {
  const rating = typeof value === 'string' ? Number(value) : value;
  if (typeof rating !== 'number' || !(rating >= 1)) return null;
  return Math.min(5, Math.round(rating));
}

/** The texts of Windows: UTF-16, given as a list of bytes. */
function utf16Of(tag: unknown): string {
  if (!Array.isArray(tag) && !Buffer.isBuffer(tag)) return '';
  return Buffer.from(tag as number[]).toString('utf16le');
}
