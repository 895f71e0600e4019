import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gainInterval } from '../../src/training/bootstrap.ts';
import { Random } from '../../src/training/random.ts';

describe('the interval of a gain', () => {
  it('is the gain itself where all albums gained the same', () => {
    expect(gainInterval([5, 5, 5, 5], ['a', 'a', 'b', 'c'], 1)).toEqual([5, 5]);
    expect(gainInterval([3, 7], ['a', 'a'], 1)).toEqual([5, 5]);
    expect(gainInterval([], [], 1)).toEqual([0, 0]);
  });

  it('has the ends that can be counted for two albums', () => {
    // Both drawn twice, or one each: means 0 and 10 with a chance of a quarter each, 5 with a half.
    expect(gainInterval([0, 10], ['a', 'b'], 3)).toEqual([0, 10]);
    // Albums weigh as many queries as they have.
    expect(gainInterval([0, 0, 0, 10], ['a', 'a', 'a', 'b'], 3)).toEqual([0, 10]);
  });

  it('is that of the normal distribution for many albums of one query', () => {
    const random = new Random(11);
    const gains = Array.from({ length: 400 }, () => 4 + 10 * random.normal());
    const mean = gains.reduce((sum, gain) => sum + gain, 0) / 400;
    const deviation = Math.sqrt(gains.reduce((sum, gain) => sum + (gain - mean) ** 2, 0) / 400);
    const [lower, upper] = gainInterval(gains, [...gains.keys()], 2);
    const half = (1.96 * deviation) / Math.sqrt(400);
    expect(Math.abs(lower - (mean - half))).toBeLessThan(0.1 * half);
    expect(Math.abs(upper - (mean + half))).toBeLessThan(0.1 * half);
  });

  it('is wider where the photos of an album gain alike', () => {
    const random = new Random(5);
    const ofAlbum = Array.from({ length: 20 }, () => 10 * random.normal());
    const gains = ofAlbum.flatMap((gain) => Array<number>(10).fill(gain));
    const length = ([lower, upper]: [number, number]) => upper - lower;
    const clustered = length(
      gainInterval(
        gains,
        [...gains.keys()].map((query) => Math.floor(query / 10)),
        1,
      ),
    );
    const single = length(gainInterval(gains, [...gains.keys()], 1));
    // Ten photos tell no more than one: the interval is the square root of ten as long.
    expect(clustered / single).toBeGreaterThan(2.6);
    expect(clustered / single).toBeLessThan(3.8);
  });

  it('lies around the mean, within the gains, and is the same for the same seed', () => {
    const query = fc.record({
      gain: fc.double({ min: -100, max: 100, noNaN: true }),
      album: fc.nat({ max: 5 }),
    });
    fc.assert(
      fc.property(fc.array(query, { minLength: 1, maxLength: 20 }), fc.nat(), (queries, seed) => {
        const gains = queries.map(({ gain }) => gain);
        const albums = queries.map(({ album }) => album);
        const [lower, upper] = gainInterval(gains, albums, seed);
        expect(lower).toBeLessThanOrEqual(upper);
        expect(lower).toBeGreaterThanOrEqual(Math.min(...gains) - 1e-9);
        expect(upper).toBeLessThanOrEqual(Math.max(...gains) + 1e-9);
        expect(gainInterval(gains, albums, seed)).toEqual([lower, upper]);
      }),
      { numRuns: 30 },
    );
  });
});
