/** A limit on what may be in use at one time, handed out in order of request. */
export class Budget {
  readonly #limit: number;
  #used = 0;
  readonly #waiting: { amount: number; grant: () => void }[] = [];

  /** @param limit in the caller's unit, above 0 */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Waits until `amount` is free, and takes it; more than the whole limit waits to be alone. The result gives back. */
  async take(amount: number): Promise<() => void> {
    const share = Math.min(amount, this.#limit);
    if (this.#waiting.length > 0 || this.#used + share > this.#limit) {
      await new Promise<void>((resolve) => this.#waiting.push({ amount: share, grant: resolve }));
    } else {
      this.#used += share;
    }
    return () => {
      this.#used -= share;
      this.#grant();
    };
  }

  #grant(): void {
    for (
      let next = this.#waiting[0];
      next && this.#used + next.amount <= this.#limit;
      next = this.#waiting[0]
    ) {
      this.#waiting.shift();
      this.#used += next.amount;
      next.grant();
    }
  }
}
