import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import {
  decodeRegions,
  dequantiseRegions,
  encodeRegions,
  keptDimensions,
  maximumBlobBytes,
  quantiseRegions,
  regionsOf,
} from '../../src/descriptor/quantise.ts';
import type { MapGeometry } from '../../src/descriptor/quantise.ts';
import { regionGrid } from '../../src/descriptor/regions.ts';

/** Maps of photos up to panoramas of one row, and the grids that a model may ask for. */
const anyGeometry: fc.Arbitrary<MapGeometry> = fc.record({
  height: fc.integer({ min: 1, max: 128 }),
  width: fc.integer({ min: 1, max: 128 }),
  levels: fc.integer({ min: 1, max: 8 }),
  wholeMap: fc.boolean(),
});

/** A grid with region vectors on it. */
const described = anyGeometry.chain((geometry) =>
  fc
    .record({
      dimensions: fc.integer({ min: 1, max: 40 }),
      entries: fc.infiniteStream(fc.integer({ min: -1000, max: 1000 }).map((value) => value / 1000)),
    })
    .map(({ dimensions, entries }) => ({
      geometry,
      dimensions,
      vectors: Float32Array.from(entries.take(countOf(geometry) * dimensions)),
    })),
);

function countOf({ height, width, levels, wholeMap }: MapGeometry): number {
  return regionGrid(height, width, levels, wholeMap).length;
}

/** Region vectors that are no two alike, of length 1. */
function vectorsFor(geometry: MapGeometry, dimensions: number): Float32Array {
  const vectors = new Float32Array(countOf(geometry) * dimensions);
  return vectors.map((_, index) => Math.sin(index * index + 1) / Math.sqrt(dimensions / 2));
}

describe('quantiseRegions', () => {
  it('takes steps of a 127th of the largest entry', () => {
    const geometry = { height: 1, width: 1, levels: 1, wholeMap: true };
    const regions = quantiseRegions(Float32Array.of(1.27, -0.01, 0.506, 0, -2.54, 0.03), 3, geometry);
    expect([...regions.scales].map((scale) => +scale.toFixed(6))).toEqual([0.01, 0.02]);
    expect([...regions.steps]).toEqual([127, -1, 51, 0, -127, 2]);
    expect(regions.dimensions).toBe(3);
    expect(regionsOf(regions)).toEqual(regionGrid(1, 1, 1, true));
  });

  it('is off by half a scale at most', () => {
    fc.assert(
      fc.property(described, ({ geometry, dimensions, vectors }) => {
        const regions = quantiseRegions(vectors, dimensions, geometry);
        const back = dequantiseRegions(regions);
        const kept = regions.dimensions;
        expect(back).toHaveLength(regions.scales.length * kept);
        for (const [index, value] of back.entries()) {
          const region = Math.floor(index / kept);
          const original = vectors[region * dimensions + (index % kept)]!;
          const half = regions.scales[region]! / 2;
          expect(Math.abs(value - original)).toBeLessThanOrEqual(half * (1 + 1e-4));
        }
      }),
    );
  });

  it('keeps a silent region silent', () => {
    const regions = quantiseRegions(new Float32Array(8), 4, {
      height: 1,
      width: 1,
      levels: 1,
      wholeMap: true,
    });
    expect([...dequantiseRegions(regions)]).toEqual(new Array(8).fill(0));
  });
});

