import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  extendSelected,
  keepSelected,
  nothingSelected,
  toggleSelected,
} from '../../../renderer/layout/selected-photos.ts';

const order = [10, 20, 30, 40, 50];

function listed({ ids }: { ids: ReadonlySet<number> }): number[] {
  return [...ids].sort((a, b) => a - b);
}

test('a photo is added, and taken away again', () => {
  const one = toggleSelected(nothingSelected, 20);
  expect(listed(one)).toEqual([20]);
  expect(listed(toggleSelected(one, 40))).toEqual([20, 40]);
  expect(listed(toggleSelected(one, 20))).toEqual([]);
  expect(listed(nothingSelected), 'what was there is not changed').toEqual([]);
});

describe('a stretch', () => {
  test('goes from the last photo to this one, either way', () => {
    expect(listed(extendSelected(toggleSelected(nothingSelected, 20), order, 40))).toEqual([20, 30, 40]);
    expect(listed(extendSelected(toggleSelected(nothingSelected, 40), order, 20))).toEqual([20, 30, 40]);
  });

  test('is drawn out further from the same anchor, and keeps what was selected before', () => {
    const start = toggleSelected(toggleSelected(nothingSelected, 50), 30);
    const stretch = extendSelected(start, order, 20);
    expect(listed(stretch)).toEqual([20, 30, 50]);
    expect(listed(extendSelected(stretch, order, 40))).toEqual([20, 30, 40, 50]);
  });

  test('without an anchor is one photo; of a photo that is not shown it is nothing', () => {
    expect(extendSelected(nothingSelected, order, 30)).toEqual({ ids: new Set([30]), anchor: 30 });
    const gone = { ids: new Set([7]), anchor: 7 };
    expect(listed(extendSelected(gone, order, 30))).toEqual([7, 30]);
    expect(extendSelected(gone, order, 8)).toEqual(gone);
  });

  test('works on the columns of a timeline', () => {
    const timeline = Float64Array.from(order);
    expect(listed(extendSelected(toggleSelected(nothingSelected, 10), timeline, 30))).toEqual([10, 20, 30]);
  });

  test('holds every photo between both ends', () => {
    const anyIndex = fc.nat({ max: order.length - 1 });
    fc.assert(
      fc.property(anyIndex, anyIndex, (a, b) => {
        const selected = extendSelected(toggleSelected(nothingSelected, order[a]!), order, order[b]!);
        expect(listed(selected)).toEqual(order.slice(Math.min(a, b), Math.max(a, b) + 1));
      }),
    );
  });
});

test('photos that are gone are not selected any more', () => {
  const selected = { ids: new Set([10, 20, 99]), anchor: 20 };
  expect(listed(keepSelected(selected, order))).toEqual([10, 20]);
  const known = { ids: new Set([10]), anchor: 10 };
  expect(keepSelected(known, order), 'nothing to forget: nothing changes').toBe(known);
});
