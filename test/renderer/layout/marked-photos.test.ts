import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  allMarked,
  handOver,
  keepMarked,
  markedBytes,
  markedOf,
  nothingMarked,
  toggleGroup,
  toggleMarked,
} from '../../../renderer/layout/marked-photos.ts';

const pair = { removable: [2, 3], sizes: [20, 30] };
const other = { removable: [5], sizes: [50] };

function member(photoId: number, isProtected = false) {
  return { photoId, bytes: 10 * photoId, protected: isProtected };
}

describe('what is marked', () => {
  test('is counted in bytes', () => {
    const marked = toggleMarked(toggleMarked(nothingMarked, 2, 20), 5, 50);
    expect(markedBytes(marked)).toBe(70);
    expect(markedBytes(toggleMarked(marked, 2, 20))).toBe(50);
  });

  test('is only what may be removed, as large as it is now', () => {
    const marked = new Map([
      [1, 10],
      [2, 0],
      [5, 50],
    ]);
    expect(keepMarked(marked, [pair])).toEqual(new Map([[2, 20]]));
  });

  test('is all of a group, then none of it', () => {
    const some = new Map([
      [3, 30],
      [5, 50],
    ]);
    const all = toggleGroup(some, pair);
    expect(markedOf(all, pair)).toBe(2);
    expect(toggleGroup(all, pair)).toEqual(new Map([[5, 50]]));
  });

  test('is all there is only where there is something', () => {
    expect(allMarked(nothingMarked, [])).toBe(false);
    expect(allMarked(toggleGroup(nothingMarked, pair), [pair, other])).toBe(false);
    expect(allMarked(toggleGroup(toggleGroup(nothingMarked, pair), other), [pair, other])).toBe(true);
  });
});

describe('another keeper', () => {
  test('is not removed, and the one before goes where all others were to go', () => {
    const marked = new Map([
      [2, 20],
      [3, 30],
    ]);
    const after = handOver(marked, [member(1), member(2), member(3)], [member(2), member(1), member(3)]);
    expect(after).toEqual(
      new Map([
        [3, 30],
        [1, 10],
      ]),
    );
  });

  test('leaves the one before alone where some others were to stay, or it is protected', () => {
    const some = new Map([[2, 20]]);
    expect(handOver(some, [member(1), member(2), member(3)], [member(2), member(1), member(3)])).toEqual(
      new Map(),
    );
    expect(handOver(some, [member(1, true), member(2)], [member(2), member(1, true)])).toEqual(new Map());
  });

  test('does not take along one that is no member of its group', () => {
    expect(handOver(new Map([[2, 20]]), [member(1), member(2)], [member(2), member(4)])).toEqual(new Map());
  });

  test('always survives, and so does what is protected', () => {
    const photo = fc.record({
      id: fc.integer({ min: 1, max: 99 }),
      protected: fc.boolean(),
      marked: fc.boolean(),
    });
    const group = fc.uniqueArray(photo, { selector: ({ id }) => id, minLength: 2 });
    fc.assert(
      fc.property(group, fc.nat(), (photos, chosen) => {
        const before = photos.map(({ id, protected: isProtected }) => member(id, isProtected));
        const keeper = before[chosen % before.length]!;
        const after = [keeper, ...before.filter((one) => one !== keeper)];
        const marks = photos.slice(1).filter((one) => one.marked && !one.protected);
        const marked = handOver(new Map(marks.map(({ id }) => [id, 1])), before, after);
        expect(marked.has(keeper.photoId)).toBe(false);
        for (const one of before) if (one.protected) expect(marked.has(one.photoId)).toBe(false);
      }),
    );
  });
});
