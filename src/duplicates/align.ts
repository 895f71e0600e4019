/**
 * Lays one picture over another to a fraction of a pixel: Gauss and Newton's method on the differences of their grey
 * values, brightness and contrast being fitted along. Source: Lucas and Kanade, "An iterative image registration
 * technique", 1981; with the compositional update of Baker and Matthews, "Lucas-Kanade 20 years on", IJCV 2004,
 * section 3.2, and Cauchy's weights against what lies over one of them.
 */
import { compose } from './affine.ts';
import type { Affine, Size } from './affine.ts';
import { fitTone } from './tone.ts';
import type { Tone } from './tone.ts';
import type { Plane } from './plane.ts';

/** A picture as another one's pixels see it. */
export interface Seen {
  /** [height, width]; NaN where the other picture ends. */
  readonly data: Float32Array;
  readonly width: number;
  readonly height: number;
}

/** Looks at a picture through a map from the pixels of a grid to its own. */
export function seenThrough(picture: Plane, map: Affine, { width, height }: Size): Seen {
  const data = new Float32Array(width * height);
  const [a, b, c, d, e, f] = map;
  const { data: values } = picture;
  const [lastColumn, lastRow] = [Math.max(0, picture.width - 2), Math.max(0, picture.height - 2)];
  const [right, below] = [picture.width > 1 ? 1 : 0, picture.height > 1 ? picture.width : 0];
  const [mostAcross, mostDown] = [picture.width - 1, picture.height - 1];
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at++) {
      // As `valueAt`, in place: most of the time that a pair takes is spent here.
      const across = a * (x + 0.5) + b * (y + 0.5) + c;
      const down = d * (x + 0.5) + e * (y + 0.5) + f;
      if (!(across >= 0 && down >= 0 && across <= picture.width && down <= picture.height)) {
        data[at] = Number.NaN;
        continue;
      }
      const left = across <= 0.5 ? 0 : across - 0.5 > mostAcross ? mostAcross : across - 0.5;
      const top = down <= 0.5 ? 0 : down - 0.5 > mostDown ? mostDown : down - 0.5;
      const column = left > lastColumn ? lastColumn : left | 0;
      const row = top > lastRow ? lastRow : top | 0;
      const from = row * picture.width + column;
      const [u, v] = [left - column, top - row];
      const upper = values[from]! + u * (values[from + right]! - values[from]!);
      const lower = values[from + below]! + u * (values[from + below + right]! - values[from + below]!);
      data[at] = upper + v * (lower - upper);
    }
  }
  return { data, width, height };
}

/** Differences of so many grey values count half, larger ones less and less. */
const scaleOfErrors = 12;
const unknowns = 8;
/** A grid with twice as many rows is looked at in every second one: that tells the eight unknowns as well. */
const fewRows = 32;
const middleGrey = 128;
const leastGain = 0.05;

/**
 * Improves a map from the pixels of a grid to those of a picture.
 * @param fixed what is to be seen there, NaN where that is not known
 * @returns the better map; the old one where the pictures say nothing
 */
export function refine(fixed: Seen, picture: Plane, start: Affine, steps: number): Affine {
  let map = start;
  let tone: Tone | null = null;
  for (let step = 0; step < steps; step++) {
    const seen = seenThrough(picture, map, fixed);
    tone ??= fitTone(seen.data, fixed.data);
    const change: Improvement | null = tone && improvement(fixed, seen, tone);
    if (!change) return map;
    map = compose(map, change.map);
    tone = change.tone;
  }
  return map;
}

interface Improvement {
  /** Near identity: by which the grid is to be moved before it is mapped. */
  readonly map: Affine;
  readonly tone: Tone;
}

/** @returns null where the pictures say nothing */
function improvement(fixed: Seen, seen: Seen, { gain, offset }: Tone): Improvement | null {
  const { width, height } = fixed;
  const normal = new Float64Array(unknowns * (unknowns + 1));
  const row = new Float64Array(unknowns + 1);
  const [middleX, middleY] = [width / 2, height / 2];
  const scale = 2 / Math.max(width, height);
  let used = 0;
  const rowStep = height >= 2 * fewRows ? 2 : 1;
  for (let y = 1; y < height - 1; y += rowStep) {
    for (let x = 1; x < width - 1; x++) {
      const at = y * width + x;
      const wanted = fixed.data[at]!;
      const value = seen.data[at]!;
      const across = (seen.data[at + 1]! - seen.data[at - 1]!) * (gain / 2);
      const down = (seen.data[at + width]! - seen.data[at - width]!) * (gain / 2);
      const difference = wanted - (gain * value + offset);
      // NaN, too, fails this.
      if (!(Math.abs(difference) + Math.abs(across) + Math.abs(down) < Infinity)) continue;
      const weight = 1 / (1 + (difference / scaleOfErrors) ** 2);
      const [right, below] = [(x + 0.5 - middleX) * scale, (y + 0.5 - middleY) * scale];
      row[0] = across * right;
      row[1] = across * below;
      row[2] = across;
      row[3] = down * right;
      row[4] = down * below;
      row[5] = down;
      row[6] = value / middleGrey;
      row[7] = 1;
      row[8] = difference;
      for (let i = 0; i < unknowns; i++) {
        const factor = weight * row[i]!;
        for (let j = i; j <= unknowns; j++) normal[i * (unknowns + 1) + j]! += factor * row[j]!;
      }
      used++;
    }
  }
  if (used < 8 * unknowns) return null;
  const solution = solveSymmetric(normal);
  if (!solution) return null;
  const [p, q, r, s, t, u, gainMore, offsetMore] = solution as unknown as Eight;
  // Back from places counted from the middle, in halves of the long side.
  const linear: [number, number, number, number] = [p * scale, q * scale, s * scale, t * scale];
  return {
    map: [
      1 + linear[0],
      linear[1],
      r - linear[0] * middleX - linear[1] * middleY,
      linear[2],
      1 + linear[3],
      u - linear[2] * middleX - linear[3] * middleY,
    ],
    // A negative is no edit that is looked for.
    tone: { gain: Math.max(leastGain, gain + gainMore / middleGrey), offset: offset + offsetMore },
  };
}

type Eight = [number, number, number, number, number, number, number, number];

/** Solves by Cholesky's method. @param normal [n, n + 1], the upper half and the right side; it is overwritten */
function solveSymmetric(normal: Float64Array): Float64Array | null {
  const columns = unknowns + 1;
  // A little more on the diagonal: a flat picture leaves some moves free.
  for (let i = 0; i < unknowns; i++) normal[i * columns + i]! += 1e-3 + 1e-6 * normal[i * columns + i]!;
  for (let i = 0; i < unknowns; i++) {
    for (let k = 0; k < i; k++) {
      const factor = normal[k * columns + i]!;
      for (let j = i; j <= unknowns; j++) normal[i * columns + j]! -= factor * normal[k * columns + j]!;
    }
    const pivot = normal[i * columns + i]!;
    if (!(pivot > 0)) return null;
    const root = Math.sqrt(pivot);
    for (let j = i; j <= unknowns; j++) normal[i * columns + j]! /= root;
  }
  const solution = new Float64Array(unknowns);
  for (let i = unknowns - 1; i >= 0; i--) {
    let value = normal[i * columns + unknowns]!;
    for (let j = i + 1; j < unknowns; j++) value -= normal[i * columns + j]! * solution[j]!;
    solution[i] = value / normal[i * columns + i]!;
  }
  return solution;
}
