import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { moveEntry } from '../../../renderer/layout/move-entry.ts';

describe('moveEntry', () => {
  test('moves up and down, and not beyond the ends', () => {
    const order = ['a', 'b', 'c'];
    expect(moveEntry(order, 2, 0)).toEqual(['c', 'a', 'b']);
    expect(moveEntry(order, 0, 1)).toEqual(['b', 'a', 'c']);
    expect(moveEntry(order, 0, -1)).toBe(order);
    expect(moveEntry(order, 2, 3)).toBe(order);
    expect(moveEntry(order, 5, 1)).toBe(order);
  });

  test('keeps all entries, and is undone by the way back', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(), { minLength: 1 }), fc.nat(), fc.nat(), (order, a, b) => {
        const [from, to] = [a % order.length, b % order.length];
        const moved = moveEntry(order, from, to);
        expect(moved[to]).toBe(order[from]);
        expect(moveEntry(moved, to, from)).toEqual(order);
      }),
    );
  });
});
