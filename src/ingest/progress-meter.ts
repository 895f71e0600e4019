export interface MeteredProgress {
  done: number;
  total: number;
  /** Items a second; 0 while unknown. */
  rate: number;
  /** Null while unknown. */
  etaSeconds: number | null;
}

/** How fast work goes now, and how long the rest will take. */
export class ProgressMeter {
  readonly #samples: { time: number; done: number }[] = [];
  readonly #windowMs: number;

  /** @param windowMs how far back "now" reaches; long enough to even out batches */
  constructor(windowMs = 5000) {
    this.#windowMs = windowMs;
  }

  /**
   * Notes that `done` items are done at `time` (milliseconds, rising).
   * @returns items a second over the window, 0 while unknown
   */
  note(done: number, time: number): number {
    this.#samples.push({ time, done });
    // One sample older than the window stays, so that slow work still has a rate.
    while (this.#samples.length > 2 && (this.#samples[1]?.time ?? time) < time - this.#windowMs)
      this.#samples.shift();
    const first = this.#samples[0];
    const elapsed = first ? time - first.time : 0;
    return first && elapsed > 0 ? Math.max(0, ((done - first.done) * 1000) / elapsed) : 0;
  }

  /** Notes that `done` of `total` items are done at `time`, and says what there is to tell of it. */
  progress(done: number, total: number, time = performance.now()): MeteredProgress {
    const rate = this.note(done, time);
    return { done, total, rate, etaSeconds: secondsLeft(done, total, rate) };
  }

  /** Forgets the past, so that a pause does not count as slowness. */
  reset(): void {
    this.#samples.length = 0;
  }
}

/** Seconds until `total` is done at `rate` items a second; null while unknown. */
export function secondsLeft(done: number, total: number, rate: number): number | null {
  return rate > 0 ? Math.max(0, total - done) / rate : null;
}
