/** Pictures that are drawn, so that what lies where is known. */
import type { Affine } from '../../src/duplicates/affine.ts';
import type { Plane } from '../../src/duplicates/plane.ts';

/** A smooth landscape of waves, the same for the same seed: defined everywhere, so that it can be seen through any map. */
export function landscape(seed: number): (x: number, y: number) => number {
  const random = sequence(seed);
  const waves = Array.from({ length: 24 }, () => ({
    across: (random() - 0.5) * 60,
    down: (random() - 0.5) * 60,
    phase: random() * 2 * Math.PI,
    height: 6 + 14 * random(),
  }));
  return (x, y) =>
    waves.reduce(
      (sum, { across, down, phase, height }) => sum + height * Math.sin(across * x + down * y + phase),
      128,
    );
}

/** @param map from fractions of the picture to fractions of the landscape */
export function pictureOf(
  land: (x: number, y: number) => number,
  width: number,
  height: number,
  [a, b, c, d, e, f]: Affine = [1, 0, 0, 0, 1, 0],
): Plane {
  const data = Float32Array.from({ length: width * height }, (_, at) => {
    const [x, y] = [((at % width) + 0.5) / width, (Math.floor(at / width) + 0.5) / height];
    return land(a * x + b * y + c, d * x + e * y + f);
  });
  return { data, width, height };
}

/** Numbers from 0 up to 1. */
export function sequence(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
