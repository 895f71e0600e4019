/** What comparing two photos of a group says: how they differ, the ways to look at them, and what their files say. */
import type { Edit } from '../../src/api-duplicates.ts';
import { formatWholePercent } from './formats.ts';

const edits: Record<Edit, string> = {
  'same-bytes': 'Same file',
  'same-pixels': 'Same picture, other metadata',
  're-saved': 'Saved again',
  resized: 'Other size',
  cropped: 'Cropped',
  rotated: 'Rotated',
  mirrored: 'Mirrored',
  straightened: 'Straightened',
  colours: 'Other colours',
  grey: 'Without colours',
  watermarked: 'Watermark or text',
  border: 'Border',
  screenshot: 'Screenshot',
};

export const enCompare = {
  edits,
  /**
   * How a photo differs from the keeper, in one phrase; empty where nothing is known.
   * @param overlap the share of the keeper that it shows, 0 to 1
   */
  differs: (found: readonly Edit[], overlap: number) => {
    const phrases: string[] = found.map((edit) => edits[edit]);
    if (overlap > 0 && overlap < 1) phrases.push(`shows ${formatWholePercent('en', overlap)}`);
    return sentence(phrases.join(', '));
  },
  label: 'Comparison',
  modes: 'How to compare',
  sideBySide: 'Side by side',
  overlay: 'Overlay',
  wipe: 'Slider',
  difference: 'Difference',
  /** @param key the letter on the keyboard */
  modeHint: (mode: string, key: string) => `${mode} (${key})`,
  notAligned: 'These photos do not lie over each other, so they can only be seen side by side.',
  opacity: 'How much of the other photo',
  wipePosition: 'Where the other photo begins',
  amplify: 'Amplify',
  amplifyHint: 'Small differences become easy to see',
  differenceHint: 'Black where both are the same',
  keeper: 'Keeper',
  other: 'Other',
  zoom: 'Zoom',
  zoomIn: 'Zoom in',
  zoomOut: 'Zoom out',
  fit: 'Show all (0)',
  failed: (name: string) => `${name} cannot be shown`,
  table: 'Details of the photos',
  onlyDifferences: 'Only differences',
  alike: 'All details are the same.',
  differing: 'differs',
  factsLoading: 'Reading what the files say…',
  factsFailed: 'What the files say cannot be read.',
  rows: {
    name: 'Name',
    folder: 'Folder',
    pixels: 'Size',
    bytes: 'File size',
    format: 'Format',
    taken: 'Taken',
    overlap: 'Shows of the keeper',
    edits: 'Differs from the keeper',
  },
};

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
