/** Local features that no network made: unit vectors in random directions, stored as `LocalFeatures` has them. */
import type { LocalFeatures } from '../../src/local-features/features.ts';
import { normal } from './warps.ts';

/** [count, 64], times 127, rounded. */
export function randomDescriptors(count: number, random: () => number): Int8Array {
  const rows = new Int8Array(count * 64);
  for (let row = 0; row < count; row++) {
    rows.set(stored(Array.from({ length: 64 }, () => normal(random))), row * 64);
  }
  return rows;
}

/** The descriptor turned a little, so that its cosine with what it was is about `cosine`. */
export function similarTo(descriptor: Int8Array, cosine: number, random: () => number): Int8Array {
  const side = Array.from({ length: 64 }, () => normal(random));
  const length = Math.hypot(...side);
  const sine = Math.sqrt(1 - cosine * cosine);
  return stored(
    Array.from(descriptor, (value, index) => (cosine * value) / 127 + (sine * side[index]!) / length),
  );
}

function stored(vector: readonly number[]): Int8Array {
  const length = Math.hypot(...vector);
  return Int8Array.from(vector, (value) => Math.round((value / length) * 127));
}

export function featuresOf(
  positions: Iterable<number>,
  descriptors: Int8Array,
  size: [number, number],
): LocalFeatures {
  return { width: size[0], height: size[1], positions: Float32Array.from(positions), descriptors };
}
