import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dateSections } from '../../../renderer/layout/date-sections.ts';

function at(date: string): number {
  return Date.parse(`${date}T12:00:00Z`);
}

describe('dateSections', () => {
  test('few photos a day share the heading of their month', () => {
    const times = [at('2024-05-20'), at('2024-05-02'), at('2024-04-30'), at('2023-04-30')];
    const sections = dateSections(times);
    expect([...sections.start]).toEqual([0, 2, 3]);
    expect([...sections.daily]).toEqual([0, 0, 0]);
  });

  test('a month with many photos a day gets a heading for each day', () => {
    const times = [
      ...Array<number>(10).fill(at('2024-05-20')),
      ...Array<number>(8).fill(at('2024-05-19')),
      at('2024-04-01'),
    ];
    const sections = dateSections(times);
    expect([...sections.start]).toEqual([0, 10, 18]);
    expect([...sections.daily]).toEqual([1, 1, 0]);
  });

  test('the last moment of a year and the first of the next are two months', () => {
    expect([...dateSections([Date.UTC(2024, 0, 1), Date.UTC(2024, 0, 1) - 1]).start]).toEqual([0, 1]);
  });

  test('no photos, no sections; impossible times still have one', () => {
    expect(dateSections([]).start).toHaveLength(0);
    expect(dateSections([at('2024-05-20'), Number.NaN, at('2024-05-19')]).start[0]).toBe(0);
  });

  test('sections rise from 0, and a section never holds two months', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -3e12, max: 4e12 }), { minLength: 1, maxLength: 200 }),
        (list) => {
          const times = list.toSorted((a, b) => b - a);
          const { start } = dateSections(times);
          expect(start[0]).toBe(0);
          for (let section = 0; section < start.length; section += 1) {
            const [first, end] = [start[section] ?? 0, start[section + 1] ?? times.length];
            expect(end).toBeGreaterThan(first);
            const months = new Set(
              times.slice(first, end).map((time) => new Date(time).toISOString().slice(0, -17)),
            );
            expect(months.size).toBe(1);
          }
        },
      ),
    );
  });
});
