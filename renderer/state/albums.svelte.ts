/** The user's albums: their list, and what the user does with them. */
import type { Album } from '../../src/api.ts';
import { asWireError, bridge } from './bridge.ts';
import { complain } from './library.svelte.ts';
import { preferences } from './preferences.svelte.ts';
import { toasts } from './toasts.svelte.ts';

class Albums {
  list = $state.raw<readonly Album[]>([]);
  /** Whether the engine has told. */
  known = $state(false);
  /** Counts up whenever albums may have changed. */
  version = $state(0);

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

  find(albumId: number): Album | null {
    return this.list.find(({ id }) => id === albumId) ?? null;
  }

  nameOf(albumId: number): string | null {
    return this.find(albumId)?.name ?? null;
  }

  /** @throws what the engine refuses with: the dialog that asked for the name shows it */
  async create(name: string, photoIds: readonly number[], show: (albumId: number) => void): Promise<void> {
    await this.#created(await bridge.request('albums.create', { name, photoIds: [...photoIds] }), show);
  }

  /** Makes an album of a place. @throws as `create` */
  async createFromPlace(name: string, placeId: number, show: (albumId: number) => void): Promise<void> {
    await this.#created(await bridge.request('places.album', { placeId, name }), show);
  }

  /** @throws what the engine refuses with */
  async rename(albumId: number, name: string): Promise<void> {
    await bridge.request('albums.rename', { albumId, name });
    await this.#read();
  }

  async remove(albumIds: readonly number[]): Promise<void> {
    const names = albumIds.map((albumId) => this.nameOf(albumId) ?? '');
    await this.#ask(async () => {
      for (const albumId of albumIds) await bridge.request('albums.remove', { albumId });
      const { words } = preferences;
      toasts.show(words.albums.removed(names), {
        action: { label: words.undo, run: () => void this.#restore(albumIds, names) },
      });
    });
  }

  /** Takes photos out of an album. */
  async take(albumId: number, photoIds: readonly number[]): Promise<void> {
    await this.#ask(async () => {
      await bridge.request('albums.take', { albumId, photoIds: [...photoIds] });
      const { words } = preferences;
      toasts.show(words.albums.taken(photoIds.length), {
        action: { label: words.undo, run: () => void this.#putBack(albumId, photoIds) },
      });
    });
  }

  async #restore(albumIds: readonly number[], names: readonly string[]): Promise<void> {
    await this.#ask(async () => {
      for (const albumId of albumIds) await bridge.request('albums.restore', { albumId });
      toasts.show(preferences.words.albums.restored(names));
    });
  }

  async #putBack(albumId: number, photoIds: readonly number[]): Promise<void> {
    await this.#ask(async () => {
      await bridge.request('albums.add', { albumId, photoIds: [...photoIds] });
      toasts.show(preferences.words.albums.putBack);
    });
  }

  async #ask(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (thrown) {
      complain(thrown);
    }
    await this.#read();
  }

  async #created(album: Album, show: (albumId: number) => void): Promise<void> {
    await this.#read();
    const { words } = preferences;
    toasts.show(words.albums.created(album.name, album.photos), {
      action: { label: words.albums.show, run: () => show(album.id) },
    });
  }

  async #read(): Promise<void> {
    try {
      this.list = await bridge.request('albums.list', {});
      this.known = true;
      this.version += 1;
    } catch (thrown) {
      // The engine comes back by itself, and says so.
      if (asWireError(thrown).code !== 'engine-gone') complain(thrown);
    }
  }
}

export const albums = new Albums();
