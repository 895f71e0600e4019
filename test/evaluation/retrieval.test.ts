import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { l2Normalise } from '../../src/descriptor/vectors.ts';
import type { Query } from '../../src/evaluation/query.ts';
import { measureRetrieval, ranksOfPositives, RetrievalMeasure } from '../../src/evaluation/retrieval.ts';
import { referencePrecision, referenceRetrieval } from './reference.ts';

/** Descriptors on a circle: photo 0 looks along 0 degrees. */
function atDegrees(...angles: number[]): Float32Array[] {
  return angles.map((angle) =>
    Float32Array.of(Math.cos((angle * Math.PI) / 180), Math.sin((angle * Math.PI) / 180)),
  );
}

function query(photo: number, positives: number[], junk: number[] = [], group = ''): Query {
  return { photo, positives: new Set(positives), junk: new Set(junk), group };
}

describe('measureRetrieval', () => {
  // From photo 0, the others come as 1, 2, 3, 4, 5.
  const fan = atDegrees(0, 10, 20, 30, 40, 50);

  it('takes the query out of its own ranking', () => {
    expect(measureRetrieval([query(0, [1])], fan)).toMatchObject({ queries: 1, mAP: 100, r1: 100 });
    // Rank 1 of the rest, a quarter: with the query in the list it would be rank 2.
    expect(measureRetrieval([query(0, [2])], fan)).toMatchObject({ queries: 1, mAP: 25, r1: 0 });
  });

  it('unless it is one of its own positives', () => {
    expect(measureRetrieval([query(0, [0])], fan)).toMatchObject({ mAP: 100, r1: 100 });
    // Ranks 0 and 2 of two: half of 1, and half of (1/2 + 2/3) / 2.
    const { mAP } = measureRetrieval([query(0, [0, 2])], fan);
    expect(mAP).toBeCloseTo(100 * (1 / 2 + (1 / 2 + 2 / 3) / 4), 8);
  });

  it('takes junk out before ranks are read', () => {
    expect(measureRetrieval([query(0, [3], [1, 2])], fan)).toMatchObject({ queries: 1, mAP: 100, r1: 100 });
    // Ranks 0, 2, 5 without the junk in between would be 0.677778 of 3.
    const longer = atDegrees(0, 1, 2, 3, 4, 5, 6, 7, 8);
    const { mAP } = measureRetrieval([query(0, [1, 4, 8], [2, 7])], longer);
    expect(mAP).toBeCloseTo(67.7778, 3);
  });

  it('searches with another descriptor where one is given, as of a box', () => {
    const asked = [atDegrees(50)[0]!];
    expect(measureRetrieval([query(0, [5])], fan, asked)).toMatchObject({ mAP: 100, r1: 100 });
  });

  it('is the mean over the queries, and over those of each group', () => {
    const queries = [query(0, [1], [], 'a'), query(0, [2], [], 'b'), query(5, [4], [], 'a')];
    const found = measureRetrieval(queries, fan);
    expect(found).toMatchObject({ queries: 3, mAP: 75, perQuery: [100, 25, 100] });
    expect(found.r1).toBeCloseTo(200 / 3, 10);
    expect(found.perGroup).toEqual([
      { group: 'a', queries: 2, mAP: 100 },
      { group: 'b', queries: 1, mAP: 25 },
    ]);
  });

  it('tells the precision of the first results as the revisited benchmarks do', () => {
    // Ranks 0 and 2: one of the first one; two of the first three, since there the last one is found.
    const { precisionAt } = measureRetrieval([query(0, [1, 3])], fan);
    expect(precisionAt[1]).toBe(100);
    expect(precisionAt[5]).toBeCloseTo(200 / 3, 10);
    expect(precisionAt[10]).toBeCloseTo(200 / 3, 10);
  });

  it('counts the right ones among the first four', () => {
    expect(measureRetrieval([query(0, [0, 1, 2, 3])], fan).amongFirstFour).toBe(4);
    expect(measureRetrieval([query(0, [0, 1, 4, 5])], fan).amongFirstFour).toBe(2);
    const both = [query(0, [0, 1, 2, 3]), query(0, [0, 1, 4, 5])];
    expect(measureRetrieval(both, fan).amongFirstFour).toBe(3);
  });

  it('keeps the order of photos of equal score', () => {
    const equal = [Float32Array.of(1, 0), ...Array.from({ length: 30 }, () => Float32Array.of(0, 1))];
    for (const positive of [1, 2, 17, 30]) {
      const rank = positive - 1;
      const expected = rank === 0 ? 100 : 100 / (2 * (rank + 1));
      expect(measureRetrieval([query(0, [positive])], equal).mAP).toBeCloseTo(expected, 10);
    }
  });

  const place = fc.nat(19);
  const anyQuery = fc
    .record({ photo: place, positives: fc.uniqueArray(place, { minLength: 1 }), junk: fc.uniqueArray(place) })
    .map(({ photo, positives, junk }) =>
      query(
        photo,
        positives,
        junk.filter((other) => !positives.includes(other)),
      ),
    );

  it('agrees with the reference on any photos and queries', () => {
    const dimensions = 3;
    // Few different entries, so that many scores are equal.
    const descriptor = fc
      .array(fc.integer({ min: -1, max: 1 }), { minLength: dimensions, maxLength: dimensions })
      .map((values) => l2Normalise(Float32Array.from(values)));
    fc.assert(
      fc.property(
        fc.array(descriptor, { minLength: 20, maxLength: 20 }),
        fc.array(anyQuery, { minLength: 1, maxLength: 6 }),
        (descriptors, queries) => {
          const found = measureRetrieval(queries, descriptors);
          const expected = referenceRetrieval(queries, descriptors);
          expect(found.queries).toBe(queries.length);
          expect(found.mAP).toBeCloseTo(expected.mAP, 8);
          expect(found.r1).toBeCloseTo(expected.r1, 8);
          for (const { recall, precision } of found.curve)
            expect(precision).toBeCloseTo(referencePrecision(queries, descriptors, recall / 100), 8);
        },
      ),
    );
  });

  it('ranks as sorting all photos does', () => {
    const scores = fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 20, maxLength: 20 });
    fc.assert(
      fc.property(scores, anyQuery, (values, asked) => {
        const sorted = values
          .map((score, photo) => ({ score, photo }))
          .filter(
            ({ photo }) => asked.positives.has(photo) || (photo !== asked.photo && !asked.junk.has(photo)),
          )
          .sort((a, b) => b.score - a.score || a.photo - b.photo);
        const ranks = [...sorted.keys()].filter((rank) => asked.positives.has(sorted[rank]!.photo));
        expect(ranksOfPositives(asked, values)).toEqual(ranks);
      }),
    );
  });
});

