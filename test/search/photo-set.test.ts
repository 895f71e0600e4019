import fc from 'fast-check';
import { expect, it } from 'vitest';
import { holds, PhotoSet } from '../../src/search/photo-set.ts';

it('has what was put in, and nothing else', () => {
  const photoId = fc.integer({ min: 1, max: 100_000 });
  fc.assert(
    fc.property(fc.array(photoId), fc.array(photoId), (inside, asked) => {
      const set = new PhotoSet(inside);
      for (const id of [...inside, ...asked]) expect(holds(set.bits, id)).toBe(inside.includes(id));
    }),
  );
});

it('can be shared with threads, also after it grew', () => {
  const set = new PhotoSet([3]);
  set.add(1_000_000);
  expect(set.bits.buffer).toBeInstanceOf(SharedArrayBuffer);
  expect(holds(set.bits, 3)).toBe(true);
  expect(holds(set.bits, 1_000_000)).toBe(true);
  expect(holds(set.bits, 1_000_001)).toBe(false);
  expect(holds(set.bits, 2_000_000_000)).toBe(false);
});
