/** Numbers from 0 up to 1, the same ones for the same seeds. */
export type Random = () => number;

/**
 * Other numbers for other seeds, the same for the same: xorshift (Marsaglia, "Xorshift RNGs", 2003), begun at a mix of
 * the seeds.
 */
export function randomNumbers(...seeds: readonly number[]): Random {
  let state = 0x9e3779b9;
  for (const seed of seeds) state = Math.imul(state ^ seed ^ (state >>> 15), 0x85ebca6b) ^ (state >>> 13);
  state ||= 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
