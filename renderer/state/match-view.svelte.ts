/** What the viewer shows of why a photo is a result: where it matches, and which parts of it look alike. */
import type { Photo } from '../../src/api.ts';
import type { Box, HeatMap } from '../../src/api-search.ts';
import { Answer } from './answer.svelte.ts';
import { bridge } from './bridge.ts';
import { askWithParts } from './search-query.ts';
import type { Part } from './search-query.ts';
import type { Search } from './search.svelte.ts';

/** Nothing is worked out for photos that the user only passes, in milliseconds. */
const rest = 150;

export class MatchView {
  readonly #search: Search;
  showsBox = $state(true);
  showsHeat = $state(false);
  readonly heat = new Answer<{ query: HeatMap; photo: HeatMap }>();
  /** The same for every photo, so it need not go while the next one is worked out. */
  queryHeat = $state.raw<HeatMap | null>(null);
  /** The query, if it is one photo or one part of one: only then there are boxes and heat-maps. */
  readonly part: Part | null;
  /** What is known of a query photo of the library. */
  queryPhoto = $state.raw<Photo | null>(null);

  constructor(search: Search) {
    this.#search = search;
    const { parts } = search.query;
    this.part = parts.length === 1 ? (parts[0] ?? null) : null;
    if (this.part?.photoId === undefined) return;
    bridge.request('photos.get', { photoId: this.part.photoId }).then(
      (photo) => (this.queryPhoto = photo),
      () => undefined,
    );
  }

  /** Whether a photo is what was searched with. */
  isQuery(part: Part): boolean {
    return this.#search.query.parts.some((other) => isSame(part, other));
  }

  /** The box that a photo was searched with. */
  queryBox(part: Part): Box | null {
    return this.part?.box && isSame(part, this.part) ? this.part.box : null;
  }

  boxOf(photoId: number): Box | null {
    return this.#search.boxes.get(photoId) ?? this.#matchOf(photoId)?.box ?? null;
  }

  /** Those of some photos that are verified, in their order, and the one that is looked at. */
  verifiedAmong(ids: ArrayLike<number>, looked: number): number[] {
    return Array.from(ids).filter((photoId) => {
      const verified = this.#search.verified.get(photoId) ?? this.#matchOf(photoId)?.verified ?? 0;
      return photoId === looked || verified > 0;
    });
  }

  /** Has a photo's box refined, once the user stays with it; returns what to call when they do not. */
  localise(photoId: number): () => void {
    const { boxes } = this.#search;
    if (!this.part || boxes.get(photoId)) return () => undefined;
    const { part } = this;
    return whenAtRest(async () => {
      const found = await askWithParts(
        [part],
        ([query]) =>
          query ? bridge.request('search.localise', { query, photoIds: [photoId] }) : Promise.resolve([]),
        // The box of the result is good enough to go on with.
      ).catch(() => []);
      for (const { box } of found) boxes.set(photoId, box);
    });
  }

  /** Has the heat-maps worked out, once the user stays with a photo. */
  compare(photoId: number): () => void {
    const { part } = this;
    this.heat.forget();
    if (!part) return () => undefined;
    return whenAtRest(async () => {
      await this.heat.ask(() =>
        askWithParts([part], ([query]) => {
          if (!query) throw new RangeError('A search has a query');
          return bridge.request('search.heat', { query, photoId });
        }),
      );
      if (this.heat.value) this.queryHeat = this.heat.value.query;
    });
  }

  #matchOf(photoId: number) {
    return this.#search.result?.matches.find((match) => match.photoId === photoId);
  }
}

function isSame(one: Part, other: Part): boolean {
  return one.picture ? one.picture === other.picture : one.photoId === other.photoId;
}

function whenAtRest(work: () => Promise<void>): () => void {
  const timer = setTimeout(() => void work(), rest);
  return () => clearTimeout(timer);
}
