import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { cellsOf } from '../../src/descriptor/box.ts';
import type { Box } from '../../src/descriptor/box.ts';
import type { Region } from '../../src/descriptor/regions.ts';
import { defaultModelFolder, readModel } from '../../src/model/model-folder.ts';
import type { Model } from '../../src/model/model-folder.ts';
import { createTrunk } from '../../src/model/trunk.ts';
import type { FeatureMap, RgbPixels, Trunk } from '../../src/model/trunk.ts';
import { heatMap } from '../../src/search/heat-map.ts';
import { localise } from '../../src/search/localisation.ts';
import { Target } from '../../src/search/target.ts';
import { referenceMaxima, unit } from '../descriptor/reference.ts';
import { photo } from '../model/photo.ts';

function whole({ width, height }: FeatureMap): Region {
  return { x: 0, y: 0, width, height };
}

/** A map of so many cells a side at most, many of them 0, as after a ReLU. */
function anyMap(most: number): fc.Arbitrary<FeatureMap> {
  return fc
    .record({
      width: fc.integer({ min: 1, max: most }),
      height: fc.integer({ min: 1, max: most }),
      values: fc.infiniteStream(fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 60 }))),
    })
    .map(({ width, height, values }) => ({
      channels: 3,
      width,
      height,
      data: Float32Array.from(values.take(3 * width * height), (value) => value / 10),
    }));
}

const mean = [0.3, 0.2, 0.4];
const head = { shift: Float32Array.from(mean, (value) => -value) };

/** Cosine of l2-normalised maxima, less the mean, in plain loops. */
function referenceScore(query: readonly number[], map: FeatureMap, { x, y, width, height }: Region): number {
  const maxima = unit(referenceMaxima(map, { left: x, top: y, right: x + width, bottom: y + height }));
  const centred = unit(maxima.map((value, channel) => value - mean[channel]!));
  return centred.reduce((sum, value, channel) => sum + value * query[channel]!, 0);
}

function referenceQuery(map: FeatureMap): number[] {
  const maxima = unit(referenceMaxima(map, { left: 0, top: 0, right: map.width, bottom: map.height }));
  return unit(maxima.map((value, channel) => value - mean[channel]!));
}

/** What the search goes by: the score of the box, and by how much its cells score more than the others, an eighth. */
function referenceWorth(query: readonly number[], map: FeatureMap, region: Region): number {
  const inside: number[] = [];
  const outside: number[] = [];
  for (let y = 0; y < map.height; y++) {
    for (let x = 0; x < map.width; x++) {
      const own =
        x >= region.x && x < region.x + region.width && y >= region.y && y < region.y + region.height;
      (own ? inside : outside).push(referenceScore(query, map, { x, y, width: 1, height: 1 }));
    }
  }
  const contrast = outside.length === 0 ? 0 : average(inside) - average(outside);
  return referenceScore(query, map, region) + contrast / 8;
}

function average(numbers: readonly number[]): number {
  return numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
}

function allRegions({ width, height }: FeatureMap): Region[] {
  const regions: Region[] = [];
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      for (let rows = 1; y + rows <= height; rows++)
        for (let columns = 1; x + columns <= width; columns++)
          regions.push({ x, y, width: columns, height: rows });
  return regions;
}

/** The nearest shape that the map has on the coarse grid, of about 8 steps. */
function nearestAspect({ width, height }: FeatureMap, { aspect }: Target): number {
  const step = Math.ceil(Math.max(width, height) / 8);
  return Math.min(width / step, Math.max(step / height, aspect));
}

function hasShape({ width, height }: Region, aspect: number): boolean {
  return Math.abs(Math.log(width / height / aspect)) <= Math.log(2) + 1e-9;
}

describe('Target', () => {
  it('scores as its definition does', () => {
    fc.assert(
      fc.property(anyMap(6), anyMap(6), (query, map) => {
        const target = new Target(query, whole(query), head);
        expect(target.aspect).toBe(query.width / query.height);
        for (const region of allRegions(map).slice(0, 20)) {
          const maxima = referenceMaxima(map, {
            left: region.x,
            top: region.y,
            right: region.x + region.width,
            bottom: region.y + region.height,
          });
          expect(target.score(Float32Array.from(maxima))).toBeCloseTo(
            referenceScore(referenceQuery(query), map, region),
            4,
          );
        }
      }),
    );
  });

  it('compares maxima as they are without a head', () => {
    const query = { channels: 2, width: 1, height: 1, data: Float32Array.of(3, 4) };
    const target = new Target(query, whole(query), null);
    expect(target.score(Float32Array.of(8, 6))).toBeCloseTo(0.96, 6);
    expect(target.score(Float32Array.of(0, 0))).toBe(0);
  });
});

