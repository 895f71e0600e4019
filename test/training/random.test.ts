import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Random } from '../../src/training/random.ts';

const seeds = fc.integer({ min: 0, max: 0xffff_ffff });

it('is the same for one seed, and another for another', () => {
  const numbers = (seed: number): number[] => {
    const random = new Random(seed);
    return Array.from({ length: 20 }, () => random.next());
  };
  expect(numbers(1)).toEqual(numbers(1));
  expect(new Set([0, 1, 2, 3, 0xffff_ffff].flatMap(numbers)).size).toBeGreaterThan(99);
});

it('goes on from a stored state as if nothing had been', () => {
  fc.assert(
    fc.property(seeds, fc.nat(50), (seed, drawn) => {
      const random = new Random(seed);
      for (let count = 0; count < drawn; count++) random.next();
      const stored = JSON.stringify(random.state);
      const expected = [random.next(), random.below(7), random.normal(), random.shuffle([1, 2, 3, 4])];
      const resumed = new Random(JSON.parse(stored));
      expect([resumed.next(), resumed.below(7), resumed.normal(), resumed.shuffle([1, 2, 3, 4])]).toEqual(
        expected,
      );
    }),
  );
});

it('refuses what is no state', () => {
  expect(() => new Random([1, 2, 3])).toThrow(RangeError);
  expect(() => new Random([1, 2, 3, -4])).toThrow(RangeError);
  expect(() => new Random([1, 2, 3, 2 ** 32])).toThrow(RangeError);
});

it('is uniform, in each bin and from one number to the next', () => {
  const random = new Random(7);
  const bins = new Float64Array(16 * 16);
  const draws = 256_000;
  for (let count = 0; count < draws; count++) bins[random.below(16) * 16 + random.below(16)]!++;
  const expected = draws / bins.length;
  const chiSquared = bins.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  // 255 degrees of freedom: one in 10,000 is beyond these.
  expect(chiSquared).toBeGreaterThan(176);
  expect(chiSquared).toBeLessThan(348);
});

it('is normal where asked', () => {
  const random = new Random(3);
  const numbers = Array.from({ length: 40_000 }, () => random.normal());
  const moment = (power: number): number => numbers.reduce((sum, x) => sum + x ** power, 0) / numbers.length;
  expect(moment(1)).toBeCloseTo(0, 1);
  expect(moment(2)).toBeCloseTo(1, 1);
  expect(Math.abs(moment(4) - 3)).toBeLessThan(0.15);
});

it('shuffles all items, and samples none twice', () => {
  fc.assert(
    fc.property(seeds, fc.uniqueArray(fc.nat()), fc.nat(20), (seed, items, count) => {
      const random = new Random(seed);
      const before = [...items];
      expect(random.shuffle(items).sort((a, b) => a - b)).toEqual([...items].sort((a, b) => a - b));
      const sample = random.sample(items, count);
      expect(sample).toHaveLength(Math.min(count, items.length));
      expect(new Set(sample).size).toBe(sample.length);
      expect(items).toEqual(expect.arrayContaining(sample));
      expect(items).toEqual(before);
    }),
  );
});

it('puts every item anywhere, equally often', () => {
  const random = new Random(5);
  const orders = new Map<string, number>();
  for (let count = 0; count < 24_000; count++) {
    const order = random.shuffle(['a', 'b', 'c', 'd']).join('');
    orders.set(order, (orders.get(order) ?? 0) + 1);
  }
  expect(orders.size).toBe(24);
  for (const count of orders.values()) expect(Math.abs(count - 1000)).toBeLessThan(150);
});
