/** What the library is set to do with every search and every photo. */
import type { LibrarySettings, Result } from '../../src/api.ts';
import type { Refinement } from '../../src/api-search.ts';
import { asWireError, bridge } from './bridge.ts';
import { complain } from './library.svelte.ts';

class KnownSettings {
  /** Null until the engine has told. */
  current = $state.raw<Result<'settings.get'> | null>(null);

  /** Asks for the settings, now and whenever an engine starts; returns what ends that. */
  start(): () => void {
    void this.#read();
    return bridge.on('engine.state', ({ state }) => {
      if (state === 'ready') void this.#read();
    });
  }

  async change(changes: Partial<LibrarySettings>): Promise<void> {
    // The next change may come before the engine has answered.
    if (this.current) this.current = { ...this.current, ...changes };
    try {
      await bridge.request('settings.set', changes);
    } catch (thrown) {
      complain(thrown);
    }
    await this.#read();
  }

  /** What a search does: the settings, but for what it was told otherwise. */
  refinement(own: Partial<Refinement>): Partial<Refinement> {
    return { ...this.current?.refinement, ...own };
  }

  async #read(): Promise<void> {
    try {
      this.current = await bridge.request('settings.get', {});
    } catch (thrown) {
      // The engine comes back by itself, and says so.
      if (asWireError(thrown).code !== 'engine-gone') complain(thrown);
    }
  }
}

export const librarySettings = new KnownSettings();
