/**
 * Lays photos out in rows that fill the width, like words in a justified paragraph. Everything is kept in typed
 * arrays, because 100,000 photos are laid out again whenever the window changes its width.
 */

export interface LayoutOptions {
  /** Width to fill, in CSS pixels. */
  width: number;
  /** The row height to come close to, in CSS pixels. */
  rowHeight: number;
  /** Space between photos and between rows, in CSS pixels. */
  gap: number;
  /** Space for the heading of each section, in CSS pixels. */
  headingHeight: number;
}

export interface RowLayout {
  rows: number;
  /** [rows] distance from the top, in whole CSS pixels. */
  rowTop: Float64Array;
  /** [rows] in whole CSS pixels. */
  rowHeight: Int32Array;
  /** [rows + 1] the first photo of each row; the last entry is the number of photos. */
  rowStart: Int32Array;
  /** [photos] distance from the left edge, in whole CSS pixels. */
  left: Int32Array;
  /** [photos] in whole CSS pixels. */
  width: Int32Array;
  /** [sections] distance of each heading from the top, in whole CSS pixels. */
  sectionTop: Float64Array;
  /** [sections] the first row of each section. */
  sectionRow: Int32Array;
  /** Everything from the first heading to the foot of the last row, in CSS pixels. */
  height: number;
}

/** A photo narrower or wider than this is shown cropped: one panorama must not take a whole screen. */
const narrowest = 0.45;
const widest = 3.2;
/** A row may be this much taller than wanted before the next photo is taken in as well. */
const tallest = 1.35;

/**
 * @param aspects upright width / height of each photo, in order; anything that is not a positive number counts as 1
 * @param sectionStart the first photo of each section, rising, beginning with 0; a section begins a new row
 * @returns every photo once, in order; all rows but the last of a section end exactly at `width`
 */
export function layOutRows(
  aspects: ArrayLike<number>,
  sectionStart: ArrayLike<number>,
  { width, rowHeight, gap, headingHeight }: LayoutOptions,
): RowLayout {
  const photos = aspects.length;
  const sections = photos === 0 ? 0 : sectionStart.length;
  const rowTop = new Float64Array(photos);
  const rowHeights = new Int32Array(photos);
  const rowStart = new Int32Array(photos + 1);
  const left = new Int32Array(photos);
  const widths = new Int32Array(photos);
  const sectionTop = new Float64Array(sections);
  const sectionRow = new Int32Array(sections);
  let rows = 0;
  let top = 0;

  for (let section = 0; section < sections; section += 1) {
    const end = section + 1 < sections ? (sectionStart[section + 1] ?? photos) : photos;
    let first = sectionStart[section] ?? 0;
    sectionTop[section] = top;
    sectionRow[section] = rows;
    top += headingHeight;
    while (first < end) {
      const row = fillRow(aspects, first, end, width, rowHeight, gap);
      const height = Math.max(1, Math.round(row.height));
      placeRow(
        aspects,
        first,
        row.end,
        row.height,
        row.full ? width : Number.POSITIVE_INFINITY,
        gap,
        left,
        widths,
      );
      rowTop[rows] = top;
      rowHeights[rows] = height;
      rowStart[rows] = first;
      rows += 1;
      top += height + gap;
      first = row.end;
    }
  }
  rowStart[rows] = photos;

  return {
    rows,
    rowTop: rowTop.subarray(0, rows),
    rowHeight: rowHeights.subarray(0, rows),
    rowStart: rowStart.subarray(0, rows + 1),
    left,
    width: widths,
    sectionTop,
    sectionRow,
    height: rows === 0 ? 0 : top - gap,
  };
}

/** The aspect that a photo is shown with. */
export function shownAspect(aspect: number): number {
  if (!(aspect > 0)) return 1;
  return Math.min(widest, Math.max(narrowest, aspect));
}

interface Row {
  end: number;
  height: number;
  /** Whether the row reaches the right edge; the last row of a section may fall short. */
  full: boolean;
}

function fillRow(
  aspects: ArrayLike<number>,
  first: number,
  end: number,
  width: number,
  wanted: number,
  gap: number,
): Row {
  let sum = 0;
  for (let index = first; index < end; index += 1) {
    const aspect = shownAspect(aspects[index] ?? 1);
    const height = (width - (index - first) * gap) / (sum + aspect);
    if (height <= wanted) {
      // The row is full with this photo: too low. Without it, it would be too high; the nearer of both is taken.
      const without = index === first ? Number.POSITIVE_INFINITY : (width - (index - first - 1) * gap) / sum;
      if (without <= wanted * tallest && without / wanted < wanted / height) {
        return { end: index, height: without, full: true };
      }
      return { end: index + 1, height, full: true };
    }
    sum += aspect;
  }
  return { end, height: wanted, full: false };
}

/** Rounds to whole pixels along the row, so that gaps stay even and the last photo ends at `edge`. */
function placeRow(
  aspects: ArrayLike<number>,
  first: number,
  end: number,
  height: number,
  edge: number,
  gap: number,
  left: Int32Array,
  widths: Int32Array,
): void {
  let exact = 0;
  for (let index = first; index < end; index += 1) {
    const start = Math.round(exact);
    exact += shownAspect(aspects[index] ?? 1) * height;
    const stop = index + 1 === end ? Math.min(edge, Math.round(exact)) : Math.round(exact);
    left[index] = start;
    widths[index] = Math.max(1, stop - start);
    exact += gap;
  }
}
