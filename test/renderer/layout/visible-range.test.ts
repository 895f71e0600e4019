import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { layOutRows } from '../../../renderer/layout/justified-rows.ts';
import {
  countAtMost,
  rowOf,
  scrollRatio,
  sectionOf,
  tallestElement,
  visibleRows,
  visibleSections,
} from '../../../renderer/layout/visible-range.ts';

const settings = { width: 900, rowHeight: 180, gap: 6, headingHeight: 50 };
const layouts = fc
  .array(fc.double({ min: 0.3, max: 4, noNaN: true }), { minLength: 1, maxLength: 150 })
  .map((aspects) =>
    layOutRows(aspects, [0, Math.floor(aspects.length / 2)].slice(0, aspects.length), settings),
  );
const spans = fc.tuple(fc.integer({ min: -500, max: 9000 }), fc.integer({ min: 1, max: 3000 }));

describe('visibleRows and visibleSections', () => {
  test('are exactly those that touch the view', () => {
    fc.assert(
      fc.property(layouts, spans, (layout, [top, height]) => {
        const bottom = top + height;
        const rows = [...layout.rowTop.keys()].filter((row) => {
          const start = layout.rowTop[row] ?? 0;
          return start <= bottom && start + (layout.rowHeight[row] ?? 0) >= top;
        });
        const range = visibleRows(layout, top, bottom);
        expect(Array.from({ length: range.end - range.first }, (_, at) => range.first + at)).toEqual(rows);

        const headings = [...layout.sectionTop.keys()].filter((section) => {
          const start = layout.sectionTop[section] ?? 0;
          return start <= bottom && start + settings.headingHeight > top;
        });
        const seen = visibleSections(layout, top, bottom, settings.headingHeight);
        expect(Array.from({ length: seen.end - seen.first }, (_, at) => seen.first + at)).toEqual(headings);
      }),
    );
  });

  test('rowOf and sectionOf find what holds a photo', () => {
    fc.assert(
      fc.property(layouts, fc.nat(), (layout, pick) => {
        const photo = pick % layout.left.length;
        const row = rowOf(layout, photo);
        expect(layout.rowStart[row]).toBeLessThanOrEqual(photo);
        expect(layout.rowStart[row + 1]).toBeGreaterThan(photo);
        const section = sectionOf(layout, row);
        expect(layout.sectionRow[section]).toBeLessThanOrEqual(row);
        expect(layout.sectionRow[section + 1] ?? Infinity).toBeGreaterThan(row);
      }),
    );
  });
});

test('countAtMost counts like a filter', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: -50, max: 50 })),
      fc.integer({ min: -60, max: 60 }),
      (list, value) => {
        const rising = list.toSorted((a, b) => a - b);
        expect(countAtMost(rising, value)).toBe(rising.filter((entry) => entry <= value).length);
      },
    ),
  );
});

describe('scrollRatio', () => {
  test('is 1 as long as the browser can hold the height', () => {
    expect(scrollRatio(tallestElement, 800)).toBe(1);
  });

  test('brings the foot of the content to the foot of the element', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: tallestElement + 1, max: 1e9 }),
        fc.integer({ min: 100, max: 3000 }),
        (tall, view) => {
          expect((tallestElement - view) * scrollRatio(tall, view)).toBeCloseTo(tall - view, 3);
        },
      ),
    );
  });
});
