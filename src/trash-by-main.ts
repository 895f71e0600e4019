/** Asks the main process to move files to the system's trash, which only Electron can. */
import type { FromEngine, ToEngine, WireError } from './api.ts';

type Trashed = Extract<ToEngine, { kind: 'trashed' }>;

export class TrashByMain {
  readonly #send: (message: FromEngine) => void;
  readonly #waiting = new Map<number, (error: WireError | undefined) => void>();
  #nextId = 1;

  constructor(send: (message: FromEngine) => void) {
    this.#send = send;
  }

  /** @throws Error with the words of the system */
  readonly move = async (path: string): Promise<void> => {
    const id = this.#nextId++;
    const { promise, resolve } = Promise.withResolvers<WireError | undefined>();
    this.#waiting.set(id, resolve);
    this.#send({ kind: 'trash', id, path });
    const error = await promise;
    if (error) throw new Error(String(error.details['reason'] ?? error.message));
  };

  answered({ id, error }: Trashed): void {
    this.#waiting.get(id)?.(error);
    this.#waiting.delete(id);
  }

  /** Main is gone, and will not answer. */
  hungUp(): void {
    const error = { code: 'engine-gone', message: 'Akin was closed.', details: {} };
    for (const answer of this.#waiting.values()) answer(error);
    this.#waiting.clear();
  }
}
