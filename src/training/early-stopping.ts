/**
 * When a run has learnt what it can. It watches the mean average precision of the validation photos: they take no part
 * in training, and nothing that is reported in the end is measured with them, so the choice makes no figure look better
 * than it is.
 */

export interface Measured {
  readonly step: number;
  /** In percent. */
  readonly precision: number;
}

export interface StoppingState {
  readonly best: Measured | null;
  readonly last: Measured | null;
  /** Measurements since the best one. */
  readonly since: number;
}

export class EarlyStopping {
  readonly #patience: number;
  readonly #slack: number;
  #best: Measured | null;
  #last: Measured | null;
  #since: number;

  /**
   * @param patience measurements without a better one, before it is time to stop
   * @param slack points of precision by which the last weights may be behind the best: few photos tell no finer
   */
  constructor(
    patience: number,
    slack: number,
    { best, last, since }: StoppingState = { best: null, last: null, since: 0 },
  ) {
    this.#patience = patience;
    this.#slack = slack;
    this.#best = best;
    this.#last = last;
    this.#since = since;
  }

  get state(): StoppingState {
    return { best: this.#best, last: this.#last, since: this.#since };
  }

  /** Whether the latest measurement is the best so far; of equal ones the later is. */
  get isBest(): boolean {
    return this.#since === 0;
  }

  /** Whether the latest weights are as good as the best, as far as it can be told. */
  get isGoodEnough(): boolean {
    return !this.#best || !this.#last || this.#last.precision >= this.#best.precision - this.#slack;
  }

  /** Notes what was measured after `step` updates; the first one, at 0, is of the parent. */
  note(step: number, precision: number): void {
    this.#last = { step, precision };
    if (this.#best && precision < this.#best.precision) {
      this.#since += 1;
    } else {
      this.#best = this.#last;
      this.#since = 0;
    }
  }

  /** Whether going on is in vain. */
  get isTime(): boolean {
    return this.#since >= this.#patience && !this.isGoodEnough;
  }
}
