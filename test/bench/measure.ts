/** Figures from a machine that does other things as well: medians, and ratios of what ran side by side. */
import { performance } from 'node:perf_hooks';
import { setTimeout as rest } from 'node:timers/promises';

export async function millisecondsOf(work: () => unknown): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}

/**
 * Takes turns: each round times every task once, and begins with another one. What slows the machine for longer than
 * a task then slows all of them.
 *
 * @param warmUp whether a first round is run and forgotten
 * @returns milliseconds of each task, one for each round
 */
export async function takeTurns<Name extends string>(
  tasks: Record<Name, (round: number) => unknown>,
  { rounds, warmUp = true }: { rounds: number; warmUp?: boolean },
): Promise<Record<Name, number[]>> {
  const names = Object.keys(tasks) as Name[];
  const times = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<Name, number[]>;
  for (let round = warmUp ? -1 : 0; round < rounds; round++) {
    for (let turn = 0; turn < names.length; turn++) {
      const name = names[(turn + round + names.length) % names.length]!;
      // onnxruntime's threads spin for a while after a run, in the hope of another one.
      await rest(spinning);
      const time = await millisecondsOf(() => tasks[name](Math.max(0, round)));
      if (round >= 0) times[name].push(time);
    }
  }
  return times;
}

const spinning = 30;

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** @param share 0.5 is the median, 0.95 what all but a twentieth stay below */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const place = (sorted.length - 1) * share;
  const below = sorted[Math.floor(place)] ?? Number.NaN;
  const above = sorted[Math.ceil(place)] ?? Number.NaN;
  return below + (above - below) * (place % 1);
}

/** The median of `of[round] / by[round]`. */
export function medianRatio(of: readonly number[], by: readonly number[]): number {
  return median(of.map((value, round) => value / (by[round] ?? Number.NaN)));
}
