import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { l2Normalise } from '../../src/descriptor/vectors.ts';
import type { Query } from '../../src/evaluation/dataset.ts';
import { measureRetrieval } from '../../src/evaluation/retrieval.ts';
import { referenceRetrieval } from './reference.ts';

/** Descriptors on a circle: photo 0 looks along 0 degrees. */
function atDegrees(...angles: number[]): Float32Array[] {
  return angles.map((angle) =>
    Float32Array.of(Math.cos((angle * Math.PI) / 180), Math.sin((angle * Math.PI) / 180)),
  );
}

function query(photo: number, positives: number[], junk: number[] = []): Query {
  return { photo, positives: new Set(positives), junk: new Set(junk) };
}

describe('measureRetrieval', () => {
  // From photo 0, the others come as 1, 2, 3, 4, 5.
  const fan = atDegrees(0, 10, 20, 30, 40, 50);

  it('takes the query out of its own ranking', () => {
    expect(measureRetrieval([query(0, [1])], fan)).toEqual({ queries: 1, mAP: 100, r1: 100 });
    // Rank 1 of the rest, a quarter: with the query in the list it would be rank 2.
    expect(measureRetrieval([query(0, [2])], fan)).toEqual({ queries: 1, mAP: 25, r1: 0 });
  });

  it('takes junk out before ranks are read', () => {
    expect(measureRetrieval([query(0, [3], [1, 2])], fan)).toEqual({ queries: 1, mAP: 100, r1: 100 });
    // Ranks 0, 2, 5 without the junk in between would be 0.677778 of 3.
    const longer = atDegrees(0, 1, 2, 3, 4, 5, 6, 7, 8);
    const { mAP } = measureRetrieval([query(0, [1, 4, 8], [2, 7])], longer);
    expect(mAP).toBeCloseTo(67.7778, 3);
  });

  it('is the mean over the queries', () => {
    const found = measureRetrieval([query(0, [1]), query(0, [2])], fan);
    expect(found).toEqual({ queries: 2, mAP: 62.5, r1: 50 });
  });

  it('keeps the order of photos of equal score', () => {
    const equal = [Float32Array.of(1, 0), ...Array.from({ length: 30 }, () => Float32Array.of(0, 1))];
    for (const positive of [1, 2, 17, 30]) {
      const rank = positive - 1;
      const expected = rank === 0 ? 100 : 100 / (2 * (rank + 1));
      expect(measureRetrieval([query(0, [positive])], equal).mAP).toBeCloseTo(expected, 10);
    }
  });

  it('agrees with the reference on any photos and queries', () => {
    const dimensions = 3;
    // Few different entries, so that many scores are equal.
    const descriptor = fc
      .array(fc.integer({ min: -1, max: 1 }), { minLength: dimensions, maxLength: dimensions })
      .map((values) => l2Normalise(Float32Array.from(values)));
    const place = fc.nat(19);
    const anyQuery = fc
      .record({
        photo: place,
        positives: fc.uniqueArray(place, { minLength: 1 }),
        junk: fc.uniqueArray(place),
      })
      .map(({ photo, positives, junk }) => {
        const right = positives.filter((other) => other !== photo);
        return query(
          photo,
          right,
          junk.filter((other) => !right.includes(other)),
        );
      })
      .filter(({ positives }) => positives.size > 0);
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
        },
      ),
    );
  });
});
