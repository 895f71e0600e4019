import { describe, expect, it } from 'vitest';
import { l2Normalise } from '../../src/descriptor/vectors.ts';
import { keptShare } from '../../src/training/kept.ts';
import { Random } from '../../src/training/random.ts';

function vectors(count: number, dimensions: number, seed: number): Float32Array[] {
  const random = new Random(seed);
  return Array.from({ length: count }, () =>
    l2Normalise(Float32Array.from({ length: dimensions }, () => random.normal())),
  );
}

/** Points on a half circle, in this order. */
function onCircle(angles: readonly number[]): Float32Array[] {
  return angles.map((angle) => Float32Array.of(Math.cos(angle), Math.sin(angle)));
}

describe('the share of neighbours that is kept', () => {
  it('is all where nothing changed, or only turned', () => {
    const before = vectors(30, 4, 1);
    expect(keptShare(before, before)).toBe(1);
    const turned = before.map((vector) =>
      Float32Array.of(-vector[3]!, vector[0]!, vector[2]!, 0, vector[1]!),
    );
    expect(keptShare(before, turned)).toBe(1);
  });

  it('can be counted where one photo goes elsewhere', () => {
    // Twelve photos in a row: all but the farthest are the ten nearest of each. The first one then becomes the last.
    const row = Array.from({ length: 12 }, (_, at) => 0.1 * at);
    const moved = [1.25, ...row.slice(1)];
    // The farthest of each before, and after the first went to the other end.
    const count = 12;
    const farthest = (angles: number[], photo: number) =>
      angles
        .map((angle) => Math.abs(angle - angles[photo]!))
        .reduce((best, distance, at, all) => (distance > all[best]! ? at : best), 0);
    const changed = row.filter((_, photo) => farthest(row, photo) !== farthest(moved, photo)).length;
    expect(keptShare(onCircle(row), onCircle(moved))).toBeCloseTo((10 * count - changed) / (10 * count), 9);
    expect(changed).toBeGreaterThan(0);
  });

  it('is what chance gives where all is new', () => {
    const share = keptShare(vectors(200, 16, 2), vectors(200, 16, 3))!;
    // Ten of the 199 others.
    expect(share).toBeGreaterThan(0.03);
    expect(share).toBeLessThan(0.07);
  });

  it('is not told of too few photos', () => {
    expect(keptShare(vectors(11, 3, 1), vectors(11, 3, 2))).toBeNull();
    expect(keptShare(vectors(12, 3, 1), vectors(12, 3, 2))).not.toBeNull();
    expect(keptShare([], [])).toBeNull();
  });
});
