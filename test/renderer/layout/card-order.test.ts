import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isSameOrder, steadyOrder } from '../../../renderer/layout/card-order.ts';

const ids = fc.uniqueArray(fc.integer({ min: 1, max: 40 }), { maxLength: 30 });

test('what is new fills gaps, else comes last', () => {
  expect(steadyOrder([1, 2, 3], [9, 3, 2, 1]), 'the right order waits').toEqual([1, 2, 3, 9]);
  expect(steadyOrder([1, 2, 3], [8, 1, 3, 9])).toEqual([1, 8, 3, 9]);
  expect(steadyOrder([1, 2, 3], [3, 1]), 'a gap that nothing fills closes').toEqual([1, 3]);
  expect(steadyOrder([], [3, 1])).toEqual([3, 1]);
});

test('shows all that there is once, and moves nothing while as many come as go', () => {
  fc.assert(
    fc.property(ids, ids, (shown, wanted) => {
      const steady = steadyOrder(shown, wanted);
      expect(steady.toSorted((a, b) => a - b)).toEqual(wanted.toSorted((a, b) => a - b));
      if (wanted.length < shown.length) return;
      for (const [at, id] of shown.entries()) if (wanted.includes(id)) expect(steady[at]).toBe(id);
    }),
  );
});

test('an order is the same as itself only', () => {
  expect(isSameOrder([1, 2], [1, 2])).toBe(true);
  expect(isSameOrder([1, 2], [2, 1])).toBe(false);
  expect(isSameOrder([1, 2], [1, 2, 3])).toBe(false);
});
