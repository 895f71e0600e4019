/** Which albums the sub-folders of a folder make, and what they are called. */
import { displayPath } from '../catalog/path-bytes.ts';
import type { ByteString } from '../catalog/path-bytes.ts';

/** A folder within a folder of the library, with the photos that lie directly in it. */
export interface SubFolder {
  /** From the folder's own name on. */
  readonly parts: readonly ByteString[];
  readonly photoIds: readonly number[];
}

export interface KnownAlbum {
  readonly id: number;
  readonly name: string;
  readonly photoIds: readonly number[];
}

/** What becomes of a sub-folder. */
export interface FolderAlbum {
  /** The album that it has already; null for a new one. */
  albumId: number | null;
  name: string;
  /** Those that are not in it yet. */
  photoIds: readonly number[];
}

/** Characters that the name of an album may have. */
const longestName = 200;

/**
 * The sub-folders with photos, by path.
 * @param folder absolute @param photos of the folder, with their paths in it
 * @param below a path in the folder: only what lies in a folder within it
 */
export function subFolders(
  folder: ByteString,
  photos: readonly { photoId: number; path: ByteString }[],
  below: ByteString = '',
): SubFolder[] {
  const found = new Map<ByteString, number[]>();
  for (const { photoId, path } of photos) {
    const home = path.slice(0, Math.max(0, path.lastIndexOf('/')));
    const isBelow = below === '' ? home !== '' : home.startsWith(`${below}/`);
    if (!isBelow) continue;
    const photoIds = found.get(home);
    if (photoIds) photoIds.push(photoId);
    else found.set(home, [photoId]);
  }
  const first = folder.replace(/\/+$/, '').split('/').at(-1)!;
  return [...found]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([home, photoIds]) => ({ parts: [first, ...home.split('/')], photoIds }));
}

/**
 * One album for each sub-folder. It is called like the sub-folder; where two are called alike, the folders that they
 * lie in are put before, as many as it takes. A sub-folder has its album already where one bears its name, where one
 * bears a name that it had while others were called alike or were not, and holds photos of this sub-folder only, or
 * where one holds just its photos: the user may have renamed it.
 *
 * @returns in the order of the sub-folders
 */
export function folderAlbums(folders: readonly SubFolder[], albums: readonly KnownAlbum[]): FolderAlbum[] {
  const names = folderNames(folders.map(({ parts }) => parts));
  const taken = new Set<number>();
  const owned = new Map<number, KnownAlbum>();
  for (const find of [byName, byOtherName, byPhotos]) {
    for (const [at, folder] of folders.entries()) {
      if (owned.has(at)) continue;
      const free = albums.filter(({ id }) => !taken.has(id));
      const album = find(folder, names[at]!, free);
      if (!album) continue;
      owned.set(at, album);
      taken.add(album.id);
    }
  }
  return folders.map(({ photoIds }, at) => {
    const album = owned.get(at);
    if (!album) return { albumId: null, name: names[at]!, photoIds };
    const members = new Set(album.photoIds);
    const missing = photoIds.filter((photoId) => !members.has(photoId));
    return { albumId: album.id, name: album.name, photoIds: missing };
  });
}

/**
 * The name of each folder: its own, and before it those of the folders that it lies in as far as others are called
 * alike. Two have one name only where they differ in what no text can show.
 *
 * @param folders their parts, outermost first
 */
export function folderNames(folders: readonly (readonly ByteString[])[]): string[] {
  const depths = folders.map(() => 1);
  for (;;) {
    const names = folders.map((parts, at) => nameOf(parts, depths[at]!));
    const counts = new Map<string, number>();
    for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
    let deepened = false;
    for (const [at, parts] of folders.entries()) {
      const isClear = names[at] !== '' && counts.get(names[at]!) === 1;
      if (isClear || depths[at]! >= parts.length) continue;
      depths[at]!++;
      deepened = true;
    }
    if (!deepened) return names.map((name) => name || '/');
  }
}

function nameOf(parts: readonly ByteString[], depth: number): string {
  const text = displayPath(parts.slice(-depth).join('/')).normalize('NFC');
  return [...text.trim()].slice(0, longestName).join('').trim();
}

type Find = (folder: SubFolder, name: string, albums: readonly KnownAlbum[]) => KnownAlbum | undefined;

/** Of several, the one that holds the most of its photos; the first of equals. */
const byName: Find = (folder, name, albums) => {
  const alike = albums.filter((album) => album.name === name);
  const shares = alike.map((album) => sharedWith(folder, album));
  return alike[shares.indexOf(Math.max(...shares))];
};

const byOtherName: Find = (folder, _name, albums) => {
  const names = new Set(folder.parts.map((_, at) => nameOf(folder.parts, at + 1)));
  return albums.find((album) => names.has(album.name) && isWithin(folder, album));
};

const byPhotos: Find = (folder, _name, albums) =>
  albums.find((album) => album.photoIds.length === folder.photoIds.length && isWithin(folder, album));

function isWithin(folder: SubFolder, album: KnownAlbum): boolean {
  return album.photoIds.length > 0 && sharedWith(folder, album) === album.photoIds.length;
}

function sharedWith(folder: SubFolder, { photoIds }: KnownAlbum): number {
  const own = new Set(folder.photoIds);
  return photoIds.filter((photoId) => own.has(photoId)).length;
}
