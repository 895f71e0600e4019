/** From the bytes of a file to upright sRGB pixels, a thumbnail and metadata, in one decode. */
import sharp from 'sharp';
import type { Sharp } from 'sharp';
import type { RgbPixels } from '../model/trunk.ts';
import { Budget } from './budget.ts';
import { decodeHeif } from './heif.ts';
import { readMetadata } from './metadata.ts';
import type { PhotoMetadata } from './metadata.ts';
import { isSideways, turnUpright } from './orientation.ts';
import { asDecodeError, maximumMegapixels, openPicture, readPictureFile } from './picture-file.ts';
import type { PictureFile } from './picture-file.ts';
import type { XmpProperty } from './xmp.ts';

export interface DecodedPhoto {
  /** [height, width, 3] uint8, sRGB, upright, on white where the photo is transparent. */
  pixels: RgbPixels;
  /** JPEG, at most 1600 x 400; empty when not asked for. */
  thumbnail: Uint8Array;
  /** Upright size of the original, in pixels. */
  width: number;
  height: number;
  /** See `PictureFile`. */
  format: string;
  metadata: PhotoMetadata;
}

export interface DecodeOptions {
  /** The longest side of `pixels`; a smaller photo is not enlarged. */
  longSide: number;
  /** What an error calls the photo: its path, or the name of a dropped file. */
  name: string;
  /** Make a thumbnail too. Default: true. */
  thumbnail?: boolean;
  /** What the photo's sidecar says. */
  sidecar?: readonly XmpProperty[];
}

/** The grid's rows are up to 320 px high; a long panorama gets a lower thumbnail instead of an endless one. */
const thumbnailSize = { width: 1280, height: 320 };

/** A picture larger by no more than this is taken as it is: to resize it would cost as much as to encode it. */
const thumbnailSlack = 1.25;

/** Takes half the time of WebP at its least effort, which is what counts: thumbnails are a tenth of all work. */
const thumbnailFormat = { quality: 75, optimiseCoding: false };
export const thumbnailType = 'image/jpeg';

/** Pictures are decoded side by side up to this many megapixels together; a larger one waits and goes alone. */
const megapixelBudget = new Budget(200);

/** A hostile picture may keep a decoder busy for hours; no honest one takes this long. */
const timeLimitSeconds = 120;

/**
 * Decodes a photo: JPEG, PNG, WebP, AVIF, HEIC, TIFF or GIF, the first frame or page of those with several; of a RAW
 * file its largest preview.
 * @throws AkinError `photo-unsupported`, `photo-too-large`, `photo-empty`, `photo-cut-off`, `photo-damaged`,
 *   `photo-too-slow`, `photo-without-preview`
 */
export async function decodePhoto(content: Uint8Array, options: DecodeOptions): Promise<DecodedPhoto> {
  const { longSide, name, thumbnail = true, sidecar = [] } = options;
  const header = await readPictureFile(content, name);
  const { width, height } = header;
  const pixelScale = Math.min(1, longSide / Math.max(width, height));
  const thumbnailScale = Math.min(1, thumbnailSize.width / width, thumbnailSize.height / height);
  // One decode serves both: shrink-on-load goes down to the larger of the two, which is then resized once more.
  const decoded = await decodeScaled(header, Math.max(pixelScale, thumbnail ? thumbnailScale : 0), name);
  const [pixels, thumbnailContent] = await Promise.all([
    pixelScale < thumbnailScale && thumbnail ? resizePixels(decoded, header, pixelScale) : decoded,
    thumbnail ? encodeThumbnail(decoded, header, thumbnailScale) : new Uint8Array(0),
  ]);
  return {
    pixels,
    thumbnail: thumbnailContent,
    ...header.original,
    format: header.format,
    metadata: readMetadata({ ...header.sources, xmp: [...sidecar, ...header.sources.xmp] }),
  };
}

/**
 * Renders a photo for the viewer: upright, sRGB, its longest side at most `longSide` pixels, never enlarged.
 * @throws AkinError `photo-unsupported`, `photo-too-large`, `photo-empty`, `photo-cut-off`, `photo-damaged`,
 *   `photo-too-slow`, `photo-without-preview`
 */
export async function renderPhoto(
  content: Uint8Array,
  { longSide, name }: { longSide: number; name: string },
): Promise<{ content: Uint8Array; type: string }> {
  const header = await readPictureFile(content, name);
  const scale = Math.min(1, longSide / Math.max(header.width, header.height));
  const pixels = await decodeScaled(header, scale, name);
  // JPEG: WebP at this size takes ten times as long, and the next photo should be there at once.
  return { content: await fromPixels(pixels).jpeg({ quality: 90 }).toBuffer(), type: 'image/jpeg' };
}

async function decodeScaled(header: PictureFile, scale: number, name: string): Promise<RgbPixels> {
  const upright = scaledSize(header, scale);
  const stored = isSideways(header.orientation) ? { width: upright.height, height: upright.width } : upright;
  const release = await megapixelBudget.take((header.width * header.height) / 1e6);
  try {
    const content = header.decoder === 'libheif' ? await decodeHeif(header, name) : header.content;
    const { data, info } = await openPicture(content, { limitInputPixels: maximumMegapixels * 1e6 })
      .resize({ ...stored, fit: 'fill' })
      .flatten({ background: '#ffffff' })
      .toColourspace('srgb')
      .timeout({ seconds: timeLimitSeconds })
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    return turnUpright({ data, width: info.width, height: info.height }, header.orientation);
  } catch (error) {
    throw asDecodeError(error, header.content, name);
  } finally {
    release();
  }
}

async function resizePixels(pixels: RgbPixels, original: PictureFile, scale: number): Promise<RgbPixels> {
  const size = scaledSize(original, scale);
  return {
    data: await fromPixels(pixels)
      .resize({ ...size, fit: 'fill' })
      .raw()
      .toBuffer(),
    ...size,
  };
}

async function encodeThumbnail(pixels: RgbPixels, original: PictureFile, scale: number): Promise<Uint8Array> {
  const size = scaledSize(original, scale);
  const wanted = pixels.height > size.height * thumbnailSlack ? size : pixels;
  return fromPixels(pixels)
    .resize({ width: wanted.width, height: wanted.height, fit: 'fill', kernel: 'linear' })
    .jpeg(thumbnailFormat)
    .toBuffer();
}

function scaledSize({ width, height }: { width: number; height: number }, scale: number) {
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

function fromPixels({ data, width, height }: RgbPixels): Sharp {
  return sharp(data, { raw: { width, height, channels: 3 } });
}
