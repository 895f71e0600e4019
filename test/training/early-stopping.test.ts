import { describe, expect, it } from 'vitest';
import { EarlyStopping } from '../../src/training/early-stopping.ts';

/** Whether it is time to stop after each of these measurements. */
function told(stopping: EarlyStopping, precisions: readonly number[]): boolean[] {
  return precisions.map((precision, at) => {
    stopping.note(at * 10, precision);
    return stopping.isTime;
  });
}

describe('early stopping', () => {
  it('waits for several measurements that are worse', () => {
    const stopping = new EarlyStopping(3, 0);
    expect(told(stopping, [50, 60, 58, 59, 61, 60, 60, 60])).toEqual([
      false,
      false,
      false,
      false,
      false,
      false,
      false,
      true,
    ]);
    expect(stopping.state.best).toEqual({ step: 40, precision: 61 });
  });

  it('never comes while it gets better, or stays as good', () => {
    expect(told(new EarlyStopping(1, 0), [50, 50, 51, 51, 60]).includes(true)).toBe(false);
  });

  it('is no matter of noise', () => {
    expect(told(new EarlyStopping(2, 1), [50, 49.5, 49.2, 49.9]).includes(true)).toBe(false);
    expect(told(new EarlyStopping(2, 1), [50, 49.5, 48]).at(-1)).toBe(true);
  });

  it('knows whether the last weights will do', () => {
    const stopping = new EarlyStopping(5, 1);
    expect(stopping.isGoodEnough).toBe(true);
    told(stopping, [50, 60, 59.2]);
    expect([stopping.isBest, stopping.isGoodEnough]).toEqual([false, true]);
    stopping.note(30, 58.9);
    expect(stopping.isGoodEnough).toBe(false);
    stopping.note(40, 60);
    expect([stopping.isBest, stopping.isGoodEnough]).toEqual([true, true]);
    expect(stopping.state.best?.step).toBe(40);
  });

  it('goes on where it was', () => {
    const stopping = new EarlyStopping(2, 0);
    told(stopping, [50, 40]);
    const resumed = new EarlyStopping(2, 0, stopping.state);
    resumed.note(20, 40);
    expect(resumed.isTime).toBe(true);
    expect(resumed.state.best).toEqual({ step: 0, precision: 50 });
  });
});
