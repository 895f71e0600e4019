import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { regionGrid } from '../../src/descriptor/regions.ts';
import { referenceGrid } from './reference.ts';

/** The squares of one side, as "x,y". */
function cornersOf(height: number, width: number, side: number): string[] {
  return regionGrid(height, width, 3, false)
    .filter((region) => region.width === side)
    .map(({ x, y }) => `${x},${y}`);
}

function product(columns: number[], rows: number[]): string[] {
  return rows.flatMap((y) => columns.map((x) => `${x},${y}`));
}

describe('worked cases', () => {
  it('lays 14 squares on a square map', () => {
    expect(cornersOf(16, 16, 16)).toEqual(['0,0']);
    expect(cornersOf(16, 16, 10)).toEqual(product([0, 6], [0, 6]));
    expect(cornersOf(16, 16, 8)).toEqual(product([0, 4, 8], [0, 4, 8]));
  });

  it('lays 20 squares on a map of 4:3', () => {
    expect(cornersOf(24, 32, 24)).toEqual(product([0, 8], [0]));
    expect(cornersOf(24, 32, 16)).toEqual(product([0, 8, 16], [0, 8]));
    expect(cornersOf(24, 32, 12)).toEqual(product([0, 6, 13, 20], [0, 6, 12]));
  });

  it('transposes with the map', () => {
    const wide = regionGrid(24, 32, 3, false);
    const tall = regionGrid(32, 24, 3, false);
    const swapped = tall.map(({ x, y, width, height }) => `${y},${x},${height},${width}`).sort();
    expect(wide.map(({ x, y, width, height }) => `${x},${y},${width},${height}`).sort()).toEqual(swapped);
  });
});

describe('how many regions', () => {
  test.each([
    // [height, width, levels 1, 1-2, 1-3, 1-4]: squares by aspect, without the whole map
    [100, 100, 1, 5, 14, 30],
    [100, 101, 2, 8, 20, 40],
    [100, 133, 2, 8, 20, 40],
    [150, 100, 2, 8, 20, 40],
    [100, 179, 2, 8, 20, 40],
    [100, 181, 3, 11, 26, 50],
    [100, 243, 3, 11, 26, 50],
    [100, 245, 4, 14, 32, 60],
    [305, 100, 4, 14, 32, 60],
    [100, 307, 5, 17, 38, 70],
    [100, 366, 5, 17, 38, 70],
    [100, 368, 6, 20, 44, 80],
    [100, 426, 6, 20, 44, 80],
    [428, 100, 7, 23, 50, 90],
    [100, 1000, 7, 23, 50, 90],
  ])('%i x %i', (height, width, ...counts) => {
    const levels = [1, 2, 3, 4];
    expect(levels.map((level) => regionGrid(height, width, level, false).length)).toEqual(counts);
    // The whole map is one more, where the first level is the whole map already too.
    expect(levels.map((level) => regionGrid(height, width, level, true).length - 1)).toEqual(counts);
  });

  it('is the sum of l (l + extra) over the levels', () => {
    fc.assert(
      fc.property(fc.integer({ min: 8, max: 200 }), fc.integer({ min: 8, max: 200 }), (height, width) => {
        const extra = regionGrid(height, width, 1, false).length - 1;
        expect(regionGrid(height, width, 4, false)).toHaveLength(30 + 10 * extra);
        expect(extra).toBeLessThanOrEqual(6);
        expect(extra === 0).toBe(height === width);
      }),
    );
  });

  it('puts the whole map first', () => {
    expect(regionGrid(12, 16, 3, true)[0]).toEqual({ x: 0, y: 0, width: 16, height: 12 });
  });

  it('counts a square map twice, with the whole map and with the first level', () => {
    const [first, second] = regionGrid(16, 16, 3, true);
    expect(first).toEqual(second);
  });

  it('lays one-cell squares on a map of two rows', () => {
    // Sides 2, 1 and 1; neighbours may then not overlap at all.
    expect(regionGrid(2, 2, 3, false).map(({ width }) => width)).toEqual([2, ...new Array(13).fill(1)]);
  });

  it('leaves out squares without a cell', () => {
    expect(regionGrid(1, 1, 3, false)).toEqual([{ x: 0, y: 0, width: 1, height: 1 }]);
    expect(regionGrid(1, 5, 3, false).every(({ width, height }) => width === 1 && height === 1)).toBe(true);
  });
});

const side = fc.integer({ min: 1, max: 90 });

test("the grid is that of the authors' program, written down once more", () => {
  fc.assert(
    fc.property(
      side,
      side,
      fc.integer({ min: 1, max: 5 }),
      fc.boolean(),
      (height, width, levels, wholeMap) => {
        const corners = regionGrid(height, width, levels, wholeMap).map((region) => ({
          left: region.x,
          top: region.y,
          right: region.x + region.width,
          bottom: region.y + region.height,
        }));
        expect(corners).toEqual(referenceGrid(height, width, { levels, wholeMap }));
      },
    ),
    { numRuns: 1000 },
  );
});

test('every region lies on the map', () => {
  fc.assert(
    fc.property(
      side,
      side,
      fc.integer({ min: 1, max: 5 }),
      fc.boolean(),
      (height, width, levels, wholeMap) => {
        const regions = regionGrid(height, width, levels, wholeMap);
        expect(regions.length).toBeGreaterThan(0);
        for (const region of regions) {
          expect(Math.min(region.x, region.y)).toBeGreaterThanOrEqual(0);
          expect(Math.min(region.width, region.height)).toBeGreaterThan(0);
          expect(region.x + region.width).toBeLessThanOrEqual(width);
          expect(region.y + region.height).toBeLessThanOrEqual(height);
        }
      },
    ),
  );
});

test('the squares reach both ends of the longer side', () => {
  fc.assert(
    fc.property(side, side, (height, width) => {
      const squares = regionGrid(height, width, 3, false);
      expect(Math.min(...squares.map(({ x }) => x))).toBe(0);
      // The centres are rounded down, so floating point may cost the last cell.
      expect(Math.max(...squares.map((region) => region.x + region.width))).toBeGreaterThanOrEqual(width - 1);
      expect(Math.max(...squares.map((region) => region.y + region.height))).toBeGreaterThanOrEqual(
        height - 1,
      );
    }),
  );
});
