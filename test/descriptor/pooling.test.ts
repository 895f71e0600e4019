import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { regionMaxima } from '../../src/descriptor/pooling.ts';
import { regionGrid } from '../../src/descriptor/regions.ts';
import { featureMaps } from './feature-maps.ts';
import { referenceGrid, referenceMaxima } from './reference.ts';

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
      fc.property(featureMaps(), fc.integer({ min: 1, max: 4 }), fc.boolean(), (given, levels, wholeMap) => {
        const regions = regionGrid(given.height, given.width, levels, wholeMap);
        const expected = referenceGrid(given.height, given.width, { levels, wholeMap }).flatMap((region) =>
          referenceMaxima(given, region),
        );
        expect([...regionMaxima(given, regions)]).toEqual(expected);
      }),
    );
  });
});
