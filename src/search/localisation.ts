/**
 * Finds the box of a photo that looks most like a query. Source: Tolias et al., ICLR 2016, section 4.2: all boxes on
 * a coarse grid that have about the query's shape, then the sides of the best one are moved while that helps.
 *
 * The paper approximates the maxima of a box by integral images; on maps of some 200 cells, exact maxima that grow
 * from box to box are as fast, and there is nothing to quantise. What is compared is said in target.ts. And a box has to look like the query not
 * only as a whole, but its cells more than those outside as well, a little: its maxima alone hardly change where it
 * grows beyond the thing looked for.
 */
import { boxOf } from '../descriptor/box.ts';
import type { Box } from '../descriptor/box.ts';
import type { FeatureMap } from '../model/trunk.ts';
import type { Target } from './target.ts';

export interface Localisation {
  box: Box;
  /** How alike the box and the query are, as `Target` says: from -1 to 1. */
  score: number;
}

/**
 * How much it weighs beside the score of a box's maxima that cells inside score more than those outside. Where photos
 * were pasted into others, the overlap rises from 0.43 to 0.50 and that of parts of photos stays at 0.58 (every box
 * tried, 20 of each); more weight takes from the second what it gives to the first.
 */
const contrastWeight = 1 / 8;

/** A box may be this many times wider or narrower than the query, for its height: things are seen from the side. */
const largestStretch = 2;

/** The coarse grid has about this many steps along the longer side. */
const coarseSteps = 8;

/** The best box of a photo for what is looked for; at least one cell of the map. */
export function localise(map: FeatureMap, target: Target): Localisation {
  const search = new BoxSearch(map, target);
  const { corners, score } = search.refine(search.coarse());
  const { left, top, right, bottom } = corners;
  return { box: boxOf({ x: left, y: top, width: right - left, height: bottom - top }, map), score };
}

/** Of a box, in cells; `right` and `bottom` lie outside it. */
interface Corners {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

type Side = keyof Corners;
const sides: readonly Side[] = ['left', 'top', 'right', 'bottom'];

interface Candidate {
  corners: Corners;
  /** Of the maxima. */
  score: number;
  /** What the search goes by: the score, and the contrast of the cells. */
  worth: number;
}

class BoxSearch {
  readonly #map: FeatureMap;
  readonly #target: Target;
  /** Of the coarse grid, in cells. */
  readonly #step: number;
  readonly #aspect: number;
  /** [cells, channels], as bits: floats that are not negative order as their bits do. */
  readonly #cells: Int32Array;
  readonly #maxima: Int32Array;
  readonly #floats: Float32Array;
  /** [height + 1, width + 1]: of the scores of the cells above and to the left. */
  readonly #sums: Float64Array;

  constructor(map: FeatureMap, target: Target) {
    const { channels, width, height } = map;
    this.#map = map;
    this.#target = target;
    this.#step = Math.ceil(Math.max(width, height) / coarseSteps);
    // Where the map has no box of the query's shape, the nearest shape that it has.
    this.#aspect = Math.min(width / this.#step, Math.max(this.#step / height, target.aspect));
    this.#cells = cellsFirst(map);
    this.#maxima = new Int32Array(channels);
    this.#floats = new Float32Array(this.#maxima.buffer);
    this.#sums = integralImage(width, height, (cell) => this.#scoreOf(cell));
  }

