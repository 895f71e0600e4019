/** What comparing two photos brought to light: whether they are one shot, and how they differ. */
import type { Edit } from '../api-duplicates.ts';
import type { Homography } from '../local-features/homography.ts';

/**
 * `identical`: the same bytes, or the same pixels with other metadata. `near-duplicate`: one shot, edited.
 * `same-scene`: another shot of the same thing. `different`: none of these.
 */
export type VerdictKind = 'identical' | 'near-duplicate' | 'same-scene' | 'different';

/** The evidence for a pair of photos, a and b. */
export interface Verdict {
  readonly kind: VerdictKind;
  /** How sure the kind is, from 0 to 1: what the strictness of the review is compared with. */
  readonly certainty: number;
  /** None says which of the two was edited. Plainest first; empty for what is no duplicate. */
  readonly edits: readonly Edit[];
  /** From a to b, both in fractions of the upright photo, [3, 3] row-major; null where nothing was aligned. */
  readonly homography: Homography | null;
  /** The share of a's area that b shows too, 0 to 1. */
  readonly overlapA: number;
  /** The share of b's area that a shows too. */
  readonly overlapB: number;
  /** Mean absolute difference of the aligned pixels after photometric fitting, 0 to 1; 1 where nothing was aligned. */
  readonly residual: number;
  /** Keypoints that agree on the homography. */
  readonly inliers: number;
}
