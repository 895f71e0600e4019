/** One search: what was asked with, and what was found. It lives as long as its page in the history. */
import { SvelteMap } from 'svelte/reactivity';
import type { EventData, WireError } from '../../src/api.ts';
import type { Box, SearchResult } from '../../src/api-search.ts';
import { asWireError, bridge } from './bridge.ts';
import { librarySettings } from './library-settings.svelte.ts';
import { askWithParts, askWithQuery } from './search-query.ts';
import type { Query, Terms } from './search-query.ts';

/** How far the verification of the first results is. */
export type Verification = Pick<EventData<'search.verified'>, 'done' | 'total' | 'rate' | 'etaSeconds'>;

/** So few photos are localised at a time that scrolling on is heard soon. */
const localisedAtOnce = 6;
let lastKey = 0;

export class Search {
  query = $state.raw<Query>() as Query;
  state = $state.raw<'running' | 'done' | 'failed'>('running');
  /** What was found last; it stays while the query's terms change, until the next answer. */
  result = $state.raw<SearchResult | null>(null);
  /** What the result is in order of. */
  sort = $state.raw<Terms['sort']>('score');
  error = $state.raw<WireError | null>(null);
  /** While photos are verified. */
  verification = $state.raw<Verification | null>(null);
  /** `stopped` by the user, or `failed`: both can go on. */
  verificationState = $state.raw<'none' | 'running' | 'stopped' | 'failed' | 'done'>('none');
  /** The result with verified photos moved up, until `takeOrder` shows it. */
  reordered = $state.raw<SearchResult | null>(null);
  /** Keypoints that agree, by photo; marks come before the order changes. */
  readonly verified = new SvelteMap<number, number>();
  /** Finer boxes than the result's, by photo; null where there is none. */
  readonly boxes = new SvelteMap<number, Box | null>();
  #shown = false;
  /** Counts up with each asking: answers to earlier ones are not heard. */
  #asked = 0;
  #key: number | null = null;
  #toLocalise: readonly number[] = [];
  #localising = false;

  constructor(query: Query) {
    this.query = query;
    void this.run();
  }

  /** Searches again on other terms. */
  change(terms: Partial<Terms>): void {
    this.query = { ...this.query, ...terms };
    void this.run();
  }

  async run(): Promise<void> {
    this.#asked += 1;
    const asked = this.#asked;
    this.#cancelVerification();
    this.verification = null;
    this.verificationState = 'none';
    this.#toLocalise = [];
    this.state = 'running';
    this.error = null;
    const { query } = this;
    try {
      const result = await askWithQuery(query, (params) => bridge.request('search.run', params));
      if (asked !== this.#asked) return;
      this.verified.clear();
      this.boxes.clear();
      this.reordered = null;
      this.result = result;
      this.sort = query.sort;
      this.state = 'done';
      this.verifyWhenWanted();
    } catch (thrown) {
      if (asked !== this.#asked) return;
      this.error = asWireError(thrown);
      this.state = 'failed';
    }
  }

  /** The results come on screen; returns what to call when they leave it: nothing is worked out for nobody. */
  enter(): () => void {
    this.#shown = true;
    // The order that verification found cannot disturb anybody now.
    this.takeOrder();
    if (this.verificationState === 'running') this.verificationState = 'none';
    this.verification = null;
    const unlisten = bridge.on('search.verified', (event) => this.#hear(event));
    this.verifyWhenWanted();
    return () => {
      unlisten();
      this.#shown = false;
      this.#toLocalise = [];
      this.#cancelVerification();
    };
  }

  /** Begins the verification, if the search or the settings ask for it and it has not begun. */
  verifyWhenWanted(): void {
    const wanted = librarySettings.refinement(this.query.refinement).verification;
    const some = (this.result?.matches.length ?? 0) > 0;
    if (this.#shown && this.state === 'done' && this.verificationState === 'none' && wanted && some) {
      void this.verify();
    }
  }

  stopVerification(): void {
    this.#cancelVerification();
    this.verification = null;
    this.verificationState = 'stopped';
  }

  async verify(): Promise<void> {
    lastKey += 1;
    const key = lastKey;
    this.#key = key;
    this.verificationState = 'running';
    try {
      const result = await askWithQuery(this.query, (params) =>
        bridge.request('search.verify', { ...params, key }),
      );
      if (key !== this.#key) return;
      for (const { photoId, verified } of result.matches) {
        if (verified !== undefined) this.verified.set(photoId, verified);
      }
      this.reordered = result;
      this.verificationState = 'done';
    } catch (thrown) {
      if (key !== this.#key) return;
      this.verificationState = asWireError(thrown).code === 'cancelled' ? 'stopped' : 'failed';
    }
    this.#key = null;
    this.verification = null;
    void this.#localiseAll();
  }

  /** Shows the order that verification found: called when it disturbs nobody. */
  takeOrder(): void {
    if (!this.reordered) return;
    this.result = { ...this.reordered, milliseconds: this.result?.milliseconds ?? 0 };
    this.reordered = null;
  }

  /** Has the boxes of these photos refined, and of those only: what was asked for before is off the screen. */
  localise(photoIds: readonly number[]): void {
    this.#toLocalise = photoIds;
    void this.#localiseAll();
  }

  async #localiseAll(): Promise<void> {
    const [part] = this.query.parts;
    // With several photos, the engine knows which of them a photo matches best; verification goes first.
    if (!part || this.query.parts.length > 1 || this.#localising || this.#key !== null) return;
    this.#localising = true;
    const asked = this.#asked;
    for (;;) {
      const photoIds = this.#toLocalise.filter((id) => !this.boxes.has(id)).slice(0, localisedAtOnce);
      if (photoIds.length === 0 || this.#key !== null || asked !== this.#asked) break;
      const found = await askWithParts(
        [part],
        ([query]) => (query ? bridge.request('search.localise', { query, photoIds }) : Promise.resolve([])),
        // The boxes of the result are good enough to go on with.
      ).catch(() => []);
      if (asked !== this.#asked) break;
      for (const photoId of photoIds) this.boxes.set(photoId, null);
      for (const { photoId, box } of found) this.boxes.set(photoId, box);
    }
    this.#localising = false;
    if (asked !== this.#asked) void this.#localiseAll();
  }

  #hear(event: EventData<'search.verified'>): void {
    if (event.key !== this.#key) return;
    this.verified.set(event.photoId, event.verified);
    this.verification = event;
  }

  #cancelVerification(): void {
    if (this.#key === null) return;
    // Whether it was still running is no matter.
    bridge.request('search.cancel', { key: this.#key }).catch(() => undefined);
    this.#key = null;
  }
}
