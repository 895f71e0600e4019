import { expect, test } from 'vitest';
import { placeOfGroup, stepToGroup } from '../../../renderer/layout/group-steps.ts';

const groups = [{ id: 9 }, { id: 4 }, { id: 7 }];

test('a group is found wherever it has moved to', () => {
  expect(placeOfGroup(groups, 4, 1)).toBe(1);
  expect(placeOfGroup(groups, 4, 0)).toBe(1);
  expect(placeOfGroup(groups, 7, 9)).toBe(2);
  expect(placeOfGroup(groups, 5, 1)).toBe(-1);
});

test('one steps from group to group, and not past the ends', () => {
  expect(stepToGroup(groups, 9, 0, 1)).toEqual({ id: 4 });
  expect(stepToGroup(groups, 7, 2, -1)).toEqual({ id: 4 });
  expect(stepToGroup(groups, 7, 2, 1)).toBeNull();
  expect(stepToGroup(groups, 9, 0, -1)).toBeNull();
});

test('after a group that went away comes the one that moved up to its place', () => {
  expect(stepToGroup(groups, 5, 1, 1)).toEqual({ id: 4 });
  expect(stepToGroup(groups, 5, 1, -1)).toEqual({ id: 9 });
  expect(stepToGroup(groups, 5, 3, 1)).toBeNull();
  expect(stepToGroup([], 5, 0, 1)).toBeNull();
});
