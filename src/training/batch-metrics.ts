import { rowProduct } from './distances.ts';

/**
 * How well the photos of a batch find each other by dot product, 0 to 1. Photos of no album take no part, nor those
 * that are the only ones of theirs as anchors.
 *
 * Of photos that are equally near, any may come first, so that each counts by its chance: a network that makes
 * everything alike is as good as guessing, not right.
 * @param descriptors [n, dimensions], of one length
 * @param labels the album of each photo, null for none
 * @returns `top1`: share of anchors whose nearest photo is of their album; `precision`: share of their K - 1 nearest
 *   that are, where K is how many the batch has of the album; both 0 without anchors
 */
export function batchMetrics(
  descriptors: Float32Array,
  labels: readonly (number | null)[],
): { top1: number; precision: number } {
  const dimensions = descriptors.length / labels.length;
  const sum = { top1: 0, precision: 0 };
  let anchors = 0;
  for (const [anchor, label] of labels.entries()) {
    if (label === null) continue;
    const others = labels
      .map((other, place) => ({ other, place }))
      .filter(({ other, place }) => other !== null && place !== anchor)
      .map(({ other, place }) => ({
        right: other === label,
        score: rowProduct(descriptors, anchor, descriptors, place, dimensions),
      }))
      .sort((one, two) => two.score - one.score);
    const mates = others.filter(({ right }) => right).length;
    if (mates === 0) continue;
    anchors++;
    sum.top1 += rightAmong(others, 1);
    sum.precision += rightAmong(others, mates) / mates;
  }
  return anchors === 0 ? sum : { top1: sum.top1 / anchors, precision: sum.precision / anchors };
}

/** How many of the first are right, on average over all orders of those with equal scores. */
function rightAmong(sorted: readonly { right: boolean; score: number }[], count: number): number {
  const last = sorted[count - 1]!.score;
  const above = sorted.filter(({ score }) => score > last);
  const equal = sorted.filter(({ score }) => score === last);
  const share = equal.filter(({ right }) => right).length / equal.length;
  return above.filter(({ right }) => right).length + (count - above.length) * share;
}
