/** Words about duplicates: finding and reviewing them, what is kept, and what is removed and put back. */
import type { DuplicateKind, KeepRule } from '../../src/api-duplicates.ts';
import { counted, number } from './en-counts.ts';

const kinds: Record<DuplicateKind, string> = {
  identical: 'Identical',
  'near-duplicate': 'Near-duplicates',
  'same-scene': 'Same scene',
};

const kindHints: Record<DuplicateKind, string> = {
  identical: 'The same file, or the same pixels with other metadata.',
  'near-duplicate': 'One shot, saved again or edited: another size, a crop, other colours.',
  'same-scene':
    'Other shots of the same thing. These are not copies: nothing is selected by rules here, only by you.',
};

const none: Record<DuplicateKind, string> = {
  identical: 'No identical photos',
  'near-duplicate': 'No near-duplicates',
  'same-scene': 'No other shots of the same scene',
};

const noneHints: Record<DuplicateKind, string> = {
  identical: 'No two files hold the same picture. Look at the near-duplicates next.',
  'near-duplicate':
    'No photo is an edited copy of another at this strictness. A lower one shows less certain copies.',
  'same-scene': 'No two photos were proven to show the same thing at this strictness.',
};

const rules: Record<KeepRule, { name: string; hint: string }> = {
  protected: { name: 'In a protected folder', hint: 'Always first: those photos are never removed.' },
  resolution: { name: 'More pixels', hint: 'The photo with the higher resolution.' },
  uncropped: { name: 'Not cropped', hint: 'The photo that shows more of the shot.' },
  format: { name: 'Better format', hint: 'RAW and lossless before JPEG.' },
  'file-size': { name: 'Larger file', hint: 'Of the same pixels, the one less compressed.' },
  metadata: { name: 'More metadata', hint: 'The photo whose file says more about it.' },
  oldest: { name: 'Oldest', hint: 'The photo that was there first.' },
  'folder-order': { name: 'Folder order', hint: 'The photo in the folder that stands higher below.' },
  'path-length': { name: 'Shorter path', hint: 'The photo that lies less deep.' },
};

const duplicates = {
  title: 'Duplicates',
  find: 'Find duplicates',
  empty: 'No duplicates looked for yet',
  emptyHint:
    'Akin looks for photos that are the same: identical files, copies that were resized, cropped, turned or edited, and other shots of one scene. It works in the background, and removes nothing by itself.',
  unsought:
    'Known so far, without comparing photos. Akin finds edited copies and other shots when you ask it to.',
  needPhotos: 'Duplicates are found among photos. Add a folder first.',
  looking: 'Looking for duplicates…',
  lookingHint: 'They appear here as they are found. You can go on using Akin.',
  progress: 'Finding duplicates',
  candidates: 'Looking for photos that may be copies',
  candidatesOf: (done: number, total: number) =>
    `Looking for photos that may be copies: ${number.format(done)} of ${number.format(total)}`,
  verifying: (done: number, total: number) =>
    `Comparing pairs: ${number.format(done)} of ${number.format(total)}`,
  rate: (rate: string) => `${rate} per second`,
  waiting: 'Goes on when your photos have been read',
  kind: 'Kind of duplicates',
  kinds,
  kindHints,
  none,
  noneHints,
  order: 'Order',
  orders: { size: 'Most space', certainty: 'Most certain' },
  strictness: 'Strictness',
  strictnessHint: 'Shows only copies that Akin is at least so certain of',
  groups: (count: number) => counted(count, 'group', 'groups'),
  frees: (bytes: string) => `frees ${bytes}`,
  freesAll: (bytes: string) => `${bytes} can be freed`,
  certain: (share: string) => `${share} certain`,
  list: 'Groups of duplicates',
  listHint: 'Arrow keys to move, Enter to review, X to select the copies',
  group: (place: number, total: number) => `Group ${number.format(place)} of ${number.format(total)}`,
  marked: (count: number) => `${number.format(count)} selected`,
  export: 'Save the groups as a file',
  csv: 'As a table (CSV)…',
  json: 'As JSON…',
  exported: (name: string) => `The groups are in ${name}.`,
  photos: 'Photos of this group',
  photosHint:
    'Arrow keys to move, 1 to 9 to choose the keeper, X to select for removal, D when these are no duplicates, Space to view, Enter for the next group',
  keeper: 'Keeper',
  keep: 'Keep this one',
  keepHint: (key: number | null) => (key === null ? 'Keep this one' : `Keep this one (${key})`),
  keptByRule: (rule: string) => `Kept by rule: ${rule}`,
  keptByYou: 'You chose what is kept',
  keptByNothing: 'No rule tells these photos apart',
  byRules: 'Let the rules choose',
  mark: 'Select for removal (X)',
  unmark: 'Do not remove (X)',
  markShort: 'Remove',
  willGo: 'selected for removal',
  protected: 'Protected',
  protectedHint: 'This photo lies in a protected folder, so it cannot be removed.',
  keeperHint: 'This photo is kept. Choose another keeper to remove it.',
  copies: (count: number) => `${counted(count, 'identical copy', 'identical copies')}, see Identical`,
  dismiss: 'Not duplicates',
  dismissHint: 'These photos are no duplicates: do not show them again (D)',
  dismissOne: 'Not this one',
  dismissOneHint: 'This photo is no duplicate of the keeper (Shift+D)',
  dismissed: 'These photos are not shown as duplicates any more.',
  undismissed: 'The photos are shown as duplicates again.',
  next: 'Next group (Enter)',
  previous: 'Previous group (Shift+Enter)',
  view: 'View (Space)',
  related: 'Related photos',
  relatedHint: 'They match a photo of this group, but not the keeper, or match another keeper better.',
  relatedPhoto: (place: number) => `Related photo ${number.format(place)}`,
  gone: 'This group is not there any more',
  goneHint: 'Its photos were removed, dismissed, or are less certain than the strictness asks for.',
  all: 'All duplicates',
  done: 'That was the last group.',
  rules: 'What is kept',
  rulesHint: 'From the top, the first rule that tells two photos apart decides.',
  rule: rules,
  use: (rule: string) => `Use “${rule}”`,
  up: (name: string) => `Move ${name} up`,
  down: (name: string) => `Move ${name} down`,
  folders: 'Folders, best first',
  protect: 'Protect',
  protectFolder: (name: string) => `Never remove photos of ${name}`,
};

