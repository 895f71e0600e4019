import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { l2Normalise } from '../../src/descriptor/vectors.ts';
import { batchMetrics } from '../../src/training/batch-metrics.ts';
import { Random } from '../../src/training/random.ts';

/** Descriptors on a circle. */
function atDegrees(...angles: number[]): Float32Array {
  return Float32Array.from(
    angles.flatMap((angle) => [Math.cos((angle * Math.PI) / 180), Math.sin((angle * Math.PI) / 180)]),
  );
}

describe('batchMetrics', () => {
  it('counts the nearest, and the K - 1 nearest', () => {
    // Album 0 at 0, 10, 50, album 1 at 30, 100. Of 0: 10 right, then 30 wrong. Of 10: 0, 30. Of 50: 30, then 10.
    // Of 30: one mate, but 10 or 50 is nearest. Of 100: 50.
    expect(batchMetrics(atDegrees(0, 10, 50, 31, 100), [0, 0, 0, 1, 1])).toEqual({
      top1: 2 / 5,
      precision: (1 / 2 + 1 / 2 + 1 / 2 + 0 + 0) / 5,
    });
  });

  it('is 1 where albums lie apart', () => {
    expect(batchMetrics(atDegrees(0, 1, 90, 91, 180, 181), [5, 5, 7, 7, 2, 2])).toEqual({
      top1: 1,
      precision: 1,
    });
  });

  it('leaves out photos of no album, and those that are alone as anchors', () => {
    expect(batchMetrics(atDegrees(0, 1, 10, 40), [0, null, 0, 1])).toEqual({ top1: 1, precision: 1 });
    expect(batchMetrics(atDegrees(0, 20, 10), [0, 0, 1])).toEqual({ top1: 0, precision: 0 });
    expect(batchMetrics(atDegrees(0, 20), [0, 1])).toEqual({ top1: 0, precision: 0 });
    expect(batchMetrics(new Float32Array(0), [])).toEqual({ top1: 0, precision: 0 });
  });

  it('takes a network that makes everything alike for guessing', () => {
    const labels = [0, 0, 0, 1, 1, 1, 2, 2, 2];
    const { top1, precision } = batchMetrics(new Float32Array(9 * 4).fill(0.5), labels);
    expect(top1).toBeCloseTo(2 / 8, 10);
    expect(precision).toBeCloseTo(2 / 8, 10);
  });

  it('is the mean over random orders of those that are equal', () => {
    const random = new Random(1);
    const descriptors = atDegrees(0, 30, 30, 30, 60, 0);
    const labels = [0, 0, 1, 0, 1, 1];
    const rounds = 20_000;
    let [top1, precision] = [0, 0];
    for (let round = 0; round < rounds; round++) {
      for (let anchor = 0; anchor < 6; anchor++) {
        const score = (place: number): number =>
          descriptors[2 * anchor]! * descriptors[2 * place]! +
          descriptors[2 * anchor + 1]! * descriptors[2 * place + 1]!;
        const order = random
          .shuffle([0, 1, 2, 3, 4, 5])
          .filter((place) => place !== anchor)
          .sort((a, b) => Math.round(1e5 * score(b)) - Math.round(1e5 * score(a)));
        if (labels[order[0]!] === labels[anchor]) top1 += 1 / 6;
        precision += order.slice(0, 2).filter((place) => labels[place] === labels[anchor]).length / 2 / 6;
      }
    }
    const found = batchMetrics(descriptors, labels);
    expect(Math.abs(found.top1 - top1 / rounds)).toBeLessThan(0.01);
    expect(Math.abs(found.precision - precision / rounds)).toBeLessThan(0.01);
  });

  it('does not depend on the order of the batch', () => {
    fc.assert(
      fc.property(fc.nat(1000), fc.array(fc.nat(3), { minLength: 2, maxLength: 12 }), (seed, labels) => {
        const random = new Random(seed);
        const rows = labels.map(() => l2Normalise(Float32Array.from({ length: 5 }, () => random.normal())));
        const order = random.shuffle(labels.map((_, place) => place));
        const flat = (places: readonly number[]): Float32Array =>
          Float32Array.from(places.flatMap((place) => [...rows[place]!]));
        const one = batchMetrics(flat(labels.map((_, place) => place)), labels);
        const other = batchMetrics(
          flat(order),
          order.map((place) => labels[place]!),
        );
        expect(other.top1).toBeCloseTo(one.top1, 10);
        expect(other.precision).toBeCloseTo(one.precision, 10);
      }),
    );
  });
});
