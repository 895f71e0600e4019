import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cardRowsBetween, layOutCards } from '../../../renderer/layout/card-rows.ts';

const sizes = { width: 430, least: 100, gap: 10, textHeight: 40 };

test('cards fill the row, and are as high as their cover and text', () => {
  const layout = layOutCards(9, sizes);
  expect(layout).toEqual({ columns: 4, rows: 3, cardWidth: 100, cardHeight: 115, height: 365 });
});

test('a window that is narrower than a card shows one a row', () => {
  expect(layOutCards(3, { ...sizes, width: 60 })).toMatchObject({ columns: 1, rows: 3, cardWidth: 60 });
});

test('without cards there is no height', () => {
  expect(layOutCards(0, sizes)).toMatchObject({ rows: 0, height: 0 });
});

test('the rows in the document are those that touch the stretch', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 5000 }),
      fc.integer({ min: 1, max: 3000 }),
      fc.integer({ min: -500, max: 90_000 }),
      fc.integer({ min: 0, max: 2000 }),
      (cards, width, top, height) => {
        const layout = layOutCards(cards, { ...sizes, width });
        const { first, end } = cardRowsBetween(layout, sizes.gap, top, top + height);
        const touching = Array.from({ length: layout.rows }, (_, row) => row).filter((row) => {
          const start = row * (layout.cardHeight + sizes.gap);
          return start <= top + height && start + layout.cardHeight > top;
        });
        for (const row of touching) expect(row >= first && row < end).toBe(true);
        // One of which only the gap touches it may be there, too.
        expect(end - first).toBeLessThanOrEqual(touching.length + 1);
      },
    ),
  );
});
