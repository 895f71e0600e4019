/** The photos that duplicates are sought among: those of a folder, and edited copies of some of them. */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { displayPath, joinPath, textToByteString } from '../../catalog/path-bytes.ts';
import { crawl } from '../../ingest/crawl.ts';
import { editsOf } from './edits.ts';
import type { EditOfPhoto, Strengths } from './edits.ts';
import { randomNumbers } from './random-numbers.ts';
import type { Random } from './random-numbers.ts';
import { readPixels } from './read-pixels.ts';

export interface SoughtPhoto {
  /** Absolute. */
  readonly file: string;
  /** The place of the photo that it is a copy of, among all; its own where it is none. */
  readonly original: number;
  /** What was done to it; null where it is no copy. */
  readonly edit: EditOfPhoto | null;
}

export interface CopiesOptions {
  /** Photos that copies are made of. */
  readonly sample: number;
  readonly seed: number;
  readonly strengths: Strengths;
  /** Where copies are written: a folder that is there, and empty. */
  readonly folder: string;
  readonly signal: AbortSignal;
  readonly onProgress: (done: number, total: number) => void;
  /** A photo of the sample that cannot be read; another one takes its place. */
  readonly onUnreadable: (file: string) => void;
}

/** Larger photos are brought to it before they are edited: nothing that finds copies looks at more. */
const longSide = 2048;

/** The photos below a folder, as absolute paths in order. @throws AkinError those of `crawl` */
export async function photosBelow(folder: string, signal: AbortSignal): Promise<string[]> {
  const root = textToByteString(path.resolve(folder));
  const files: string[] = [];
  await crawl(root, ({ paths }) => files.push(...paths.map((one) => displayPath(joinPath(root, one)))), {
    signal,
  });
  return files.sort();
}

/**
 * Makes every edit of a sample of the photos. The same seed and photos give the same copies.
 * @returns the photos as given, then the copies
 */
export async function makeCopies(photos: readonly string[], options: CopiesOptions): Promise<SoughtPhoto[]> {
  const { sample, seed, strengths, folder, signal, onProgress, onUnreadable } = options;
  const edits = editsOf(strengths);
  const copies: SoughtPhoto[] = [];
  const wanted = Math.min(sample, photos.length);
  let done = 0;
  for (const original of shuffled(photos.length, randomNumbers(seed))) {
    if (done === wanted) break;
    signal.throwIfAborted();
    const file = photos[original]!;
    const pixels = await readPixels(file, longSide);
    if (!pixels) {
      onUnreadable(file);
      continue;
    }
    // A folder for each photo: nobody has 27 copies of a photo side by side, and names tell enough.
    const home = path.join(folder, String(original).padStart(6, '0'));
    await mkdir(home);
    for (const [at, edit] of edits.entries()) {
      signal.throwIfAborted();
      const copy = path.join(home, `${edit.name.replace(/[^a-z0-9.-]+/g, '-')}.jpg`);
      await writeFile(copy, await edit.apply(pixels, randomNumbers(seed, original, at)));
      copies.push({ file: copy, original, edit });
    }
    onProgress(++done, wanted);
  }
  return [...photos.map((file, original) => ({ file, original, edit: null })), ...copies];
}

/** The numbers from 0 up in a random order (Fisher and Yates; Knuth, "The Art of Computer Programming", 3.4.2). */
function shuffled(count: number, random: Random): number[] {
  const numbers = Array.from({ length: count }, (_, at) => at);
  for (let left = count; left > 1; left--) {
    const chosen = Math.floor(random() * left);
    [numbers[left - 1], numbers[chosen]] = [numbers[chosen]!, numbers[left - 1]!];
  }
  return numbers;
}
