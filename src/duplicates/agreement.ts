/**
 * Whether two aligned pictures show one shot: block by block, since what was put over one of them, or what moved
 * between two shots, disagrees in some blocks only, and another viewpoint in most.
 */
import type { Seen } from './align.ts';
import { fitTone, residualOf } from './tone.ts';

/** Pixels to a side of a block. */
export const blockSide = 8;

/** Grey values: a block that varies by less is flat in its picture; one that varies by more counts in full. */
const flat = { below: 2.5, from: 8 };
/** Flat blocks count for so much less than those with something to compare. */
const flatWeight = 0.15;
/** Normalised correlations from which a block begins to agree, and agrees. */
const agreeing = { from: 0.45, fully: 0.85 };
/** Grey values that two flat blocks may be apart by, once brightness and contrast are fitted. */
const flatTolerance = 14;

/** What is as bright or as dark as can be has lost what it showed. */
const limits = { dark: 4, bright: 251 };
/** The share of the blocks that must not be so. */
const leastCompared = 0.3;

export interface Agreement {
  /** The share of the blocks that agree, 0 to 1, each by its weight. */
  readonly share: number;
  /** Mean correlation of the textured blocks that agree, 0 to 1; 0 without any. */
  readonly correlation: number;
  /** Share of the blocks that have something to compare. */
  readonly textured: number;
  /** Mean absolute difference once brightness and contrast are fitted, 0 to 1. */
  readonly residual: number;
  /** Blocks that were compared. */
  readonly blocks: number;
}

const none: Agreement = { share: 0, correlation: 0, textured: 0, residual: 1, blocks: 0 };

/** @param a and @param b of one size; NaN where there is nothing */
export function agreementOf(a: Seen, b: Seen): Agreement {
  const tone = fitTone(a.data, b.data);
  if (!tone) return none;
  let [all, blocks, textured, weights, agreed, correlations, correlated] = [0, 0, 0, 0, 0, 0, 0];
  for (let top = 0; top + blockSide <= a.height; top += blockSide) {
    for (let left = 0; left + blockSide <= a.width; left += blockSide) {
      const block = compareBlocks(a, b, left, top);
      if (!block) continue;
      all++;
      if (isCutOff(block)) continue;
      blocks++;
      const deviation = Math.max(block.deviationA, block.deviationB);
      if (deviation < flat.below) {
        const apart = Math.abs(tone.gain * block.meanA + tone.offset - block.meanB);
        weights += flatWeight;
        agreed += flatWeight * Math.max(0, 1 - Math.max(0, apart / flatTolerance - 1));
        continue;
      }
      textured++;
      const weight = Math.min(1, Math.max(flatWeight, (deviation - flat.below) / (flat.from - flat.below)));
      weights += weight;
      const agreement = (block.correlation - agreeing.from) / (agreeing.fully - agreeing.from);
      const part = Math.min(1, Math.max(0, agreement));
      agreed += weight * part;
      correlations += weight * part * block.correlation;
      correlated += weight * part;
    }
  }
  if (blocks === 0 || blocks < leastCompared * all) return none;
  return {
    share: agreed / weights,
    correlation: correlated > 0 ? correlations / correlated : 0,
    textured: textured / blocks,
    residual: Math.min(1, residualOf(a.data, b.data, tone) / 255),
    blocks,
  };
}

interface Block {
  meanA: number;
  meanB: number;
  deviationA: number;
  deviationB: number;
  /** -1 to 1; 0 where one of them is flat. */
  correlation: number;
}

/** Whether one of the two was made so bright or dark that nothing is left there, and the other was not. */
function isCutOff({ meanA, meanB, deviationA, deviationB }: Block): boolean {
  const isLost = (mean: number, deviation: number) =>
    deviation < flat.below && (mean <= limits.dark || mean >= limits.bright);
  return isLost(meanA, deviationA) !== isLost(meanB, deviationB);
}

/** @returns null where a pixel is missing */
function compareBlocks(a: Seen, b: Seen, left: number, top: number): Block | null {
  let [sumA, sumB, squaresA, squaresB, products] = [0, 0, 0, 0, 0];
  for (let y = top; y < top + blockSide; y++) {
    for (let at = y * a.width + left, end = at + blockSide; at < end; at++) {
      const [one, other] = [a.data[at]!, b.data[at]!];
      sumA += one;
      sumB += other;
      squaresA += one * one;
      squaresB += other * other;
      products += one * other;
    }
  }
  const count = blockSide * blockSide;
  if (Number.isNaN(products)) return null;
  const [meanA, meanB] = [sumA / count, sumB / count];
  const deviationA = Math.sqrt(Math.max(0, squaresA / count - meanA * meanA));
  const deviationB = Math.sqrt(Math.max(0, squaresB / count - meanB * meanB));
  const scale = deviationA * deviationB;
  const correlation = scale > 1e-6 ? (products / count - meanA * meanB) / scale : 0;
  return { meanA, meanB, deviationA, deviationB, correlation };
}
