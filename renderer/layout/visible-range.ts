/** Finds what is on screen by binary search, and keeps very tall grids inside what a browser can scroll. */
import type { RowLayout } from './justified-rows.ts';

/** Half open: `first` is inside, `end` is not. */
export interface Range {
  first: number;
  end: number;
}

/** The number of entries of a rising array that are at most `value`. */
export function countAtMost(rising: ArrayLike<number>, value: number): number {
  let low = 0;
  let high = rising.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((rising[middle] ?? Number.POSITIVE_INFINITY) <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Rows that touch the stretch from `top` to `bottom`, in the layout's pixels. */
export function visibleRows(layout: RowLayout, top: number, bottom: number): Range {
  if (layout.rows === 0 || bottom < top) return { first: 0, end: 0 };
  const end = countAtMost(layout.rowTop, bottom);
  let first = Math.max(0, countAtMost(layout.rowTop, top) - 1);
  if (first < end && (layout.rowTop[first] ?? 0) + (layout.rowHeight[first] ?? 0) < top) first += 1;
  return { first: Math.min(first, end), end };
}

/** Headings that touch the stretch from `top` to `bottom`; each is `headingHeight` high. */
export function visibleSections(
  layout: RowLayout,
  top: number,
  bottom: number,
  headingHeight: number,
): Range {
  const first = countAtMost(layout.sectionTop, top - headingHeight);
  return { first, end: Math.max(first, countAtMost(layout.sectionTop, bottom)) };
}

/** The row that holds a photo. */
export function rowOf(layout: RowLayout, photo: number): number {
  return countAtMost(layout.rowStart.subarray(0, layout.rows), photo) - 1;
}

/** The section that holds a row. */
export function sectionOf(layout: RowLayout, row: number): number {
  return countAtMost(layout.sectionRow, row) - 1;
}

/** Chromium places nothing below about 33.5 million pixels; half of that leaves room for zoom. */
export const tallestElement = 16_000_000;

/** How far the content moves for each pixel that the scroll bar's element moves: 1 unless it is too tall. */
export function scrollRatio(contentHeight: number, viewHeight: number): number {
  if (contentHeight <= tallestElement) return 1;
  return (contentHeight - viewHeight) / (tallestElement - viewHeight);
}
