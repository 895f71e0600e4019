import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Batches } from '../../src/ingest/batches.ts';
import { Budget } from '../../src/ingest/budget.ts';
import { Moves } from '../../src/ingest/moves.ts';
import { ProgressMeter, secondsLeft } from '../../src/ingest/progress-meter.ts';

describe('Batches', () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 200 });

  it('hands out every item once, in batches of one size that are neither too long nor wait too many', () => {
    fc.assert(
      fc.property(
        sizes,
        fc.integer({ min: 1, max: 8 }),
        fc.integer({ min: 1, max: 20 }),
        (widths, length, limit) => {
          const batches = new Batches<{
            pixels: { data: Uint8Array; width: number; height: number };
            at: number;
          }>(length, limit);
          const seen: number[] = [];
          let waiting = 0;
          const take = (batch: readonly { pixels: { width: number }; at: number }[]) => {
            expect(batch.length).toBeGreaterThan(0);
            expect(batch.length).toBeLessThanOrEqual(length);
            expect(new Set(batch.map(({ pixels }) => pixels.width)).size).toBe(1);
            seen.push(...batch.map(({ at }) => at));
            waiting -= batch.length;
          };
          widths.forEach((width, at) => {
            waiting++;
            const batch = batches.add({ pixels: { data: new Uint8Array(0), width, height: 3 }, at });
            if (batch) take(batch);
            expect(waiting).toBeLessThanOrEqual(limit);
          });
          for (let rest = batches.takeFullest(); rest; rest = batches.takeFullest()) take(rest);
          expect(seen.sort((a, b) => a - b)).toEqual(widths.map((_, at) => at));
        },
      ),
    );
  });
});

describe('Budget', () => {
  it('never hands out more than its limit, serves in order, and serves everyone', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 40 }), async (amounts) => {
        const budget = new Budget(20);
        const order: number[] = [];
        let used = 0;
        await Promise.all(
          amounts.map(async (amount, at) => {
            const release = await budget.take(amount);
            order.push(at);
            used += Math.min(amount, 20);
            expect(used).toBeLessThanOrEqual(20);
            await new Promise((resolve) => setImmediate(resolve));
            used -= Math.min(amount, 20);
            release();
          }),
        );
        expect(order).toEqual(amounts.map((_, at) => at));
      }),
      { numRuns: 50 },
    );
  });
});

describe('Moves', () => {
  const gone = (photoId: number | null, size: number) => ({
    photoId,
    folderId: 1,
    path: `${photoId}.jpg`,
    size,
    modified: 0,
    finished: true,
  });

  it('tells the deleted from those that may have moved, and lets each be claimed once', () => {
    const moves = new Moves([gone(1, 100), gone(2, 200), gone(3, 200), gone(null, 200)]);
    expect(moves.takeDeleted(new Set([200])).map(({ photoId }) => photoId)).toEqual([null, 1]);
    expect(moves.claim([1, 9])).toBeNull();
    expect(moves.claim([9, 2])).toBe(2);
    expect(moves.claim([2])).toBeNull();
    expect(moves.takeRest().map(({ photoId }) => photoId)).toEqual([3]);
    expect(moves.claim([3])).toBeNull();
  });
});

describe('ProgressMeter', () => {
  it('gives the rate of the last seconds, not of the whole run', () => {
    const meter = new ProgressMeter(5000);
    expect(meter.note(0, 0)).toBe(0);
    for (let second = 1; second <= 20; second++) meter.note(100 * second, 1000 * second);
    expect(meter.note(2100, 21_000)).toBeCloseTo(100, 5);
    for (let second = 22; second <= 40; second++) meter.note(2100 + (second - 21), 1000 * second);
    expect(meter.note(2120, 41_000)).toBeCloseTo(1, 5);
  });

  it('knows nothing after a pause until something is done', () => {
    const meter = new ProgressMeter();
    meter.note(0, 0);
    meter.note(10, 1000);
    meter.reset();
    expect(meter.note(10, 100_000)).toBe(0);
    expect(meter.note(12, 101_000)).toBe(2);
  });

  it('estimates what is left', () => {
    expect(secondsLeft(10, 110, 20)).toBe(5);
    expect(secondsLeft(10, 110, 0)).toBeNull();
    expect(secondsLeft(110, 100, 20)).toBe(0);
  });
});
