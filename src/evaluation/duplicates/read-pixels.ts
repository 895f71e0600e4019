import { readFile } from 'node:fs/promises';
import { asAkinError } from '../../errors.ts';
import { decodePhoto } from '../../ingest/decode.ts';
import type { RgbPixels } from '../../model/trunk.ts';

/**
 * An upright photo, its long side at most so many pixels. Null where the file is no photo, or cannot be read.
 * @throws what is no matter of the photo
 */
export async function readPixels(file: string, longSide: number): Promise<RgbPixels | null> {
  try {
    const content = await readFile(file);
    return (await decodePhoto(content, { longSide, name: file, thumbnail: false })).pixels;
  } catch (error) {
    const isOfSystem = error instanceof Error && 'syscall' in error;
    if (isOfSystem || asAkinError(error).code.startsWith('photo-')) return null;
    throw error;
  }
}
