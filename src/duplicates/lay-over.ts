/** Lays one picture over another by a rough map, improves the map, and looks at how well the two agree. */
import { compose, inFractions, inPixels, invert, shapeOf } from './affine.ts';
import type { Affine, Shape, Size } from './affine.ts';
import { agreementOf } from './agreement.ts';
import type { Agreement } from './agreement.ts';
import { refine, seenThrough } from './align.ts';
import type { Seen } from './align.ts';
import { compareDetails } from './details.ts';
import type { Details } from './details.ts';
import { overlapOf, overlapShares } from './overlap.ts';
import { halve } from './plane.ts';
import type { Plane, Pyramid } from './plane.ts';

export interface Fit {
  /** From a to b, in fractions. */
  readonly map: Affine;
  readonly agreement: Agreement;
  readonly details: Details;
  /** What the map does to the pictures' pixels. */
  readonly shape: Shape;
  /** The shares of their areas that the two have in common. */
  readonly overlapA: number;
  readonly overlapB: number;
}

/** The long side of what two pictures have in common, in pixels, when they are aligned, and when they are compared. */
const stages = [
  { side: 28, steps: 3 },
  { side: 56, steps: 4 },
  { side: 112, steps: 2 },
];
const comparedSide = 112;
/** Two that agree by less than this, once they are aligned roughly, will not: most pairs are done with that. */
const hopeless = { side: 56, share: 0.3 };

/** Edits stretch a picture by no more than this; a surface seen from another side is stretched by more. */
const mostStretched = 1.3;
/** What two pictures must have in common at least: of that which shows less, and of the other. */
const leastOverlap = { ofSmaller: 0.55, ofLarger: 0.03 };
/** Fewer pixels than this to a side, and nothing can be told. */
const leastSide = 10;

/**
 * @param map from a to b, in fractions
 * @returns null where the two would have too little in common, or the map is not one of an edit
 */
export function layOver(a: Pyramid, b: Pyramid, map: Affine): Fit | null {
  if (!isOfEdit(map, a[0], b[0])) return null;
  let better = map;
  for (const { side, steps } of stages) {
    const grid = gridOver(a[0], b[0], better, side);
    if (!grid) return null;
    const fixed = seenThrough(...levelFor(a, grid.toA, grid));
    const [level, toLevel] = levelFor(b, compose(better, grid.toA), grid);
    const refined = refine(fixed, level, toLevel, steps);
    const toFractions = inFractions(refined, { width: 1, height: 1 }, level);
    const fromFractions = invert(grid.toA);
    if (!fromFractions) return null;
    better = compose(toFractions, fromFractions);
    if (!isOfEdit(better, a[0], b[0])) return null;
    if (side === hopeless.side) {
      const seen = seenTogether(a, b, better, side);
      if (!seen || agreementOf(seen.a, seen.b).share < hopeless.share) return null;
    }
  }
  return lookThrough(a, b, better);
}

/**
 * How well two pictures agree through a map that is taken as it is.
 * @param map from a to b, in fractions
 * @returns null as `layOver` does
 */
export function lookThrough(a: Pyramid, b: Pyramid, map: Affine): Fit | null {
  const seen = isOfEdit(map, a[0], b[0]) ? seenTogether(a, b, map, comparedSide) : null;
  if (!seen) return null;
  const [overlapA, overlapB] = overlapShares(map);
  return {
    map,
    agreement: agreementOf(seen.a, seen.b),
    details: compareDetails(seen.a, seen.b),
    shape: shapeOf(inPixels(map, a[0], b[0])),
    overlapA,
    overlapB,
  };
}

/** What two pictures have in common, as a's pixels lie. @returns null where that is too little */
export function seenTogether(a: Pyramid, b: Pyramid, map: Affine, side: number): { a: Seen; b: Seen } | null {
  const grid = gridOver(a[0], b[0], map, side);
  if (!grid) return null;
  // Twice as fine, then halved: so that neither shows patterns that are only its own.
  const fine = { ...grid, width: 2 * grid.width, height: 2 * grid.height };
  const toA = compose(grid.toA, [0.5, 0, 0, 0, 0.5, 0]);
  const look = (pyramid: Pyramid, toPicture: Affine) => {
    const [level, toLevel] = levelFor(pyramid, toPicture, fine);
    return halve(seenThrough(level, toLevel, fine));
  };
  return { a: look(a, toA), b: look(b, compose(map, toA)) };
}

interface Grid extends Size {
  /** From its pixels to fractions of a. */
  readonly toA: Affine;
}

/** A grid over the part of a that b shows too, no finer than either of them. */
function gridOver(a: Size, b: Size, map: Affine, side: number): Grid | null {
  const back = invert(map);
  const corners = back ? overlapOf(back) : [];
  if (corners.length < 3) return null;
  const [columns, rows] = [corners.map(([x]) => x), corners.map(([, y]) => y)];
  const [left, top] = [Math.min(...columns), Math.min(...rows)];
  const [width, height] = [Math.max(...columns) - left, Math.max(...rows) - top];
  const { largest, smallest } = shapeOf(inPixels(map, a, b));
  const finest = Math.min(1, Math.sqrt(largest * smallest));
  const density = Math.min(finest, side / Math.max(width * a.width, height * a.height));
  const size = {
    width: Math.round(width * a.width * density),
    height: Math.round(height * a.height * density),
  };
  if (Math.min(size.width, size.height) < leastSide) return null;
  return { ...size, toA: [width / size.width, 0, left, 0, height / size.height, top] };
}

/** The coarsest level that is as fine as the grid, and the map from the grid to its pixels. */
function levelFor(pyramid: Pyramid, toPicture: Affine, grid: Size): [level: Plane, map: Affine, grid: Size] {
  const unit = { width: 1, height: 1 };
  const level =
    pyramid.findLast((plane) => shapeOf(inPixels(toPicture, unit, plane)).smallest >= 0.95) ?? pyramid[0];
  return [level, inPixels(toPicture, unit, level), grid];
}

function isOfEdit(map: Affine, a: Size, b: Size): boolean {
  const { largest, smallest } = shapeOf(inPixels(map, a, b));
  if (!(largest <= mostStretched * smallest)) return false;
  const shares = overlapShares(map);
  return Math.max(...shares) >= leastOverlap.ofSmaller && Math.min(...shares) >= leastOverlap.ofLarger;
}
