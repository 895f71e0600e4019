/** Which files and folders count, by their names alone. Names may be byte strings: only their ASCII part matters. */

const photoExtensions = new Set(
  (
    'jpg jpeg jpe jfif png webp avif heic heif hif tif tiff gif ' +
    // RAW, of which the preview is read.
    'cr2 cr3 nef nrw arw sr2 dng raf orf rw2 rwl pef srw'
  ).split(' '),
);

/** Folders that systems and NAS boxes fill with thumbnails, metadata or deleted files. */
const junkFolders = new Set([
  '@eadir',
  '@__thumb',
  '#recycle',
  '#snapshot',
  '$recycle.bin',
  'system volume information',
  'lost+found',
  '__macosx',
]);

/** Whether a file of this name is a photo that Akin reads; what is really in it shows when it is decoded. */
export function isPhotoName(name: string): boolean {
  const dot = name.lastIndexOf('.');
  return dot > 0 && photoExtensions.has(name.slice(dot + 1).toLowerCase());
}

/** Whether a file or folder of this name is left alone: hidden ones (`.thumbnails` among them) and known junk. */
export function isSkippedName(name: string): boolean {
  return name.startsWith('.') || junkFolders.has(name.toLowerCase());
}
