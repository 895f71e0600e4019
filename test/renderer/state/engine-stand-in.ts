/** Takes the engine's place at the bridge, so that a test decides when it answers and what it tells. */
import { vi } from 'vitest';

interface Asked {
  name: string;
  params: Record<string, unknown>;
  answer: (result: unknown) => void;
  refuse: (code: string) => void;
}

export class EngineStandIn {
  /** Requests that wait for their answer, oldest first. */
  readonly asked: Asked[] = [];
  /** Requests that are answered at once. */
  readonly ready: Record<string, (params: Record<string, unknown>) => unknown> = {};
  readonly #listeners = new Map<string, Set<(data: unknown) => void>>();

  constructor() {
    vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => undefined });
    vi.stubGlobal('akin', {
      languages: ['en'],
      request: (name: string, params: Record<string, unknown>) => this.#request(name, params),
      on: (name: string, listener: (data: unknown) => void) => {
        const listeners = this.#listeners.get(name) ?? new Set();
        this.#listeners.set(name, listeners.add(listener));
        return () => listeners.delete(listener);
      },
    });
  }

  tell(name: string, data: unknown): void {
    for (const listener of this.#listeners.get(name) ?? []) listener(data);
  }

  /** Waits until the page asks for this, and takes the request out. */
  async next(name: string): Promise<Asked> {
    return vi.waitFor(() => {
      const place = this.asked.findIndex((asked) => asked.name === name);
      if (place < 0) throw new Error(`${name} was not asked for`);
      return this.asked.splice(place, 1)[0]!;
    });
  }

  #request(name: string, params: Record<string, unknown>): Promise<unknown> {
    const answer = this.ready[name];
    if (answer) return Promise.resolve(answer(params));
    return new Promise((resolve, reject) => {
      this.asked.push({
        name,
        params,
        answer: resolve,
        // The bridge carries plain objects: an Error would lose its code on the way.

        refuse: (code) => reject({ code, message: code, details: {} }),
      });
    });
  }
}
