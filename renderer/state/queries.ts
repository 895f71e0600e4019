/** Pictures that are not in the library, as queries: dropped, pasted or chosen. */
import { maximumQueryBytes } from '../../src/limits.ts';
import { formatBytes } from '../messages/formats.ts';
import { library } from './library.svelte.ts';
import { navigation } from './navigation.svelte.ts';
import { OpenedPicture } from './opened-picture.svelte.ts';
import { preferences } from './preferences.svelte.ts';
import { queryWith } from './search-query.ts';
import { toasts } from './toasts.svelte.ts';

/** Those that systems give no picture type for; what a file really is, the engine decides from its bytes. */
const extensions =
  'jpg jpeg png webp avif heic heif hif tif tiff gif cr2 cr3 nef nrw arw sr2 dng raf orf rw2 rwl pef srw';
const pictureName = new RegExp(`\\.(?:${extensions.replaceAll(' ', '|')})$`, 'i');

/** What a dialog for opening a picture offers, as `accept` of an input. */
export const pictureTypes = ['image/*', ...extensions.split(' ').map((name) => `.${name}`)].join(',');

/** Searches with the first picture of a drop or a paste, or says why there is none. */
export function searchWith(transfer: DataTransfer, pasted: boolean): void {
  const { words } = preferences;
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry());
  const files = [...transfer.files];
  const file = files.find((candidate, place) => isPicture(candidate) && !entries[place]?.isDirectory);
  if (file) {
    searchWithFile(file, pasted && /^image\.\w+$/.test(file.name) ? words.drop.pasted : file.name);
  } else if (entries.some((entry) => entry?.isDirectory)) {
    toasts.show(words.drop.folder);
  } else if (!pasted || files.length > 0) {
    toasts.show(words.drop.nothing);
  }
}

export function searchWithFile(file: File, name: string): void {
  const { words, tag } = preferences;
  if (library.folders.length === 0) {
    toasts.show(words.drop.noLibrary);
  } else if (file.size > maximumQueryBytes) {
    toasts.show(words.drop.tooLarge(name, formatBytes(tag, maximumQueryBytes)), { serious: true });
  } else {
    navigation.search(queryWith([{ picture: new OpenedPicture(file, name.slice(0, 1024)) }]));
  }
}

function isPicture(file: File): boolean {
  return file.type.startsWith('image/') || pictureName.test(file.name);
}
