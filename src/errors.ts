/**
 * Every error that Akin expects. A code travels between processes; the text is what a person reads in the
 * terminal, and the renderer words the same code in the user's language.
 */
export const errorCodes = {
  'bad-request': 'The request was not understood.',
  cancelled: 'Cancelled.',
  'engine-gone': 'The engine stopped. Akin starts it again; try once more in a moment.',
  'folder-missing': 'The folder {path} is not there. Reconnect the drive or choose another folder.',
  'folder-unreadable': 'The folder {path} may not be read. Change its permissions, then scan again.',
  'folder-overlaps': 'The folder {path} is already covered by {other}.',
  'folder-unknown': 'That folder is not in this library.',
  'photo-unknown': 'That photo is no longer in the library.',
  'photo-missing': 'The file {path} is not there.',
  'photo-denied': 'The file {path} may not be read. Change its permissions, then scan again.',
  'photo-unreadable': 'The file {path} could not be read ({reason}). Check its drive, then scan again.',
  'photo-unsupported': 'The file {path} is not a picture that Akin reads.',
  'photo-too-large': 'The picture {path} has {megapixels} megapixels; Akin reads at most {limit}.',
  'photo-empty': 'The file {path} is empty.',
  'photo-cut-off': 'The picture {path} ends too early. Copy it once more from where it came.',
  'photo-damaged': 'The picture {path} is damaged.',
  'photo-too-slow': 'The picture {path} takes too long to decode.',
  'photo-without-preview':
    'The RAW file {path} holds no preview that Akin can show. Convert it with the program of its maker.',
  'library-in-use': 'The library {path} is in use by process {holder}. Close that one first.',
  'library-read-only':
    'The library {path} cannot be written. Change its permissions or choose another with --library.',
  'library-full':
    'The disk of the library {path} is full. Free some space, then start again: nothing is lost.',
  'catalog-newer':
    'The library {path} was written by a newer Akin (catalog version {found}, this one knows {known}). Update Akin.',
  'catalog-damaged':
    'The catalog was damaged and has been set aside as {path}. A new one was started; add your folders again.',
  'catalog-unsound':
    'The catalog of the library {path} is damaged. Start Akin again: it sets the damaged one aside and starts a new one.',
  'model-missing': 'The model {path} is not there. Install Akin again or import a model.',
  'model-damaged': 'The model {path} is damaged: {reason}. Install Akin again or import the model once more.',
  'model-newer':
    'The model {path} was made for a newer Akin (format {found}, this one knows {known}). Update Akin.',
  'model-unknown': 'The model {path} has an architecture that Akin does not know: {architecture}.',
  'model-other-kind': 'The model {path} is of the kind {found}, where one of the kind {wanted} is needed.',
  'file-not-written':
    'The file {path} could not be written. Choose another folder, or free some space on its disk.',
  'sidecar-damaged':
    'The file {path} is no XMP that Akin understands, so it was left as it is. Mend it or move it away.',
  'picture-forgotten': 'That picture was put aside to make room. Open it once more.',
  'box-empty': 'The box {box} holds nothing of the photo. Draw it anew, at least a little inside the photo.',
  'album-unknown': 'That album is no longer in the library.',
  'albums-damaged': 'That file holds no albums that Akin understands: {reason}. Export it once more.',
  'albums-unmerged': 'Those albums were changed since they were merged, so that is not undone.',
  'album-not-found': 'There is no album called {name}. "akin albums list" tells which there are.',
  'album-ambiguous': 'Several albums are called {name}. Name the one that you mean by its number: {ids}.',
  'album-not-split': 'All photos of the album {name} would leave it. Rename it instead, or leave some.',
  'photo-not-in-album': 'The photo {path} is not in the album {name}.',
  'photo-not-in-library': 'The photo {path} is not in the library. Add its folder, then run "akin index".',
  'place-unknown': 'That place is no longer in the library.',
  'group-unknown': 'Those photos are no group of duplicates any more. Look at the list again.',
  'removal-changed':
    'The file {path} has changed since it was compared, so it was left alone. Scan again, then look at its group once more.',
  'removal-survivor':
    'The photo {survivor}, which was to stay in place of {path}, is gone or has changed, so nothing was removed.',
  'removal-same-file':
    'The photo {path} and the one that was to stay, {survivor}, are one file on the disk, so it was left alone.',
  'removal-protected': 'The photo {path} lies in a protected folder, so it was left alone.',
  'removal-not-in-group':
    'The photo {path} is no duplicate any more, so it was left alone. Look at the list again.',
  'removal-no-survivor':
    'No photo that {path} matches would be left, so it was left alone. Keep one of them.',
  'removal-name':
    'The name of {path} is not UTF-8, which the trash cannot take. Move the photo to a folder instead.',
  'removal-trash':
    'The file {path} could not be moved to the trash ({reason}). Empty the trash, or move the photo to a folder instead.',
  'removal-denied': 'The file {path} may not be moved. Change the permissions of its folder, then try again.',
  'removal-disk-full': 'The disk of {path} is full. Free some space, then try again.',
  'removal-failed': 'The file {path} could not be moved ({reason}).',
  'removal-target':
    'Photos cannot be moved to {path}, as {other} belongs to the library. Choose a folder apart from it.',
  'removal-taken':
    'There is another file at {path} now, so the photo was not put back. Move that one away, then undo again.',
  'removal-not-found':
    'The photo {path} is not where it was moved to. If it is in the trash, restore it there: Akin knows it again.',
  'removal-lost':
    'Akin was stopped while it moved {path}, and now finds it neither there nor where it was to go. Look in the trash.',
  'removal-unknown': 'That removal is no longer known.',
  'removal-none': 'Nothing was removed that could be put back.',
  'removal-busy': 'Photos are being removed or put back already. Wait until that is done.',
  'no-photos': 'There are no photos in the library yet. Add a folder first.',
  'search-failed': '{count} of {total} queries failed.',
  'dataset-unknown': 'The folder {path} is not a data set that Akin can evaluate.',
  'dataset-damaged': 'The data set cannot be used, because of {path}: {reason}. Correct it or get it again.',
  'dataset-without-boxes': 'The data set {path} has no boxes to search with. Leave --boxes out.',
  'layer-unknown': 'The trunk has no layer {layer}. --layers lists those that it has.',
  'whitening-photos-missing':
    'The folder {path} holds no photos to learn a whitening from. Name one with a thousand or more.',
  'training-too-little':
    'There are {albums} albums with at least {photos} photos; learning needs {wanted}. Make more albums, or larger ones.',
  'training-unreadable':
    'Too many photos of the albums cannot be read: {count} of {total}. Reconnect their drive, then try again.',
  'training-running': 'A run is going on already. Wait until it ends, or cancel it.',
  'training-no-backend': 'Nothing on this machine can train: {reason}.',
  'training-memory':
    'There is too little memory for this run: it needs about {needed} MB, {free} MB are free. Close other programs, or train the head only.',
  'training-backend': 'The backend {backend} does not run here: {reason}.',
  'training-device-lost':
    'The graphics card {device} went away. The run is kept: resume it, there or on another backend.',
  'training-disk-full':
    'The disk of {path} is full. Free some space, then resume the run: it goes on where it was.',
  'training-stopped':
    'The training process ended by itself ({reason}). Resume the run: it goes on where it was.',
  'training-collapsed':
    'The run was ended at step {step}: all photos began to look alike to it. The model stays as it was. Try a soft margin, or the head only.',
  'run-unknown': 'That run is no longer known.',
  'run-damaged': 'The run cannot be resumed: {reason}. Start a new one.',
  'run-undecided': 'That run has no result yet.',
  'model-version-unknown': 'That version of the model is no longer known.',
  'model-version-unusable':
    'The version {name} of the model cannot be used, so the model that comes with Akin serves instead: {reason}',
  'model-in-use': 'That version of the model is in use. Use another first.',
  'model-no-previous': 'No other model was in use before.',
  internal: 'Something went wrong inside Akin: {reason}',
} as const;

export type ErrorCode = keyof typeof errorCodes;
export type ErrorDetails = Readonly<Record<string, string | number>>;

/** Puts the details into the places that a message names, as in `{path}`. */
export function fillMessage(template: string, details: ErrorDetails): string {
  return template.replace(/\{(\w+)\}/g, (place, name: string) => String(details[name] ?? place));
}

/** An error that the user can do something about; `details` fill the places in its message. */
export class AkinError extends Error {
  readonly code: ErrorCode;
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, details: ErrorDetails = {}, options?: ErrorOptions) {
    super(fillMessage(errorCodes[code], details), options);
    this.name = 'AkinError';
    this.code = code;
    this.details = details;
  }
}

/** Wraps whatever was thrown, so that a boundary always passes on an `AkinError`. */
export function asAkinError(error: unknown): AkinError {
  if (error instanceof AkinError) return error;
  if (error instanceof Error && error.name === 'AbortError') return new AkinError('cancelled');
  return new AkinError(
    'internal',
    { reason: error instanceof Error ? error.message : String(error) },
    { cause: error },
  );
}
