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
import { unit } from './reference.ts';

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

/** The kept part of each vector at length 1, which is what is stored. */
function keptRows(vectors: Float32Array, dimensions: number, kept: number): number[][] {
  return Array.from({ length: vectors.length / dimensions }, (_, row) =>
    unit([...vectors.subarray(row * dimensions, row * dimensions + kept)]),
  );
}

describe('quantiseRegions', () => {
  it('takes steps of a seventh of the largest entry', () => {
    const geometry = { height: 1, width: 1, levels: 1, wholeMap: true };
    const regions = quantiseRegions(Float32Array.of(0.7, -0.1, 0.26, 0, -1.4, 0.29), 3, geometry);
    expect([...regions.steps]).toEqual([7, -1, 3, 0, -7, 1]);
    expect(regions.dimensions).toBe(3);
    expect(regions.scales[0]).toBeCloseTo(1 / Math.sqrt(49 + 1 + 9), 6);
    expect(regions.scales[1]).toBeCloseTo(1 / Math.sqrt(49 + 1), 6);
    expect(regionsOf(regions)).toEqual(regionGrid(1, 1, 1, true));
  });

  it('cuts an entry that is more than 2.5 times the root mean square', () => {
    const geometry = { height: 1, width: 1, levels: 1, wholeMap: false };
    // The root mean square is 1.3, the seventh of 2.5 times that 0.464.
    const vector = Float32Array.from({ length: 100 }, (_, index) => (index === 0 ? 8.4 : index % 2 ? 1 : -1));
    const { steps } = quantiseRegions(vector, 100, geometry);
    expect([...steps.subarray(0, 3)]).toEqual([7, 2, -2]);
  });

  it('is off by half a step at most where nothing is cut', () => {
    fc.assert(
      fc.property(described, ({ geometry, dimensions, vectors }) => {
        const { steps, dimensions: kept } = quantiseRegions(vectors, dimensions, geometry);
        for (let start = 0; start < steps.length; start += kept) {
          const row = vectors.subarray((start / kept) * dimensions).subarray(0, kept);
          const largest = Math.max(...row.map(Math.abs));
          const limit = Math.min(
            largest,
            2.5 * Math.sqrt(row.reduce((sum, value) => sum + value ** 2, 0) / kept),
          );
          for (const [index, value] of row.entries()) {
            const cut = Math.max(-limit, Math.min(limit, value));
            expect(Math.abs((steps[start + index]! * limit) / 7 - cut)).toBeLessThanOrEqual(
              (limit / 14) * 1.0001,
            );
          }
        }
      }),
    );
  });

  it('keeps the directions of region vectors, at length 1', () => {
    const geometry = { height: 12, width: 16, levels: 3, wholeMap: true };
    const vectors = vectorsFor(geometry, 512);
    const regions = quantiseRegions(vectors, 512, geometry);
    const back = dequantiseRegions(regions);
    for (const [row, wanted] of keptRows(vectors, 512, regions.dimensions).entries()) {
      const own = back.subarray(row * regions.dimensions, (row + 1) * regions.dimensions);
      expect(Math.hypot(...own)).toBeCloseTo(1, 5);
      expect(wanted.reduce((sum, value, index) => sum + value * own[index]!, 0)).toBeGreaterThan(0.99);
    }
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
        expect(8 + count * (4 + Math.ceil(kept / 2))).toBeLessThanOrEqual(maximumBlobBytes);
        // One byte more would not fit.
        if (kept < dimensions) expect(8 + count * (5 + kept / 2)).toBeGreaterThan(maximumBlobBytes);
      }),
    );
  });

  test.each([
    ['a square', 16, 16, 15, 512],
    ['4:3', 12, 16, 21, 380],
    ['3:4', 16, 12, 21, 380],
    ['16:9', 9, 16, 21, 380],
    ['21:9', 7, 16, 27, 294],
    ['a panorama of 5:1', 3, 16, 51, 152],
    ['a panorama of one row', 1, 16, 8, 512],
    ['one cell', 1, 1, 2, 512],
  ])('hold %s (%i x %i cells): %i regions, %i dimensions', (_, height, width, count, kept) => {
    const geometry = { height, width, levels: 3, wholeMap: true };
    const regions = quantiseRegions(vectorsFor(geometry, 512), 512, geometry);
    const blob = encodeRegions(regions);
    expect([regions.scales.length, regions.dimensions]).toEqual([count, kept]);
    expect(blob.length).toBeLessThanOrEqual(maximumBlobBytes);
    expect(decodeRegions(blob)).toEqual(regions);
  });

  it('begin each region with a byte of its own, the first number in its lower half', () => {
    const geometry = { height: 1, width: 1, levels: 1, wholeMap: true };
    const blob = encodeRegions(quantiseRegions(Float32Array.of(0.7, -0.1, 0.3, -0.7, 0.1, 0), 3, geometry));
    expect([...blob.subarray(0, 8)]).toEqual([2, 0x81, 1, 0, 1, 0, 3, 0]);
    expect([...blob.subarray(16)]).toEqual([0xf7, 0x03, 0x19, 0x00]);
  });

  it('are still read in the form of an earlier Akin, a byte a number', () => {
    const steps = [127, -1, 51, -127, 0, 0];
    const blob = new Uint8Array(8 + 2 * 4 + 6);
    blob.set([1, 0x81, 1, 0, 1, 0, 3, 0]);
    new DataView(blob.buffer).setFloat32(8, 0.005, true);
    new DataView(blob.buffer).setFloat32(12, 0.25, true);
    blob.set(Int8Array.from(steps), 16);
    const regions = decodeRegions(blob);
    expect(regions).toMatchObject({
      dimensions: 3,
      geometry: { height: 1, width: 1, levels: 1, wholeMap: true },
    });
    expect([...regions.steps]).toEqual(steps);
    const wanted = [...unit(steps.slice(0, 3)), -1, 0, 0];
    for (const [index, value] of dequantiseRegions(regions).entries())
      expect(value).toBeCloseTo(wanted[index]!, 6);
    expect(() => encodeRegions(regions)).toThrow(RangeError);
    expect(() => decodeRegions(blob.subarray(0, -1))).toThrow(RangeError);
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
      ['another form', changed((view) => view.setUint8(0, 3))],
      ['the earlier form', changed((view) => view.setUint8(0, 1))],
      ['no form', changed((view) => view.setUint8(0, 0))],
      ['other levels', changed((view) => view.setUint8(1, 0x82))],
      ['another height', changed((view) => view.setUint16(2, 16, true))],
      ['no height', changed((view) => view.setUint16(2, 0, true))],
      ['other dimensions', changed((view) => view.setUint16(6, 378, true))],
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
          fc.uint8Array({ maxLength: 60 }).map((bytes) => Uint8Array.of(1 + (bytes.length % 2), ...bytes)),
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
