/** Where the user is, where they came from, and what they left there. */
import { currentPage, startHistory, travel, visit } from './history.ts';
import type { History } from './history.ts';
import { library } from './library.svelte.ts';
import { PhotoSelection } from './photo-selection.svelte.ts';
import { queryWith } from './search-query.ts';
import type { Part, Query } from './search-query.ts';
import { Search } from './search.svelte.ts';

/** What a grid keeps while it is not shown; the plain data is read once when it comes back. */
export interface GridMemory {
  /** The photo that has the keyboard. */
  active: number | null;
  /** The photo at the top of the view, and how far it is above the edge, in CSS pixels. */
  anchor: { photoId: number; offset: number } | null;
  readonly selection: PhotoSelection;
}

export type Page = { memory: GridMemory } & (
  | { kind: 'photos'; folderId: number | null }
  | { kind: 'results'; search: Search }
  | { kind: 'places' }
  | { kind: 'place'; placeId: number }
  | { kind: 'duplicates' }
  /** `photoId` is of the group that is looked at, which changes as one goes from group to group. */
  | { kind: 'duplicate-group'; photoId: number }
  | { kind: 'albums' }
  | { kind: 'album'; albumId: number }
  /** What may not belong in an album. */
  | { kind: 'album-cleaning'; albumId: number }
  | { kind: 'evaluation' }
  | { kind: 'training' }
  | { kind: 'run'; runId: number }
  | { kind: 'models' }
  | { kind: 'failures' }
);

class Navigation {
  #history = $state.raw(startHistory<Page>({ kind: 'photos', folderId: null, memory: emptyMemory() }));
  readonly current = $derived(currentPage(this.#history));
  readonly canGoBack = $derived(this.#history.position > 0);
  readonly canGoForward = $derived(this.#history.position < this.#history.pages.length - 1);

  showPhotos(folderId: number | null): void {
    if (this.current.kind === 'photos' && this.current.folderId === folderId) return;
    this.#visit({ kind: 'photos', folderId, memory: emptyMemory() });
  }

  showPlaces(): void {
    if (this.current.kind !== 'places') this.#visit({ kind: 'places', memory: emptyMemory() });
  }

  showPlace(placeId: number): void {
    if (this.current.kind === 'place' && this.current.placeId === placeId) return;
    this.#visit({ kind: 'place', placeId, memory: emptyMemory() });
  }

  showDuplicates(): void {
    if (this.current.kind !== 'duplicates') this.#visit({ kind: 'duplicates', memory: emptyMemory() });
  }

  showDuplicateGroup(photoId: number): void {
    this.#visit({ kind: 'duplicate-group', photoId, memory: emptyMemory() });
  }

  showAlbums(): void {
    if (this.current.kind !== 'albums') this.#visit({ kind: 'albums', memory: emptyMemory() });
  }

  showAlbum(albumId: number): void {
    if (this.current.kind === 'album' && this.current.albumId === albumId) return;
    this.#visit({ kind: 'album', albumId, memory: emptyMemory() });
  }

  showAlbumCleaning(albumId: number): void {
    this.#visit({ kind: 'album-cleaning', albumId, memory: emptyMemory() });
  }

  showEvaluation(): void {
    if (this.current.kind !== 'evaluation') this.#visit({ kind: 'evaluation', memory: emptyMemory() });
  }

  showTraining(): void {
    if (this.current.kind !== 'training') this.#visit({ kind: 'training', memory: emptyMemory() });
  }

  showRun(runId: number): void {
    if (this.current.kind === 'run' && this.current.runId === runId) return;
    this.#visit({ kind: 'run', runId, memory: emptyMemory() });
  }

  showModels(): void {
    if (this.current.kind !== 'models') this.#visit({ kind: 'models', memory: emptyMemory() });
  }

  showFailures(): void {
    if (this.current.kind !== 'failures') this.#visit({ kind: 'failures', memory: emptyMemory() });
  }

  search(query: Query): void {
    this.#visit({ kind: 'results', search: new Search(query), memory: emptyMemory() });
  }

  /** Searches with other parts; where results are looked through on some terms, the search goes on on them. */
  searchWith(...parts: readonly Part[]): void {
    const { current } = this;
    this.search(queryWith(parts, current.kind === 'results' ? current.search.query : undefined));
  }

  back(): void {
    this.#go(travel(this.#history, -1));
  }

  forward(): void {
    this.#go(travel(this.#history, 1));
  }

  #visit(page: Page): void {
    this.#go(visit(this.#history, page));
  }

  #go(history: History<Page>): void {
    this.#history = history;
    const page = currentPage(history);
    if (page.kind === 'photos') void library.show(page.folderId);
  }
}

function emptyMemory(): GridMemory {
  return { active: null, anchor: null, selection: new PhotoSelection() };
}

export const navigation = new Navigation();
