/** What the catalog keeps of a photo's metadata: when, with what and where it was taken, and how much there is. */
import { firstValue, readAnnotations } from './annotations.ts';
import type { MetadataSources } from './annotations.ts';
import { readText } from './exif.ts';
import type { ExifBlocks } from './exif.ts';
import type { XmpProperty } from './xmp.ts';

export interface PhotoMetadata {
  /** Milliseconds since 1970: the camera's local wall-clock time read as if it were UTC; null when unknown. */
  takenAt: number | null;
  /** Maker and model, as in `Canon EOS 80D`; null when unknown. */
  camera: string | null;
  /** Degrees, north positive, within [-90, 90]; null together with the longitude. */
  latitude: number | null;
  /** Degrees, east positive, within [-180, 180]. */
  longitude: number | null;
  /** How many of the facts that would be missed are there: the more, the rather a copy is kept. */
  richness: number;
}

/** Only nonsense is dropped; the reader turns the year 0, which a clock that was never set writes, into 1900. */
const earliest = Date.UTC(1901, 0, 1);
const latest = Date.UTC(2200, 0, 1);

/** With more keywords than this, the rest of a long list counts no more. */
const countedKeywords = 10;

/** Whatever is broken reads as unknown: a photo never fails for its metadata. */
export function readMetadata(sources: MetadataSources): PhotoMetadata {
  const { exif, xmp } = sources;
  const { rating, keywords, caption, position } = readAnnotations(sources);
  const takenAt = readExifDate(exif) ?? readXmpDate(xmp);
  const camera = readCamera(exif, xmp);
  const lens = readText(exif?.Photo?.LensModel) || firstValue(xmp, 'aux:Lens');
  const exposure = exif?.Photo?.ExposureTime ?? firstValue(xmp, 'exif:ExposureTime');
  const facts = [takenAt, camera, position, lens || null, exposure, rating, caption];
  return {
    takenAt,
    camera,
    latitude: position?.latitude ?? null,
    longitude: position?.longitude ?? null,
    richness:
      facts.filter((fact) => fact !== null && fact !== undefined).length +
      Math.min(keywords.length, countedKeywords),
  };
}

function readExifDate(exif: ExifBlocks | undefined): number | null {
  for (const tag of [exif?.Photo?.DateTimeOriginal, exif?.Photo?.DateTimeDigitized, exif?.Image?.DateTime]) {
    const time = tag instanceof Date ? tag.getTime() : Number.NaN;
    if (time >= earliest && time < latest) return time;
  }
  return null;
}

/** `2020-01-02T03:04:05+01:00`: the time on the clock counts, wherever that was. */
function readXmpDate(xmp: readonly XmpProperty[]): number | null {
  for (const name of ['exif:DateTimeOriginal', 'photoshop:DateCreated', 'xmp:CreateDate']) {
    const found = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d(?::\d\d)?)/.exec(firstValue(xmp, name) ?? '');
    const time = found ? Date.parse(`${found[1]}T${found[2]}Z`) : Number.NaN;
    if (time >= earliest && time < latest) return time;
  }
  return null;
}

function readCamera(exif: ExifBlocks | undefined, xmp: readonly XmpProperty[]): string | null {
  const make = readText(exif?.Image?.Make) || readText(firstValue(xmp, 'tiff:Make'));
  const model = readText(exif?.Image?.Model) || readText(firstValue(xmp, 'tiff:Model'));
  if (!make || !model) return model || make || null;
  // Many makers repeat their name in the model: "Canon" + "Canon EOS 80D", "NIKON CORPORATION" + "NIKON D90".
  const brand = make.split(' ')[0] ?? make;
  return model.toLowerCase().startsWith(brand.toLowerCase()) ? model : `${make} ${model}`;
}
