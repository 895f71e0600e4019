import { readFile } from 'node:fs/promises';
import { AkinError, asAkinError } from '../errors.ts';
import { decodePhoto } from '../ingest/decode.ts';
import type { DecodedPhoto } from '../ingest/decode.ts';
import { asReadError } from '../ingest/read-error.ts';

/** Pictures of one size share a run of the trunk; more at once would only cost memory. */
const batchSize = 8;

/** A photo of a list, decoded. */
export interface Picture extends DecodedPhoto {
  /** In the list. */
  readonly place: number;
}

export interface ReadingOptions {
  /** Larger photos are brought to it, in pixels. */
  readonly longSide: number;
  readonly signal?: AbortSignal | undefined;
  /** Called for a photo that cannot be read or decoded, which is then left out. What it throws ends the reading. */
  readonly onUnreadable: (place: number, error: AkinError) => void;
  /** Called with the number of photos that have been looked at. */
  readonly onProgress?: ((done: number) => void) | undefined;
}

/**
 * Decodes photos in their order, some at a time, and the next ones while the caller works on these.
 *
 * @param files paths
 * @throws what the signal and `onUnreadable` throw
 */
export async function* readPictures(
  files: readonly string[],
  { longSide, signal, onUnreadable, onProgress }: ReadingOptions,
): AsyncGenerator<Picture[]> {
  const read = (start: number) =>
    Promise.all(
      files.slice(start, start + batchSize).map((file, index) => readPicture(file, start + index, longSide)),
    );
  let next = read(0);
  for (let start = 0; start < files.length; start += batchSize) {
    signal?.throwIfAborted();
    const found = await next;
    next = read(start + batchSize);
    const pictures = [];
    for (const [index, picture] of found.entries()) {
      if (picture instanceof AkinError) onUnreadable(start + index, picture);
      else pictures.push(picture);
    }
    yield pictures;
    onProgress?.(start + found.length);
  }
}

async function readPicture(file: string, place: number, longSide: number): Promise<Picture | AkinError> {
  try {
    const content = await readFile(file).catch((error: unknown) => {
      throw asReadError(error, file);
    });
    return { ...(await decodePhoto(content, { longSide, name: file, thumbnail: false })), place };
  } catch (error) {
    return asAkinError(error);
  }
}
