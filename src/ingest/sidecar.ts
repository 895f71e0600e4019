/**
 * Sidecars: XMP files beside the photos, in which photo programs keep what people wrote about those that they do not
 * write into, RAW files above all. Akin never changes a photo's own file.
 */
import { constants } from 'node:fs';
import { open, readFile, realpath, rename, rm, stat } from 'node:fs/promises';
import { displayPath } from '../catalog/path-bytes.ts';
import type { ByteString } from '../catalog/path-bytes.ts';
import { AkinError } from '../errors.ts';
import { readAnnotations } from './annotations.ts';
import type { Annotations } from './annotations.ts';
import { readPictureFile } from './picture-file.ts';
import { asReadError } from './read-error.ts';
import { codeOf, systemPath } from './walk.ts';
import { mergeXmp } from './xmp-merge.ts';
import { readXmp } from './xmp.ts';
import type { XmpProperty } from './xmp.ts';

/** No honest sidecar is larger; histories of edits make some of a megabyte. */
const maximumBytes = 4 << 20;

/** `photo.jpg.xmp` and `photo.xmp` are both in use, and so are capital letters. */
function sidecarNames(photo: ByteString): [ByteString, ...ByteString[]] {
  const stem = photo.replace(/\.[^./]*$/, '');
  return [`${photo}.xmp`, `${photo}.XMP`, `${stem}.xmp`, `${stem}.XMP`];
}

/**
 * What the sidecar of a photo says; nothing where there is none, or none that can be read.
 * @param photo absolute path as a byte string
 */
export async function readSidecar(photo: ByteString): Promise<XmpProperty[]> {
  const sidecar = await findSidecar(photo).catch(() => null);
  return sidecar ? readXmp(sidecar.packet) : [];
}

/**
 * Writes rating, keywords, position and caption which only the removed copies have into the sidecar of the photo that
 * stays. What the photo itself or its sidecar says is never overruled.
 * @param survivor absolute path as a byte string
 * @param removed likewise; their files must still be there
 * @returns the sidecar that was written; null where there was nothing to add
 * @throws AkinError `photo-missing`, `photo-denied`, `photo-unreadable`, `sidecar-damaged`, `file-not-written`
 */
export async function mergeMetadata(
  survivor: ByteString,
  removed: readonly ByteString[],
): Promise<{ sidecar: ByteString } | null> {
  const own = await annotationsOf(survivor);
  const additions: Annotations = { rating: null, keywords: [], caption: null, position: null };
  const keywords = new Set(own.keywords);
  for (const copy of removed) {
    const { rating, keywords: more, caption, position } = await annotationsOf(copy);
    if (own.rating === null && rating !== null) additions.rating = Math.max(additions.rating ?? 0, rating);
    if (own.caption === null) additions.caption ??= caption;
    if (own.position === null) additions.position ??= position;
    for (const keyword of more) keywords.add(keyword);
  }
  // All of them: to many programs the list in a sidecar stands for the one in the photo.
  if (keywords.size > own.keywords.length) additions.keywords = [...keywords];
  const { rating, caption, position } = additions;
  if (rating === null && caption === null && position === null && additions.keywords.length === 0)
    return null;
  return { sidecar: await writeSidecar(survivor, additions) };
}

async function annotationsOf(photo: ByteString): Promise<Annotations> {
  const content = await readFile(systemPath(photo)).catch((error: unknown) => {
    throw asReadError(error, displayPath(photo));
  });
  const sidecar = await readSidecar(photo);
  try {
    const { sources } = await readPictureFile(content, displayPath(photo));
    return readAnnotations({ ...sources, xmp: [...sidecar, ...sources.xmp] });
  } catch (error) {
    // A copy may be damaged: that is why it is removed. Its sidecar still counts.
    if (!(error instanceof AkinError)) throw error;
    return readAnnotations({ exif: undefined, xmp: sidecar });
  }
}

async function writeSidecar(photo: ByteString, additions: Annotations): Promise<ByteString> {
  const found = await findSidecar(photo);
  const sidecar = found?.path ?? sidecarNames(photo)[0];
  const packet = mergeXmp(found?.packet ?? null, additions);
  if (packet === null) throw new AkinError('sidecar-damaged', { path: displayPath(sidecar) });
  try {
    await replaceFile(sidecar, packet, found !== null);
  } catch (error) {
    throw new AkinError('file-not-written', { path: displayPath(sidecar) }, { cause: error });
  }
  return sidecar;
}

/** The first of the names that is there. @throws AkinError `sidecar-damaged` for one that cannot be read */
async function findSidecar(photo: ByteString): Promise<{ path: ByteString; packet: Buffer } | null> {
  for (const path of sidecarNames(photo)) {
    try {
      const { size } = await stat(systemPath(path));
      if (size > maximumBytes) throw new AkinError('sidecar-damaged', { path: displayPath(path) });
      return { path, packet: await readFile(systemPath(path)) };
    } catch (error) {
      if (['ENOENT', 'ENOTDIR'].includes(codeOf(error))) continue;
      if (error instanceof AkinError) throw error;
      throw new AkinError('sidecar-damaged', { path: displayPath(path) }, { cause: error });
    }
  }
  return null;
}

/** Whole or not at all: a new file takes the place of the old one once all of it is on the disk. */
async function replaceFile(path: ByteString, text: string, isThere: boolean): Promise<void> {
  // A sidecar may be a link to one elsewhere, which stays a link.
  const target = isThere ? await realpath(systemPath(path), 'buffer') : systemPath(path);
  const mode = isThere ? (await stat(target)).mode & 0o777 : 0o666;
  const temporary = Buffer.concat([Buffer.from(target), Buffer.from(`.${process.pid}.part`)]);
  try {
    // Whoever put a file or a link there beforehand does not choose where this is written.
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL;
    await rm(temporary, { force: true });
    const handle = await open(temporary, flags, mode);
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
