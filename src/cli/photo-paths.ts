import { realpath } from 'node:fs/promises';
import path from 'node:path';
import { AkinError } from '../errors.ts';
import type { Library } from '../library.ts';

/**
 * The photo of the library at a path, also while its drive is away.
 * @throws AkinError `photo-not-in-library`
 */
export async function photoAt(library: Library, file: string): Promise<number> {
  const wanted = path.resolve(file);
  const real = await realpath(wanted).catch(() => wanted);
  const photoId = library.findPhoto(real);
  if (photoId === undefined) throw new AkinError('photo-not-in-library', { path: wanted });
  return photoId;
}
