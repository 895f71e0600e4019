/** Arrays of half precision: what training keeps of photos takes half the room so. */
import { halfFromSingle, singleFromHalf } from '../model/half.ts';

/** Every number there is, made when first needed: to look one up is several times faster than to work it out. */
let table: Float32Array | null = null;

export function singlesFromHalves(halves: Uint16Array): Float32Array {
  const known = (table ??= Float32Array.from({ length: 65_536 }, (_, half) => singleFromHalf(half)));
  const singles = new Float32Array(halves.length);
  for (let at = 0; at < halves.length; at++) singles[at] = known[halves[at]!]!;
  return singles;
}

/** The nearest ones, ties to even; too large becomes infinite. */
export function halvesFromSingles(singles: Float32Array): Uint16Array {
  const halves = new Uint16Array(singles.length);
  for (let at = 0; at < singles.length; at++) halves[at] = halfFromSingle(singles[at]!);
  return halves;
}
