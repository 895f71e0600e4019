import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { boxOf } from '../../src/descriptor/box.ts';
import { decodeRegions, encodeRegions, quantiseRegions } from '../../src/descriptor/quantise.ts';
import type { MapGeometry } from '../../src/descriptor/quantise.ts';
import { regionGrid } from '../../src/descriptor/regions.ts';
import { createRegionalMatcher, regionalScore } from '../../src/search/regional.ts';
import type { RegionalMatcher } from '../../src/search/regional.ts';
import { referenceGrid, unit } from '../descriptor/reference.ts';

const dimensions = 9;
let matcher: RegionalMatcher;

beforeAll(async () => {
  matcher = await createRegionalMatcher(dimensions, { threads: 1 });
});

afterAll(() => matcher.release());

const entry = fc.integer({ min: -1000, max: 1000 }).map((value) => value / 1000);
const anyGeometry: fc.Arbitrary<MapGeometry> = fc.record({
  height: fc.integer({ min: 1, max: 20 }),
  width: fc.integer({ min: 1, max: 20 }),
  levels: fc.integer({ min: 1, max: 3 }),
  wholeMap: fc.boolean(),
});

function countOf({ height, width, levels, wholeMap }: MapGeometry): number {
  return regionGrid(height, width, levels, wholeMap).length;
}

/** The bytes of a photo's regions, in the form of today or the earlier one of a byte a number. */
const photo = fc
  .record({ geometry: anyGeometry, entries: fc.infiniteStream(entry), kept: fc.integer({ min: 1, max: 9 }) })
  .chain(({ geometry, entries, kept }) => {
    const vectors = Float32Array.from(entries.take(countOf(geometry) * kept));
    return fc.constantFrom(
      encodeRegions(quantiseRegions(vectors, kept, geometry)),
      inBytes(vectors, kept, geometry),
    );
  });

function inBytes(vectors: Float32Array, kept: number, geometry: MapGeometry): Uint8Array {
  const count = vectors.length / kept;
  const blob = new Uint8Array(8 + count * (4 + kept));
  const view = new DataView(blob.buffer);
  blob.set([
    1,
    geometry.levels | (geometry.wholeMap ? 0x80 : 0),
    geometry.height,
    0,
    geometry.width,
    0,
    kept,
    0,
  ]);
  for (let region = 0; region < count; region++) view.setFloat32(8 + 4 * region, 0.01, true);
  for (const [at, value] of vectors.entries()) view.setInt8(8 + 4 * count + at, Math.round(value * 127));
  return blob;
}

/** Rows of length 1 over the leading dimensions. */
function rowsOf(values: ArrayLike<number>, width: number, kept: number): number[][] {
  return Array.from({ length: values.length / width }, (_, row) =>
    unit(Array.from({ length: kept }, (__, index) => values[row * width + index]!)),
  );
}

/** The scores by their definitions, in plain loops. */
function reference(query: Float32Array, blob: Uint8Array) {
  const { dimensions: kept, steps, geometry } = decodeRegions(blob);
  const theirs = rowsOf(steps, kept, kept);
  const scores = rowsOf(query, dimensions, kept).map((own) =>
    theirs.map((their) => their.reduce((sum, value, index) => sum + value * own[index]!, 0)),
  );
  const nearest = scores.map((row) => Math.max(...row));
  const bestPair = Math.max(...nearest);
  const { height, width } = geometry;
  const best = referenceGrid(height, width, geometry).filter((_, region) =>
    scores.some((row) => row[region]! > bestPair - 1e-5),
  );
  return {
    bestPair,
    sum: nearest.reduce((total, score) => total + score, 0) / nearest.length,
    boxes: best.map(({ left, top, right, bottom }) =>
      boxOf({ x: left, y: top, width: right - left, height: bottom - top }, geometry),
    ),
  };
}

const query = fc
  .tuple(fc.integer({ min: 1, max: 5 }), fc.infiniteStream(entry))
  .map(([regions, entries]) => Float32Array.from(entries.take(regions * dimensions)));

