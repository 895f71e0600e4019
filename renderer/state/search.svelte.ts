/** One search: what was asked with, and what was found. It lives as long as its page in the history. */
import type { WireError } from '../../src/api.ts';
import type { SearchResult } from '../../src/api-search.ts';
import { asWireError, bridge } from './bridge.ts';
import { askWithQuery } from './search-query.ts';
import type { Query, Terms } from './search-query.ts';

export class Search {
  query = $state.raw<Query>() as Query;
  state = $state.raw<'running' | 'done' | 'failed'>('running');
  /** What was found last; it stays while the query's terms change, until the next answer. */
  result = $state.raw<SearchResult | null>(null);
  error = $state.raw<WireError | null>(null);
  /** Counts up with each asking: answers to earlier ones are not heard. */
  #asked = 0;

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
    this.state = 'running';
    this.error = null;
    try {
      const result = await askWithQuery(this.query, (params) => bridge.request('search.run', params));
      if (asked !== this.#asked) return;
      this.result = result;
      this.state = 'done';
    } catch (thrown) {
      if (asked !== this.#asked) return;
      this.error = asWireError(thrown);
      this.state = 'failed';
    }
  }
}
