import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { adviceOf, learnableOf } from '../../src/training/learnable.ts';
import type { JudgedPhotos, LearnableSources } from '../../src/training/learnable.ts';

function sources(albums: readonly (readonly number[])[], rest: Partial<LearnableSources> = {}) {
  const groups = albums.map((photos, at) => ({ id: at + 1, name: `album ${at + 1}`, photos }));
  return { groups, judgements: [], pictureOf: (photo: number) => photo, leastPhotos: 2, ...rest };
}

const same = (a: number, b: number): JudgedPhotos => ({ a, b, same: true });
const different = (a: number, b: number): JudgedPhotos => ({ a, b, same: false });

/** Whether all of them can be true: everything that is tied together is spread until nothing changes. */
function isSound(albums: readonly (readonly number[])[], judgements: readonly JudgedPhotos[]): boolean {
  const names = new Map<number, number>();
  albums.forEach((photos, at) => photos.forEach((photo) => names.set(photo, -1 - at)));
  const nameOf = (photo: number) => names.get(photo) ?? photo;
  for (let changed = true; changed;) {
    changed = false;
    for (const { a, b, same: isSame } of judgements) {
      const [one, other] = [nameOf(a), nameOf(b)];
      if (!isSame || one === other) continue;
      if (one < 0 && other < 0) return false;
      const [kept, gone] = [Math.min(one, other), Math.max(one, other)];
      for (const photo of [a, b, ...names.keys()]) if (nameOf(photo) === gone) names.set(photo, kept);
      changed = true;
    }
  }
  return judgements.every(({ a, b, same: isSame }) => isSame || nameOf(a) !== nameOf(b));
}

describe('what can be learnt from', () => {
  it('leaves out pictures that two albums have, and albums with too few others', () => {
    const learnable = learnableOf(sources([[1, 2, 3], [3, 4, 5], [5]]));
    expect(learnable.groups.map(({ photos }) => photos)).toEqual([[1, 2]]);
    expect(learnable.leftOut.map(({ id, photos }) => [id, photos])).toEqual([
      [2, [4]],
      [3, []],
    ]);
    expect(learnable.overlaps).toEqual([
      { groups: [1, 2], pictures: 1 },
      { groups: [2, 3], pictures: 1 },
    ]);
  });

  it('takes files of one picture for one', () => {
    // 11 is the picture of 1, and so on.
    const pictureOf = (photo: number) => photo % 10;
    const learnable = learnableOf(
      sources(
        [
          [1, 11, 2],
          [3, 12, 4, 5],
        ],
        { pictureOf },
      ),
    );
    expect(learnable.leftOut.map(({ photos }) => photos)).toEqual([[1]]);
    expect(learnable.groups.map(({ photos }) => photos)).toEqual([[3, 4, 5]]);
    expect(learnable.overlaps).toEqual([{ groups: [1, 2], pictures: 1 }]);
  });

  it('finds judgements that contradict an album or each other', () => {
    const judgements = [
      same(1, 3),
      different(1, 2),
      same(5, 6),
      same(6, 7),
      different(5, 7),
      same(2, 8),
      different(2, 4),
    ];
    const learnable = learnableOf(
      sources(
        [
          [1, 2],
          [3, 4],
        ],
        { judgements },
      ),
    );
    expect(learnable.contradictions).toEqual(judgements.slice(0, 5));
    expect(learnable.judgements).toEqual(judgements.slice(5));
  });

  it('keeps judgements that can all be true, and all of them where nothing contradicts', () => {
    const photo = fc.integer({ min: 1, max: 12 });
    const judgement = fc.record({ a: photo, b: photo, same: fc.boolean() }).filter(({ a, b }) => a !== b);
    const albums = [
      [1, 2],
      [3, 4],
      [5, 6],
    ];
    fc.assert(
      fc.property(fc.array(judgement, { maxLength: 15 }), (judgements) => {
        const learnable = learnableOf(sources(albums, { judgements }));
        expect(isSound(albums, learnable.judgements)).toBe(true);
        expect(learnable.contradictions.length === 0).toBe(isSound(albums, judgements));
        expect(learnable.judgements.length + learnable.contradictions.length).toBe(judgements.length);
      }),
      { numRuns: 300 },
    );
  });
});

describe('advice', () => {
  const albums = (sizes: readonly number[]) => {
    let next = 0;
    return sizes.map((size) => Array.from({ length: size }, () => next++));
  };
  const advice = (sizes: readonly number[]) =>
    adviceOf(learnableOf(sources(albums(sizes), { leastPhotos: 4 })));

  it('names what there is too little of', () => {
    expect(advice([9, 9, 9])).toBe('more-albums');
    expect(advice([9, 9, 9, 2, 2, 2])).toBe('more-photos');
    expect(advice(Array<number>(10).fill(9))).toBe('more-albums');
    expect(advice(Array<number>(30).fill(4))).toBe('more-photos');
    expect(advice(Array<number>(30).fill(9))).toBe('fine');
  });
});
