import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dot, l2Normalise } from '../../src/descriptor/vectors.ts';
import { alpha, expandByAlpha, expandByAverage, joinQueries } from '../../src/search/expansion.ts';

const unit = fc
  .array(fc.integer({ min: -100, max: 100 }), { minLength: 6, maxLength: 6 })
  .filter((values) => values.some((value) => value !== 0))
  .map((values) => l2Normalise(Float32Array.from(values)));

const east = Float32Array.of(1, 0, 0);
const north = Float32Array.of(0, 1, 0);
const up = Float32Array.of(0, 0, 1);

/** In whole doubles, one number at a time. */
function slowMean(parts: readonly (readonly [Float32Array, number])[]): number[] {
  const sum = Array.from(parts[0]![0], (_, index) =>
    parts.reduce((total, [descriptor, weight]) => total + weight * descriptor[index]!, 0),
  );
  const length = Math.hypot(...sum);
  return sum.map((value) => (length === 0 ? 0 : value / length));
}

function expectClose(found: Float32Array, wanted: readonly number[]): void {
  expect(Array.from(found)).toEqual(wanted.map((value) => expect.closeTo(value, 5)));
}

describe('joining queries', () => {
  it('gives a single photo back as it is', () => {
    fc.assert(fc.property(unit, (query) => expectClose(joinQueries([query]), [...query])));
  });

  it('points midway between two photos', () => {
    expectClose(joinQueries([east, north]), [Math.SQRT1_2, Math.SQRT1_2, 0]);
  });

  it('turns away from what it should be unlike, by a share of its mean', () => {
    const length = Math.hypot(1, 0.15);
    expectClose(joinQueries([east], [north]), [1 / length, -0.15 / length, 0]);
    const shared = Math.hypot(1, 0.075, 0.075);
    expectClose(joinQueries([east], [north, up]), [1 / shared, -0.075 / shared, -0.075 / shared]);
  });

  it('agrees with a slow sum, in any order of the photos', () => {
    fc.assert(
      fc.property(
        fc.array(unit, { minLength: 1, maxLength: 5 }),
        fc.array(unit, { maxLength: 4 }),
        (wanted, unlike) => {
          const slow = slowMean([
            ...wanted.map((descriptor) => [descriptor, 1 / wanted.length] as const),
            ...unlike.map((descriptor) => [descriptor, -0.15 / unlike.length] as const),
          ]);
          fc.pre(slow.some((value) => Math.abs(value) > 1e-3));
          expectClose(joinQueries(wanted, unlike), slow);
          expectClose(joinQueries([...wanted].reverse(), [...unlike].reverse()), slow);
        },
      ),
    );
  });

  it('never comes nearer to what it should be unlike', () => {
    fc.assert(
      fc.property(unit, unit, (wanted, unlike) => {
        expect(dot(joinQueries([wanted], [unlike]), unlike)).toBeLessThanOrEqual(dot(wanted, unlike) + 1e-5);
      }),
    );
  });
});

describe('query expansion', () => {
  it('takes the mean of the query and its matches', () => {
    expectClose(
      expandByAverage(east, [north, up]),
      [1, 1, 1].map((value) => value / Math.sqrt(3)),
    );
    expectClose(expandByAverage(east, []), [1, 0, 0]);
  });

  it('weighs matches by a power of their similarity, and unlike ones not at all', () => {
    const wanted = [1, 0.5 ** alpha, 0];
    const length = Math.hypot(...wanted);
    const matches = [
      { descriptor: north, score: 0.5 },
      { descriptor: up, score: -0.4 },
    ];
    expectClose(
      expandByAlpha(east, matches),
      wanted.map((value) => value / length),
    );
  });

  it('is average expansion where all matches are alike', () => {
    fc.assert(
      fc.property(unit, fc.array(unit, { maxLength: 4 }), (query, matches) => {
        const average = expandByAverage(query, matches);
        fc.pre(average.some((value) => Math.abs(value) > 1e-3));
        const scored = matches.map((descriptor) => ({ descriptor, score: 1 }));
        expectClose(expandByAlpha(query, scored), [...average]);
      }),
    );
  });
});
