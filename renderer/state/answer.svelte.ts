/** What was asked for last, and what came of it; answers to earlier questions are not heard. */
import type { WireError } from '../../src/api.ts';
import { asWireError } from './bridge.ts';

export class Answer<Value> {
  value = $state.raw<Value | null>(null);
  error = $state.raw<WireError | null>(null);
  running = $state(false);
  #asked = 0;

  async ask(question: () => Promise<Value>): Promise<void> {
    this.forget();
    const asked = this.#asked;
    this.running = true;
    try {
      const value = await question();
      if (asked === this.#asked) this.value = value;
    } catch (thrown) {
      if (asked === this.#asked) this.error = asWireError(thrown);
    }
    if (asked === this.#asked) this.running = false;
  }

  forget(): void {
    this.#asked += 1;
    this.value = null;
    this.error = null;
    this.running = false;
  }
}
