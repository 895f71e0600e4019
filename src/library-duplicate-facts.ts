/** What the files of photos say about themselves, so that duplicates can be told apart. */
import type { PhotoFactList } from './api-duplicates.ts';
import { joinPath } from './catalog/path-bytes.ts';
import { readText } from './ingest/exif.ts';
import { readPictureFile } from './ingest/picture-file.ts';
import { readSidecar } from './ingest/sidecar.ts';
import { displayOf, nullIfUnreadable } from './library-photos.ts';
import type { LibraryPhotos } from './library-photos.ts';

type Fact = PhotoFactList['facts'][number];

/** Binary, or about the file's own layout. */
const leftOut =
  /^(?:MakerNote|PrintImageMatching|ExifTag|GPSTag|InteroperabilityTag|Thumbnail|Padding|JPEGTables|.*Offsets?|.*ByteCounts?)$/i;
const maximumFacts = 300;
const maximumLength = 500;

/**
 * The facts of photos, as they are in the files now: EXIF by its names, XMP by its qualified ones, that of a sidecar too.
 * None of a file that cannot be read now.
 */
export async function readFacts(
  photos: LibraryPhotos,
  photoIds: readonly number[],
): Promise<PhotoFactList[]> {
  const lists: PhotoFactList[] = [];
  for (const photoId of photoIds) {
    lists.push({ photoId, facts: (await factsOf(photos, photoId).catch(nullIfUnreadable)) ?? [] });
  }
  return lists;
}

async function factsOf(photos: LibraryPhotos, photoId: number): Promise<Fact[]> {
  const row = photos.row(photoId);
  const { sources } = await readPictureFile(await photos.read(row), displayOf(row));
  const { Image, Photo, GPSInfo } = sources.exif ?? {};
  const exif = [Image, Photo, GPSInfo].flatMap((block) => Object.entries(block ?? {}));
  const xmp = [...(await readSidecar(joinPath(row.folder, row.path))), ...sources.xmp];
  const found = new Map<string, string>();
  for (const [name, value] of [...exif, ...xmp.map(({ name, values }) => [name, values] as const)]) {
    const text = leftOut.test(name) ? '' : asText(value);
    if (text !== '' && !found.has(name) && found.size < maximumFacts) found.set(name, text);
  }
  return [...found].map(([name, value]) => ({ name, value }));
}

/** Empty for what is no text, number or date, nor a short list of these. */
function asText(value: unknown): string {
  if (typeof value === 'number') return String(Number(value.toPrecision(8)));
  // The camera's clock, read as if it were UTC.
  if (value instanceof Date)
    return Number.isNaN(value.getTime()) ? '' : value.toISOString().slice(0, 19).replace('T', ' ');
  if (Array.isArray(value))
    return value.length > 100 ? '' : readText(value.map(asText).join(', '), maximumLength);
  return typeof value === 'string' ? readText(value, maximumLength) : '';
}
