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
function slowJoined(descriptor: Float32Array, others: readonly Float32Array[]): number[] {
  const nearest = others
    .map((other, place) => ({ other, place, score: product(descriptor, other) }))
    .sort((a, b) => b.score - a.score || a.place - b.place)
    .slice(0, augmentedBy);
  const sum = Array.from(descriptor);
  nearest.forEach(({ other }, rank) =>
    other.forEach((value, index) => (sum[index]! += ((augmentedBy - rank) / augmentedBy) * value)),
  );
  return sum.map((value) => value / Math.hypot(...sum));
}

function slowScores(query: Float32Array, descriptors: readonly Float32Array[]): number[] {
  const all = [query, ...descriptors];
  const joined = all.map((descriptor, at) =>
    slowJoined(
      descriptor,
      all.filter((_, other) => other !== at),
    ),
  );
  return joined.slice(1).map((photo) => product(joined[0]!, photo));
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

  it('makes one of the query and a photo that is alone', async () => {
    const query = Float32Array.of(1, 0, 0, 0, 0, 0, 0, 0);
    // Each is the other's only neighbour, and both weigh 1.
    expect(await augmentation.scores(query, [Float32Array.of(0.6, 0.8, 0, 0, 0, 0, 0, 0)])).toEqual([
      expect.closeTo(1, 5),
    ]);
    expect(await augmentation.scores(query, [])).toEqual([]);
  });

  it('agrees with a slow reference', async () => {
    await fc.assert(
      fc.asyncProperty(unit, fc.array(unit, { minLength: 2, maxLength: 25 }), async (query, descriptors) => {
        fc.pre(!hasTies([query, ...descriptors]));
        const slow = slowScores(query, descriptors);
        fc.pre(slow.every(Number.isFinite));
        const found = await augmentation.scores(query, descriptors);
        expect(found).toEqual(slow.map((score) => expect.closeTo(score, 3)));
      }),
    );
  });
});
