/** Words about judging photos, and about what else can be done with albums. */
import { counted, number } from './en-counts.ts';

export const judging = {
  same: 'Same',
  sameHint: 'They show the same thing as your photo (S). Once more to take it back.',
  different: 'Different',
  differentHint: 'They do not show the same thing as your photo (D). Once more to take it back.',
  isSame: 'you said: the same',
  isDifferent: 'you said: different',
  hint: 'S to say that a photo shows the same thing as yours, D that it does not',
  toldSame: (count: number) => `You said the same of ${counted(count, 'photo', 'photos')}.`,
  toldDifferent: (count: number) => `You said different of ${counted(count, 'photo', 'photos')}.`,
  takenBack: (count: number) => `Taken back for ${counted(count, 'photo', 'photos')}.`,
};

export const albumChanges = {
  merge: 'Merge',
  mergeHint: 'Make the selected albums one',
  mergeLimit: 'Select two albums or more to merge them.',
  merged: (count: number, name: string) => `${number.format(count)} albums are one now: ${name}.`,
  parted: 'The albums are apart again.',
  make: 'Make albums',
  makeHint: 'Make several albums at once',
  fromFolders: 'From the sub-folders of',
  fromFoldersHint: 'One album for each folder with photos, named like it',
  fromJudgements: 'From what you said',
  fromJudgementsHint: 'One album for all photos of which you said that they show the same thing',
  import: 'From a file…',
  importHint: 'Albums that were saved here or on another computer',
  filled: (albums: number, photos: number) =>
    `${counted(albums, 'album', 'albums')} made or filled up with ${counted(photos, 'photo', 'photos')}.`,
  missing: (photos: number) =>
    `${counted(photos, 'photo', 'photos')} of the file ${photos === 1 ? 'is' : 'are'} not in this library.`,
  nothingInFolder: (name: string) =>
    `Nothing to add: no folder in ${name} has photos that are not in its album.`,
  nothingJudged: 'Nothing to add. Say “Same” of a search’s results first.',
  nothingInFile: 'The file brought nothing new for albums.',
  asBefore: 'The albums are as they were before.',
  splitOff: (count: number, name: string) => `${counted(count, 'photo is', 'photos are')} in ${name} now.`,
  split: 'Split off',
  splitHint: 'Move the selected photos into an album of their own',
  splitLimit: 'At least one photo has to stay.',
  splitTitle: 'New album from these photos, which leave this one',
  added: (count: number, name: string) => `${counted(count, 'photo was', 'photos were')} added to ${name}.`,
  add: 'Add to an album',
  addTitle: (count: number) => `Add ${counted(count, 'photo', 'photos')} to an album`,
  addHint: 'Add the selected photos to an album; or drag them to the side',
  addLimit: 'There are no albums yet. Make a new one.',
  album: 'Album',
  addThem: 'Add',
  dropOn: 'Drop on an album',
  inAlready: (name: string) => `All of that is in ${name} already.`,
  export: 'Save albums…',
  exportHint: 'Save all albums, and what you said about photos, as a file',
  exported: (name: string) => `The albums are in ${name}.`,
};

export const albumCleaning = {
  button: 'Check photos',
  hint: 'Look for photos that may not belong in this album',
  title: 'Photos that may not belong',
  checking: 'Comparing the photos of the album with each other…',
  failed: 'The check did not work',
  again: 'Check again',
  about: {
    verified: (count: number) =>
      `${counted(count, 'photo hangs', 'photos hang')} together, as their keypoints tell.`,
    regions: (count: number) =>
      `${counted(count, 'photo hangs', 'photos hang')} together, as far as their regions tell.`,
  },
  lead: 'Those below do not match them. Look at each: it may be the same thing from another side.',
  none: 'No photo stands out',
  back: 'Back to the album',
  alone: 'Matches no photo of the album',
  otherPart: (others: number) =>
    `Matches only ${counted(others, 'other photo', 'other photos')}, apart from the rest`,
  nearest: 'The photo of the rest that it resembles most',
  alike: (score: string) => `${score} alike`,
  takeHint: 'Take this photo out of the album; it stays in the library',
  takeAll: (count: number) => `Take all ${number.format(count)} out`,
};
