import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { resolveDecisions } from '../../src/search/place-decisions.ts';
import type { Constraints, Decision } from '../../src/search/place-decisions.ts';

function merge(...photos: number[]): Decision {
  return { sides: [photos] };
}

function split(one: number[], other: number[]): Decision {
  return { sides: [one, other] };
}

/** The group that a photo is in. */
function groupOf({ together }: Constraints, photo: number): readonly number[] {
  return together.find((group) => group.includes(photo)) ?? [photo];
}

function areApart(constraints: Constraints, one: number, other: number): boolean {
  const [left, right] = [groupOf(constraints, one), groupOf(constraints, other)];
  return constraints.apart.some(
    ([a, b]) => (left.includes(a) && right.includes(b)) || (left.includes(b) && right.includes(a)),
  );
}

const decision: fc.Arbitrary<Decision> = fc
  .uniqueArray(fc.integer({ min: 1, max: 9 }), { minLength: 2, maxLength: 6 })
  .chain((photos) =>
    fc
      .integer({ min: 0, max: photos.length - 1 })
      .map((at) => (at === 0 ? merge(...photos) : split(photos.slice(0, at), photos.slice(at)))),
  );

describe('decisions', () => {
  it('keep the photos of a merge together, also across merges', () => {
    expect(resolveDecisions([merge(4, 1), merge(2, 3), merge(3, 4)])).toEqual({
      together: [[1, 2, 3, 4]],
      apart: [],
      copies: [],
    });
  });

  it('keep the two sides of a split apart, and each together', () => {
    expect(resolveDecisions([split([1, 2], [5, 3]), split([9], [8])])).toEqual({
      together: [
        [1, 2],
        [3, 5],
      ],
      apart: [
        [1, 3],
        [8, 9],
      ],
      copies: [],
    });
  });

  it('that are later go before earlier ones: a split undoes a merge, and a merge a split', () => {
    const merged = merge(1, 2, 3, 4);
    const divided = split([1, 2], [3, 4]);
    expect(resolveDecisions([divided, merged])).toEqual(resolveDecisions([divided]));
    expect(resolveDecisions([merged, divided])).toEqual(resolveDecisions([merged]));
  });

  it('that are earlier do not join what is apart by a third photo', () => {
    const constraints = resolveDecisions([split([1], [2]), merge(1, 3), merge(3, 2)]);
    expect(constraints).toEqual({ together: [[1, 3]], apart: [[1, 2]], copies: [] });
  });

  it('go before what the content of files says', () => {
    const copies = [
      [1, 2, 3],
      [7, 8],
    ];
    expect(resolveDecisions([split([1], [2])], copies)).toEqual({
      together: [
        [1, 3],
        [7, 8],
      ],
      apart: [[1, 2]],
      copies,
    });
  });

  it('always hold if they are the latest, and contradict themselves never', () => {
    fc.assert(
      fc.property(fc.array(decision, { minLength: 1, maxLength: 6 }), (decisions) => {
        const constraints = resolveDecisions(decisions);
        const { together, apart } = constraints;
        expect(new Set(together.flat()).size).toBe(together.flat().length);
        for (const [one, other] of apart) expect(groupOf(constraints, one)).not.toContain(other);
        const { sides } = decisions[0]!;
        for (const [at, side] of sides.entries()) {
          for (const photo of side) expect(groupOf(constraints, side[0]!)).toContain(photo);
          for (const other of sides.slice(at + 1)) {
            expect(areApart(constraints, side[0]!, other[0]!)).toBe(true);
          }
        }
      }),
    );
  });

  it('add up: another, older one takes nothing away', () => {
    fc.assert(
      fc.property(fc.array(decision, { maxLength: 4 }), decision, (decisions, older) => {
        const before = resolveDecisions(decisions);
        const after = resolveDecisions([...decisions, older]);
        for (const group of before.together) {
          for (const photo of group) expect(groupOf(after, group[0]!)).toContain(photo);
        }
        for (const [one, other] of before.apart) expect(areApart(after, one, other)).toBe(true);
      }),
    );
  });
});
