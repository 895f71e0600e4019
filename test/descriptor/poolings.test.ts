import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { pooledLength, poolMap } from '../../src/descriptor/poolings.ts';
import type { Pooling } from '../../src/descriptor/poolings.ts';
import type { FeatureMap } from '../../src/model/trunk.ts';
import { featureMaps } from './feature-maps.ts';
import { referenceGrid, referenceMaxima, unit } from './reference.ts';

/** Two channels of 2 rows and 2 columns. */
const small: FeatureMap = { channels: 2, height: 2, width: 2, data: Float32Array.of(0, 0, 0, 8, 6, 6, 6, 6) };
/** The same number of cells in a row, and a channel that a ReLU has not been at. */
const signed: FeatureMap = { ...small, data: Float32Array.of(-4, -1, 0, 8, -6, -6, -6, -6) };

const poolings: Pooling[] = [
  { name: 'mac' },
  { name: 'spoc' },
  { name: 'gem', power: 3 },
  { name: 'crow' },
  { name: 'r-mac', levels: 3, wholeMap: true },
  { name: 'r-mac-concatenated', levels: 3 },
];
const anyPooling = fc.constantFrom(...poolings);

function expectClose(found: ArrayLike<number>, wanted: readonly number[], digits = 4): void {
  expect(found).toHaveLength(wanted.length);
  for (const [index, value] of wanted.entries()) {
    const scale = Math.max(1, Math.abs(value));
    expect(found[index]! / scale).toBeCloseTo(value / scale, digits);
  }
}

describe('worked values', () => {
  test('MAC is the maximum', () => {
    expect([...poolMap(small, { name: 'mac' })]).toEqual([8, 6]);
  });

  test('SPoC is the average', () => {
    expect([...poolMap(small, { name: 'spoc' })]).toEqual([2, 6]);
  });

  test('GeM is the average at power 1, the root of the mean cube at 3, almost the maximum at 150', () => {
    expectClose(poolMap(small, { name: 'gem', power: 1 }), [2, 6]);
    // (0 + 0 + 0 + 512) / 4 = 128, whose cube root is 5.0397.
    expectClose(poolMap(small, { name: 'gem', power: 3 }), [Math.cbrt(128), 6]);
    expectClose(poolMap(small, { name: 'gem', power: 150 }), [8 * 0.25 ** (1 / 150), 6]);
  });

  test('GeM does not overflow at any power', () => {
    const large = { ...small, data: small.data.map((value) => value * 1000) };
    expectClose(poolMap(large, { name: 'gem', power: 2000 }), [8000, 6000], 2);
  });

  test('CroW weighs cells by their activity and channels by how seldom they are active', () => {
    // Activity is 6, 6, 6, 14, its norm sqrt(304); the first channel is active in a quarter of the cells.
    const norm = Math.sqrt(304);
    const [low, high] = [Math.sqrt(6 / norm), Math.sqrt(14 / norm)];
    expectClose(poolMap(small, { name: 'crow' }), [
      8 * high * Math.log(1.25 / 0.25),
      6 * (3 * low + high) * Math.log(1.25 / 1),
    ]);
  });

  test('CroW of a channel that is nowhere active is 0', () => {
    const dead = { ...small, data: Float32Array.of(0, 0, 0, 8, 0, 0, 0, 0) };
    expect([...poolMap(dead, { name: 'crow' })]).toEqual([0, 0]);
  });

  test('concatenated R-MAC is the maximum of the map, then the plain sum over the regions', () => {
    // Level 1 is the whole square, level 2 its four cells.
    expect([...poolMap(small, { name: 'r-mac-concatenated', levels: 2 })]).toEqual([8, 6, 8 + 8, 6 + 4 * 6]);
  });

  test('R-MAC is a row a region', () => {
    const rows = poolMap(small, { name: 'r-mac', levels: 2, wholeMap: true });
    expect([...rows]).toEqual([8, 6, 8, 6, 0, 6, 0, 6, 0, 6, 8, 6]);
  });

  test('where no activation has been, all but SPoC take negative values for 0', () => {
    const rectified = { ...signed, data: signed.data.map((value) => Math.max(0, value)) };
    for (const pooling of poolings) {
      if (pooling.name === 'spoc') continue;
      expect(poolMap(signed, pooling)).toEqual(poolMap(rectified, pooling));
    }
    expect([...poolMap(signed, { name: 'spoc' })]).toEqual([0.75, -6]);
  });
});

