import type { Tier } from '../api-search.ts';

/** Lowest scores. */
export interface Bands {
  nearDuplicate: number;
  sameScene: number;
}

/**
 * Lowest score of each tier, for the head that comes with Akin; chosen by test/bench/tiers.ts on one half of 2,250
 * photos and 1,302 edited copies of 186 of them, and judged on the other half.
 * - 0.87: no pair of two photos that different people took of a building (0 of 150), nor of unrelated ones (0 of
 *   438,250), scores as high; 10 % of the edited copies do, mostly changes of exposure, and 0.5 % of the shots of a
 *   thing taken in series. Crops and strong compression score as other shots do, so a score alone finds no more.
 * - 0.36: 99 % of the edited copies, 78 % of the shots in series and 65 % of the buildings score as high, and 14 in
 *   100,000 unrelated pairs (nearly all of them heaps of lemons and heaps of other citrus fruits; 1 in 100,000 on
 *   the half that chose). Of all pairs above it, 99 % are right.
 */
const oneScale: Bands = { nearDuplicate: 0.87, sameScene: 0.36 };

/**
 * The same where photos are described at three scales, whose scores are higher: chosen so that as few unrelated pairs
 * pass (1 of 357,136 above .41), and as few pairs of one thing pass for one shot.
 */
const threeScales: Bands = { nearDuplicate: 0.91, sameScene: 0.42 };

/** @param scales that photos are described at */
export function bandsAt(scales: readonly number[]): Bands {
  return scales.length === 1 ? oneScale : threeScales;
}

/** What is known of a query and a photo besides their score. */
export interface Likeness {
  /** Whether the two files have the same content hash. */
  sameContent: boolean;
  /** Whether one photo is asked for, and all of it: a part of a photo, or several, has no duplicates. */
  whole: boolean;
  /** Whether their keypoints agree on one geometry. */
  verified: boolean;
}

/**
 * How sure Akin is that two photos belong together.
 * @param score dot product of two descriptors, from -1 to 1
 */
export function tierOf(score: number, { sameContent, whole, verified }: Likeness, bands: Bands): Tier {
  if (whole && sameContent) return 'identical';
  if (whole && score >= bands.nearDuplicate) return 'near-duplicate';
  return verified || score >= bands.sameScene ? 'same-scene' : 'similar';
}
