/** Long computations in turns, so that requests are answered meanwhile. */
import { setImmediate } from 'node:timers/promises';

/** Milliseconds for which nothing else may happen. */
const longestTurn = 15;

export class Turns {
  readonly #signal: AbortSignal;
  #end = performance.now() + longestTurn;

  /** @param signal ends the computation */
  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  /** Whether it is time for others. */
  get isOver(): boolean {
    return performance.now() > this.#end;
  }

  /** Lets others have theirs. @throws what the signal throws */
  async next(): Promise<void> {
    await setImmediate();
    this.#signal.throwIfAborted();
    this.#end = performance.now() + longestTurn;
  }
}
