import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rateFactor } from '../../src/training/schedule.ts';

describe('the learning rate', () => {
  it('falls on a line to nothing', () => {
    expect([0, 20, 40, 79, 80].map((step) => rateFactor({ kind: 'linear' }, step, 80))).toEqual([
      1,
      0.75,
      0.5,
      1 - 79 / 80,
      0,
    ]);
  });

  it('falls as in the paper: 3e-4 up to step 15,000 of 25,000, 9.49e-6 at 20,000, 3e-7 in the end', () => {
    const rate = (step: number) => 3e-4 * rateFactor({ kind: 'exponential', from: 0.6 }, step, 25_000);
    expect([rate(0), rate(15_000)]).toEqual([3e-4, 3e-4]);
    expect(rate(20_000)).toBeCloseTo(9.49e-6, 8);
    expect(rate(25_000)).toBeCloseTo(3e-7, 12);
  });

  it('never rises', () => {
    const decays = fc.oneof(
      fc.constant({ kind: 'linear' as const }),
      fc.record({
        kind: fc.constant('exponential' as const),
        from: fc.double({ min: 0, max: 0.99, noNaN: true }),
      }),
    );
    fc.assert(
      fc.property(decays, fc.integer({ min: 1, max: 500 }), (decay, steps) => {
        for (let step = 0; step < steps; step++) {
          const [now, next] = [rateFactor(decay, step, steps), rateFactor(decay, step + 1, steps)];
          expect(now).toBeGreaterThan(0);
          expect(next).toBeLessThanOrEqual(now);
        }
      }),
    );
  });
});
