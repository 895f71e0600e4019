import type { Checkpoint } from '../../src/training/checkpoint.ts';

/** A checkpoint whose every value follows from its step. @param size of its tensor */
export function checkpointOf(step: number, size: number): Checkpoint {
  return {
    state: {
      step,
      steps: 300,
      backend: 'wasm',
      seconds: step / 2,
      batches: { random: [1, 2, 3, step] },
      stopping: { best: { step, precision: 50.5 }, last: null, since: 0 },
      collapse: { inRow: step },
      unreadable: [4, step],
    },
    tensors: new Map([
      ['head.shift', Float32Array.of(step)],
      ['head.projection', Float32Array.from({ length: size }, (_, at) => Math.sin(at + step))],
    ]),
  };
}
