import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { layOutRows, shownAspect } from '../../../renderer/layout/justified-rows.ts';

const options = fc.record({
  width: fc.integer({ min: 200, max: 3000 }),
  rowHeight: fc.integer({ min: 80, max: 320 }),
  gap: fc.integer({ min: 0, max: 12 }),
  headingHeight: fc.integer({ min: 0, max: 80 }),
});
const aspects = fc.array(fc.double({ min: 0.1, max: 8, noNaN: true }), { minLength: 1, maxLength: 120 });

/** Photos with some of them beginning sections; the first always does. */
const sectioned = aspects.chain((list) =>
  fc.record({
    aspects: fc.constant(list),
    sectionStart: fc
      .uniqueArray(fc.integer({ min: 0, max: list.length - 1 }), { maxLength: 12 })
      .map((starts) => [...new Set([0, ...starts])].sort((a, b) => a - b)),
  }),
);

describe('layOutRows', () => {
  test('puts every photo into one row, in order, beginning a row with each section', () => {
    fc.assert(
      fc.property(sectioned, options, ({ aspects, sectionStart }, settings) => {
        const layout = layOutRows(aspects, sectionStart, settings);
        expect(layout.rowStart).toHaveLength(layout.rows + 1);
        expect(layout.rowStart[0]).toBe(0);
        expect(layout.rowStart[layout.rows]).toBe(aspects.length);
        for (let row = 0; row < layout.rows; row += 1) {
          expect(layout.rowStart[row + 1]).toBeGreaterThan(layout.rowStart[row] ?? Infinity);
        }
        expect([...layout.sectionRow].map((row) => layout.rowStart[row])).toEqual(sectionStart);
      }),
    );
  });

  test('rows do not overlap, and headings have their space above the first row of a section', () => {
    fc.assert(
      fc.property(sectioned, options, ({ aspects, sectionStart }, settings) => {
        const layout = layOutRows(aspects, sectionStart, settings);
        const begins = new Map([...layout.sectionRow].map((row, section) => [row, section]));
        let foot = -settings.gap;
        for (let row = 0; row < layout.rows; row += 1) {
          const section = begins.get(row);
          const expected = foot + settings.gap + (section === undefined ? 0 : settings.headingHeight);
          if (section !== undefined) expect(layout.sectionTop[section]).toBe(foot + settings.gap);
          expect(layout.rowTop[row]).toBe(expected);
          foot = expected + (layout.rowHeight[row] ?? 0);
        }
        expect(layout.height).toBe(foot);
      }),
    );
  });

  test('rows fill the width to the pixel, but for the last of a section; gaps are even', () => {
    fc.assert(
      fc.property(sectioned, options, ({ aspects, sectionStart }, settings) => {
        const layout = layOutRows(aspects, sectionStart, settings);
        const lasts = new Set([...layout.sectionRow].slice(1).map((row) => row - 1));
        lasts.add(layout.rows - 1);
        for (let row = 0; row < layout.rows; row += 1) {
          const [first, end] = [layout.rowStart[row] ?? 0, layout.rowStart[row + 1] ?? 0];
          expect(layout.left[first]).toBe(0);
          for (let photo = first + 1; photo < end; photo += 1) {
            const gap =
              (layout.left[photo] ?? 0) - (layout.left[photo - 1] ?? 0) - (layout.width[photo - 1] ?? 0);
            expect(Math.abs(gap - settings.gap)).toBeLessThanOrEqual(1);
          }
          const right = (layout.left[end - 1] ?? 0) + (layout.width[end - 1] ?? 0);
          if (lasts.has(row)) expect(right).toBeLessThanOrEqual(settings.width + 1);
          else expect(right).toBe(settings.width);
        }
      }),
    );
  });

  test('keeps the aspects: a photo is as wide as its height and aspect say, up to rounding', () => {
    fc.assert(
      fc.property(sectioned, options, ({ aspects, sectionStart }, settings) => {
        const layout = layOutRows(aspects, sectionStart, settings);
        for (let row = 0; row < layout.rows; row += 1) {
          const height = layout.rowHeight[row] ?? 0;
          expect(height).toBeLessThanOrEqual(Math.ceil(settings.rowHeight * 1.35));
          for (let photo = layout.rowStart[row] ?? 0; photo < (layout.rowStart[row + 1] ?? 0); photo += 1) {
            const aspect = shownAspect(aspects[photo] ?? 1);
            expect(Math.abs((layout.width[photo] ?? 0) - aspect * height)).toBeLessThanOrEqual(
              aspect / 2 + 2,
            );
          }
        }
      }),
    );
  });

  test('the worked case: three squares and a wide one in 640 pixels', () => {
    // The wide one would press the row to 640 / 5 = 128; without it the squares are 213: nearer to 200.
    const layout = layOutRows([1, 1, 1, 2], [0], { width: 640, rowHeight: 200, gap: 0, headingHeight: 40 });
    expect([...layout.rowStart]).toEqual([0, 3, 4]);
    expect([...layout.rowHeight]).toEqual([213, 200]);
    expect([...layout.rowTop]).toEqual([40, 253]);
    expect([...layout.width]).toEqual([213, 214, 213, 400]);
  });

  test('no photos make no rows and no headings', () => {
    const layout = layOutRows([], [], { width: 640, rowHeight: 200, gap: 4, headingHeight: 40 });
    expect(layout).toMatchObject({ rows: 0, height: 0 });
    expect(layout.sectionTop).toHaveLength(0);
  });

  test('an aspect that makes no sense is shown as a square', () => {
    expect([Number.NaN, 0, -2].map(shownAspect)).toEqual([1, 1, 1]);
    expect(shownAspect(Infinity)).toBe(shownAspect(1000));
  });
});
