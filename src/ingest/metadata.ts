/** What a camera wrote into a photo: when, with what and where it was taken. */
import readExif from 'exif-reader';

export interface PhotoMetadata {
  /** Milliseconds since 1970: the camera's local wall-clock time read as if it were UTC; null when unknown. */
  takenAt: number | null;
  /** Maker and model, as in `Canon EOS 80D`; null when unknown. */
  camera: string | null;
  /** Degrees, north positive, within [-90, 90]; null together with the longitude. */
  latitude: number | null;
  /** Degrees, east positive, within [-180, 180]. */
  longitude: number | null;
}

type Tags = Readonly<Record<string, unknown>>;

const unknown: PhotoMetadata = { takenAt: null, camera: null, latitude: null, longitude: null };

/** Only nonsense is dropped; the reader turns the year 0, which a clock that was never set writes, into 1900. */
const earliest = Date.UTC(1901, 0, 1);
const latest = Date.UTC(2200, 0, 1);

/**
 * Reads an EXIF block (with or without its `Exif\0\0` prefix). Whatever is broken in it reads as unknown: a photo
 * never fails for its metadata.
 */
export function readMetadata(exif: Uint8Array | undefined): PhotoMetadata {
  const blocks = exif && parse(exif);
  if (!blocks) return unknown;
  return { takenAt: readDate(blocks), camera: readCamera(blocks.Image), ...readPosition(blocks.GPSInfo) };
}

interface Blocks {
  Image?: Tags;
  Photo?: Tags;
  GPSInfo?: Tags;
}

function parse(exif: Uint8Array): Blocks | undefined {
  try {
    return readExif(Buffer.from(exif.buffer, exif.byteOffset, exif.byteLength)) as Blocks;
  } catch {
    return undefined;
  }
}

function readDate({ Image, Photo }: Blocks): number | null {
  for (const tag of [Photo?.DateTimeOriginal, Photo?.DateTimeDigitized, Image?.DateTime]) {
    const time = tag instanceof Date ? tag.getTime() : Number.NaN;
    if (time >= earliest && time < latest) return time;
  }
  return null;
}

function readCamera(image: Tags | undefined): string | null {
  const make = readText(image?.Make);
  const model = readText(image?.Model);
  if (!make || !model) return model || make || null;
  // Many makers repeat their name in the model: "Canon" + "Canon EOS 80D", "NIKON CORPORATION" + "NIKON D90".
  const brand = make.split(' ')[0] ?? make;
  return model.toLowerCase().startsWith(brand.toLowerCase()) ? model : `${make} ${model}`;
}

function readText(tag: unknown): string {
  if (typeof tag !== 'string') return '';
  // A fixed-width field is padded with zeros or blanks, and must not smuggle control characters into the window.
  return tag
    .replace(/\p{Cc}+/gu, ' ')
    .trim()
    .slice(0, 100);
}

function readPosition(gps: Tags | undefined): Pick<PhotoMetadata, 'latitude' | 'longitude'> {
  const latitude = readDegrees(gps?.GPSLatitude, gps?.GPSLatitudeRef, 'S', 90);
  const longitude = readDegrees(gps?.GPSLongitude, gps?.GPSLongitudeRef, 'W', 180);
  // Exactly 0, 0 is what a receiver without a fix writes, not a place in the Gulf of Guinea.
  if (latitude === null || longitude === null || (latitude === 0 && longitude === 0)) {
    return { latitude: null, longitude: null };
  }
  return { latitude, longitude };
}

function readDegrees(tag: unknown, reference: unknown, negative: string, limit: number): number | null {
  if (!Array.isArray(tag)) return null;
  const [degrees, minutes = 0, seconds = 0] = tag as unknown[];
  if (typeof degrees !== 'number' || typeof minutes !== 'number' || typeof seconds !== 'number') return null;
  const value = degrees + minutes / 60 + seconds / 3600;
  if (!(value >= 0 && value <= limit)) return null;
  return readText(reference).toUpperCase() === negative && value > 0 ? -value : value;
}
