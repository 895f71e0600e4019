/** Albums of what the user has sorted already: into folders, or by judging photos. */
import type { Catalog } from './catalog/catalog.ts';
import { displayPath } from './catalog/path-bytes.ts';
import type { ByteString } from './catalog/path-bytes.ts';
import { AkinError } from './errors.ts';
import { folderAlbums, subFolders } from './training/folder-albums.ts';
import { judgedAlbums } from './training/judged-albums.ts';

export interface FilledAlbums {
  /** Those that were made, or gained photos. */
  albumIds: number[];
  /** How many photos came into them. */
  photos: number;
}

/** As `LibraryAlbums.fromFolder`, within a transaction. @param below a path in the folder: only of what lies there */
export function fillFromFolder(catalog: Catalog, folderId: number, below: ByteString = ''): FilledAlbums {
  const folder = catalog.folders.list().find(({ id }) => id === folderId);
  if (!folder) throw new AkinError('folder-unknown');
  const { albums, photos } = catalog;
  const known = albums.list().map(({ id, name }) => ({ id, name, photoIds: albums.members(id) }));
  return fill(catalog, folderAlbums(subFolders(folder.path, photos.pathsOfFolder(folderId), below), known));
}

/** As `LibraryAlbums.fromJudgements`, within a transaction. */
export function fillFromJudgements(catalog: Catalog): FilledAlbums {
  const { albums, judgements } = catalog;
  const members = new Map(albums.list().map(({ id }) => [id, albums.members(id)]));
  const wanted = judgedAlbums(judgements.list(), members).map(({ albumId, photoIds }) => ({
    albumId,
    photoIds,
    name: nameOfPhoto(catalog, photoIds[0]!),
  }));
  return fill(catalog, wanted);
}

interface WantedAlbum {
  /** Null for a new one. */
  albumId: number | null;
  /** Of a new one. */
  name: string;
  photoIds: readonly number[];
}

function fill({ albums }: Catalog, wanted: readonly WantedAlbum[]): FilledAlbums {
  const filled: FilledAlbums = { albumIds: [], photos: 0 };
  for (const { albumId, name, photoIds } of wanted) {
    if (photoIds.length === 0) continue;
    const id = albumId ?? albums.create(name, []);
    filled.photos += albums.addPhotos(id, photoIds);
    filled.albumIds.push(id);
  }
  return filled;
}

/** What a new album is called until the user finds a better name: as the file of a photo, without the extension. */
function nameOfPhoto({ photos }: Catalog, photoId: number): string {
  const path = displayPath(photos.get(photoId)?.path ?? '');
  const file = path.slice(path.lastIndexOf('/') + 1);
  return (
    file
      .replace(/(?<=.)\.[^.]*$/, '')
      .trim()
      .slice(0, 200) || file
  );
}