describe('localise', () => {
  it('finds the best of all boxes of about the shape, on maps where the coarse grid is each cell', () => {
    fc.assert(
      fc.property(anyMap(8), anyMap(8), (query, map) => {
        const target = new Target(query, whole(query), head);
        const aspect = nearestAspect(map, target);
        const worths = allRegions(map)
          .filter((region) => hasShape(region, aspect))
          .map((region) => referenceWorth(referenceQuery(query), map, region));
        const { box, score } = localise(map, target);
        const found = cellsOf(box, map);
        expect(referenceWorth(referenceQuery(query), map, found)).toBeCloseTo(Math.max(...worths), 4);
        expect(referenceScore(referenceQuery(query), map, found)).toBeCloseTo(score, 4);
      }),
      { numRuns: 60 },
    );
  });

  it('finds a box on larger maps that no side moved by a cell makes better', () => {
    fc.assert(
      fc.property(anyMap(8), anyMap(24), (query, map) => {
        const target = new Target(query, whole(query), head);
        const { box, score } = localise(map, target);
        const region = cellsOf(box, map);
        expect(referenceScore(referenceQuery(query), map, region)).toBeCloseTo(score, 4);
        const worth = referenceWorth(referenceQuery(query), map, region);
        const { x, y, width, height } = region;
        for (const moved of [
          { x: x - 1, y, width: width + 1, height },
          { x: x + 1, y, width: width - 1, height },
          { x, y: y - 1, width, height: height + 1 },
          { x, y: y + 1, width, height: height - 1 },
          { x, y, width: width + 1, height },
          { x, y, width: width - 1, height },
          { x, y, width, height: height + 1 },
          { x, y, width, height: height - 1 },
        ]) {
          const inside =
            moved.x >= 0 &&
            moved.y >= 0 &&
            Math.min(moved.width, moved.height) >= 1 &&
            moved.x + moved.width <= map.width &&
            moved.y + moved.height <= map.height;
          if (!inside || !hasShape(moved, nearestAspect(map, target))) continue;
          expect(referenceWorth(referenceQuery(query), map, moved)).toBeLessThanOrEqual(worth + 1e-4);
        }
      }),
    );
  });

  test.each([
    ['one cell', 1, 1],
    ['one row', 24, 1],
    ['one column', 1, 24],
    ['a panorama', 32, 3],
  ])('copes with a map of %s and a query of any shape', (_, width, height) => {
    const data = Float32Array.from({ length: 3 * width * height }, (__, at) => (at * 7919) % 13);
    const map = { channels: 3, width, height, data };
    for (const region of [
      { x: 0, y: 0, width: 1, height: 1 },
      { x: 0, y: 0, width, height: 1 },
      { x: 0, y: 0, width: 1, height },
    ]) {
      const { box, score } = localise(map, new Target(map, region, head));
      const { x, y, ...size } = cellsOf(box, map);
      expect(Math.min(x, y)).toBeGreaterThanOrEqual(0);
      expect(Math.min(size.width, size.height)).toBeGreaterThanOrEqual(1);
      expect(Number.isFinite(score)).toBe(true);
    }
  });
});

describe('on photos', () => {
  let model: Model;
  let trunk: Trunk;

  beforeAll(async () => {
    model = await readModel(defaultModelFolder());
    trunk = await createTrunk(model, { threads: 1 });
  });

  afterAll(() => trunk.release());

  /** One photo within another. */
  async function pasted(onto: string, name: string, left: number, top: number): Promise<RgbPixels> {
    const ground = await photo(onto, 512, 384);
    const small = await photo(name, 192, 160);
    for (let row = 0; row < small.height; row++) {
      const line = small.data.subarray(row * small.width * 3, (row + 1) * small.width * 3);
      ground.data.set(line, ((top + row) * ground.width + left) * 3);
    }
    return ground;
  }

  function overlap(one: Box, other: Box): number {
    const shared = [0, 1].map((axis) =>
      Math.max(
        0,
        Math.min(one[axis]! + one[axis + 2]!, other[axis]! + other[axis + 2]!) -
          Math.max(one[axis]!, other[axis]!),
      ),
    );
    const both = shared[0]! * shared[1]!;
    return both / (one[2] * one[3] + other[2] * other[3] - both);
  }

  test.each([
    ['french-alpine-landscape', 'locomotion-house-cat', 32, 32],
    ['nagasaki-boats', 'allium-oreophilum', 288, 192],
    ['black-canyon', 'locomotion-house-cat', 288, 32],
  ])('%s: %s is found where it was pasted', async (onto, name, left, top) => {
    const [query, map] = await trunk.run([await photo(name, 480, 400), await pasted(onto, name, left, top)]);
    const target = new Target(query!, whole(query!), model.head);
    const wanted: Box = [left / 512, top / 384, 192 / 512, 160 / 384];

    const { box } = localise(map!, target);
    // All of the photo would give 0.16.
    expect(overlap(box, wanted)).toBeGreaterThan(0.3);

    const { width, height, values } = heatMap(map!, target);
    const inside: number[] = [];
    const outside: number[] = [];
    for (const [cell, value] of values.entries()) {
      const x = ((cell % width) + 0.5) / width - wanted[0];
      const y = (Math.floor(cell / width) + 0.5) / height - wanted[1];
      (x > 0 && x < wanted[2] && y > 0 && y < wanted[3] ? inside : outside).push(value);
    }
    expect(average(inside)).toBeGreaterThan(4 * average(outside));
  });

  it('a part of a photo is found on the photo itself', async () => {
    const [map] = await trunk.run([await photo('nagasaki-boats', 512, 384)]);
    const box: Box = [0.25, 0.25, 0.5, 0.5];
    const { box: found, score } = localise(map!, new Target(map!, cellsOf(box, map!), model.head));
    expect(overlap(found, box)).toBeGreaterThan(0.7);
    expect(score).toBeGreaterThan(0.9);
  });
});
