/** Files that a camera wrote for one shot: they are one photo, and no duplicates of each other. */
import { displayPath } from '../catalog/path-bytes.ts';
import type { ByteString } from '../catalog/path-bytes.ts';

const raw = new Set('cr2 cr3 nef nrw arw sr2 dng raf orf rw2 rwl pef srw'.split(' '));
const developed = new Set(['jpg', 'jpeg', 'jpe', 'jfif', 'heic', 'heif', 'hif']);

/**
 * Whether two files are the two halves of a RAW+JPEG, RAW+HEIC or HEIC+JPEG pair: in the same folder, with the same name
 * but for the extension, whatever the case of its letters. An edit that was saved under a name of its own is none. The
 * movie of a live photo is no photo, so its still has nothing to be told from.
 * @param one a path, absolute or below the same folder as the other
 */
export function areCompanions(one: ByteString, other: ByteString): boolean {
  const [a, b] = [extensionOf(one), extensionOf(other)];
  if (a === null || b === null || a === b) return false;
  if (!(raw.has(a) && developed.has(b)) && !(developed.has(a) && raw.has(b)) && !areHeicAndJpeg(a, b))
    return false;
  const [stemA, stemB] = [one.slice(0, -a.length), other.slice(0, -b.length)];
  const [endA, endB] = [stemA.lastIndexOf('/'), stemB.lastIndexOf('/')];
  // The folder byte by byte, for its case may tell it from another.
  return (
    stemA.slice(0, endA + 1) === stemB.slice(0, endB + 1) &&
    folded(stemA.slice(endA + 1)) === folded(stemB.slice(endB + 1))
  );
}

function areHeicAndJpeg(a: string, b: string): boolean {
  return developed.has(a) && developed.has(b) && a.startsWith('h') !== b.startsWith('h');
}

function extensionOf(path: ByteString): string | null {
  const dot = path.lastIndexOf('.');
  return dot > path.lastIndexOf('/') + 1 ? path.slice(dot + 1).toLowerCase() : null;
}

function folded(name: ByteString): string {
  return displayPath(name).toLowerCase();
}
