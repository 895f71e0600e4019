/** What a measured gain says, before it is put into words. */
import type { Figures, Gain } from '../../src/api-training.ts';

/** `maybe` where the interval holds zero too, so that it may be chance. */
export type Verdict = 'better' | 'worse' | 'maybe-better' | 'maybe-worse' | 'same';

/** In points of mean average precision. */
export interface GainVerdict {
  verdict: Verdict;
  /** How much better, or how much worse: never negative. */
  points: number;
  /** The span for that, low first; where it may be chance, `low` is negative: then it went the other way. */
  low: number;
  high: number;
}

/** Less than this is no difference, as it is shown with one digit. */
const least = 0.05;

export function gainVerdict({ before, after, interval }: Gain): GainVerdict {
  const points = after - before;
  const [low, high] = interval;
  if (Math.abs(points) < least) return { verdict: 'same', points: 0, low, high };
  if (points > 0) return { verdict: low > 0 ? 'better' : 'maybe-better', points, low, high };
  // Seen from the other side: how much worse.
  return { verdict: high < 0 ? 'worse' : 'maybe-worse', points: -points, low: -high, high: -low };
}

/**
 * What the figures of a run say together. A model is proposed for what it does with photos that chose it: it is better
 * only where the photos that chose nothing say so, too.
 * @returns `unclear` where that may be chance, where some got better and others worse, or where nothing was measured
 */
export function runVerdict(figures: Figures): 'better' | 'unclear' | 'not-better' {
  if (!figures.better) return 'not-better';
  const { heldOutAlbums, newPhotos, ownAlbums } = figures;
  const verdicts = [heldOutAlbums, newPhotos, ownAlbums].flatMap((gain) =>
    gain ? gainVerdict(gain).verdict : [],
  );
  if (verdicts.length === 0) return 'unclear';
  if (!verdicts.includes('better') && !verdicts.includes('maybe-better')) return 'not-better';
  return verdicts.includes('better') && !verdicts.includes('worse') ? 'better' : 'unclear';
}
