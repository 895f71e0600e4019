import { errorCodes } from '../../src/errors.ts';
import type { ErrorCode } from '../../src/errors.ts';

const number = new Intl.NumberFormat('en');

/** "1 photo", "2 photos", "12,000 photos" */
function counted(count: number, one: string, other: string): string {
  return `${number.format(count)} ${count === 1 ? one : other}`;
}

const errors: Record<ErrorCode, string> = {
  ...errorCodes,
  'library-read-only': 'The library {path} cannot be written. Change its permissions, then start Akin again.',
  'model-damaged': 'The model {path} is damaged: {reason}. Install Akin again.',
  'model-missing': 'The model {path} is not there. Install Akin again.',
};

export const en = {
  photos: (count: number) => counted(count, 'photo', 'photos'),
  megapixels: (count: string) => `${count} MP`,
  loading: 'One moment…',
  close: 'Close',
  undo: 'Undo',
  retry: 'Try again',
  errors,
  first: {
    title: 'Find the photos that belong together',
    lead: 'Click a photo and Akin shows its copies, edited versions, and other views of the same thing or place.',
    choose: 'Choose a folder',
    samples: 'Try the sample photos',
    making: 'Making the sample photos…',
    adding: 'Adding the folder…',
    promise: 'Nothing leaves this computer. Akin only reads your photos; it never moves or changes them.',
  },
  bar: {
    back: 'Back',
    forward: 'Forward',
    openPicture: 'Open a picture…',
    openPictureHint: 'Find photos like a picture that is not in the library',
    menu: 'Folders and settings',
  },
  side: {
    label: 'Library',
    all: 'All photos',
    folders: 'Folders',
    add: 'Add a folder…',
    remove: (name: string) => `Remove ${name} from the library`,
    removed: (name: string) => `${name} was removed. Its files were not touched.`,
    restored: (name: string) => `${name} is back.`,
    added: (name: string) => `${name} was added.`,
    missing: 'Not connected',
    missingHint:
      'This folder cannot be found. Its photos stay in the library until it is back or you remove it.',
    unreadable: 'No permission',
    unreadableHint: 'This folder may not be read. Change its permissions, then scan again.',
    failures: 'Unreadable files',
    scan: 'Look for changes',
    settings: 'Settings',
  },
  settings: {
    title: 'Settings',
    language: 'Language',
    theme: 'Appearance',
    system: 'Same as system',
    light: 'Light',
    dark: 'Dark',
    library: 'Library',
    model: 'Model',
  },
  grid: {
    label: 'Photos, newest first',
    photo: (date: string) => `Photo, ${date}`,
    hint: 'Arrow keys to move, Enter to find matches, Space to view',
    empty: 'No photos here yet',
    emptyHint:
      'Akin reads JPEG, PNG, WebP, AVIF, TIFF and GIF. Photos show up as soon as they are in the folder.',
    reading: 'Looking for photos…',
    readingHint: 'They appear here as they are read.',
  },
  progress: {
    label: 'Indexing',
    scanning: (found: number) =>
      found === 0
        ? 'Looking through your folders'
        : `Looking through your folders: ${counted(found, 'file', 'files')}`,
    indexing: (done: number, total: number) =>
      `Reading photos: ${number.format(done)} of ${number.format(total)}`,
    paused: (done: number, total: number) => `Paused at ${number.format(done)} of ${number.format(total)}`,
    rate: (rate: string) => `${rate} photos/s`,
    failed: (count: number) => `${number.format(count)} unreadable`,
    secondsLeft: (seconds: number) => `${counted(seconds, 'second', 'seconds')} left`,
    minutesLeft: (minutes: number) => `about ${counted(minutes, 'minute', 'minutes')} left`,
    hoursLeft: (hours: number) => `about ${counted(hours, 'hour', 'hours')} left`,
    pause: 'Pause',
    resume: 'Resume',
    cancel: 'Stop',
  },
  engine: {
    starting: 'Opening your library…',
    restarting: 'Akin’s engine stopped and is starting again. Your library is safe.',
    failed: 'Akin’s engine does not start',
    failedHint:
      'Close Akin and open it again. If that does not help, install it once more: your library is kept.',
  },
  results: {
    title: 'Photos that belong with this one',
    titleOfSeveral: 'Photos that belong with these',
    query: 'Your photo',
    picture: 'Your picture',
    pictureHint: 'Used for this search only. It was not added to the library.',
    searching: 'Searching…',
    matches: (count: number) => counted(count, 'match', 'matches'),
    seconds: (time: string) => `in ${time}`,
    grid: 'Matches, best first',
    match: (place: number, tier: string, score: string) => `Match ${place}, ${tier}, ${score} alike`,
    empty: 'Nothing like it yet',
    emptyHint: 'Add more folders, or wait until your photos have been read, then search again.',
    failed: 'The search did not work',
    tiers: {
      identical: 'Identical',
      'near-duplicate': 'Near-duplicates',
      'same-scene': 'Same scene',
      similar: 'Similar',
    },
    tierHints: {
      identical: 'The very same picture',
      'near-duplicate': 'The same shot, saved again or edited',
      'same-scene': 'The same thing or place',
      similar: 'Looks somewhat alike',
    },
    view: 'View',
    again: 'Search again',
  },
  places: {
    title: 'Places',
  },
  albums: {
    title: 'Albums',
    created: (name: string, count: number) => `${name} was made of ${counted(count, 'photo', 'photos')}.`,
    show: 'Show',
  },
  evaluation: {
    title: 'How well it finds',
  },
  query: {
    several: 'Your photos',
    count: (count: number) => counted(count, 'photo together', 'photos together'),
    part: 'Part of your photo',
    whole: 'Search the whole photo',
    unlike: 'Not like this',
    remove: (name: string) => `Search without ${name}`,
  },
  drop: {
    title: 'Drop to find photos like it',
    hint: 'The picture is not added to your library',
    folder: 'To add a folder, use “Add a folder” at the side.',
    nothing: 'There is no picture in what you dropped or pasted.',
    tooLarge: (name: string, limit: string) =>
      `${name} is larger than ${limit}. Save a smaller copy and try that.`,
    noLibrary: 'Add a folder first, so that there are photos to compare with.',
    pasted: 'Pasted picture',
  },
  viewer: {
    label: 'Photo viewer',
    previous: 'Previous photo',
    next: 'Next photo',
    zoomIn: 'Zoom in',
    zoomOut: 'Zoom out',
    fit: 'Fit to window',
    details: 'Details',
    find: 'Find matches',
    reveal: 'Show in folder',
    failed: 'This photo cannot be shown',
    failedHint: 'The file may have been moved, or its drive is not connected.',
    name: 'Name',
    path: 'Where',
    size: 'Size',
    taken: 'Taken',
    camera: 'Camera',
    place: 'Position',
    format: 'Format',
    position: (index: number, total: number) => `${number.format(index)} of ${number.format(total)}`,
  },
  failures: {
    title: 'Unreadable files',
    lead: (count: number) =>
      `${counted(count, 'file', 'files')} could not be read. Everything else works as usual; Akin tries again when a file changes.`,
    none: 'Every file could be read',
    noneHint: 'Files that Akin cannot read are listed here with the reason.',
    reasons: {
      'photo-missing': 'The file is not there any more',
      'photo-denied': 'The file may not be read',
      'photo-unreadable': 'The file could not be opened',
      'photo-unsupported': 'Not a picture that Akin reads',
      'photo-too-large': 'The picture has too many pixels',
      'photo-empty': 'The file is empty',
      'photo-cut-off': 'The picture ends too early',
      'photo-damaged': 'The picture is damaged',
      'photo-too-slow': 'The picture takes too long to decode',
      'folder-unreadable': 'The folder may not be read',
    },
  },
};

/** What every language has to word: a missing or extra key is a type error. */
export type Messages = typeof en;