describe('match', () => {
  it('gives best pair, sum and box as their definitions do, for boxes and photos, in either form', async () => {
    await fc.assert(
      fc.asyncProperty(query, fc.array(photo, { maxLength: 6 }), async (vectors, blobs) => {
        const matches = await matcher.match(vectors, blobs);
        expect(matches).toHaveLength(blobs.length);
        for (const [index, match] of matches.entries()) {
          const wanted = reference(vectors, blobs[index]!);
          expect(match!.bestPair).toBeCloseTo(wanted.bestPair, 5);
          expect(match!.sum).toBeCloseTo(wanted.sum, 5);
          expect(wanted.boxes).toContainEqual(match!.box);
        }
      }),
      { numRuns: 200 },
    );
  });

  const geometry = { height: 2, width: 3, levels: 1, wholeMap: true };

  /** Regions of a 3 x 2 map: all of it, the left square, the right one; each knows one direction alone. */
  function directions(...axes: number[]): Uint8Array {
    const vectors = new Float32Array(axes.length * dimensions);
    for (const [row, axis] of axes.entries()) vectors[row * dimensions + axis] = 1;
    return encodeRegions(quantiseRegions(vectors, dimensions, geometry));
  }

  it('finds the region that holds what the box holds', async () => {
    const vector = new Float32Array(dimensions);
    vector[4] = 1;
    const [left, right, none] = await matcher.match(vector, [
      directions(0, 4, 2),
      directions(0, 1, 4),
      directions(0, 1, 2),
    ]);
    expect(left).toMatchObject({ bestPair: expect.closeTo(1, 5) as number, box: [0, 0, 2 / 3, 1] });
    expect(right).toMatchObject({ bestPair: expect.closeTo(1, 5) as number, box: [1 / 3, 0, 2 / 3, 1] });
    expect(none!.bestPair).toBeCloseTo(0, 5);
  });

  it('answers for as many photos as one batch holds and more, each as alone', async () => {
    const blobs = Array.from({ length: 450 }, (_, index) =>
      directions(index % 9, (index >> 1) % 9, (index >> 2) % 9),
    );
    const vectors = Float32Array.from({ length: 3 * dimensions }, (_, index) => Math.sin(index + 1));
    const matches = await matcher.match(vectors, blobs);
    for (const index of [0, 199, 200, 399, 400, 449]) {
      expect(matches[index]!.bestPair).toBeCloseTo(reference(vectors, blobs[index]!).bestPair, 5);
    }
  });

  it('passes over what is missing, damaged or of another model', async () => {
    const wide = encodeRegions(
      quantiseRegions(new Float32Array(3 * 10).fill(1), 10, { ...geometry, levels: 1, wholeMap: true }),
    );
    const good = directions(0, 1, 2);
    const blobs = [undefined, good, Uint8Array.of(9, 9), good.subarray(0, -1), wide, good];
    for (const regions of [1, 2]) {
      const vectors = new Float32Array(regions * dimensions).fill(1);
      const matches = await matcher.match(vectors, blobs);
      expect(matches.map((match) => match !== null)).toEqual([false, true, false, false, false, true]);
      expect(matches[5]).toEqual(matches[1]);
    }
    expect(await matcher.match(new Float32Array(dimensions), [])).toEqual([]);
    expect(await matcher.match(new Float32Array(2 * dimensions), [])).toEqual([]);
  });

  it('keeps queries that run at the same time apart', async () => {
    const blobs = [directions(0, 1, 2), directions(3, 4, 5)];
    const queries = [0, 1, 2, 3, 4, 5].map((axis) => {
      const vectors = new Float32Array(2 * dimensions);
      vectors[axis] = 1;
      vectors[dimensions + axis] = 1;
      return vectors;
    });
    const answers = await Promise.all(queries.map((vectors) => matcher.match(vectors, blobs)));
    for (const [axis, [first, second]] of answers.entries()) {
      expect(first!.sum).toBeCloseTo(axis < 3 ? 1 : 0, 5);
      expect(second!.sum).toBeCloseTo(axis < 3 ? 0 : 1, 5);
    }
  });

  it('says 0 of regions without anything in them', async () => {
    const silent = encodeRegions(quantiseRegions(new Float32Array(3 * dimensions), dimensions, geometry));
    for (const regions of [1, 2]) {
      const [match] = await matcher.match(new Float32Array(regions * dimensions).fill(0.1), [silent]);
      expect(match).toMatchObject({ bestPair: 0, sum: 0 });
    }
  });
});

describe('regionalScore', () => {
  const match = { bestPair: 0.6, sum: 0.4, box: [0, 0, 1, 1] as [number, number, number, number] };

  test.each([
    ['best-pair', (0.2 + 0.6) / 2],
    ['sum', (0.2 + 3 * 0.4) / 4],
    ['box', (0.2 + 1.5 * 0.6) / 2.5],
  ] as const)('%s weighs the regions beside the descriptor', (rule, wanted) => {
    expect(regionalScore(0.2, match, rule)).toBeCloseTo(wanted, 10);
    expect(regionalScore(0.2, null, rule)).toBe(0.2);
    expect(regionalScore(1, { ...match, bestPair: 1, sum: 1 }, rule)).toBeCloseTo(1, 10);
  });
});
