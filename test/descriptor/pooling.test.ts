import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { generalisedMean, regionMaxima } from '../../src/descriptor/pooling.ts';
import { regionGrid } from '../../src/descriptor/regions.ts';
import type { FeatureMap } from '../../src/model/trunk.ts';
import { referenceGrid, referenceMaxima, unit } from './reference.ts';

/** A map of up to 4 channels and 12 x 12 cells; many cells are 0, as after a ReLU. */
const featureMap: fc.Arbitrary<FeatureMap> = fc
  .record({
    channels: fc.integer({ min: 1, max: 4 }),
    height: fc.integer({ min: 1, max: 12 }),
    width: fc.integer({ min: 1, max: 12 }),
  })
  .chain((size) => {
    const length = size.channels * size.height * size.width;
    const value = fc.oneof(fc.constant(0), fc.float({ min: 0, max: 6, noNaN: true }));
    return fc
      .array(value, { minLength: length, maxLength: length })
      .map((values) => ({ ...size, data: Float32Array.from(values) }));
  });

describe('regionMaxima', () => {
  // Two channels of 2 rows and 3 columns.
  const map = { channels: 2, height: 2, width: 3, data: Float32Array.of(1, 5, 2, 3, 4, 0, 9, 0, 0, 0, 7, 8) };

  it('takes the maximum of each channel, borders included', () => {
    const regions = [
      { x: 0, y: 0, width: 3, height: 2 },
      { x: 0, y: 0, width: 2, height: 2 },
      { x: 1, y: 0, width: 2, height: 2 },
      { x: 2, y: 1, width: 1, height: 1 },
    ];
    expect([...regionMaxima(map, regions)]).toEqual([5, 9, 5, 9, 5, 8, 0, 8]);
    expect(regionMaxima(map, [])).toHaveLength(0);
  });

  it('agrees with plain loops over every region of the grid', () => {
    fc.assert(
      fc.property(featureMap, fc.integer({ min: 1, max: 4 }), fc.boolean(), (given, levels, wholeMap) => {
        const regions = regionGrid(given.height, given.width, levels, wholeMap);
        const expected = referenceGrid(given.height, given.width, { levels, wholeMap }).flatMap((region) =>
          referenceMaxima(given, region),
        );
        expect([...regionMaxima(given, regions)]).toEqual(expected);
      }),
    );
  });
});

describe('generalisedMean', () => {
  // The average of the first channel is 2, of the second 6; their maxima are 8 and 6.
  const map = { channels: 2, height: 2, width: 2, data: Float32Array.of(0, 0, 0, 8, 6, 6, 6, 6) };

  function expectDirection(pooled: Float32Array, wanted: readonly number[], digits: number): void {
    for (const [index, value] of unit(wanted).entries()) expect(pooled[index]).toBeCloseTo(value, digits);
  }

  it('is the average at power 1', () => {
    expectDirection(generalisedMean(map, 1), [2, 6], 5);
  });

  it('is the root of the mean cube at power 3, the default', () => {
    // (0 + 0 + 0 + 512) / 4 = 128, whose cube root is 5.0397.
    expectDirection(generalisedMean(map), [Math.cbrt(128), 6], 5);
  });

  it('comes close to the maximum at a large power', () => {
    expectDirection(generalisedMean(map, 150), [8, 6], 2);
  });

  it('lies between average and maximum, and has length 1', () => {
    fc.assert(
      fc.property(featureMap, fc.integer({ min: 1, max: 20 }), (given, power) => {
        const one = { ...given, channels: 1, data: given.data.subarray(0, given.height * given.width) };
        // A second channel of ones makes the pooled value of the first readable after the l2.
        const ones = new Float32Array(one.data.length).fill(1);
        const both = { ...one, channels: 2, data: Float32Array.of(...one.data, ...ones) };
        const pooled = generalisedMean(both, power);
        const value = pooled[0]! / pooled[1]!;
        const average = one.data.reduce((sum, cell) => sum + cell, 0) / one.data.length;
        expect(value).toBeGreaterThanOrEqual(average - 1e-4);
        expect(value).toBeLessThanOrEqual(Math.max(...one.data) + 1e-4);
        expect(Math.hypot(...pooled)).toBeCloseTo(1, 5);
      }),
    );
  });
});
