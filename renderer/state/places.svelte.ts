/** Where the user is, where they came from, and what they left there. */
import { currentPlace, startHistory, travel, visit } from './history.ts';
import type { History } from './history.ts';
import { library } from './library.svelte.ts';
import { Search } from './search.svelte.ts';
import type { Query } from './search.svelte.ts';

/** What a grid keeps while it is not shown: plain data, read once when it comes back. */
export interface GridMemory {
  /** The selected photo. */
  active: number | null;
  /** The photo at the top of the view, and how far it is above the edge, in CSS pixels. */
  anchor: { photoId: number; offset: number } | null;
}

export type Place = { memory: GridMemory } & (
  { kind: 'photos'; folderId: number | null } | { kind: 'results'; search: Search } | { kind: 'failures' }
);

class Places {
  #history = $state.raw(startHistory<Place>({ kind: 'photos', folderId: null, memory: emptyMemory() }));
  readonly current = $derived(currentPlace(this.#history));
  readonly canGoBack = $derived(this.#history.position > 0);
  readonly canGoForward = $derived(this.#history.position < this.#history.places.length - 1);

  showPhotos(folderId: number | null): void {
    if (this.current.kind === 'photos' && this.current.folderId === folderId) return;
    this.#visit({ kind: 'photos', folderId, memory: emptyMemory() });
  }

  showFailures(): void {
    if (this.current.kind !== 'failures') this.#visit({ kind: 'failures', memory: emptyMemory() });
  }

  search(query: Query): void {
    this.#visit({ kind: 'results', search: new Search(query), memory: emptyMemory() });
  }

  back(): void {
    this.#go(travel(this.#history, -1));
  }

  forward(): void {
    this.#go(travel(this.#history, 1));
  }

  #visit(place: Place): void {
    const before = this.#history.places;
    this.#go(visit(this.#history, place));
    for (const left of before) {
      if (left.kind === 'results' && !this.#history.places.includes(left)) left.search.dispose();
    }
  }

  #go(history: History<Place>): void {
    this.#history = history;
    const place = currentPlace(history);
    if (place.kind === 'photos') void library.show(place.folderId);
  }
}

function emptyMemory(): GridMemory {
  return { active: null, anchor: null };
}

export const places = new Places();
