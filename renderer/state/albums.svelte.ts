/** The user's albums: their list, and making one. */
import type { Album } from '../../src/api.ts';
import { asWireError, bridge } from './bridge.ts';
import { complain } from './library.svelte.ts';
import { preferences } from './preferences.svelte.ts';
import { toasts } from './toasts.svelte.ts';

class Albums {
  list = $state.raw<readonly Album[]>([]);

  /** Listens to the engine and asks for what there is; returns what ends the listening. */
  start(): () => void {
    const ends = [
      bridge.on('albums.changed', () => void this.#read()),
      bridge.on('library.changed', () => void this.#read()),
      bridge.on('engine.state', ({ state }) => {
        if (state === 'ready') void this.#read();
      }),
    ];
    void this.#read();
    return () => {
      for (const end of ends) end();
    };
  }

  nameOf(albumId: number): string | null {
    return this.list.find(({ id }) => id === albumId)?.name ?? null;
  }

  /** @throws what the engine refuses with: the dialog that asked for the name shows it */
  async create(name: string, photoIds: readonly number[], show: (albumId: number) => void): Promise<void> {
    const album = await bridge.request('albums.create', { name, photoIds: [...photoIds] });
    await this.#read();
    const { words } = preferences;
    toasts.show(words.albums.created(album.name, album.photos), {
      action: { label: words.albums.show, run: () => show(album.id) },
    });
  }

  async #read(): Promise<void> {
    try {
      this.list = await bridge.request('albums.list', {});
    } catch (thrown) {
      // The engine comes back by itself, and says so.
      if (asWireError(thrown).code !== 'engine-gone') complain(thrown);
    }
  }
}

export const albums = new Albums();
