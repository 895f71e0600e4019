/** How the learning rate falls while a run goes on. */

export type Decay =
  | { readonly kind: 'linear' }
  /** Constant up to `from`, a share of the run; a thousandth is left in the end. */
  | { readonly kind: 'exponential'; readonly from: number };

/** What an exponential decay leaves of the rate. */
const leftInTheEnd = 0.001;

/**
 * What the rate of the beginning is multiplied by at a step.
 *
 * Linear: 1 at the first step, and so on down to 0 after the last. Exponential, as in Hermans et al., "In defense of
 * the triplet loss", 2017, equation 11: 1 up to t0, then 0.001^((t - t0) / (t1 - t0)).
 * @param step 0 to `steps`
 * @returns 0 to 1
 */
export function rateFactor(decay: Decay, step: number, steps: number): number {
  if (decay.kind === 'linear') return 1 - step / steps;
  const from = decay.from * steps;
  return step <= from ? 1 : leftInTheEnd ** ((step - from) / (steps - from));
}
