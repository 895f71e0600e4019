import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { placePair, pointIn, readPairs, spreadPairs } from '../../../renderer/layout/point-pairs.ts';
import type { PointPair } from '../../../renderer/layout/point-pairs.ts';

const fraction = fc.double({ min: 0, max: 1, noNaN: true });
const pairs = fc.array(
  fc.record({
    first: fc.record({ x: fraction, y: fraction }),
    second: fc.record({ x: fraction, y: fraction }),
  }),
  { maxLength: 40 },
);

function pairAt(x: number, y: number): PointPair {
  return { first: { x, y }, second: { x: 0, y: 0 } };
}

function distance({ first: one }: PointPair, { first: other }: PointPair): number {
  return Math.hypot(one.x - other.x, one.y - other.y);
}

test('pairs come four numbers each', () => {
  expect(readPairs(Float32Array.of(0, 0.25, 0.5, 0.75, 1, 1, 0, 0))).toEqual([
    { first: { x: 0, y: 0.25 }, second: { x: 0.5, y: 0.75 } },
    { first: { x: 1, y: 1 }, second: { x: 0, y: 0 } },
  ]);
  expect(readPairs(new Float32Array())).toEqual([]);
});

describe('too many pairs to draw', () => {
  test('leave the ones that lie farthest apart', () => {
    const near = [pairAt(0.1, 0), pairAt(0.11, 0), pairAt(0.12, 0)];
    const far = [pairAt(0.9, 0), pairAt(0.5, 0)];
    expect(spreadPairs([...near, ...far], 3)).toEqual([near[0], far[1], far[0]]);
  });

  test('are as many as asked for, each of them once, the first among them', () => {
    fc.assert(
      fc.property(pairs, fc.nat(50), (all, most) => {
        const taken = spreadPairs(all, most);
        expect(taken).toHaveLength(Math.min(most, all.length));
        expect(new Set(taken).size).toBe(taken.length);
        for (const pair of taken) expect(all).toContain(pair);
        if (taken.length > 0) expect(taken).toContain(all[0]);
      }),
    );
  });

  test('leave none out that lies farther from those drawn than they do from each other', () => {
    fc.assert(
      fc.property(pairs, fc.integer({ min: 1, max: 20 }), (all, most) => {
        const taken = spreadPairs(all, most);
        const apart = Math.min(
          ...taken.flatMap((one) =>
            taken.filter((other) => other !== one).map((other) => distance(one, other)),
          ),
        );
        for (const pair of all) {
          if (taken.includes(pair)) continue;
          expect(Math.min(...taken.map((other) => distance(pair, other)))).toBeLessThanOrEqual(apart);
        }
      }),
    );
  });
});

describe('two photos', () => {
  test('lie beside each other in a wide window, over each other in a narrow one', () => {
    expect(placePair([1.5, 0.5], { width: 624, height: 300 })).toEqual([
      { left: 0, top: 50, width: 300, height: 200 },
      { left: 399, top: 0, width: 150, height: 300 },
    ]);
    expect(placePair([1.5, 1], { width: 300, height: 624 })).toEqual([
      { left: 0, top: 50, width: 300, height: 200 },
      { left: 0, top: 324, width: 300, height: 300 },
    ]);
  });

  test('are whole, in the view, and do not overlap', () => {
    const aspect = fc.double({ min: 0.05, max: 20, noNaN: true });
    fc.assert(
      fc.property(
        fc.tuple(aspect, aspect),
        fc.record({
          width: fc.integer({ min: 100, max: 4000 }),
          height: fc.integer({ min: 100, max: 3000 }),
        }),
        (aspects, view) => {
          const [one, other] = placePair(aspects, view);
          for (const [place, { left, top, width, height }] of [one, other].entries()) {
            expect(width / height).toBeCloseTo(aspects[place]!, 6);
            expect(left).toBeGreaterThanOrEqual(-1e-6);
            expect(top).toBeGreaterThanOrEqual(-1e-6);
            expect(left + width).toBeLessThanOrEqual(view.width + 1e-6);
            expect(top + height).toBeLessThanOrEqual(view.height + 1e-6);
          }
          const beside = one.left + one.width < other.left;
          const over = one.top + one.height < other.top;
          expect(beside || over).toBe(true);
        },
      ),
    );
  });

  test('have their points where they are', () => {
    expect(pointIn({ left: 10, top: 20, width: 100, height: 50 }, { x: 0.5, y: 1 })).toEqual({
      x: 60,
      y: 70,
    });
  });
});
