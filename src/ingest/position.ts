/** Where a photo was taken, from EXIF's three numbers and XMP's one text. */
import { readText } from './exif.ts';
import type { XmpProperty } from './xmp.ts';

export interface Position {
  /** Degrees, north positive, within [-90, 90]. */
  latitude: number;
  /** Degrees, east positive, within [-180, 180]. */
  longitude: number;
}

export function readExifPosition(gps: Readonly<Record<string, unknown>> | undefined): Position | null {
  return positionOf(
    readDegrees(gps?.GPSLatitude, gps?.GPSLatitudeRef, 'S', 90),
    readDegrees(gps?.GPSLongitude, gps?.GPSLongitudeRef, 'W', 180),
  );
}

/** `exif:GPSLatitude` and `exif:GPSLongitude`, as `52,31.2N` or `52,31,12N` (XMP part 2, GPSCoordinate). */
export function readXmpPosition(xmp: readonly XmpProperty[]): Position | null {
  const value = (name: string) => xmp.find((property) => property.name === name)?.values[0] ?? '';
  return positionOf(
    readCoordinate(value('exif:GPSLatitude'), 'NS', 90),
    readCoordinate(value('exif:GPSLongitude'), 'EW', 180),
  );
}

/** The other way: [latitude, longitude] as XMP writes them. */
export function formatXmpPosition({ latitude, longitude }: Position): [string, string] {
  const format = (degrees: number, [positive = '', negative = '']: string) => {
    // In millionths of a minute, 2 mm, so that no rounding ends at 60 minutes.
    const total = Math.round(Math.abs(degrees) * 60e6);
    const whole = Math.floor(total / 60e6);
    return `${whole},${((total - whole * 60e6) / 1e6).toFixed(6)}${degrees < 0 ? negative : positive}`;
  };
  return [format(latitude, 'NS'), format(longitude, 'EW')];
}

/** Exactly 0, 0 is what a receiver without a fix writes, not a place in the Gulf of Guinea. */
function positionOf(latitude: number | null, longitude: number | null): Position | null {
  if (latitude === null || longitude === null || (latitude === 0 && longitude === 0)) return null;
  return { latitude, longitude };
}

function readDegrees(tag: unknown, reference: unknown, negative: string, limit: number): number | null {
  if (!Array.isArray(tag)) return null;
  const [degrees, minutes = 0, seconds = 0] = tag as unknown[];
  if (typeof degrees !== 'number' || typeof minutes !== 'number' || typeof seconds !== 'number') return null;
  return signed(
    degrees + minutes / 60 + seconds / 3600,
    readText(reference).toUpperCase() === negative,
    limit,
  );
}

function readCoordinate(text: string, [positive, negative]: string, limit: number): number | null {
  const found = /^(\d{1,3}),(\d{1,2}(?:\.\d{1,12})?)(?:,(\d{1,2}(?:\.\d{1,12})?))?([NSEW])$/.exec(
    text.trim(),
  );
  if (!found) return null;
  const [, degrees, minutes, seconds = '0', side] = found;
  if (side !== positive && side !== negative) return null;
  return signed(Number(degrees) + Number(minutes) / 60 + Number(seconds) / 3600, side === negative, limit);
}

function signed(value: number, isNegative: boolean, limit: number): number | null {
  if (!(value >= 0 && value <= limit)) return null;
  return isNegative && value > 0 ? -value : value;
}
