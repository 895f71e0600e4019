/** Words about groups of photos: places and albums, and what albums tell about the search. */
import { counted, number } from './en-counts.ts';

export const cards = {
  hint: 'Arrow keys to move, Enter to open, X to select, F2 to rename',
  rename: 'Rename',
  save: 'Save',
};

export const places = {
  title: 'Places',
  count: (count: number) => counted(count, 'place', 'places'),
  grid: { size: 'Places, largest first', date: 'Places, newest first' },
  sorts: { size: 'Largest first', date: 'Newest first' },
  unnamed: 'Unnamed place',
  find: 'Find places',
  empty: 'No places yet',
  emptyHint:
    'Akin compares your photos and puts together those that show the same place or thing. Ten thousand photos take about a quarter of an hour, in the background. From then on places are kept up to date.',
  needPhotos: 'Places are made of photos. Add a folder first.',
  none: 'No places found',
  noneHint: 'No photos were proven to show the same thing. With more photos there may be places.',
  looking: 'Looking for places…',
  lookingHint: 'They appear here as they are found. You can go on using Akin.',
  progress: 'Finding places',
  building: (done: number, total: number) =>
    `Comparing photos: ${number.format(done)} of ${number.format(total)}`,
  waiting: 'Goes on when your photos have been read',
  selected: 'Selected places',
  nameTitle: 'Name of this place',
  name: 'Name',
  merge: 'Merge',
  mergeHint: 'Make the selected places one',
  merged: (count: number) => `${counted(count, 'place is', 'places are')} one now.`,
  parted: 'The places are apart again.',
  photos: 'Photos of this place',
  photo: (place: number, total: number) => `Photo ${number.format(place)} of ${number.format(total)}`,
  split: 'Split off',
  splitHint: 'Make the selected photos a place of their own',
  splitLimit: 'At least one photo has to stay.',
  splitOff: (count: number) =>
    count === 1
      ? 'The photo is in no place now.'
      : `${number.format(count)} photos are a place of their own now.`,
  rejoined: 'The photos are back in their place.',
  makeAlbum: 'Make an album',
  albumTitle: 'New album from this place',
  gone: 'This place is not there any more',
  goneHint: 'It was merged or split, or its photos left the library.',
  all: 'All places',
};

export const albums = {
  title: 'Albums',
  created: (name: string, count: number) => `${name} was made of ${counted(count, 'photo', 'photos')}.`,
  show: 'Show',
  count: (count: number) => counted(count, 'album', 'albums'),
  empty: 'No albums yet',
  emptyHint:
    'An album holds photos that show the same thing. Select photos in the library or among results, then “New album”; or make one of a place.',
  choose: 'Choose photos',
  fromPlaces: 'Look at places',
  selected: 'Selected albums',
  nameTitle: 'Name of this album',
  remove: 'Remove',
  removeIt: 'Remove the album',
  removeHint: 'Remove the album; its photos stay in the library',
  removed: (names: readonly string[]) =>
    names.length === 1
      ? `${names.join()} was removed.`
      : `${number.format(names.length)} albums were removed.`,
  restored: (names: readonly string[]) =>
    names.length === 1 ? `${names.join()} is back.` : `${number.format(names.length)} albums are back.`,
  photos: 'Photos of this album',
  take: 'Take out',
  takeHint: 'Take the selected photos out of the album; they stay in the library',
  taken: (count: number) => `${counted(count, 'photo was', 'photos were')} taken out of the album.`,
  putBack: 'The photos are back in the album.',
  none: 'No photos in this album',
  noneHint: 'Those that were in it were taken out, or left the library.',
  gone: 'This album is not there any more',
  goneHint: 'It was removed.',
  all: 'All albums',
};

export const evaluation = {
  title: 'How well it finds',
  lead: (count: number) =>
    `Akin searched with ${counted(count, 'photo', 'photos')} of your albums, among the photos of all albums: those of the same album are right.`,
  running: 'Searching with the photos of your albums…',
  again: 'Measure again',
  needs: 'Not enough albums to measure with',
  needsHint: 'Make at least two albums with two photos each: they tell Akin which results are right.',
  failed: 'The measurement did not work',
  figures: 'Figures',
  mAP: 'Mean average precision',
  mAPHint: 'How near the top of the results the right photos are: 100% when they all come first.',
  first: 'First result right',
  firstHint: 'How often the very first result is of the same album.',
  precisionAt: (results: number) => `Right among the first ${number.format(results)}`,
  precisionAtHint: (results: number) =>
    `How many of the first ${number.format(results)} results are right; smaller albums cannot fill them all.`,
  curve: 'Precision and recall',
  curveHint:
    'The further one looks for all right photos, the more wrong ones are among them; best is a line along the top.',
  recall: 'Right photos found so far (recall)',
  precision: 'Right among those seen (precision)',
  table: 'As a table',
  recallShort: 'Recall',
  precisionShort: 'Precision',
  albums: 'Each album, worst first',
  albumsHint:
    'Mean average precision of the searches with the photos of one album. Open it to see whether all its photos belong.',
};