const removal = {
  label: 'Removal',
  none: 'Nothing is selected for removal',
  selected: (count: number, bytes: string) => `${counted(count, 'photo', 'photos')} selected, ${bytes}`,
  byRules: 'Select by rules',
  byRulesHint: 'Select all photos but the keepers and what is protected',
  byRulesNever: 'Other shots of a scene are never selected by rules',
  proposed: (count: number, bytes: string) =>
    `The rules select ${counted(count, 'photo', 'photos')} (${bytes}). Nothing is removed yet.`,
  clear: 'Select nothing',
  trash: 'Move to trash',
  folder: 'Move to folder…',
  trashTitle: (count: number, bytes: string) =>
    `Move ${counted(count, 'photo', 'photos')} (${bytes}) to the trash?`,
  folderTitle: (count: number, bytes: string) =>
    `Move ${counted(count, 'photo', 'photos')} (${bytes}) to a folder?`,
  question: 'Of every group, the keeper stays. You can undo this.',
  folderQuestion: 'Choose a folder outside the library. Of every group, the keeper stays. You can undo this.',
  merge: 'Keep rating, keywords and place of removed copies',
  mergeHint: 'Written to a sidecar file (XMP) beside the photo that stays, where that has none',
  chooseFolder: 'Choose a folder…',
  removing: (done: number, total: number) =>
    `Moving photos: ${number.format(done)} of ${number.format(total)}`,
  restoring: (done: number, total: number) =>
    `Putting photos back: ${number.format(done)} of ${number.format(total)}`,
  progress: 'Moving photos',
  trashed: (count: number, bytes: string) =>
    `${counted(count, 'photo', 'photos')} moved to trash, ${bytes} freed.`,
  moved: (count: number, bytes: string) => `${counted(count, 'photo', 'photos')} moved, ${bytes} freed.`,
  restored: (count: number) => `${counted(count, 'photo is', 'photos are')} back.`,
  failed: (count: number) => `${counted(count, 'photo was', 'photos were')} left alone`,
  failedRestoring: (count: number) => `${counted(count, 'photo', 'photos')} could not be put back`,
  history: 'What was removed',
  historyNone: 'Nothing was removed, or all of it is back.',
  inTrash: 'In the trash',
  inFolder: (folder: string) => `In ${folder}`,
  undo: 'Put back',
  undoLost: 'Not there any more',
};

export const enDuplicates = { duplicates, removal };
