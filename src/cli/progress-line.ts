import { ProgressMeter } from '../ingest/progress-meter.ts';
import type { Progress } from '../api.ts';

const clearLine = '\r\u001b[K';
const plainInterval = 5000;

/** Progress on standard error: one line that changes in a terminal, a line now and then elsewhere. */
export class ProgressLine {
  readonly #terminal = process.stderr.isTTY;
  readonly #doing: string;
  #shown = false;
  #lastPlain = 0;
  #begun = false;

  /** @param doing what is going on after the scan */
  constructor(doing = 'Indexing') {
    this.#doing = doing;
  }

  show(progress: Progress): void {
    if (progress.phase === 'idle') return this.clear();
    if (this.#terminal) {
      process.stderr.write(clearLine + wording(progress, this.#doing));
      this.#shown = true;
    } else if (
      performance.now() - this.#lastPlain > plainInterval ||
      (progress.phase === 'indexing' && !this.#begun)
    ) {
      this.#begun ||= progress.phase === 'indexing';
      this.#lastPlain = performance.now();
      process.stderr.write(`${wording(progress, this.#doing)}\n`);
    }
  }

  /** To be told how many of `total` items are done: shows it, and clears the line at the end. */
  reporter(total: number): (done: number) => void {
    const meter = new ProgressMeter();
    return (done) => {
      const progress = meter.progress(done, total);
      if (done === total) this.clear();
      else this.show({ phase: 'indexing', failed: 0, ...progress });
    };
  }

  say(message: string): void {
    this.clear();
    process.stderr.write(`${message}\n`);
  }

  clear(): void {
    if (this.#shown) process.stderr.write(clearLine);
    this.#shown = false;
  }
}

function wording({ phase, done, total, rate, etaSeconds }: Progress, doing: string): string {
  if (phase === 'scanning') return `Scanning: ${done} photos`;
  const speed = rate > 0 ? `, ${rate.toFixed(1)} photos/s` : '';
  const left = etaSeconds === null ? '' : `, ${duration(etaSeconds)} left`;
  return `${doing}: ${done} of ${total}${speed}${left}`;
}

function duration(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  const minutes = Math.ceil(seconds / 60);
  return minutes < 90 ? `${minutes} min` : `${(minutes / 60).toFixed(1)} h`;
}
