/** From the bytes of a file to upright sRGB pixels, a thumbnail and metadata, in one decode. */
import sharp from 'sharp';
import type { Metadata, Sharp, SharpOptions } from 'sharp';
import { AkinError } from '../errors.ts';
import type { RgbPixels } from '../model/trunk.ts';
import { Budget } from './budget.ts';
import { isCutOff } from './cut-off.ts';
import { readMetadata } from './metadata.ts';
import type { PhotoMetadata } from './metadata.ts';
import { isSideways, turnUpright } from './orientation.ts';

export interface DecodedPhoto {
  /** [height, width, 3] uint8, sRGB, upright, on white where the photo is transparent. */
  pixels: RgbPixels;
  /** JPEG, at most 1600 x 400; empty when not asked for. */
  thumbnail: Uint8Array;
  /** Upright size of the original, in pixels. */
  width: number;
  height: number;
  /** jpeg, png, webp, avif, tiff or gif. */
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
}

/** More than any camera's, and enough for a panorama of 40,000 x 7,500; it keeps the worst decode to some 2 GB. */
export const maximumMegapixels = 300;

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

// Each picture is decoded by one thread, and several side by side: that wastes less than many threads on one.
// libvips' cache of operations never hits here, and only holds memory.
sharp.concurrency(1);
sharp.cache(false);

// Only the loaders of photo formats: SVG reaches for fonts and other files, and none of the rest is a photo.
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({
  operation: ['Jpeg', 'Png', 'Webp', 'Heif', 'Tiff', 'Nsgif'].map((format) => `VipsForeignLoad${format}`),
});

/**
 * Decodes a photo: JPEG, PNG, WebP, AVIF, TIFF or GIF, the first frame or page of those with several.
 * @throws AkinError `photo-unsupported`, `photo-too-large`, `photo-empty`, `photo-cut-off`, `photo-damaged`,
 *   `photo-too-slow`
 */
export async function decodePhoto(content: Uint8Array, options: DecodeOptions): Promise<DecodedPhoto> {
  const { longSide, name, thumbnail = true } = options;
  const header = await readHeader(content, name);
  const { width, height } = header;
  const pixelScale = Math.min(1, longSide / Math.max(width, height));
  const thumbnailScale = Math.min(1, thumbnailSize.width / width, thumbnailSize.height / height);
  // One decode serves both: shrink-on-load goes down to the larger of the two, which is then resized once more.
  const decoded = await decodeScaled(
    content,
    header,
    Math.max(pixelScale, thumbnail ? thumbnailScale : 0),
    name,
  );
  const [pixels, thumbnailContent] = await Promise.all([
    pixelScale < thumbnailScale && thumbnail ? resizePixels(decoded, header, pixelScale) : decoded,
    thumbnail ? encodeThumbnail(decoded, header, thumbnailScale) : new Uint8Array(0),
  ]);
  return {
    pixels,
    thumbnail: thumbnailContent,
    width,
    height,
    format: header.format,
    metadata: header.metadata,
  };
}

/**
 * Renders a photo for the viewer: upright, sRGB, its longest side at most `longSide` pixels, never enlarged.
 * @throws AkinError `photo-unsupported`, `photo-too-large`, `photo-empty`, `photo-cut-off`, `photo-damaged`,
 *   `photo-too-slow`
 */
export async function renderPhoto(
  content: Uint8Array,
  { longSide, name }: { longSide: number; name: string },
): Promise<{ content: Uint8Array; type: string }> {
  const header = await readHeader(content, name);
  const scale = Math.min(1, longSide / Math.max(header.width, header.height));
  const pixels = await decodeScaled(content, header, scale, name);
  // JPEG: WebP at this size takes ten times as long, and the next photo should be there at once.
  return { content: await fromPixels(pixels).jpeg({ quality: 90 }).toBuffer(), type: 'image/jpeg' };
}

interface Header {
  width: number;
  height: number;
  orientation: number;
  format: string;
  metadata: PhotoMetadata;
}

async function readHeader(content: Uint8Array, name: string): Promise<Header> {
  if (content.byteLength === 0) throw new AkinError('photo-empty', { path: name });
  // No limit here: the size is judged below, before any pixel is decoded, with an error that names it.
  const found = await open(content, { limitInputPixels: false })
    .metadata()
    .catch((error: unknown) => {
      throw asDecodeError(error, content, name);
    });
  const megapixels = (found.width * found.height) / 1e6;
  if (megapixels > maximumMegapixels) {
    throw new AkinError('photo-too-large', {
      path: name,
      megapixels: Math.round(megapixels),
      limit: maximumMegapixels,
    });
  }
  const orientation = found.orientation ?? 1;
  const sideways = isSideways(orientation);
  return {
    width: sideways ? found.height : found.width,
    height: sideways ? found.width : found.height,
    orientation,
    format: formatName(found),
    metadata: readMetadata(found.exif),
  };
}

function formatName({ format, compression }: Metadata): string {
  return format === 'heif' && compression === 'av1' ? 'avif' : format;
}

async function decodeScaled(
  content: Uint8Array,
  header: Header,
  scale: number,
  name: string,
): Promise<RgbPixels> {
  const upright = scaledSize(header, scale);
  const stored = isSideways(header.orientation) ? { width: upright.height, height: upright.width } : upright;
  const release = await megapixelBudget.take((header.width * header.height) / 1e6);
  try {
    const { data, info } = await open(content, { limitInputPixels: maximumMegapixels * 1e6 })
      .resize({ ...stored, fit: 'fill' })
      .flatten({ background: '#ffffff' })
      .toColourspace('srgb')
      .timeout({ seconds: timeLimitSeconds })
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    return turnUpright({ data, width: info.width, height: info.height }, header.orientation);
  } catch (error) {
    throw asDecodeError(error, content, name);
  } finally {
    release();
  }
}

async function resizePixels(pixels: RgbPixels, original: Header, scale: number): Promise<RgbPixels> {
  const size = scaledSize(original, scale);
  return {
    data: await fromPixels(pixels)
      .resize({ ...size, fit: 'fill' })
      .raw()
      .toBuffer(),
    ...size,
  };
}

async function encodeThumbnail(pixels: RgbPixels, original: Header, scale: number): Promise<Uint8Array> {
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

function open(content: Uint8Array, options: SharpOptions): Sharp {
  // 'error' fails for what is missing or broken, and lets pass what decoders merely grumble about.
  return sharp(content, { failOn: 'error', sequentialRead: true, ...options });
}

function fromPixels({ data, width, height }: RgbPixels): Sharp {
  return sharp(data, { raw: { width, height, channels: 3 } });
}

/** Says in plain words what libvips reports in its own; the original message stays in `cause`. */
function asDecodeError(error: unknown, content: Uint8Array, name: string): AkinError {
  const message = error instanceof Error ? error.message : String(error);
  const options = { cause: error };
  if (/unsupported image format|not been built in|unsupported codec/i.test(message) && !isJpeg(content)) {
    return new AkinError('photo-unsupported', { path: name }, options);
  }
  if (/timeout/i.test(message)) return new AkinError('photo-too-slow', { path: name }, options);
  return new AkinError(isCutOff(content) ? 'photo-cut-off' : 'photo-damaged', { path: name }, options);
}

/** A JPEG cut within its first bytes is not recognised any more, yet it is plainly a damaged JPEG. */
function isJpeg(content: Uint8Array): boolean {
  return content[0] === 0xff && content[1] === 0xd8 && content[2] === 0xff;
}
