/** What is loaded once, when it is first asked for; the first call after a failure loads it again. */
export class Lazy<Value> {
  readonly #load: () => Promise<Value>;
  #value: Promise<Value> | null = null;

  constructor(load: () => Promise<Value>) {
    this.#load = load;
  }

  /** Whether it was asked for, and did not fail. */
  get isAskedFor(): boolean {
    return this.#value !== null;
  }

  get(): Promise<Value> {
    if (this.#value) return this.#value;
    const loading = this.#load();
    loading.catch(() => (this.#value = null));
    return (this.#value = loading);
  }

  /** Forgets it. @param end is given what was loaded, if anything was */
  async release(end: (value: Value) => Promise<unknown>): Promise<void> {
    const value = await this.#value?.catch(() => null);
    this.#value = null;
    if (value) await end(value);
  }
}
