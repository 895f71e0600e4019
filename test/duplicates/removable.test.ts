import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { removable } from '../../src/duplicates/removable.ts';
import type { RemovalGroup } from '../../src/duplicates/removable.ts';

/** A keeper with its members; pairs of members match only where they are named. */
function star(photos: readonly number[], further: readonly (readonly [number, number])[] = []): RemovalGroup {
  const pairs = new Set(
    [...photos.slice(1).map((member) => [photos[0]!, member] as const), ...further].map(nameOf),
  );
  return { photos, match: (a, b) => pairs.has(nameOf([a, b])) };
}

function nameOf([a, b]: readonly [number, number]): string {
  return `${Math.min(a, b)} ${Math.max(a, b)}`;
}

function within(groups: readonly RemovalGroup[]) {
  const byPhoto = new Map(groups.flatMap((group) => group.photos.map((photo) => [photo, group] as const)));
  return (photoId: number) => byPhoto.get(photoId);
}

const none = () => false;

describe('what may be removed', () => {
  const groupOf = within([star([1, 2, 3, 4], [[2, 3]]), star([7, 8])]);

  it('members go, and the keeper stands for them', () => {
    expect(removable([2, 4, 8], groupOf, none)).toEqual({
      allowed: [
        { photoId: 2, survivor: 1 },
        { photoId: 4, survivor: 1 },
        { photoId: 8, survivor: 7 },
      ],
      refused: [],
    });
  });

  it('a keeper goes where a member stays, but no member that matches only what goes', () => {
    expect(removable([1, 3, 4], groupOf, none)).toEqual({
      allowed: [
        { photoId: 1, survivor: 2 },
        { photoId: 3, survivor: 2 },
      ],
      refused: [{ photoId: 4, reason: 'no-survivor' }],
    });
  });

  it('nothing of a group goes that is to go as a whole', () => {
    expect(removable([8, 7], groupOf, none)).toEqual({
      allowed: [],
      refused: [
        { photoId: 8, reason: 'no-survivor' },
        { photoId: 7, reason: 'no-survivor' },
      ],
    });
  });

  it('a protected photo stays, and stands for others', () => {
    expect(removable([1, 2, 3], groupOf, (photo) => photo === 3)).toEqual({
      allowed: [
        { photoId: 1, survivor: 3 },
        { photoId: 2, survivor: 3 },
      ],
      refused: [{ photoId: 3, reason: 'protected' }],
    });
  });

  it('what is in no group stays, and a photo that is named twice counts once', () => {
    expect(removable([9, 8, 9, 8], groupOf, none)).toEqual({
      allowed: [{ photoId: 8, survivor: 7 }],
      refused: [{ photoId: 9, reason: 'not-in-group' }],
    });
  });
});

it('whatever is asked for: each photo is answered, what is protected stays, and what goes matches what stays', () => {
  const groups = fc.array(fc.integer({ min: 2, max: 6 }), { maxLength: 5 }).chain((sizes) => {
    let next = 1;
    const members = sizes.map((size) => Array.from({ length: size }, () => next++));
    const photo = fc.integer({ min: 1, max: next + 2 });
    return fc.record({
      members: fc.constant(members),
      further: fc.array(fc.tuple(photo, photo), { maxLength: 12 }),
      wanted: fc.array(photo, { maxLength: 20 }),
      guarded: fc.array(photo, { maxLength: 6 }),
    });
  });
  fc.assert(
    fc.property(groups, ({ members, further, wanted, guarded }) => {
      const all = members.map((photos) => star(photos, further));
      const groupOf = within(all);
      const { allowed, refused } = removable(wanted, groupOf, (photo) => guarded.includes(photo));
      const gone = new Set(allowed.map(({ photoId }) => photoId));
      expect([...gone, ...refused.map(({ photoId }) => photoId)].toSorted((a, b) => a - b)).toEqual(
        [...new Set(wanted)].toSorted((a, b) => a - b),
      );
      for (const photo of guarded) expect(gone).not.toContain(photo);
      for (const { photoId, survivor } of allowed) {
        expect(gone).not.toContain(survivor);
        expect(groupOf(photoId)).toBe(groupOf(survivor));
        expect(groupOf(photoId)!.match(photoId, survivor)).toBe(true);
      }
      for (const { photos } of all) expect(photos.some((photo) => !gone.has(photo))).toBe(true);
    }),
  );
});
