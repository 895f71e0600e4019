import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CollapseWatch, spread } from '../../src/training/collapse.ts';
import type { BatchSigns } from '../../src/training/collapse.ts';

const chance = 3 / 47;
const soft = () => new CollapseWatch(Math.LN2, chance);
const collapsed: BatchSigns = { loss: 0.694, spread: 0.01, norm: 1, precision: 0.06 };

/** After how many such batches it is told, at most 50. */
function stepsUntilTold(watch: CollapseWatch, signs: BatchSigns): number | null {
  for (let step = 1; step <= 50; step++) if (watch.note(signs)) return step;
  return null;
}

describe('a collapse', () => {
  it('is told once several batches in a row have equal descriptors', () => {
    expect(stepsUntilTold(soft(), collapsed)).toBe(10);
    expect(stepsUntilTold(new CollapseWatch(0.1, chance), { ...collapsed, loss: 0.101 })).toBe(10);
  });

  it('is not told of what still learns', () => {
    expect(stepsUntilTold(soft(), { ...collapsed, spread: 0.9 })).toBeNull();
    expect(stepsUntilTold(soft(), { ...collapsed, loss: 0.5 })).toBeNull();
    expect(stepsUntilTold(soft(), { ...collapsed, precision: 0.4 })).toBeNull();
    // At the beginning of a run nothing may be right, with photos far apart.
    expect(stepsUntilTold(soft(), { loss: 2.1, spread: 1.3, norm: 0.5, precision: 0 })).toBeNull();
  });

  it('is told at once of numbers that are none', () => {
    expect(soft().note({ ...collapsed, loss: NaN })).toBe(true);
    expect(soft().note({ ...collapsed, norm: Infinity })).toBe(true);
    expect(soft().note({ ...collapsed, spread: spread(Float32Array.of(1, 0, NaN, 0), 2) })).toBe(true);
  });

  it('is not told when a good batch comes in between, and is where a resumed run goes on', () => {
    const watch = soft();
    for (let step = 0; step < 9; step++) expect(watch.note(collapsed)).toBe(false);
    expect(watch.note({ ...collapsed, precision: 1 })).toBe(false);
    for (let step = 0; step < 9; step++) expect(watch.note(collapsed)).toBe(false);
    expect(new CollapseWatch(Math.LN2, chance, watch.state).note(collapsed)).toBe(true);
  });
});

describe('the spread of descriptors', () => {
  it('is the root mean square of their distances', () => {
    expect(spread(Float32Array.of(1, 0, 1, 0, 1, 0), 2)).toBe(0);
    expect(spread(Float32Array.of(1, 0, -1, 0), 2)).toBe(2);
    expect(spread(Float32Array.of(1, 0, 0, 1), 2)).toBeCloseTo(Math.SQRT2, 12);

    const angles = fc.array(fc.double({ min: 0, max: 6.3, noNaN: true }), { minLength: 2, maxLength: 12 });
    fc.assert(
      fc.property(angles, (turns) => {
        const rows = turns.map((angle) => [Math.cos(angle), Math.sin(angle)] as const);
        const squares = rows.flatMap((one, at) =>
          rows.slice(at + 1).map((other) => (one[0] - other[0]) ** 2 + (one[1] - other[1]) ** 2),
        );
        const mean = squares.reduce((sum, square) => sum + square, 0) / squares.length;
        expect(spread(Float32Array.from(rows.flat()), 2) ** 2).toBeCloseTo(mean, 5);
      }),
    );
  });
});
