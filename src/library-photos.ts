/** The files of a library's photos: their content, thumbnails and renderings. */
import { readFile } from 'node:fs/promises';
import type { Photo } from './api.ts';
import type { Catalog } from './catalog/catalog.ts';
import { displayPath, joinPath } from './catalog/path-bytes.ts';
import type { PhotoRow } from './catalog/photos.ts';
import { AkinError } from './errors.ts';
import { decodePhoto, renderPhoto, thumbnailType } from './ingest/decode.ts';
import { asReadError } from './ingest/read-error.ts';
import { systemPath } from './ingest/walk.ts';

export interface PictureFile {
  content: Uint8Array;
  /** Media type. */
  type: string;
}

export class LibraryPhotos {
  readonly #catalog: Catalog;

  constructor(catalog: Catalog) {
    this.#catalog = catalog;
  }

  /** @throws AkinError `photo-unknown` */
  row(photoId: number): PhotoRow {
    const row = this.#catalog.photos.get(photoId);
    if (!row) throw new AkinError('photo-unknown');
    return row;
  }

  /** @throws AkinError `photo-unknown` */
  get(photoId: number): Photo {
    const row = this.row(photoId);
    const path = displayOf(row);
    return {
      id: row.id,
      folderId: row.folderId,
      path,
      name: path.slice(path.lastIndexOf('/') + 1),
      width: row.width,
      height: row.height,
      bytes: row.size,
      format: row.format,
      takenAt: row.takenAt,
      camera: row.camera,
      latitude: row.latitude,
      longitude: row.longitude,
    };
  }

  /** @throws AkinError `photo-missing`, `photo-denied`, `photo-unreadable` */
  async read(row: PhotoRow): Promise<Buffer> {
    try {
      return await readFile(systemPath(joinPath(row.folder, row.path)));
    } catch (error) {
      throw asReadError(error, displayOf(row));
    }
  }

  /**
   * The thumbnail; one that was lost is made again.
   * @throws AkinError `photo-unknown`, and those of reading and decoding
   */
  async thumbnail(photoId: number): Promise<PictureFile> {
    const row = this.row(photoId);
    const type = thumbnailType;
    const stored = this.#catalog.thumbnails.get(row.hash);
    if (stored) return { content: stored, type };
    const { thumbnail } = await decodePhoto(await this.read(row), { longSide: 1, name: displayOf(row) });
    this.#catalog.write(() => this.#catalog.thumbnails.put(row.hash, thumbnail));
    return { content: thumbnail, type };
  }

  /**
   * The photo for the viewer. @param longSide in pixels; the photo is never enlarged
   * @throws AkinError `photo-unknown`, and those of reading and decoding
   */
  async rendering(photoId: number, longSide: number): Promise<PictureFile> {
    const row = this.row(photoId);
    return renderPhoto(await this.read(row), { longSide, name: displayOf(row) });
  }
}

export function displayOf(row: Pick<PhotoRow, 'folder' | 'path'>): string {
  return displayPath(joinPath(row.folder, row.path));
}

/** For `catch`, where a photo that cannot be read now is passed over. */
export function nullIfUnreadable(error: unknown): null {
  if (error instanceof AkinError && error.code.startsWith('photo-')) return null;
  throw error;
}