describe('the bytes for the catalog', () => {
  it('give the same regions back, from a Buffer within a larger one too', () => {
    fc.assert(
      fc.property(described, fc.nat(9), ({ geometry, dimensions, vectors }, offset) => {
        const regions = quantiseRegions(vectors, dimensions, geometry);
        const blob = encodeRegions(regions);
        expect(decodeRegions(blob)).toEqual(regions);
        // SQLite gives Buffers, which may share their memory and start anywhere in it.
        const shared = Buffer.alloc(blob.length + 20, 0xee);
        shared.set(blob, offset);
        const decoded = decodeRegions(shared.subarray(offset, offset + blob.length));
        expect(decoded).toEqual(regions);
        shared.fill(0);
        expect(decoded).toEqual(regions);
      }),
    );
  });

  it('take 4096 at most for every map that a model of any setting sees', () => {
    fc.assert(
      fc.property(anyGeometry, fc.constantFrom(1, 128, 512, 1280, 2048), (geometry, dimensions) => {
        const count = countOf(geometry);
        const kept = keptDimensions(dimensions, count);
        expect(kept).toBeGreaterThanOrEqual(1);
        expect(kept).toBeLessThanOrEqual(dimensions);
        expect(8 + count * (4 + kept)).toBeLessThanOrEqual(maximumBlobBytes);
        // One dimension more would not fit.
        if (kept < dimensions) expect(8 + count * (5 + kept)).toBeGreaterThan(maximumBlobBytes);
      }),
    );
  });

  test.each([
    ['a square', 16, 16, 15, 268],
    ['4:3', 12, 16, 21, 190],
    ['3:4', 16, 12, 21, 190],
    ['16:9', 9, 16, 21, 190],
    ['21:9', 7, 16, 27, 147],
    ['a panorama of 5:1', 3, 16, 51, 76],
    ['a panorama of one row', 1, 16, 8, 507],
    ['one cell', 1, 1, 2, 512],
  ])('hold %s (%i x %i cells): %i regions, %i dimensions', (_, height, width, count, kept) => {
    const geometry = { height, width, levels: 3, wholeMap: true };
    const regions = quantiseRegions(vectorsFor(geometry, 512), 512, geometry);
    const blob = encodeRegions(regions);
    expect([regions.scales.length, regions.dimensions]).toEqual([count, kept]);
    expect(blob.length).toBeLessThanOrEqual(maximumBlobBytes);
    expect(decodeRegions(blob)).toEqual(regions);
  });

  describe('that are corrupt', () => {
    const geometry = { height: 12, width: 16, levels: 3, wholeMap: true };
    const whole = encodeRegions(quantiseRegions(vectorsFor(geometry, 512), 512, geometry));

    function changed(change: (view: DataView) => void): Uint8Array {
      const copy = whole.slice();
      change(new DataView(copy.buffer));
      return copy;
    }

    test.each([
      ['nothing', new Uint8Array(0)],
      ['less than a header', whole.subarray(0, 7)],
      ['a header alone', whole.subarray(0, 8)],
      ['one byte less', whole.subarray(0, -1)],
      ['one byte more', Uint8Array.of(...whole, 0)],
      ['another form', changed((view) => view.setUint8(0, 2))],
      ['no form', changed((view) => view.setUint8(0, 0))],
      ['other levels', changed((view) => view.setUint8(1, 0x82))],
      ['another height', changed((view) => view.setUint16(2, 16, true))],
      ['no height', changed((view) => view.setUint16(2, 0, true))],
      ['other dimensions', changed((view) => view.setUint16(6, 189, true))],
      ['a scale that is no number', changed((view) => view.setFloat32(8, NaN, true))],
      ['an endless scale', changed((view) => view.setFloat32(8, Infinity, true))],
      ['a negative scale', changed((view) => view.setFloat32(8, -1, true))],
      // The length fits, but nothing has such a map.
      ['a map without cells', Uint8Array.of(1, 0x80, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 5)],
      ['no regions', Uint8Array.of(1, 0, 4, 0, 4, 0, 1, 0)],
      ['no dimensions', Uint8Array.of(1, 0x80, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0)],
    ])('are refused: %s', (_, blob) => {
      expect(() => decodeRegions(blob)).toThrow(RangeError);
    });

    it('give regions that fit or a RangeError, whatever the bytes are', () => {
      fc.assert(
        fc.property(
          fc.uint8Array({ maxLength: 60 }).map((bytes) => Uint8Array.of(1, ...bytes)),
          (blob) => {
            let decoded;
            try {
              decoded = decodeRegions(blob);
            } catch (error) {
              expect(error).toBeInstanceOf(RangeError);
              return;
            }
            expect(decoded.scales).toHaveLength(countOf(decoded.geometry));
            expect(dequantiseRegions(decoded)).toHaveLength(decoded.scales.length * decoded.dimensions);
          },
        ),
        { numRuns: 500 },
      );
    });
  });
});
