/**
 * Whether the details of two aligned pictures agree. Skies, lines of text and rows of windows agree with many others:
 * brightness that changes along one direction has the same form in all of them. So the means of rows and columns are
 * taken off each block, and what is left is compared.
 */
import { blockSide } from './agreement.ts';
import type { Seen } from './align.ts';

export interface Details {
  /** Blocks in which at least one of the pictures shows any. */
  readonly blocks: number;
  /** The share of these whose details agree, 0 to 1. */
  readonly share: number;
}

/** Grey values by which a block's details deviate where there are any; with less than the other, there is nothing left. */
const deviations = { any: 2.5, least: 0.5 };
/** Normalised correlations from which the details of a block begin to agree, and agree. */
const agreeing = { from: 0.3, fully: 0.7 };

const pixels = blockSide * blockSide;

/** @param a and @param b of one size; NaN where there is nothing */
export function compareDetails(a: Seen, b: Seen): Details {
  const [one, other] = [new Float64Array(pixels), new Float64Array(pixels)];
  let [blocks, agreed] = [0, 0];
  for (let top = 0; top + blockSide <= a.height; top += blockSide) {
    for (let left = 0; left + blockSide <= a.width; left += blockSide) {
      const deviationA = takeDetails(a, left, top, one);
      const deviationB = takeDetails(b, left, top, other);
      // NaN, too, fails this.
      if (!(deviationA + deviationB >= 0 && Math.max(deviationA, deviationB) >= deviations.any)) continue;
      blocks++;
      if (Math.min(deviationA, deviationB) < deviations.least) continue;
      let product = 0;
      for (let at = 0; at < pixels; at++) product += one[at]! * other[at]!;
      const correlation = product / (pixels * deviationA * deviationB);
      const agreement = (correlation - agreeing.from) / (agreeing.fully - agreeing.from);
      agreed += Math.min(1, Math.max(0, agreement));
    }
  }
  return { blocks, share: blocks > 0 ? agreed / blocks : 0 };
}

/**
 * Takes the means of rows and columns off a block.
 * @param details [blockSide, blockSide], filled with what is left
 * @returns its standard deviation; NaN where a pixel is missing
 */
export function takeDetails({ data, width }: Seen, left: number, top: number, details: Float64Array): number {
  const rows = new Float64Array(blockSide);
  const columns = new Float64Array(blockSide);
  let mean = 0;
  for (let y = 0, at = 0; y < blockSide; y++) {
    for (let x = 0; x < blockSide; x++, at++) {
      const value = data[(top + y) * width + left + x]!;
      details[at] = value;
      rows[y]! += value / blockSide;
      columns[x]! += value / blockSide;
      mean += value / pixels;
    }
  }
  let squares = 0;
  for (let at = 0; at < pixels; at++) {
    details[at]! += mean - rows[Math.floor(at / blockSide)]! - columns[at % blockSide]!;
    squares += details[at]! ** 2;
  }
  return Math.sqrt(squares / pixels);
}