  /** The best box whose sides lie on the coarse grid. */
  coarse(): Candidate {
    const { width, height } = this.#map;
    const xs = gridLines(width, this.#step);
    const ys = gridLines(height, this.#step);
    const blocks = ys.slice(1).map((_, y) => xs.slice(1).map((__, x) => this.#block(xs, ys, x, y)));
    let best: Candidate | null = null;
    for (let y0 = 0; y0 < blocks.length; y0++) {
      const columns = blocks[y0]!.map((block) => new Int32Array(block.length));
      for (let y1 = y0; y1 < blocks.length; y1++) {
        for (const [x, column] of columns.entries()) takeMaxima(column, blocks[y1]![x]!, 0);
        for (let x0 = 0; x0 < columns.length; x0++) {
          this.#maxima.fill(0);
          for (let x1 = x0; x1 < columns.length; x1++) {
            const corners = { left: xs[x0]!, top: ys[y0]!, right: xs[x1 + 1]!, bottom: ys[y1 + 1]! };
            if (this.#stretchOf(corners) > largestStretch) break;
            takeMaxima(this.#maxima, columns[x1]!, 0);
            if (!this.#hasShape(corners)) continue;
            const candidate = this.#judge(corners);
            if (!best || candidate.worth > best.worth) best = candidate;
          }
        }
      }
    }
    return best ?? this.#whole();
  }

  /** The maxima between neighbouring lines of the coarse grid. */
  #block(xs: readonly number[], ys: readonly number[], x: number, y: number): Int32Array {
    const maxima = new Int32Array(this.#map.channels);
    this.#take(maxima, { left: xs[x]!, top: ys[y]!, right: xs[x + 1]!, bottom: ys[y + 1]! });
    return maxima;
  }

  /** Moves one side after the other, by ever smaller steps, as long as the box gets better. */
  refine(start: Candidate): Candidate {
    const seen = new Set<number>();
    let best = start;
    this.#gather(best.corners);
    const maxima = this.#maxima.slice();
    for (let step = this.#step; step >= 1; step--) {
      for (let before = null; before !== best;) {
        before = best;
        for (const side of sides) {
          for (const move of [-step, step]) {
            const corners: Corners = { ...best.corners, [side]: best.corners[side] + move };
            if (!this.#isBox(corners) || !isNew(seen, this.#keyOf(corners))) continue;
            const added = addedBy(best.corners, corners, side);
            if (added) {
              this.#maxima.set(maxima);
              this.#take(this.#maxima, added);
            } else {
              this.#gather(corners);
            }
            const moved = this.#judge(corners);
            if (moved.worth <= best.worth) continue;
            best = moved;
            maxima.set(this.#maxima);
          }
        }
      }
    }
    return best;
  }

  #whole(): Candidate {
    const corners = { left: 0, top: 0, right: this.#map.width, bottom: this.#map.height };
    this.#gather(corners);
    return this.#judge(corners);
  }

  #scoreOf(cell: number): number {
    const { channels } = this.#map;
    const bytes = Int32Array.BYTES_PER_ELEMENT;
    return this.#target.score(new Float32Array(this.#cells.buffer, cell * channels * bytes, channels));
  }

  /** Whether there are cells in the box, all on the map, and it is of about the query's shape. */
  #isBox(corners: Corners): boolean {
    const { left, top, right, bottom } = corners;
    const { width, height } = this.#map;
    const inside = left >= 0 && top >= 0 && right <= width && bottom <= height;
    return inside && left < right && top < bottom && this.#hasShape(corners);
  }

  #keyOf({ left, top, right, bottom }: Corners): number {
    const base = Math.max(this.#map.width, this.#map.height) + 1;
    return ((left * base + top) * base + right) * base + bottom;
  }

  /** @param corners of the box that the maxima were gathered from */
  #judge(corners: Corners): Candidate {
    const { left, top, right, bottom } = corners;
    const stride = this.#map.width + 1;
    const [above, below] = [top * stride, bottom * stride];
    const sums = this.#sums;
    const sum = sums[below + right]! - sums[below + left]! - sums[above + right]! + sums[above + left]!;
    const cells = (right - left) * (bottom - top);
    const others = this.#map.width * this.#map.height - cells;
    const contrast = others === 0 ? 0 : sum / cells - (sums.at(-1)! - sum) / others;
    const score = this.#target.score(this.#floats);
    return { corners, score, worth: score + contrastWeight * contrast };
  }

  #hasShape(corners: Corners): boolean {
    const stretch = this.#stretchOf(corners);
    return stretch <= largestStretch && stretch >= 1 / largestStretch;
  }

  /** How many times wider than the query a box is, for its height. */
  #stretchOf({ left, top, right, bottom }: Corners): number {
    return (right - left) / (bottom - top) / this.#aspect;
  }

  #gather(corners: Corners): void {
    this.#maxima.fill(0);
    this.#take(this.#maxima, corners);
  }

  #take(maxima: Int32Array, { left, top, right, bottom }: Corners): void {
    const { channels, width } = this.#map;
    for (let y = top; y < bottom; y++) {
      for (let x = left; x < right; x++) takeMaxima(maxima, this.#cells, (y * width + x) * channels);
    }
  }
}

/** A box that was judged before was not better than the best one then, and the best one only gets better. */
function isNew(seen: Set<number>, key: number): boolean {
  const size = seen.size;
  return seen.add(key).size > size;
}

/** What a box gains by moving one side out, as a box; null where the side moved in. */
function addedBy(from: Corners, to: Corners, side: Side): Corners | null {
  if (side === 'left') return to.left < from.left ? { ...to, right: from.left } : null;
  if (side === 'top') return to.top < from.top ? { ...to, bottom: from.top } : null;
  if (side === 'right') return to.right > from.right ? { ...to, left: from.right } : null;
  return to.bottom > from.bottom ? { ...to, top: from.bottom } : null;
}

/** Compares and writes: `Math.max` takes three times as long once V8 has put this loop into the one that calls it. */
function takeMaxima(maxima: Int32Array, cells: Int32Array, start: number): void {
  const { length } = maxima;
  for (let channel = 0; channel < length; channel++) {
    const value = cells[start + channel]!;
    if (value > maxima[channel]!) maxima[channel] = value;
  }
}

/** [channels, cells] to [cells, channels], as bits. */
function cellsFirst({ data, channels, height, width }: FeatureMap): Int32Array {
  const bits = new Int32Array(data.buffer, data.byteOffset, data.length);
  const cells = new Int32Array(bits.length);
  const count = height * width;
  for (let channel = 0; channel < channels; channel++) {
    for (let cell = 0; cell < count; cell++) cells[cell * channels + channel] = bits[channel * count + cell]!;
  }
  return cells;
}

/** 0, step, 2 step, ... and the end, which may come sooner than a whole step. */
function gridLines(length: number, step: number): number[] {
  const lines = Array.from({ length: Math.ceil(length / step) }, (_, index) => index * step);
  return [...lines, length];
}

/** Sums of all values above and to the left: those in a box are then found by four of them. */
function integralImage(width: number, height: number, valueOf: (cell: number) => number): Float64Array {
  const stride = width + 1;
  const sums = new Float64Array(stride * (height + 1));
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = (y + 1) * stride + x + 1;
      sums[at] = valueOf(y * width + x) + sums[at - 1]! + sums[at - stride]! - sums[at - stride - 1]!;
    }
  }
  return sums;
}
