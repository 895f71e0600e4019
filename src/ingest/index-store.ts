/** What the indexing pipeline asks of the catalog. */
import type { ErrorCode } from '../errors.ts';
import type { Description } from '../descriptor/describe.ts';
import type { PhotoMetadata } from './metadata.ts';
import { isReadError } from './read-error.ts';

export interface IndexedFolder {
  id: number;
  /** Absolute path as a byte string. */
  path: string;
}

/** A file as the catalog remembers it: a photo, or a failure (which has no `photoId`). */
export interface KnownFile {
  photoId: number | null;
  /** Byte string relative to the folder. */
  path: string;
  /** Bytes. */
  size: number;
  /** Milliseconds since 1970, with the fraction. */
  modified: number;
  /** Nothing is left to do for it while size and time stay: described by the model in use, or failed for good. */
  finished: boolean;
}

/** Where and what a file is on disk. */
export interface FileState {
  folderId: number;
  path: string;
  size: number;
  modified: number;
}

/** What a photo's content gives. */
export interface PhotoContent {
  /** SHA-256 of the file, 32 bytes. */
  hash: Uint8Array;
  /** Upright size in pixels. */
  width: number;
  height: number;
  format: string;
  metadata: PhotoMetadata;
}

export type Outcome =
  /** A new photo, or new content or a new model's descriptor for a known one. */
  | {
      kind: 'described';
      file: FileState;
      photoId: number | null;
      content: PhotoContent;
      thumbnail: Uint8Array;
      description: Description;
      /** What it looks like from afar, as `looksOf` tells it. */
      looks: Int8Array;
    }
  /** The same content as a photo that is already described: it gets copies of all that was made from it. */
  | { kind: 'copied'; file: FileState; photoId: number | null; source: number }
  /** A known photo, now in another place or touched: nothing but its file state changes. */
  | { kind: 'moved'; file: FileState; photoId: number }
  /** The file cannot be used. A photo that was there before leaves, unless `keep`. */
  | {
      kind: 'failed';
      file: FileState;
      photoId: number | null;
      code: ErrorCode;
      reason: string;
      keep: boolean;
    };

/** One photo whose descriptor is new. */
export interface DescribedPhoto {
  photoId: number;
  /** [dimensions] */
  descriptor: Float32Array;
}

/** Whether a file that failed so is left alone until it changes; what Akin or the system could not do is tried again. */
export function isFinalFailure(code: string): boolean {
  return !isReadError(code) && code !== 'internal';
}

export interface IndexStore {
  folders(): readonly IndexedFolder[];
  /** Photos and failures of a folder. */
  known(folderId: number): Iterable<KnownFile>;
  setFolderState(folderId: number, state: 'ready' | 'missing' | 'unreadable'): void;
  /** Photos with this content that the model in use has described. */
  sameContent(hash: Uint8Array): readonly number[];
  /** Writes all of it or nothing, and returns the photos whose descriptors are new. */
  write(outcomes: readonly Outcome[]): readonly DescribedPhoto[];
  /** Forgets photos and failures whose files are gone; all of it or nothing. */
  remove(photoIds: readonly number[], failures: readonly FileState[]): void;
}