/** The papers' formulas once more, cell by cell in lists. */
function reference(map: FeatureMap, pooling: Pooling): number[] {
  const { channels, height, width } = map;
  const planes = Array.from({ length: channels }, (_, channel) => [
    ...map.data.subarray(channel * height * width, (channel + 1) * height * width),
  ]);
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  const positive = planes.map((plane) => plane.map((value) => Math.max(0, value)));
  const clamped = (region: Parameters<typeof referenceMaxima>[1]) =>
    referenceMaxima(map, region).map((value) => Math.max(0, value));
  const whole = { left: 0, top: 0, right: width, bottom: height };
  switch (pooling.name) {
    case 'mac':
      return clamped(whole);
    case 'spoc':
      return planes.map((plane) => sum(plane) / plane.length);
    case 'gem':
      return positive.map((plane) => {
        const powers = plane.map((value) => Math.max(1e-6, value) ** pooling.power);
        return (sum(powers) / plane.length) ** (1 / pooling.power);
      });
    case 'crow': {
      const activity = positive[0]!.map((_, cell) => sum(positive.map((plane) => plane[cell]!)));
      const norm = Math.sqrt(sum(activity.map((value) => value * value)));
      const weights = activity.map((value) => (norm > 0 ? Math.sqrt(value / norm) : 0));
      const shares = positive.map((plane) => plane.filter((value) => value !== 0).length / plane.length);
      return positive.map((plane, channel) => {
        if (shares[channel] === 0) return 0;
        const weighted = sum(plane.map((value, cell) => value * weights[cell]!));
        return weighted * Math.log(sum(shares) / shares[channel]!);
      });
    }
    case 'r-mac':
      return referenceGrid(height, width, pooling).flatMap(clamped);
    case 'r-mac-concatenated': {
      const local = referenceGrid(height, width, { levels: pooling.levels, wholeMap: false }).map(clamped);
      return [...clamped(whole), ...planes.map((_, channel) => sum(local.map((row) => row[channel]!)))];
    }
  }
}

describe('every pooling', () => {
  it('is what its paper says, on any map', () => {
    fc.assert(
      fc.property(featureMaps(-6), anyPooling, (map, pooling) => {
        const found = poolMap(map, pooling);
        expectClose(found, reference(map, pooling), 4);
        expect(found.length % pooledLength(pooling, map.channels)).toBe(0);
      }),
      { numRuns: 300 },
    );
  });

  it('leaves the map as it was', () => {
    for (const pooling of poolings) {
      const map = { ...signed, data: signed.data.slice() };
      poolMap(map, pooling);
      expect(map).toEqual(signed);
    }
  });

  it('gives the same direction for a map that is brighter all over', () => {
    fc.assert(
      fc.property(featureMaps(), anyPooling, fc.constantFrom(0.5, 2, 16), (map, pooling, factor) => {
        // Below GeM's smallest activation, brightness does count.
        const visible = { ...map, data: map.data.map((value) => (value < 0.01 ? 0 : value)) };
        const brighter = { ...visible, data: visible.data.map((value) => value * factor) };
        expectClose(unit([...poolMap(brighter, pooling)]), unit([...poolMap(visible, pooling)]), 3);
      }),
    );
  });

  it('but R-MAC does not care where in the map something is', () => {
    const placeless = poolings.filter(({ name }) => !name.startsWith('r-mac'));
    fc.assert(
      fc.property(featureMaps(), fc.constantFrom(...placeless), fc.nat(), (map, pooling, by) => {
        const cells = map.height * map.width;
        const moved = map.data.map((_, index) => {
          const channel = Math.floor(index / cells);
          return map.data[channel * cells + ((index + by) % cells)]!;
        });
        expectClose(poolMap({ ...map, data: moved }, pooling), [...poolMap(map, pooling)]);
      }),
    );
  });

  it('lies between average and maximum for GeM', () => {
    fc.assert(
      fc.property(featureMaps(), fc.integer({ min: 1, max: 20 }), (map, power) => {
        const pooled = poolMap(map, { name: 'gem', power });
        const averages = poolMap(map, { name: 'spoc' });
        const maxima = poolMap(map, { name: 'mac' });
        for (const [channel, value] of pooled.entries()) {
          expect(value).toBeGreaterThanOrEqual(averages[channel]! - 1e-4);
          expect(value).toBeLessThanOrEqual(maxima[channel]! + 1e-4);
        }
      }),
    );
  });
});
