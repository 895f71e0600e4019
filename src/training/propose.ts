/**
 * How much of what training changed goes into the model that is proposed: as much as possible, while other photos are
 * still told apart as before. It is chosen by the others and by what training may look at, never by what is reported.
 */

/** Shares that are tried, the largest first. */
export const candidateShares: readonly number[] = [1, 0.7, 0.5, 0.35, 0.25, 0.15];

/** The least share of the ten nearest of other photos that must stay: see `keptShare`. */
const leastKept = 0.75;

/** How a model that was mixed with `share` did. */
export interface Candidate {
  readonly share: number;
  /** mAP of the photos that training chooses by, in percent; null where there are none. */
  readonly validation: number | null;
  /** Of the others, 0 to 1; null where there are too few of them to tell. */
  readonly kept: number | null;
}

export interface Proposal extends Candidate {
  /** Whether it is better than its parent where training may look. */
  readonly better: boolean;
}

/**
 * Tries shares from the largest down and takes the first that keeps enough of the others; where none does, the smallest.
 * With nothing to tell by, that is everything training changed.
 *
 * @param parent mAP of the parent on the photos that training chooses by, in percent
 * @param measure makes and measures the model with that share
 */
export async function propose(
  parent: number | null,
  measure: (share: number) => Promise<Candidate>,
): Promise<Proposal> {
  let tried: Candidate | undefined;
  for (const share of candidateShares) {
    tried = await measure(share);
    if (tried.kept === null || tried.kept >= leastKept) break;
  }
  const { validation } = tried!;
  return { ...tried!, better: parent === null || validation === null || validation > parent };
}
