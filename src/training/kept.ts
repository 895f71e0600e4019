/** What a model still knows of photos that it was not trained for. */
import { dot } from '../descriptor/vectors.ts';

const neighbours = 10;

/**
 * The share of each photo's ten nearest that are still among its ten nearest, averaged over the photos. With ten
 * photos or fewer beside it, all stay whatever happens, so they tell nothing.
 *
 * @param before descriptors by the model that training began with, of length 1
 * @param after descriptors of the same photos by another model; they may have other dimensions
 * @returns 0 to 1; null where there are too few photos to tell
 */
export function keptShare(before: readonly Float32Array[], after: readonly Float32Array[]): number | null {
  const count = before.length;
  if (count - 1 <= neighbours) return null;
  let stayed = 0;
  for (let photo = 0; photo < count; photo++) {
    const still = new Set(nearest(after, photo));
    stayed += nearest(before, photo).filter((other) => still.has(other)).length;
  }
  return stayed / (neighbours * count);
}

/** Places of the photos nearest to one of them, which is not among them; of equal ones the first. */
function nearest(descriptors: readonly Float32Array[], photo: number): number[] {
  const own = descriptors[photo]!;
  const scores = descriptors.map((descriptor) => dot(own, descriptor));
  scores[photo] = -Infinity;
  return [...scores.keys()].sort((a, b) => scores[b]! - scores[a]! || a - b).slice(0, neighbours);
}
