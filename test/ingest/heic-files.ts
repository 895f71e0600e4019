/**
 * HEIC files, which sharp cannot write. They were made for the tests with libheif's own encoder: pictures of four
 * colours or of one, and a small `nagasaki-boats` (see `resources/licences.md`).
 */
import { readFileSync } from 'node:fs';

type HeicFile =
  | 'display-p3'
  | 'nagasaki-boats'
  | 'one-colour'
  | 'plain'
  | 'second-of-two'
  | 'ten-bit'
  | 'transparent'
  | 'turned';

export function heicFile(name: HeicFile): Buffer {
  return readFileSync(new URL(`heic/${name}.heic`, import.meta.url));
}
