/** The places that Akin found: their list, the finding, and what the user does with them. */
import type { Place, PlacesProgress } from '../../src/api.ts';
import { asWireError, bridge } from './bridge.ts';
import { complain } from './library.svelte.ts';
import { preferences } from './preferences.svelte.ts';
import { toasts } from './toasts.svelte.ts';

type PlacesOrder = 'size' | 'date';

class Places {
  /** Largest first; null until the engine has told. */
  list = $state.raw<readonly Place[] | null>(null);
  progress = $state.raw<PlacesProgress>({ phase: 'idle', done: 0, total: 0, rate: 0, etaSeconds: null });
  order = $state<PlacesOrder>('size');
  /** Whether photos were compared to the end, as far as this window knows. */
  built = $state(false);
  /** Counts up whenever places may have changed. */
  version = $state(0);
  #stopped = false;

  /** Listens to the engine and asks for what there is; returns what ends the listening. */
  start(): () => void {
    const ends = [
      bridge.on('places.changed', () => void this.#read()),
      bridge.on('library.changed', () => void this.#read()),
      bridge.on('places.progress', (progress) => {
        if (progress.phase === 'idle' && !this.#stopped) this.built = true;
        this.progress = progress;
      }),
      bridge.on('engine.state', ({ state }) => {
        if (state === 'ready') void this.#read();
      }),
    ];
    void this.#read();
    return () => {
      for (const end of ends) end();
    };
  }

  find(placeId: number): Place | null {
    return this.list?.find(({ id }) => id === placeId) ?? null;
  }

  async build(): Promise<void> {
    this.#stopped = false;
    this.progress = { ...this.progress, phase: 'building' };
    await this.#ask(() => bridge.request('places.build', {}));
  }

  async cancel(): Promise<void> {
    this.#stopped = true;
    await this.#ask(() => bridge.request('places.cancel', {}));
  }

  /** @throws what the engine refuses with */
  async rename(placeId: number, name: string | null): Promise<void> {
    await bridge.request('places.rename', { placeId, name });
    await this.#read();
  }

  /** Makes places one. */
  async merge(placeIds: readonly number[]): Promise<void> {
    await this.#ask(async () => {
      const parts = await Promise.all(
        placeIds.map(async (placeId) => ({
          placeId,
          name: this.find(placeId)?.name ?? null,
          photoIds: (await bridge.request('places.photos', { placeId })).ids,
        })),
      );
      const merged = await bridge.request('places.merge', { placeIds: [...placeIds] });
      await this.#read();
      const { words } = preferences;
      toasts.show(words.places.merged(parts.length), {
        action: { label: words.undo, run: () => void this.#part(merged.id, parts) },
      });
    });
  }

  /** Makes a place of its own of some photos of a place. */
  async split(placeId: number, photoIds: readonly number[]): Promise<void> {
    await this.#ask(async () => {
      const name = this.find(placeId)?.name ?? null;
      const { ids } = await bridge.request('places.photos', { placeId });
      const { id } = await bridge.request('places.split', { placeId, photoIds: [...photoIds] });
      await this.#read();
      const { words } = preferences;
      toasts.show(words.places.splitOff(photoIds.length), {
        action: { label: words.undo, run: () => void this.#rejoin([placeId, id], ids, name) },
      });
    });
  }

  /** Undoes a merger: all but the first place are split off again. */
  async #part(
    mergedId: number,
    [first, ...others]: readonly { placeId: number; name: string | null; photoIds: number[] }[],
  ): Promise<void> {
    await this.#ask(async () => {
      for (const { name, photoIds } of others) {
        const { id } = await bridge.request('places.split', { placeId: mergedId, photoIds });
        if (name !== this.find(id)?.name) await bridge.request('places.rename', { placeId: id, name });
      }
      await bridge.request('places.rename', { placeId: mergedId, name: first?.name ?? null });
      await this.#read();
      toasts.show(preferences.words.places.parted);
    });
  }

  /** Undoes a split; of two photos neither is in a place since. */
  async #rejoin(
    placeIds: readonly number[],
    photoIds: readonly number[],
    name: string | null,
  ): Promise<void> {
    await this.#ask(async () => {
      const there = [...new Set(placeIds)].filter((id) => this.find(id));
      const whole = await bridge.request('places.merge', { placeIds: there, photoIds: [...photoIds] });
      if (whole.name !== name) await bridge.request('places.rename', { placeId: whole.id, name });
      await this.#read();
      toasts.show(preferences.words.places.rejoined);
    });
  }

  async #ask(work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (thrown) {
      complain(thrown);
      await this.#read();
    }
  }

  async #read(): Promise<void> {
    try {
      const [list, progress] = await Promise.all([
        bridge.request('places.list', {}),
        bridge.request('places.progress', {}),
      ]);
      this.list = list;
      this.progress = progress;
      this.version += 1;
    } catch (thrown) {
      // The engine comes back by itself, and says so.
      if (asWireError(thrown).code !== 'engine-gone') complain(thrown);
    }
  }
}

export const places = new Places();
