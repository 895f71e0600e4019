/** Where the keyboard goes among cards of one size. */
import type { MovingKey } from './selection.ts';

export interface CardLayout {
  readonly cards: number;
  /** Cards in a row, at least 1. */
  readonly columns: number;
  /** Rows in view, at least 1: what PageUp and PageDown move by. */
  readonly rowsInView: number;
}

/** @param card 0 <= card < cards @returns the card that has the keyboard then, always one that is there */
export function moveAmongCards(
  { cards, columns, rowsInView }: CardLayout,
  card: number,
  key: MovingKey,
): number {
  const last = cards - 1;
  switch (key) {
    case 'ArrowLeft':
      return Math.max(0, card - 1);
    case 'ArrowRight':
      return Math.min(last, card + 1);
    case 'Home':
      return 0;
    case 'End':
      return last;
    case 'ArrowUp':
      return moveByRows(card, -1);
    case 'ArrowDown':
      return moveByRows(card, 1);
    case 'PageUp':
      return moveByRows(card, -rowsInView);
    case 'PageDown':
      return moveByRows(card, rowsInView);
  }

  /** Stays in its column, but for a last row that does not reach so far. */
  function moveByRows(from: number, rows: number): number {
    const row = Math.floor(from / columns);
    const target = Math.min(Math.floor(last / columns), Math.max(0, row + rows));
    return target === row ? from : Math.min(last, target * columns + (from % columns));
  }
}
