import fc from 'fast-check';
import { expect, test } from 'vitest';
import { moveAmongCards } from '../../../renderer/layout/card-moves.ts';
import { movingKeys } from '../../../renderer/layout/selection.ts';

/** Eight cards: 0 1 2 / 3 4 5 / 6 7 */
const layout = { cards: 8, columns: 3, rowsInView: 2 };

test.each([
  [0, 'ArrowLeft', 0],
  [2, 'ArrowRight', 3],
  [7, 'ArrowRight', 7],
  [4, 'ArrowUp', 1],
  [1, 'ArrowUp', 1],
  [3, 'ArrowDown', 6],
  [5, 'ArrowDown', 7],
  [7, 'ArrowDown', 7],
  [1, 'PageDown', 7],
  [2, 'PageDown', 7],
  [7, 'PageUp', 1],
  [4, 'Home', 0],
  [4, 'End', 7],
] as const)('from card %i, %s goes to %i', (card, key, to) => {
  expect(moveAmongCards(layout, card, key)).toBe(to);
});

test('every key leads to a card that is there', () => {
  const size = fc.integer({ min: 1, max: 60 });
  fc.assert(
    fc.property(
      size,
      size,
      size,
      fc.nat(),
      fc.constantFrom(...movingKeys),
      (cards, columns, rowsInView, at, key) => {
        const to = moveAmongCards({ cards, columns, rowsInView }, at % cards, key);
        expect(Number.isInteger(to) && to >= 0 && to < cards).toBe(true);
      },
    ),
  );
});

test('down and up again is where one was, but for a row that is not full', () => {
  for (let card = 0; card < 5; card += 1) {
    expect(moveAmongCards(layout, moveAmongCards(layout, card, 'ArrowDown'), 'ArrowUp')).toBe(card);
  }
});
