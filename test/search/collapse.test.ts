import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dot, l2Normalise } from '../../src/descriptor/vectors.ts';
import { collapse } from '../../src/search/collapse.ts';
import type { Collapsible } from '../../src/search/collapse.ts';
import { bandsAt } from '../../src/search/tiers.ts';

const { nearDuplicate } = bandsAt([1]);

interface Result extends Collapsible {
  photoId: number;
}

const hashOf = (content: string) => createHash('sha256').update(content).digest();

/** A result on a circle, so that the score of two is the cosine between their angles in degrees. */
function at(degrees: number, photoId: number, content = `content ${photoId}`): Result {
  const angle = (degrees * Math.PI) / 180;
  return {
    photoId,
    descriptor: Float32Array.of(Math.cos(angle), Math.sin(angle)),
    hash: hashOf(content),
  };
}

function idsOf(results: readonly Result[], limit = Infinity): [number, number[]][] {
  return collapse(results, limit, nearDuplicate).map(({ keeper, copies }) => [
    keeper.photoId,
    copies.map(({ photoId }) => photoId),
  ]);
}

const near = (one: Result, other: Result, band = nearDuplicate): boolean =>
  dot(one.descriptor, other.descriptor) >= band || Buffer.compare(one.hash, other.hash) === 0;

/** The definition: every result joins the first keeper that it is near-identical to, or becomes one. */
function reference(results: readonly Result[], limit: number): [number, number[]][] {
  const kept: Result[][] = [];
  for (const result of results) {
    const group = kept.find(([keeper]) => near(keeper!, result));
    if (group) group.push(result);
    else if (kept.length < limit) kept.push([result]);
  }
  return kept.map(([keeper, ...copies]) => [keeper!.photoId, copies.map(({ photoId }) => photoId)]);
}

describe('near-identical results', () => {
  it('are one, the best of them, and others stay alone', () => {
    // Two are near-identical within arccos 0.87 = 29.5 degrees.
    expect(idsOf([at(0, 1), at(90, 2), at(29, 3), at(180, 4), at(119, 5)])).toEqual([
      [1, [3]],
      [2, [5]],
      [4, []],
    ]);
    expect(idsOf([])).toEqual([]);
  });

  it('are no chain: a copy of a copy that is unlike the keeper is a result of its own', () => {
    expect(idsOf([at(0, 1), at(20, 2), at(40, 3), at(60, 4)])).toEqual([
      [1, [2]],
      [3, [4]],
    ]);
  });

  it('join the first keeper that they are near-identical to, not the nearest', () => {
    expect(idsOf([at(0, 1), at(40, 2), at(29, 3)])).toEqual([
      [1, [3]],
      [2, []],
    ]);
  });

  it('of the same content are one whatever their descriptors, but join an earlier keeper that is alike', () => {
    expect(idsOf([at(0, 1, 'same'), at(120, 2, 'same'), at(240, 3, 'other')])).toEqual([
      [1, [2]],
      [3, []],
    ]);
    expect(idsOf([at(0, 1), at(50, 2, 'same'), at(10, 3, 'same')])).toEqual([
      [1, [3]],
      [2, []],
    ]);
  });

  it('are told by another band where one is given', () => {
    const collapsed = collapse([at(0, 1), at(29, 2), at(20, 3)], Infinity, 0.93);
    expect(collapsed.map(({ keeper, copies }) => [keeper.photoId, copies.length])).toEqual([
      [1, 1],
      [2, 0],
    ]);
  });

  it('behind the last result that is wanted are still its copies', () => {
    expect(idsOf([at(0, 1), at(90, 2), at(180, 3), at(5, 4)], 2)).toEqual([
      [1, [4]],
      [2, []],
    ]);
    expect(idsOf([at(0, 1)], 0)).toEqual([]);
  });
});

/** Descriptors of any length, some near others, some of one content. */
const rankings = fc.integer({ min: 1, max: 100 }).chain((dimensions) => {
  const direction = fc
    .array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: dimensions, maxLength: dimensions })
    .map((values) => Float32Array.from(values));
  const result = fc.record({ centre: fc.nat(3), way: direction, spread: fc.double({ min: 0, max: 1.5 }) });
  return fc.record({
    centres: fc.array(direction, { minLength: 4, maxLength: 4 }),
    results: fc.array(fc.record({ shot: result, content: fc.nat(30) }), { maxLength: 30 }),
  });
});

describe('collapsing', () => {
  it('does what looking at every pair would do, also with blocks that are not full and without a limit', () => {
    fc.assert(
      fc.property(rankings, fc.nat(12), ({ centres, results }, limit) => {
        const ranked = results.map(({ shot, content }, photoId): Result => {
          const mixed = centres[shot.centre]!.map((value, axis) => value + shot.spread * shot.way[axis]!);
          return { photoId, descriptor: l2Normalise(mixed), hash: hashOf(String(content)) };
        });
        expect(idsOf(ranked, limit)).toEqual(reference(ranked, limit));
        const collapsed = collapse(ranked, Infinity, nearDuplicate);
        expect(idsOf(ranked)).toEqual(reference(ranked, Infinity));
        for (const [rank, { keeper, copies }] of collapsed.entries()) {
          for (const copy of copies) {
            expect(near(keeper, copy)).toBe(true);
            expect(copy.photoId).toBeGreaterThan(keeper.photoId);
          }
          for (const { keeper: other } of collapsed.slice(rank + 1)) {
            expect(near(keeper, other)).toBe(false);
            expect(other.photoId).toBeGreaterThan(keeper.photoId);
          }
        }
        const all = collapsed.flatMap(({ keeper, copies }) => [keeper, ...copies]);
        expect(all.map(({ photoId }) => photoId).sort((a, b) => a - b)).toEqual([...ranked.keys()]);
      }),
      { numRuns: 300 },
    );
  });
});