describe('the curve', () => {
  it('begins at the best precision and ends at that of the last positive', () => {
    const measure = new RetrievalMeasure();
    // Right, wrong, right, wrong, wrong, right: precisions 1, 2/3 and 1/2 at recall 1/3, 2/3 and 1.
    measure.add(query(9, [0, 2, 5]), [9, 8, 7, 6, 5, 4, 3, 2, 1, 0]);
    const { curve } = measure.result();
    expect(curve).toHaveLength(21);
    const at = (recall: number) => curve.find((point) => Math.abs(point.recall - recall) < 1e-9)!.precision;
    expect(at(0)).toBe(100);
    expect(at(30)).toBe(100);
    expect(at(35)).toBeCloseTo(200 / 3, 10);
    expect(at(65)).toBeCloseTo(200 / 3, 10);
    expect(at(70)).toBe(50);
    expect(at(100)).toBe(50);
  });

  it('never rises', () => {
    const list = fc
      .array(fc.boolean(), { minLength: 3, maxLength: 40 })
      .filter((values) => values.includes(true));
    fc.assert(
      fc.property(list, (right) => {
        const measure = new RetrievalMeasure();
        const positives = [...right.keys()].filter((photo) => right[photo]);
        measure.add(
          query(-1, positives),
          right.map((_, photo) => -photo),
        );
        const { curve } = measure.result();
        for (const [index, { precision }] of curve.entries())
          expect(precision).toBeLessThanOrEqual(curve[index - 1]?.precision ?? 100);
      }),
    );
  });
});

test('without a query, every figure is 0', () => {
  const found = measureRetrieval([], atDegrees(0, 1));
  expect(found).toMatchObject({ queries: 0, mAP: 0, r1: 0, amongFirstFour: 0, perQuery: [], perGroup: [] });
  expect(found.curve.every(({ precision }) => precision === 0)).toBe(true);
});
