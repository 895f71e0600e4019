/** Back and forward through pages, like in a web browser. */

export interface History<Page> {
  readonly pages: readonly Page[];
  /** The page that is shown, 0 <= position < pages.length. */
  readonly position: number;
}

export function startHistory<Page>(page: Page): History<Page> {
  return { pages: [page], position: 0 };
}

/** Goes to a new page; whatever lay ahead is forgotten, and the oldest beyond `limit` too. */
export function visit<Page>(history: History<Page>, page: Page, limit = 200): History<Page> {
  const pages = [...history.pages.slice(0, history.position + 1), page].slice(-limit);
  return { pages, position: pages.length - 1 };
}

/** Moves by `steps`, back when negative; stops at the ends. */
export function travel<Page>(history: History<Page>, steps: number): History<Page> {
  const position = Math.min(history.pages.length - 1, Math.max(0, history.position + steps));
  return { pages: history.pages, position };
}

export function currentPage<Page>(history: History<Page>): Page {
  const page = history.pages[history.position];
  if (page === undefined) throw new RangeError('A history always has a page');
  return page;
}
