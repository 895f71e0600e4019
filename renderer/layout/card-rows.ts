/** Lays out cards of one size in rows, and tells which are to be in the document. */
import type { Range } from './visible-range.ts';

export interface CardRows {
  /** Cards in a row, at least 1. */
  readonly columns: number;
  readonly rows: number;
  readonly cardWidth: number;
  readonly cardHeight: number;
  /** All rows, in CSS pixels. */
  readonly height: number;
}

interface CardSizes {
  /** Of what the cards lie in; all in CSS pixels. */
  width: number;
  /** Cards are this wide, or as much wider as fills the row. */
  least: number;
  gap: number;
  /** Under the 4:3 cover. */
  textHeight: number;
}

export function layOutCards(cards: number, { width, least, gap, textHeight }: CardSizes): CardRows {
  const columns = Math.max(1, Math.floor((width + gap) / (least + gap)));
  const cardWidth = Math.max(0, (width - gap * (columns - 1)) / columns);
  const cardHeight = Math.round((cardWidth * 3) / 4) + textHeight;
  const rows = Math.ceil(cards / columns);
  return { columns, rows, cardWidth, cardHeight, height: Math.max(0, rows * (cardHeight + gap) - gap) };
}

/** The rows that touch the stretch from `top` to `bottom`. */
export function cardRowsBetween(layout: CardRows, gap: number, top: number, bottom: number): Range {
  const pitch = layout.cardHeight + gap;
  const first = Math.min(layout.rows, Math.max(0, Math.floor((top + gap) / pitch)));
  return { first, end: Math.min(layout.rows, Math.max(first, Math.floor(bottom / pitch) + 1)) };
}
