import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JudgedPairs, pairMasks, pairRelation } from '../../src/training/judged-pairs.ts';
import type { PairMasks } from '../../src/training/judged-pairs.ts';
import { Random } from '../../src/training/random.ts';

function rows({ positives, negatives }: PairMasks): string[] {
  const n = Math.sqrt(positives.length);
  return Array.from({ length: n }, (_, row) =>
    Array.from({ length: n }, (_, column) => {
      const place = row * n + column;
      expect(positives[place]! * negatives[place]!).toBe(0);
      return positives[place] ? '+' : negatives[place] ? '-' : '.';
    }).join(''),
  );
}

describe('pairMasks', () => {
  it('takes photos of one album as positives, of two as negatives, and nobody as their own', () => {
    expect(rows(pairMasks([0, 0, 1], []))).toEqual(['.+-', '+.-', '--.']);
  });

  it('knows nothing of photos of no album, unless they may be negatives', () => {
    expect(rows(pairMasks([0, null, null], []))).toEqual(['...', '...', '...']);
    const only02 = (a: number, b: number): boolean => a + b === 2;
    expect(rows(pairMasks([0, null, null], [], only02))).toEqual(['..-', '...', '-..']);
  });

  it('does not ask whether photos of two albums may be negatives', () => {
    expect(rows(pairMasks([0, 1], [], () => false))).toEqual(['.-', '-.']);
  });

  it('believes what was judged more than albums', () => {
    const judged = [
      { a: 1, b: 0, same: false },
      { a: 0, b: 2, same: true },
      { a: 2, b: 3, same: true },
      { a: 3, b: 4, same: false },
    ];
    expect(rows(pairMasks([0, 0, 1, null, null], judged, () => true))).toEqual([
      '.-+--',
      '-.---',
      '+-.+-',
      '--+.-',
      '---' + '-.',
    ]);
  });

  it('is what is known of each pair, the same both ways', () => {
    const label = fc.option(fc.nat(3), { nil: null });
    const pair = fc.record({ a: fc.nat(7), b: fc.nat(7), same: fc.boolean() });
    fc.assert(
      fc.property(fc.array(label, { minLength: 8, maxLength: 8 }), fc.array(pair), (labels, judged) => {
        const distinct = judged.filter(({ a, b }) => a !== b);
        const relation = pairRelation(labels, distinct, (a, b) => (a + b) % 2 === 0);
        const masks = rows(pairMasks(labels, distinct, (a, b) => (a + b) % 2 === 0));
        for (let a = 0; a < 8; a++) {
          for (let b = 0; b < 8; b++) {
            const known = relation(a, b);
            expect(masks[a]![b]).toBe(known === null ? '.' : known === 'positive' ? '+' : '-');
            expect(relation(b, a)).toBe(known);
          }
        }
      }),
    );
  });
});

describe('JudgedPairs', () => {
  const albums = [
    [0, 1, 2],
    [3, 4, 5],
    [6, 7],
  ];
  const batch = { photos: [0, 1, 3, 4], labels: [0, 0, 1, 1] };

  it('brings the photos of a judged pair into the batch, once', () => {
    const judged = new JudgedPairs([{ a: 9, b: 0, same: true }], albums);
    const filled = judged.addTo(batch, 5, new Random(1));
    expect(filled).toEqual({ photos: [0, 1, 3, 4, 9], labels: [0, 0, 1, 1, null] });
    expect(judged.addTo(filled, 5, new Random(1))).toEqual(filled);
    expect(batch.photos).toHaveLength(4);
    expect(judged.within(filled.photos)).toEqual([{ a: 4, b: 0, same: true }]);
  });

  it('brings another photo of an album that was not there', () => {
    const judged = new JudgedPairs([{ a: 6, b: 0, same: false }], albums);
    const { photos, labels } = judged.addTo(batch, 1, new Random(1));
    expect(photos).toEqual([0, 1, 3, 4, 7, 6]);
    expect(labels).toEqual([0, 0, 1, 1, 2, 2]);
    expect(rows(pairMasks(labels, judged.within(photos)))[5]).toBe('----+.');
  });

  it('adds no more pairs than asked, other ones at other times', () => {
    const many = Array.from({ length: 20 }, (_, index) => ({ a: 100 + index, b: 200 + index, same: true }));
    const judged = new JudgedPairs(many, albums);
    const random = new Random(2);
    const seen = new Set<number>();
    for (let time = 0; time < 80; time++) {
      const { photos, labels } = judged.addTo(batch, 3, random);
      expect(photos).toHaveLength(4 + 6);
      expect(labels).toHaveLength(photos.length);
      expect(judged.within(photos)).toHaveLength(3);
      for (const photo of photos) seen.add(photo);
    }
    expect(seen.size).toBe(44);
  });

  it('finds a photo that a batch has twice at both places', () => {
    const judged = new JudgedPairs([{ a: 6, b: 0, same: false }], albums);
    expect(judged.within([6, 0, 6])).toEqual([
      { a: 0, b: 1, same: false },
      { a: 2, b: 1, same: false },
    ]);
  });
});
