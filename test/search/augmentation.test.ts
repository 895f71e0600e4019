import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { l2Normalise } from '../../src/descriptor/vectors.ts';
import { augmentedBy, createAugmentation } from '../../src/search/augmentation.ts';
import type { Augmentation } from '../../src/search/augmentation.ts';

const dimensions = 8;
const unit = fc
  .array(fc.integer({ min: -1000, max: 1000 }), { minLength: dimensions, maxLength: dimensions })
  .filter((values) => values.some((value) => value !== 0))
  .map((values) => l2Normalise(Float32Array.from(values)));

const product = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a).reduce((sum, value, index) => sum + value * b[index]!, 0);

/** By the paper's words, in doubles: itself 1, then 1, (k-1)/k, ... 1/k for the k nearest others. */
function slowScore(query: Float32Array, at: number, descriptors: readonly Float32Array[]): number {
  const others = descriptors
    .map((descriptor, place) => ({ descriptor, place, score: product(descriptors[at]!, descriptor) }))
    .filter(({ place }) => place !== at)
    .sort((a, b) => b.score - a.score || a.place - b.place)
    .slice(0, augmentedBy);
  const sum = Array.from(descriptors[at]!);
  others.forEach(({ descriptor }, rank) =>
    descriptor.forEach((value, index) => (sum[index]! += ((augmentedBy - rank) / augmentedBy) * value)),
  );
  return product(query, sum) / Math.hypot(...sum);
}

/** Equal similarities could be taken in either order. */
function hasTies(descriptors: readonly Float32Array[]): boolean {
  return descriptors.some((descriptor) => {
    const scores = descriptors.map((other) => product(descriptor, other)).sort((a, b) => a - b);
    return scores.some((score, index) => index > 0 && score - scores[index - 1]! < 1e-5);
  });
}

describe('database augmentation of the first matches', () => {
  let augmentation: Augmentation;
  beforeAll(async () => (augmentation = await createAugmentation({ threads: 1 })));
  afterAll(() => augmentation.release());

  it('scores a photo that is alone as it is', async () => {
    const query = l2Normalise(Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8));
    const scores = await augmentation.scores(query, [Float32Array.of(1, 0, 0, 0, 0, 0, 0, 0)]);
    expect(scores).toEqual([expect.closeTo(query[0]!, 5)]);
    expect(await augmentation.scores(query, [])).toEqual([]);
  });

  it('lets a neighbour that looks like the query speak for a photo that does not', async () => {
    const query = Float32Array.of(1, 0, 0, 0, 0, 0, 0, 0);
    const alike = Float32Array.of(0.8, 0.6, 0, 0, 0, 0, 0, 0);
    const other = Float32Array.of(0, 1, 0, 0, 0, 0, 0, 0);
    const [, joined] = await augmentation.scores(query, [alike, other]);
    // Both weigh 1: (0.8, 1.6) over its length.
    expect(joined).toBeCloseTo(0.8 / Math.hypot(0.8, 1.6), 5);
  });

  it('agrees with a slow reference', async () => {
    await fc.assert(
      fc.asyncProperty(unit, fc.array(unit, { minLength: 2, maxLength: 25 }), async (query, descriptors) => {
        fc.pre(!hasTies(descriptors));
        const slow = descriptors.map((_, at) => slowScore(query, at, descriptors));
        fc.pre(slow.every(Number.isFinite));
        const found = await augmentation.scores(query, descriptors);
        expect(found).toEqual(slow.map((score) => expect.closeTo(score, 3)));
      }),
    );
  });
});
