import type { Tier } from '../api.ts';

/** Lowest score of each tier. Provisional: no measurement has chosen them yet. */
const bands = { nearDuplicate: 0.8, sameScene: 0.45 };

/**
 * How sure Akin is that two photos belong together.
 * @param score dot product of two descriptors, from -1 to 1
 * @param sameContent whether the two files have the same content hash
 */
export function tierOf(score: number, sameContent: boolean): Tier {
  if (sameContent) return 'identical';
  if (score >= bands.nearDuplicate) return 'near-duplicate';
  return score >= bands.sameScene ? 'same-scene' : 'similar';
}
