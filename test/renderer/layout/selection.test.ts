import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { layOutRows } from '../../../renderer/layout/justified-rows.ts';
import { isMovingKey, movingKeys, moveSelection } from '../../../renderer/layout/selection.ts';
import { rowOf } from '../../../renderer/layout/visible-range.ts';

const settings = { width: 900, rowHeight: 200, gap: 6, headingHeight: 50 };
const layouts = fc
  .array(fc.double({ min: 0.3, max: 4, noNaN: true }), { minLength: 1, maxLength: 150 })
  .map((aspects) => layOutRows(aspects, [0], settings));

describe('moveSelection', () => {
  test('stays inside, whatever is pressed', () => {
    fc.assert(
      fc.property(layouts, fc.array(fc.constantFrom(...movingKeys), { maxLength: 40 }), (layout, keys) => {
        let photo = 0;
        for (const key of keys) {
          photo = moveSelection(layout, photo, key, 700);
          expect(photo).toBeGreaterThanOrEqual(0);
          expect(photo).toBeLessThan(layout.left.length);
        }
      }),
    );
  });

  test('up and down move by one row, and stay where there is none', () => {
    fc.assert(
      fc.property(layouts, fc.nat(), (layout, pick) => {
        const photo = pick % layout.left.length;
        const row = rowOf(layout, photo);
        expect(rowOf(layout, moveSelection(layout, photo, 'ArrowUp', 700))).toBe(Math.max(0, row - 1));
        expect(rowOf(layout, moveSelection(layout, photo, 'ArrowDown', 700))).toBe(
          Math.min(layout.rows - 1, row + 1),
        );
        if (row === 0) expect(moveSelection(layout, photo, 'ArrowUp', 700)).toBe(photo);
        if (row === layout.rows - 1) expect(moveSelection(layout, photo, 'ArrowDown', 700)).toBe(photo);
      }),
    );
  });

  test('the worked case: nine squares, three a row', () => {
    const layout = layOutRows(Array<number>(9).fill(1), [0], {
      width: 600,
      rowHeight: 200,
      gap: 0,
      headingHeight: 0,
    });
    expect(moveSelection(layout, 4, 'ArrowLeft', 400)).toBe(3);
    expect(moveSelection(layout, 2, 'ArrowRight', 400)).toBe(3);
    expect(moveSelection(layout, 4, 'ArrowUp', 400)).toBe(1);
    expect(moveSelection(layout, 4, 'ArrowDown', 400)).toBe(7);
    expect(moveSelection(layout, 1, 'PageDown', 400)).toBe(7);
    expect(moveSelection(layout, 7, 'PageUp', 400)).toBe(1);
    expect(moveSelection(layout, 4, 'Home', 400)).toBe(0);
    expect(moveSelection(layout, 4, 'End', 400)).toBe(8);
  });

  test('a page is at least a row, and goes past rows that are taller than the view', () => {
    const layout = layOutRows([1, 1, 1], [0], { width: 200, rowHeight: 200, gap: 0, headingHeight: 0 });
    expect(moveSelection(layout, 0, 'PageDown', 50)).toBe(1);
    expect(moveSelection(layout, 2, 'PageUp', 50)).toBe(1);
  });

  test('knows its keys', () => {
    expect(isMovingKey('PageDown')).toBe(true);
    expect(isMovingKey('Enter')).toBe(false);
  });
});
