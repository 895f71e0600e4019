/** A square of the R-MAC grid, in cells of the feature map; `x` and `y` are its upper left cell. */
export interface Region {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Neighbouring regions of one level should share this much of their area. */
const wantedOverlap = 0.4;

/** The longer side gets at most this many regions more than the shorter one. */
const maximumExtra = 6;

/**
 * The R-MAC grid: squares at several scales, laid so that neighbours overlap by about 40 %.
 * Source: Tolias, Sicre and Jégou, "Particular object retrieval with integral max-pooling of CNN activations",
 * ICLR 2016, section 3.2.
 *
 * @param height of the feature map in cells, at least 1
 * @param width of the feature map in cells, at least 1
 * @param levels number of scales, at least 1; 3 gives 20 squares for a photo of 4:3 or 3:2
 * @param wholeMap adds the whole map, which is a square only where the map is one, as the first region
 * @returns level by level, each row by row; squares that would have no cell are left out
 */
export function regionGrid(height: number, width: number, levels: number, wholeMap: boolean): Region[] {
  const short = Math.min(height, width);
  const extra = height === width ? 0 : extraRegions(short, Math.max(height, width));
  const regions: Region[] = wholeMap ? [{ x: 0, y: 0, width, height }] : [];
  for (let level = 1; level <= levels; level++) {
    const side = Math.floor((2 * short) / (level + 1));
    if (side === 0) continue;
    const columns = offsets(width, side, level + (width > height ? extra : 0));
    const rows = offsets(height, side, level + (height > width ? extra : 0));
    for (const y of rows) for (const x of columns) regions.push({ x, y, width: side, height: side });
  }
  return regions;
}

/** How many squares of side `short` the longer side gets beyond the first, so that they overlap as wanted. */
function extraRegions(short: number, long: number): number {
  let best = 1;
  let smallestError = Infinity;
  for (let extra = 1; extra <= maximumExtra; extra++) {
    const step = (long - short) / extra;
    const error = Math.abs((short * short - short * step) / (short * short) - wantedOverlap);
    if (error < smallestError) {
      smallestError = error;
      best = extra;
    }
  }
  return best;
}

/** The first cells of `count` squares spread evenly from one end of a side to the other. */
function offsets(length: number, side: number, count: number): number[] {
  const step = count === 1 ? 0 : (length - side) / (count - 1);
  // The authors round the centres, not the corners; it matters where floating point falls short of a whole cell.
  const half = Math.floor(side / 2 - 1);
  return Array.from({ length: count }, (_, index) => Math.floor(half + index * step) - half);
}
