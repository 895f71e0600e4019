/** What changes several albums at once, or what is in them; all of it can be undone. */
import { folderName } from './paths.ts';
import type { Folder } from '../../src/api.ts';
import { albums } from './albums.svelte.ts';
import { bridge } from './bridge.ts';
import { complain } from './library.svelte.ts';
import { preferences } from './preferences.svelte.ts';
import { toasts } from './toasts.svelte.ts';

/** Makes albums one, named as the first. */
export async function mergeAlbums(albumIds: readonly number[]): Promise<void> {
  try {
    const { id, name } = await bridge.request('albums.merge', { albumIds: [...albumIds] });
    const { words } = preferences;
    toasts.show(words.albumChanges.merged(albumIds.length, name), {
      action: { label: words.undo, run: () => void partAlbums(id) },
    });
  } catch (thrown) {
    complain(thrown);
  }
}

/**
 * Moves photos of an album into one of their own.
 * @throws what the engine refuses with: the dialog that asked for the name shows it
 */
export async function splitAlbum(albumId: number, photoIds: readonly number[], name: string): Promise<void> {
  const made = await bridge.request('albums.split', { albumId, photoIds: [...photoIds], name });
  const { words } = preferences;
  toasts.show(words.albumChanges.splitOff(made.photos, made.name), {
    action: { label: words.undo, run: () => void rejoinAlbums(albumId, made.id) },
  });
}

/** Makes an album of each sub-folder. */
export async function albumsFromFolder({ id: folderId, path }: Folder): Promise<void> {
  await fill(preferences.words.albumChanges.nothingInFolder(folderName(path)), () =>
    bridge.request('albums.from-folders', { folderId }),
  );
}

/** Makes albums of the photos that were said to be the same. */
export async function albumsFromJudgements(): Promise<void> {
  await fill(preferences.words.albumChanges.nothingJudged, () =>
    bridge.request('albums.from-judgements', {}),
  );
}

export async function importAlbums(): Promise<void> {
  await fill(preferences.words.albumChanges.nothingInFile, () => bridge.importAlbums());
}

export async function exportAlbums(): Promise<void> {
  try {
    const name = await bridge.exportAlbums();
    if (name !== null) toasts.show(preferences.words.albumChanges.exported(name));
  } catch (thrown) {
    complain(thrown);
  }
}

/** Puts photos into an album. */
export async function addToAlbum(albumId: number, photoIds: readonly number[]): Promise<void> {
  try {
    const before = await bridge.request('albums.photos', { albumId });
    const known = new Set(before.ids);
    const added = photoIds.filter((photoId) => !known.has(photoId));
    const name = albums.nameOf(albumId) ?? '';
    const { words } = preferences;
    if (added.length === 0) {
      toasts.show(words.albumChanges.inAlready(name));
      return;
    }
    await bridge.request('albums.add', { albumId, photoIds: added });
    toasts.show(words.albumChanges.added(added.length, name), {
      action: { label: words.undo, run: () => void empty([], new Map([[albumId, added]])) },
    });
  } catch (thrown) {
    complain(thrown);
  }
}

/** Albums that are made or gain photos; `ask` tells which, null when the user thought better of it. */
async function fill(
  nothing: string,
  ask: () => Promise<{ albumIds: number[]; photos: number; missing?: number } | null>,
): Promise<void> {
  try {
    const before = await everyAlbum();
    const filled = await ask();
    if (!filled) return;
    const { words } = preferences;
    const missing = filled.missing ? ` ${words.albumChanges.missing(filled.missing)}` : '';
    if (filled.albumIds.length === 0) {
      toasts.show(nothing + missing);
      return;
    }
    const made = filled.albumIds.filter((albumId) => !before.has(albumId));
    const grown = new Map<number, number[]>();
    for (const albumId of filled.albumIds) {
      const photoIds = before.get(albumId);
      if (!photoIds) continue;
      const { ids } = await bridge.request('albums.photos', { albumId });
      grown.set(
        albumId,
        ids.filter((photoId) => !photoIds.has(photoId)),
      );
    }
    toasts.show(words.albumChanges.filled(filled.albumIds.length, filled.photos) + missing, {
      action: { label: words.undo, run: () => void empty(made, grown) },
    });
  } catch (thrown) {
    complain(thrown);
  }
}

/** The photos of every album. */
async function everyAlbum(): Promise<Map<number, ReadonlySet<number>>> {
  const list = await bridge.request('albums.list', {});
  const photos = await Promise.all(list.map(({ id }) => bridge.request('albums.photos', { albumId: id })));
  return new Map(list.map(({ id }, place) => [id, new Set(photos[place]?.ids)]));
}

/** Undoes `fill`. */
async function empty(made: readonly number[], grown: ReadonlyMap<number, readonly number[]>): Promise<void> {
  try {
    for (const albumId of made) await bridge.request('albums.remove', { albumId });
    for (const [albumId, photoIds] of grown) {
      if (photoIds.length > 0) await bridge.request('albums.take', { albumId, photoIds: [...photoIds] });
    }
    toasts.show(preferences.words.albumChanges.asBefore);
  } catch (thrown) {
    complain(thrown);
  }
}

async function partAlbums(albumId: number): Promise<void> {
  try {
    await bridge.request('albums.unmerge', { albumId });
    toasts.show(preferences.words.albumChanges.parted);
  } catch (thrown) {
    complain(thrown);
  }
}

async function rejoinAlbums(albumId: number, madeId: number): Promise<void> {
  try {
    await bridge.request('albums.merge', { albumIds: [albumId, madeId] });
    toasts.show(preferences.words.albums.putBack);
  } catch (thrown) {
    complain(thrown);
  }
}
