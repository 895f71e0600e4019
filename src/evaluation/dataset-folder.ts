import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { AkinError } from '../errors.ts';

/** A folder that may be a data set. */
export interface DatasetFolder {
  /** Absolute. */
  readonly root: string;
  /** Everything below it that is a file, as paths from the root; sorted. Links to folders are not followed. */
  readonly files: readonly string[];
}

const photoName = /\.(jpe?g|png|webp|avif|tiff?)$/i;

export async function listFolder(root: string): Promise<DatasetFolder> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)));
  return { root, files: files.sort() };
}

/** The photos among the files, as paths from the root. */
export function photosOf({ files }: DatasetFolder): string[] {
  return files.filter((file) => photoName.test(file));
}

/** The name of a photo in a ground truth: that of its file, without the extension. */
export function nameOf(file: string): string {
  return path.parse(file).name;
}

/** Finds photos by their names. Places are those in `photos`. */
export class PhotoNames {
  readonly photos: readonly string[];
  readonly #places = new Map<string, number>();
  readonly #ambiguous = new Set<string>();

  constructor(photos: readonly string[]) {
    this.photos = photos;
    for (const [place, photo] of photos.entries()) {
      const name = nameOf(photo);
      if (this.#places.has(name)) this.#ambiguous.add(name);
      this.#places.set(name, place);
    }
  }

  /**
   * @param source the file that names the photo, for the error
   * @throws AkinError `dataset-damaged` when no photo has the name, or more than one
   */
  placeOf(name: string, source: string): number {
    const place = this.#places.get(name);
    if (place === undefined) throw damaged(source, `it names ${name}, of which there is no photo`);
    if (this.#ambiguous.has(name))
      throw damaged(source, `it names ${name}, of which there are several photos`);
    return place;
  }
}

/** @throws AkinError `dataset-damaged` when a photo is right and junk at once */
export function checkJunk(
  positives: ReadonlySet<number>,
  junk: ReadonlySet<number>,
  photos: readonly string[],
  source: string,
): void {
  for (const place of junk) {
    if (positives.has(place)) throw damaged(source, `${nameOf(photos[place]!)} is both right and junk`);
  }
}

/** Left, top, right and bottom. @throws AkinError `dataset-damaged` */
export function checkBox(box: readonly number[], source: string): readonly [number, number, number, number] {
  const [left, top, right, bottom] = box;
  const sound =
    box.length === 4 &&
    box.every(Number.isFinite) &&
    left! < right! &&
    top! < bottom! &&
    right! > 0 &&
    bottom! > 0;
  if (!sound) throw damaged(source, `${box.join(' ')} is no box of left, top, right and bottom`);
  return [left!, top!, right!, bottom!];
}

/** @throws AkinError `dataset-damaged` when it cannot be read, or is no text */
export async function readText(file: string): Promise<string> {
  const content = await readContent(file);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(content);
  } catch (error) {
    throw damaged(file, 'it is no text', error);
  }
}

/** @throws AkinError `dataset-damaged` when it cannot be read */
export async function readContent(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw damaged(file, `it cannot be read (${code})`, error);
  }
}

export function damaged(file: string, reason: string, cause?: unknown): AkinError {
  return new AkinError('dataset-damaged', { path: file, reason }, { cause });
}

export function without(places: Iterable<number>, removed: number): Set<number> {
  const rest = new Set(places);
  rest.delete(removed);
  return rest;
}
