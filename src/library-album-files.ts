/** Taking albums and judgements out of a library as a file, and into one. */
import type { Catalog } from './catalog/catalog.ts';
import { displayPath, textToByteString } from './catalog/path-bytes.ts';
import { decodeAlbums, encodeAlbums } from './training/albums-file.ts';
import type { AlbumsFile, FiledPhoto } from './training/albums-file.ts';
import type { FilledAlbums } from './library-album-filling.ts';

export interface ImportedAlbums extends FilledAlbums {
  /** Photos of the file that are not in the library. */
  missing: number;
  /** Judgements that were not there before. */
  judgements: number;
}

/** All albums and judgements, of photos whose folder is not removed. */
export function exportAlbums({ albums, judgements, photos }: Catalog): Uint8Array {
  const filed = (photoId: number): FiledPhoto[] => {
    const row = photos.get(photoId);
    return row ? [{ path: displayPath(row.path), sha256: Buffer.from(row.hash).toString('hex') }] : [];
  };
  return encodeAlbums({
    albums: albums.list().map(({ id, name }) => ({
      name,
      photos: [...albums.photos(id).ids].flatMap(filed),
    })),
    judgements: judgements.list().flatMap(({ a, b, same }) => {
      const [one, other] = [...filed(a), ...filed(b)];
      return one && other ? [{ photos: [one, other] as [FiledPhoto, FiledPhoto], same }] : [];
    }),
  });
}

/**
 * Takes in what `exportAlbums` gave. An album that bears the name of one in the file gains what is missing where it
 * holds no other photos; where it holds all, nothing is to be done; else there are two of one name. What is judged here
 * already stays as it is.
 * @throws AkinError `albums-damaged`
 */
export function importAlbums(catalog: Catalog, content: Uint8Array): ImportedAlbums {
  const file = decodeAlbums(content);
  return catalog.decide(() => new Import(catalog).take(file));
}

class Import {
  readonly #catalog: Catalog;
  readonly #known = new Map<string, number | null>();
  readonly #albums: { id: number; name: string; photoIds: Set<number> }[];

  constructor(catalog: Catalog) {
    this.#catalog = catalog;
    const { albums } = catalog;
    this.#albums = albums.list().map(({ id, name }) => ({ id, name, photoIds: new Set(albums.members(id)) }));
  }

  take(file: AlbumsFile): ImportedAlbums {
    const imported: ImportedAlbums = { albumIds: [], photos: 0, missing: 0, judgements: 0 };
    for (const { name, photos } of file.albums) {
      const photoIds = new Set(photos.flatMap((photo) => this.#find(photo) ?? []));
      // An album of photos that are all missing would only be in the way.
      if (photoIds.size === 0 && photos.length > 0) continue;
      const gained = this.#put(name, photoIds);
      if (!gained) continue;
      imported.albumIds.push(gained.albumId);
      imported.photos += gained.photos;
    }
    for (const { photos, same } of file.judgements) {
      const [one, other] = photos.map((photo) => this.#find(photo));
      if (this.#judge(one ?? null, other ?? null, same)) imported.judgements++;
    }
    for (const photoId of this.#known.values()) if (photoId === null) imported.missing++;
    return imported;
  }

  /** Null where nothing was to be done. */
  #put(name: string, photoIds: ReadonlySet<number>): { albumId: number; photos: number } | null {
    const { albums } = this.#catalog;
    const alike = this.#albums.filter((album) => album.name === name);
    if (alike.some((album) => isWithin(photoIds, album.photoIds))) return null;
    const part = alike.find((album) => isWithin(album.photoIds, photoIds));
    if (part) {
      part.photoIds = new Set(photoIds);
      return { albumId: part.id, photos: albums.addPhotos(part.id, [...photoIds]) };
    }
    const id = albums.create(name, [...photoIds]);
    this.#albums.push({ id, name, photoIds: new Set(photoIds) });
    return { albumId: id, photos: photoIds.size };
  }

  #judge(one: number | null, other: number | null, same: boolean): boolean {
    const { judgements } = this.#catalog;
    if (one === null || other === null || one === other) return false;
    if (judgements.of(one).some(({ photoId }) => photoId === other)) return false;
    return judgements.set(one, other, same);
  }

  /** Null where it is not in the library. */
  #find(photo: FiledPhoto): number | null {
    const key = `${photo.sha256.toLowerCase()} ${photo.path}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const found = this.#withContent(photo) ?? this.#atPath(photo) ?? null;
    this.#known.set(key, found);
    return found;
  }

  /** Of several copies the one at the photo's path, else the first. */
  #withContent({ path, sha256 }: FiledPhoto): number | undefined {
    const { photos } = this.#catalog;
    const copies = photos.withContent(Buffer.from(sha256, 'hex'));
    if (copies.length < 2) return copies[0];
    const wanted = textToByteString(path);
    return copies.find((photoId) => photos.get(photoId)?.path === wanted) ?? copies[0];
  }

  /** Only where one folder has such a photo: among several it would be a guess. */
  #atPath({ path }: FiledPhoto): number | undefined {
    const { folders, photos } = this.#catalog;
    const wanted = textToByteString(path);
    const found = folders.list().flatMap(({ id }) => photos.find(id, wanted) ?? []);
    return found.length === 1 ? found[0] : undefined;
  }
}

function isWithin(part: ReadonlySet<number>, whole: ReadonlySet<number>): boolean {
  return [...part].every((photoId) => whole.has(photoId));
}
