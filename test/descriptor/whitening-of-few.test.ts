import { expect, test } from 'vitest';
import { l2Normalise } from '../../src/descriptor/vectors.ts';
import { learnWhiteningOfFew } from '../../src/descriptor/whitening-of-few.ts';
import { VectorStatistics, learnWhitening } from '../../src/descriptor/whitening.ts';
import type { Head } from '../../src/model/head-file.ts';

/** Reproducible vectors of length 1 whose entries grow smaller, so that no two directions vary alike. */
function vectors(count: number, channels: number): Float32Array[] {
  return Array.from({ length: count }, (_, row) =>
    l2Normalise(
      Float32Array.from(
        { length: channels },
        (_, i) => (Math.sin((row * channels + i + 1) ** 2) + 0.5) / (1 + i / 4),
      ),
    ),
  );
}

function whiten({ projection, shift, dimensions, channels }: Head, vector: Float32Array): number[] {
  return Array.from({ length: dimensions }, (_, row) =>
    vector.reduce((sum, value, i) => sum + projection[row * channels + i]! * (value + shift[i]!), 0),
  );
}

test.each([
  [12, 40, 11],
  [30, 33, 8],
  [2, 5, 1],
])(
  '%i vectors of %i channels, %i dimensions: the head is that of the covariance',
  (count, channels, kept) => {
    const given = vectors(count, channels);
    const statistics = new VectorStatistics(channels);
    for (const vector of given) statistics.add(vector);
    const wanted = learnWhitening(statistics, kept);
    const found = learnWhiteningOfFew(given, kept);
    expect([found.dimensions, found.channels]).toEqual([kept, channels]);
    for (const [i, value] of wanted.shift.entries()) expect(found.shift[i]).toBeCloseTo(value, 6);
    for (const vector of given) {
      const [one, other] = [whiten(found, vector), whiten(wanted, vector)];
      // A direction may point either way.
      for (const [row, value] of other.entries()) expect(Math.abs(one[row]!)).toBeCloseTo(Math.abs(value), 2);
    }
  },
);

test('what it has learnt from varies by 1 in every direction, and each on its own', () => {
  const given = vectors(25, 60);
  const head = learnWhiteningOfFew(given, 20);
  const white = given.map((vector) => whiten(head, vector));
  for (let i = 0; i < 20; i++) {
    for (let j = 0; j <= i; j++) {
      const product = white.reduce((sum, vector) => sum + vector[i]! * vector[j]!, 0) / white.length;
      expect(product).toBeCloseTo(i === j ? 1 : 0, 3);
    }
  }
});

test('equal vectors teach nothing, and nothing that is not finite', () => {
  const { projection, shift } = learnWhiteningOfFew([Float32Array.of(1, 0, 0), Float32Array.of(1, 0, 0)], 1);
  expect([...projection, ...shift].every(Number.isFinite)).toBe(true);
});
