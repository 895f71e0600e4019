import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { LocalFeatures } from '../../src/local-features/features.ts';
import { matchFeatures } from '../../src/local-features/matching.ts';
import { seededRandom } from '../bench/seeded-random.ts';
import { featuresOf, randomDescriptors, similarTo } from './random-features.ts';

function withDescriptors(descriptors: Int8Array): LocalFeatures {
  return featuresOf(new Float32Array(descriptors.length / 32), descriptors, [640, 480]);
}

function product(a: Int8Array, row: number, b: Int8Array, column: number): number {
  let sum = 0;
  for (let at = 0; at < 64; at++) sum += a[row * 64 + at]! * b[column * 64 + at]!;
  return sum;
}

/** Looks at every pair. */
function reference(a: Int8Array, b: Int8Array): Set<string> {
  const nearest = (from: Int8Array, row: number, to: Int8Array) => {
    let best = 0;
    for (let column = 1; column < to.length / 64; column++) {
      if (product(from, row, to, column) > product(from, row, to, best)) best = column;
    }
    return best;
  };
  const pairs = new Set<string>();
  for (let row = 0; row < a.length / 64; row++) {
    const column = nearest(a, row, b);
    if (product(a, row, b, column) < 0.82 * 127 * 127 || nearest(b, column, a) !== row) continue;
    pairs.add(`${row} ${column}`);
  }
  return pairs;
}

function asSet({ query, other }: { query: Int32Array; other: Int32Array }): Set<string> {
  return new Set(Array.from(query, (row, index) => `${row} ${other[index]}`));
}

/** Some of the second photo's descriptors resemble some of the first's, some of those the same one. */
function photos(seed: number, count: number, otherCount: number): [Int8Array, Int8Array] {
  const random = seededRandom(seed);
  const [a, b] = [randomDescriptors(count, random), randomDescriptors(otherCount, random)];
  for (let column = 0; column < otherCount; column += 2) {
    const row = Math.floor(random() * count) * 64;
    b.set(similarTo(a.subarray(row, row + 64), 0.75 + 0.25 * random(), random), column * 64);
  }
  return [a, b];
}

describe('mutual nearest neighbours', () => {
  test('are those of a search through all pairs', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 2 ** 31 }),
        fc.integer({ min: 1, max: 80 }),
        fc.integer({ min: 1, max: 80 }),
        async (seed, count, otherCount) => {
          const [a, b] = photos(seed, count, otherCount);
          expect(asSet(await matchFeatures(withDescriptors(a), withDescriptors(b)))).toEqual(reference(a, b));
        },
      ),
    );
  });

  test('the most similar come first, and swapping the photos swaps the pairs', async () => {
    const [a, b] = photos(1, 300, 200);
    const forth = await matchFeatures(withDescriptors(a), withDescriptors(b));
    expect(forth.query.length).toBeGreaterThan(50);
    const similarities = Array.from(forth.query, (row, index) => product(a, row, b, forth.other[index]!));
    expect(similarities).toEqual(similarities.toSorted((x, y) => y - x));
    const back = await matchFeatures(withDescriptors(b), withDescriptors(a));
    expect(back).toEqual({ query: forth.other, other: forth.query });
  });

  test('so it does where many pairs are equally similar', async () => {
    const random = seededRandom(5);
    const own = randomDescriptors(1000, random);
    const moved = new Int8Array(own.length);
    const order = Array.from({ length: 1000 }, (_, row) => [random(), row] as const).sort(
      ([x], [y]) => x - y,
    );
    for (const [column, [, row]] of order.entries())
      moved.set(own.subarray(row * 64, row * 64 + 64), column * 64);
    const forth = await matchFeatures(withDescriptors(own), withDescriptors(moved));
    expect(forth.query).toHaveLength(1000);
    const back = await matchFeatures(withDescriptors(moved), withDescriptors(own));
    expect(back).toEqual({ query: forth.other, other: forth.query });
  });

  test('a photo matches itself, point for point', async () => {
    const descriptors = randomDescriptors(1000, seededRandom(2));
    const { query, other } = await matchFeatures(withDescriptors(descriptors), withDescriptors(descriptors));
    expect(query).toHaveLength(1000);
    expect(other).toEqual(query);
  });

  test('of equal descriptors the strongest is the nearest', async () => {
    const one = randomDescriptors(1, seededRandom(3));
    const three = Int8Array.of(...one, ...one, ...one);
    expect(asSet(await matchFeatures(withDescriptors(three), withDescriptors(three)))).toEqual(
      new Set(['0 0']),
    );
  });

  test('a cosine of 0.82 is enough', async () => {
    const unit = (first: number, second: number) => {
      const row = new Int8Array(64);
      row.set([first, second]);
      return withDescriptors(row);
    };
    // 105 x 127 is 0.827 of 127 squared, 104 x 127 is 0.819 of it.
    expect((await matchFeatures(unit(127, 0), unit(105, 71))).query).toHaveLength(1);
    expect((await matchFeatures(unit(127, 0), unit(104, 73))).query).toHaveLength(0);
  });

  test.each([
    [0, 0],
    [0, 5],
    [5, 0],
  ])('%i keypoints and %i have no pairs', async (count, otherCount) => {
    const random = seededRandom(4);
    const [a, b] = [randomDescriptors(count, random), randomDescriptors(otherCount, random)];
    expect((await matchFeatures(withDescriptors(a), withDescriptors(b))).query).toHaveLength(0);
  });

  test('several at once do not disturb each other', async () => {
    const runs = await Promise.all(
      [1, 2, 3, 4, 5, 6].map(async (seed) => {
        const [a, b] = photos(seed, 60, 70);
        return [asSet(await matchFeatures(withDescriptors(a), withDescriptors(b))), reference(a, b)];
      }),
    );
    for (const [found, expected] of runs) expect(found).toEqual(expected);
  });
});
