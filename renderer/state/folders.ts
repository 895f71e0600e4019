/** Adding, removing and bringing back folders. */
import type { Folder } from '../../src/api.ts';
import { bridge } from './bridge.ts';
import { complain, library } from './library.svelte.ts';
import { folderName } from './paths.ts';
import { navigation } from './navigation.svelte.ts';
import { preferences } from './preferences.svelte.ts';
import { toasts } from './toasts.svelte.ts';

export async function addFolder(): Promise<void> {
  try {
    const folder = await bridge.chooseFolder();
    if (!folder) return;
    await library.refresh();
    toasts.show(preferences.words.side.added(folderName(folder.path)));
  } catch (thrown) {
    complain(thrown);
  }
}

export async function addSamples(): Promise<void> {
  try {
    await bridge.request('samples.add', {});
    await library.refresh();
  } catch (thrown) {
    complain(thrown);
  }
}

export async function removeFolder(folder: Folder): Promise<void> {
  const { words } = preferences;
  const name = folderName(folder.path);
  try {
    await bridge.request('folders.remove', { folderId: folder.id });
    if (navigation.current.kind === 'photos' && navigation.current.folderId === folder.id)
      navigation.showPhotos(null);
    await library.refresh();
    toasts.show(words.side.removed(name), {
      action: { label: words.undo, run: () => void restoreFolder(folder) },
    });
  } catch (thrown) {
    complain(thrown);
  }
}

async function restoreFolder(folder: Folder): Promise<void> {
  try {
    await bridge.restoreFolder(folder.id);
    await library.refresh();
    toasts.show(preferences.words.side.restored(folderName(folder.path)));
  } catch (thrown) {
    complain(thrown);
  }
}
