import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  conditionsOf,
  dayOf,
  endOfDay,
  lastDayBefore,
  startOfDay,
  toggleCondition,
  withTime,
} from '../../../renderer/state/filters.ts';
import type { Condition } from '../../../renderer/state/filters.ts';
import { filterSchema } from '../../../src/api-search.ts';

const id = fc.integer({ min: 1, max: 5 });
const conditions = fc.oneof(
  fc.record({ kind: fc.constant('folder' as const), id }),
  fc.record({ kind: fc.constant('album' as const), id }),
  fc.record({ kind: fc.constant('camera' as const), camera: fc.constantFrom(null, 'A', 'B') }),
  fc.record({ kind: fc.constant('format' as const), format: fc.constantFrom('jpeg', 'png') }),
  fc.record({ kind: fc.constant('tier' as const), tier: fc.constantFrom('identical', 'similar') }),
  fc.record({ kind: fc.constant('from' as const), time: fc.constantFrom(0, 1000) }),
  fc.record({ kind: fc.constant('to' as const), time: fc.constantFrom(2000, 3000) }),
  fc.record({ kind: fc.constant('not-in-same-folder' as const) }),
) as fc.Arbitrary<Condition>;

test('whatever is asked for and taken away, the engine takes the filter', () => {
  fc.assert(
    fc.property(fc.array(conditions, { maxLength: 20 }), (steps) => {
      const filter = steps.reduce(toggleCondition, {});
      expect(filterSchema.parse(filter)).toEqual(filter);
      for (const value of Object.values(filter)) expect(value, 'lets something through').not.toEqual([]);
    }),
  );
});

test('a condition that was asked for is one of the filter’s, until it is taken away', () => {
  fc.assert(
    fc.property(fc.array(conditions, { maxLength: 8 }), conditions, (steps, condition) => {
      const before = steps.reduce(toggleCondition, {});
      const had = conditionsOf(before).map((other) => JSON.stringify(other));
      const wanted = JSON.stringify(condition);
      const after = toggleCondition(before, condition);
      const has = conditionsOf(after).map((other) => JSON.stringify(other));
      expect(has.includes(wanted)).toBe(!had.includes(wanted));
      // An end of the range of dates takes the place of another one; nothing else goes.
      const others = (list: string[]) =>
        list.filter((other) => other !== wanted && !other.includes(`"${condition.kind}"`));
      expect(others(has)).toEqual(others(had));
    }),
  );
});

test('taking away every condition leaves no filter', () => {
  fc.assert(
    fc.property(fc.array(conditions, { maxLength: 12 }), (steps) => {
      const filter = steps.reduce(toggleCondition, {});
      expect(conditionsOf(filter).reduce(toggleCondition, filter)).toEqual({});
    }),
  );
});

describe('days', () => {
  test('a range holds its first and its last day, of the camera’s clock', () => {
    expect(startOfDay('2024-05-22')).toBe(Date.UTC(2024, 4, 22));
    expect(endOfDay('2024-05-22')).toBe(Date.UTC(2024, 4, 23));
    expect(dayOf(Date.UTC(2024, 4, 22))).toBe('2024-05-22');
    expect(lastDayBefore(Date.UTC(2024, 4, 23))).toBe('2024-05-22');
  });

  test('an emptied field opens the range again', () => {
    expect(startOfDay('')).toBeUndefined();
    expect(endOfDay('2024-13-40')).toBeUndefined();
    expect(withTime({ from: 5, to: 9 }, 'from', startOfDay(''))).toEqual({ to: 9 });
    expect(dayOf(undefined)).toBe('');
    expect(dayOf(1e300)).toBe('');
    expect(lastDayBefore(undefined)).toBe('');
  });
});
