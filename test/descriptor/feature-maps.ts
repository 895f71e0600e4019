import fc from 'fast-check';
import type { FeatureMap } from '../../src/model/trunk.ts';

/**
 * Maps of up to 4 channels and 12 x 12 cells; many cells are 0, as after a ReLU.
 * @param min the lowest value that may occur
 */
export function featureMaps(min = 0): fc.Arbitrary<FeatureMap> {
  const value = fc.oneof(fc.constant(0), fc.float({ min, max: 6, noNaN: true }));
  return fc
    .record({
      channels: fc.integer({ min: 1, max: 4 }),
      height: fc.integer({ min: 1, max: 12 }),
      width: fc.integer({ min: 1, max: 12 }),
    })
    .chain((size) => {
      const length = size.channels * size.height * size.width;
      return fc
        .array(value, { minLength: length, maxLength: length })
        .map((values) => ({ ...size, data: Float32Array.from(values) }));
    });
}
