import fc from 'fast-check';
import { expect, test } from 'vitest';
import { currentPage, startHistory, travel, visit } from '../../../renderer/state/history.ts';

test('back returns, forward goes on, a visit forgets what lay ahead', () => {
  let history = visit(visit(startHistory('all'), 'a'), 'b');
  history = travel(history, -1);
  expect(currentPage(history)).toBe('a');
  expect(currentPage(travel(history, 1))).toBe('b');
  history = visit(history, 'c');
  expect(currentPage(travel(history, 1))).toBe('c');
  expect(currentPage(travel(history, -1))).toBe('a');
});

test('behaves like two stacks', () => {
  const step = fc.oneof(fc.constantFrom<'back' | 'forward'>('back', 'forward'), fc.nat());
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      let history = startHistory<number>(-1);
      let [past, here, ahead]: [number[], number, number[]] = [[], -1, []];
      for (const move of steps) {
        if (typeof move === 'number') {
          history = visit(history, move);
          [past, here, ahead] = [[...past, here], move, []];
        } else if (move === 'back') {
          history = travel(history, -1);
          const last = past.at(-1);
          if (last !== undefined) [past, here, ahead] = [past.slice(0, -1), last, [here, ...ahead]];
        } else {
          history = travel(history, 1);
          const next = ahead[0];
          if (next !== undefined) [past, here, ahead] = [[...past, here], next, ahead.slice(1)];
        }
        expect(currentPage(history)).toBe(here);
      }
    }),
  );
});

test('forgets the oldest pages beyond its limit', () => {
  const history = visit(visit(visit(startHistory(0), 1, 3), 2, 3), 3, 3);
  expect(history.pages).toEqual([1, 2, 3]);
  expect(currentPage(history)).toBe(3);
});
