/** Akin's own search for duplicates as it is measured: from the folders to the verdicts, by a library like any other. */
import { openCatalog } from '../catalog/catalog.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type {
  CalledPair,
  DuplicateMethod,
  FindOptions,
  FoundPairs,
} from '../evaluation/duplicates/duplicate-method.ts';
import { openLibrary } from '../library.ts';
import type { Library } from '../library.ts';
import { standardStrictness } from '../limits.ts';
import { indexPhotos } from './index-photos.ts';

/**
 * @param folders absolute paths of what the library is made of
 * @param libraryFolder where the library is made
 */
export function akinMethod(folders: readonly string[], libraryFolder: string): DuplicateMethod {
  return {
    name: 'akin',
    // A pair is the farther apart the less certain it is.
    threshold: 1 - standardStrictness,
    wording: (threshold) => `certainty ${(1 - threshold).toFixed(3)}`,
    find: (files, options) => find(folders, libraryFolder, files, options),
  };
}

async function find(
  folders: readonly string[],
  libraryFolder: string,
  files: readonly string[],
  { signal, onProgress }: FindOptions,
): Promise<FoundPairs> {
  const library = await openLibrary({ folder: libraryFolder });
  const cancel = () => {
    library.cancel();
    library.background.duplicateSearch.cancel();
  };
  signal.addEventListener('abort', cancel);
  let photoIds: (number | undefined)[];
  let milliseconds: FoundPairs['milliseconds'];
  try {
    for (const folder of folders) await library.addFolder(folder);
    const begun = performance.now();
    library.on('progress', ({ done }) => onProgress(done));
    await indexPhotos(library);
    const indexed = performance.now();
    await searchDuplicates(library, onProgress);
    signal.throwIfAborted();
    milliseconds = { making: indexed - begun, comparing: performance.now() - indexed };
    photoIds = files.map((file) => library.findPhoto(file));
  } finally {
    signal.removeEventListener('abort', cancel);
    await library.close();
  }
  const { catalog } = openCatalog(libraryFolder);
  try {
    return { ...verdictsAbout(photoIds, catalog), milliseconds };
  } finally {
    catalog.close();
  }
}

/** @throws AkinError what stopped it */
async function searchDuplicates(library: Library, onProgress: (done: number) => void): Promise<void> {
  const search = library.background.duplicateSearch;
  search.on('progress', ({ phase, done }) => {
    if (phase === 'verifying') onProgress(done);
  });
  search.find();
  const failure = await search.finished();
  if (failure) throw failure;
}

/** What is stored of the photos. @param photoIds by their places */
function verdictsAbout(
  photoIds: readonly (number | undefined)[],
  catalog: Catalog,
): Omit<FoundPairs, 'milliseconds'> {
  // A verdict about a photo holds for all files with its content.
  const places = new Map<string, number[]>();
  const contents = photoIds.map((photoId) => {
    const row = photoId === undefined ? undefined : catalog.photos.get(photoId);
    return row && Buffer.from(row.hash).toString('hex');
  });
  for (const [place, content] of contents.entries()) {
    if (content !== undefined) places.set(content, [...(places.get(content) ?? []), place]);
  }
  const contentOf = new Map(photoIds.map((photoId, place) => [photoId, contents[place]]));
  const pairs: CalledPair[] = [];
  for (const same of places.values()) {
    for (const [at, one] of same.entries())
      for (const other of same.slice(at + 1)) pairs.push({ one, other, distance: 0 });
  }
  const outcomes = new Map<string, string>();
  for (const photoId of photoIds) {
    if (photoId === undefined) continue;
    for (const otherId of catalog.verdicts.comparedWith(photoId)) {
      const verdict = otherId > photoId ? catalog.verdicts.get(photoId, otherId) : undefined;
      const [ofOne, ofOther] = [contentOf.get(photoId), contentOf.get(otherId)];
      if (!verdict || ofOne === undefined || ofOther === undefined) continue;
      const { kind, certainty, inliers } = verdict;
      const isDuplicate = kind === 'near-duplicate' || kind === 'identical';
      for (const one of places.get(ofOne)!) {
        for (const other of places.get(ofOther)!) {
          if (isDuplicate) pairs.push({ one, other, distance: 1 - certainty });
          outcomes.set(keyOf(one, other), `${kind} ${certainty.toFixed(2)}, ${inliers} inliers`);
        }
      }
    }
  }
  return {
    pairs,
    unreadable: new Set(contents.flatMap((content, place) => (content === undefined ? [place] : []))),
    whyNot: (one, other) => outcomes.get(keyOf(one, other)) ?? 'never compared',
  };
}

function keyOf(one: number, other: number): string {
  return one < other ? `${one} ${other}` : `${other} ${one}`;
}
