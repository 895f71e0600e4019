/** Where the selection goes when a key is pressed in the grid. */
import type { RowLayout } from './justified-rows.ts';
import { countAtMost, rowOf } from './visible-range.ts';

export const movingKeys = [
  'ArrowLeft',
  'ArrowRight',
  'ArrowUp',
  'ArrowDown',
  'Home',
  'End',
  'PageUp',
  'PageDown',
] as const;
export type MovingKey = (typeof movingKeys)[number];

export function isMovingKey(key: string): key is MovingKey {
  return (movingKeys as readonly string[]).includes(key);
}

/**
 * @param photo the selected photo, 0 <= photo < photos
 * @param viewHeight what PageUp and PageDown move by, in CSS pixels
 * @returns the photo to select, always inside the layout
 */
export function moveSelection(layout: RowLayout, photo: number, key: MovingKey, viewHeight: number): number {
  const last = layout.left.length - 1;
  const row = rowOf(layout, photo);
  const top = layout.rowTop[row] ?? 0;
  switch (key) {
    case 'ArrowLeft':
      return Math.max(0, photo - 1);
    case 'ArrowRight':
      return Math.min(last, photo + 1);
    case 'Home':
      return 0;
    case 'End':
      return last;
    case 'ArrowUp':
      return nearestInRow(layout, photo, row - 1);
    case 'ArrowDown':
      return nearestInRow(layout, photo, row + 1);
    case 'PageUp':
      return nearestInRow(layout, photo, Math.min(row - 1, countAtMost(layout.rowTop, top - viewHeight) - 1));
    case 'PageDown':
      return nearestInRow(layout, photo, Math.max(row + 1, countAtMost(layout.rowTop, top + viewHeight) - 1));
  }
}

/** The photo of `row` whose middle is nearest to the middle of `photo`; rows outside stop at the ends. */
function nearestInRow(layout: RowLayout, photo: number, row: number): number {
  if (row < 0) return rowOf(layout, photo) === 0 ? photo : nearestInRow(layout, photo, 0);
  if (row >= layout.rows) {
    const last = layout.rows - 1;
    return rowOf(layout, photo) === last ? photo : nearestInRow(layout, photo, last);
  }
  const middle = (layout.left[photo] ?? 0) + (layout.width[photo] ?? 0) / 2;
  let nearest = layout.rowStart[row] ?? 0;
  let distance = Number.POSITIVE_INFINITY;
  for (let candidate = nearest; candidate < (layout.rowStart[row + 1] ?? 0); candidate += 1) {
    const away = Math.abs((layout.left[candidate] ?? 0) + (layout.width[candidate] ?? 0) / 2 - middle);
    if (away < distance) {
      nearest = candidate;
      distance = away;
    }
  }
  return nearest;
}
