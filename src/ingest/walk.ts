/**
 * The walk through one folder, synchronous and made for speed: it runs in a worker thread. Paths are byte strings
 * (each character one byte, latin1), as a file name need not be UTF-8; only what is not ASCII costs a Buffer.
 *
 * Symbolic links are not followed, neither to folders (a loop would never end) nor to files (the photo they point
 * to would be there twice); the root itself may be one.
 */
import { lstatSync, readdirSync, statSync } from 'node:fs';
import type { Stats } from 'node:fs';
import { isPhotoName, isSkippedName } from './names.ts';

/** Photos in the order found, as parallel columns. */
export interface FoundFiles {
  /** Byte strings relative to the root, with `/` between the parts. */
  paths: string[];
  /** Bytes. */
  sizes: Float64Array;
  /** Time of the last change, in milliseconds since 1970, with its fraction. */
  modified: Float64Array;
}

export interface UnreadableFolder {
  /** Byte string relative to the root. */
  path: string;
  /** The system's error code, such as EACCES. */
  reason: string;
}

export interface WalkOutcome {
  /** Sub-folders that could not be read: nothing is known of their photos. */
  unreadable: UnreadableFolder[];
  /** The root holds nothing at all, as the mount point of a drive that is not mounted does. */
  empty: boolean;
}

const chunkLength = 4096;
const notThere = new Set(['ENOENT', 'ENOTDIR']);

/**
 * Walks through `root` and hands over the photos in chunks.
 * @param root absolute path as a byte string
 * @throws the system's error when the root itself cannot be read, or was exchanged during the walk
 */
export function walk(root: string, onFiles: (files: FoundFiles) => void): WalkOutcome {
  const before = statSync(systemPath(root));
  const rootNames = readNames(root);
  const unreadable: UnreadableFolder[] = [];
  const chunk = new Chunk(onFiles);
  const folders = [''];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    try {
      for (const name of folder === '' ? rootNames : readNames(`${root}/${folder}`)) {
        if (isSkippedName(name)) continue;
        const path = folder === '' ? name : `${folder}/${name}`;
        const found = readStats(`${root}/${path}`);
        if (found?.isDirectory()) folders.push(path);
        else if (found?.isFile() && isPhotoName(name)) chunk.add(path, found);
      }
    } catch (error) {
      const reason = codeOf(error);
      if (!notThere.has(reason)) unreadable.push({ path: folder, reason });
    }
  }
  // A drive that went away during the walk would look like photos deleted.
  const after = statSync(systemPath(root));
  if (after.dev !== before.dev || after.ino !== before.ino) {
    throw Object.assign(new Error('The folder was exchanged during the scan.'), { code: 'ENOENT' });
  }
  chunk.flush();
  return { unreadable, empty: rootNames.length === 0 };
}

class Chunk {
  readonly #onFiles: (files: FoundFiles) => void;
  #paths: string[] = [];
  #sizes = new Float64Array(chunkLength);
  #modified = new Float64Array(chunkLength);

  constructor(onFiles: (files: FoundFiles) => void) {
    this.#onFiles = onFiles;
  }

  add(path: string, { size, mtimeMs }: Stats): void {
    const at = this.#paths.push(path) - 1;
    this.#sizes[at] = size;
    this.#modified[at] = mtimeMs;
    if (at + 1 === chunkLength) this.flush();
  }

  flush(): void {
    const count = this.#paths.length;
    if (count === 0) return;
    this.#onFiles({
      paths: this.#paths,
      sizes: this.#sizes.slice(0, count),
      modified: this.#modified.slice(0, count),
    });
    this.#paths = [];
  }
}

/** What `node:fs` takes for a byte string: the string itself where it is ASCII, which is several times faster. */
export function systemPath(byteString: string): string | Buffer {
  return /[^\0-\x7f]/.test(byteString) ? Buffer.from(byteString, 'latin1') : byteString;
}

// Plain names and one lstat each are as fast as typed entries, and file systems that give no types need no care.
function readNames(folder: string): string[] {
  return readdirSync(systemPath(folder), 'latin1');
}

const quietly = { throwIfNoEntry: false } as const;

function readStats(path: string): Stats | undefined {
  return lstatSync(systemPath(path), quietly);
}

export function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? 'EIO';
}
