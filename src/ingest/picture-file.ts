/** What a photo's file holds, found out before any pixel is decoded: the picture, its size, and its metadata. */
import sharp from 'sharp';
import type { Metadata, Sharp, SharpOptions } from 'sharp';
import { AkinError } from '../errors.ts';
import type { MetadataSources } from './annotations.ts';
import { isCutOff } from './cut-off.ts';
import { readExifBlocks } from './exif.ts';
import { isSideways } from './orientation.ts';
import { readRawFile } from './raw-file.ts';
import { readXmp } from './xmp.ts';
import type { XmpProperty } from './xmp.ts';

export interface PictureFile {
  /** What is to be decoded: the file itself, or the preview in a RAW file. */
  content: Uint8Array;
  /** What decodes it: libvips as it comes with sharp has no HEVC, which HEIC needs. */
  decoder: 'libvips' | 'libheif';
  /** Upright size of `content`, in pixels. */
  width: number;
  height: number;
  /** Upright size of the photo, of which a RAW file may hold a smaller preview. */
  original: { width: number; height: number };
  /** 1 to 8, as in EXIF: how the decoded pixels are still to be turned. */
  orientation: number;
  /** jpeg, png, webp, avif, heic, tiff, gif, or one of RAW: cr2, cr3, nef, arw, dng, raf, orf, rw2, pef, srw, raw. */
  format: string;
  /** Colour profile of what libheif decodes; for libvips it is in the file. */
  profile: Uint8Array | undefined;
  sources: MetadataSources;
}

/** More than any camera's, and enough for a panorama of 40,000 x 7,500; it keeps the worst decode to some 2 GB. */
export const maximumMegapixels = 300;

// Each picture is decoded by one thread, and several side by side: that wastes less than many threads on one.
// libvips' cache of operations never hits here, and only holds memory.
sharp.concurrency(1);
sharp.cache(false);

// Only the loaders of photo formats: SVG reaches for fonts and other files, and none of the rest is a photo.
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({
  operation: ['Jpeg', 'Png', 'Webp', 'Heif', 'Tiff', 'Nsgif'].map((format) => `VipsForeignLoad${format}`),
});

/** Smaller, as all of it is held in the 4 GB of WebAssembly, twice; no phone's is larger. */
const maximumHeifMegapixels = 200;

/**
 * Reads the header of a photo's file. @param name what an error calls the photo
 * @throws AkinError `photo-unsupported`, `photo-too-large`, `photo-empty`, `photo-cut-off`, `photo-damaged`,
 *   `photo-without-preview`
 */
export async function readPictureFile(content: Uint8Array, name: string): Promise<PictureFile> {
  if (content.byteLength === 0) throw new AkinError('photo-empty', { path: name });
  const raw = readRawFile(content);
  if (!raw) return readPicture(content, name);
  const { format, preview, isCutOff: isPreviewCutOff, exif, xmp } = raw;
  if (isPreviewCutOff) throw new AkinError('photo-cut-off', { path: name });
  if (!preview) throw new AkinError('photo-without-preview', { path: name });
  const picture = await readPicture(preview, name, raw.orientation);
  return {
    ...picture,
    original: raw.size ? turnedSize(raw.size, picture.orientation) : picture.original,
    format,
    sources: {
      // Fujifilm's have none but in their preview.
      exif: exif ? { ...picture.sources.exif, ...exif } : picture.sources.exif,
      xmp: xmp ? readEmbeddedXmp(xmp) : picture.sources.xmp,
      iptc: picture.sources.iptc,
    },
  };
}

async function readPicture(content: Uint8Array, name: string, orientation?: number): Promise<PictureFile> {
  // No limit here: the size is judged below, before any pixel is decoded, with an error that names it.
  const found = await openPicture(content, { limitInputPixels: false })
    .metadata()
    .catch((error: unknown) => {
      throw asDecodeError(error, content, name);
    });
  const format = formatName(found);
  refuseTooLarge(found, name, format === 'heic' ? maximumHeifMegapixels : maximumMegapixels);
  const turned = orientation ?? found.orientation ?? 1;
  const size = turnedSize(found, turned);
  return {
    content,
    decoder: format === 'heic' ? 'libheif' : 'libvips',
    ...size,
    original: size,
    orientation: turned,
    format,
    profile: found.icc,
    sources: { exif: readExifBlocks(found.exif), xmp: readEmbeddedXmp(found.xmp), iptc: found.iptc },
  };
}

function turnedSize({ width, height }: { width: number; height: number }, orientation: number) {
  return isSideways(orientation) ? { width: height, height: width } : { width, height };
}

export function openPicture(content: Uint8Array, options: SharpOptions): Sharp {
  // 'error' fails for what is missing or broken, and lets pass what decoders merely grumble about.
  return sharp(content, { failOn: 'error', sequentialRead: true, ...options });
}

/** A stranger's packet may keep the reader busy for a second a megabyte; no camera's is as long. */
const maximumXmpBytes = 1 << 20;

function readEmbeddedXmp(packet: Uint8Array | undefined): XmpProperty[] {
  return packet && packet.byteLength <= maximumXmpBytes ? readXmp(packet) : [];
}

/** Says in plain words what libvips reports in its own; the original message stays in `cause`. */
export function asDecodeError(error: unknown, content: Uint8Array, name: string): AkinError {
  if (error instanceof AkinError) return error;
  const message = error instanceof Error ? error.message : String(error);
  const options = { cause: error };
  if (/unsupported image format|not been built in|unsupported codec/i.test(message) && !isJpeg(content)) {
    return new AkinError('photo-unsupported', { path: name }, options);
  }
  if (/timeout/i.test(message)) return new AkinError('photo-too-slow', { path: name }, options);
  return new AkinError(isCutOff(content) ? 'photo-cut-off' : 'photo-damaged', { path: name }, options);
}

function refuseTooLarge({ width, height }: Metadata, name: string, limit: number): void {
  const megapixels = (width * height) / 1e6;
  if (megapixels <= limit) return;
  throw new AkinError('photo-too-large', { path: name, megapixels: Math.round(megapixels), limit });
}

function formatName({ format, compression }: Metadata): string {
  if (format !== 'heif') return format;
  return compression === 'av1' ? 'avif' : 'heic';
}

/** A JPEG cut within its first bytes is not recognised any more, yet it is plainly a damaged JPEG. */
function isJpeg(content: Uint8Array): boolean {
  return content[0] === 0xff && content[1] === 0xd8 && content[2] === 0xff;
}
