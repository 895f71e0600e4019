/** One pass over the files that need work: read, hash, decode, describe in batches, write. */
import { hash } from 'node:crypto';
import { displayPath } from '../catalog/path-bytes.ts';
import type { Description, PictureDescriber } from '../descriptor/describe.ts';
import { looksOf } from '../duplicates/signature.ts';
import { AkinError, asAkinError } from '../errors.ts';
import type { RgbPixels } from '../model/trunk.ts';
import { Batches } from './batches.ts';
import { decodePhoto } from './decode.ts';
import type { IndexStore, Outcome, PhotoContent } from './index-store.ts';
import type { Moves } from './moves.ts';
import { isReadError } from './read-error.ts';
import { readTask } from './read-task.ts';
import type { Task } from './scan.ts';
import { readSidecar } from './sidecar.ts';

export interface PassOptions {
  store: Pick<IndexStore, 'sameContent' | 'write'>;
  /** Whether thumbnails are to be made, too. Default: true. */
  thumbnail?: boolean;
  describer: () => Promise<PictureDescriber>;
  /** The longest side of the pictures that the model wants. */
  longSide: number;
  /** Files in work at a time. */
  lanes: number;
  /** Pictures described at a time. */
  batchLength: number;
}

export interface PassListener {
  /** Resolves when work may go on: at once, or at the end of a pause. */
  rest(): Promise<void>;
  /** A file was dealt with; null when it changed while it was read, and is left to the next scan. */
  settled(outcomes: readonly (Outcome | null)[], described: ReturnType<IndexStore['write']>): void;
}

interface Decoded {
  task: Task;
  content: PhotoContent;
  pixels: RgbPixels;
  thumbnail: Uint8Array;
}

/** So many failures one after the other are no odd pictures: the describer does not work. */
const oddPicturesInRow = 3;

export class Pass {
  readonly #options: PassOptions;
  readonly #moves: Moves;
  readonly #listener: PassListener;
  readonly #batches: Batches<Decoded>;
  /** Hashes of files in work: a second file of the same content waits, to become a copy of the first. */
  readonly #inWork = new Set<string>();
  readonly #later: Task[] = [];
  #describing: Promise<void> = Promise.resolve();
  #failed = false;
  #failuresInRow = 0;

  constructor(options: PassOptions, moves: Moves, listener: PassListener) {
    this.#options = options;
    this.#moves = moves;
    this.#listener = listener;
    this.#batches = new Batches(options.batchLength, 3 * options.batchLength);
  }

  /**
   * Works through the tasks. An aborted pass still writes what is in work.
   * @throws AkinError what the store or the describer throws; a file that cannot be used is an outcome instead
   */
  async run(tasks: readonly Task[], signal: AbortSignal): Promise<void> {
    for (let queue = tasks; queue.length > 0 && !signal.aborted; queue = this.#later.splice(0)) {
      const shared = queue.values();
      const lanes = Array.from({ length: this.#options.lanes }, async () => this.#lane(shared, signal));
      // The others stop at their next file; nothing may still be running when this returns.
      for (const result of await Promise.allSettled(lanes)) {
        if (result.status === 'rejected') throw result.reason;
      }
      for (let rest = this.#batches.takeFullest(); rest; rest = this.#batches.takeFullest())
        await this.#finish(rest);
    }
  }

  async #lane(queue: Iterator<Task>, signal: AbortSignal): Promise<void> {
    try {
      while (!this.#failed) {
        await this.#listener.rest();
        const next = signal.aborted ? undefined : queue.next();
        if (!next || next.done) return;
        const decoded = await this.#prepare(next.value);
        const batch = decoded && this.#batches.add(decoded);
        if (batch) await this.#finish(batch);
      }
    } catch (error) {
      this.#failed = true;
      throw error;
    }
  }

  /** Reads and decodes a file; null when it has been dealt with already, without describing it. */
  async #prepare(task: Task): Promise<Decoded | null> {
    let key: string | undefined;
    try {
      const bytes = await readTask(task);
      if (!bytes) {
        this.#listener.settled([null], []);
        return null;
      }
      const digest = hash('sha256', bytes, 'buffer');
      if (this.#reuse(task, digest)) return null;
      const name = digest.toString('base64');
      if (this.#inWork.has(name)) {
        this.#later.push(task);
        return null;
      }
      key = name;
      this.#inWork.add(key);
      const { longSide, thumbnail: wanted = true } = this.#options;
      const path = displayPath(`${task.root}/${task.path}`);
      const { pixels, thumbnail, width, height, format, metadata } = await decodePhoto(bytes, {
        longSide,
        name: path,
        thumbnail: wanted,
        sidecar: await readSidecar(`${task.root}/${task.path}`),
      });
      return { task, content: { hash: digest, width, height, format, metadata }, pixels, thumbnail };
    } catch (error) {
      if (key !== undefined) this.#inWork.delete(key);
      if (!(error instanceof AkinError) || !error.code.startsWith('photo-')) throw error;
      // What could not be read may be fine; what was read and is no picture is not the old photo any more.
      this.#write([failure(task, error, isReadError(error.code))]);
      return null;
    }
  }

  /** Uses what the catalog has for this content. Looking up and writing is one step, so that nothing comes between. */
  #reuse(task: Task, digest: Uint8Array): boolean {
    const same = this.#options.store.sameContent(digest);
    if (same.length === 0) return false;
    const file = fileOf(task);
    if (task.photoId !== null) {
      const source = same.find((photoId) => photoId === task.photoId) ?? same[0] ?? task.photoId;
      const touched = source === task.photoId;
      this.#write([
        touched
          ? { kind: 'moved', file, photoId: source }
          : { kind: 'copied', file, photoId: task.photoId, source },
      ]);
      return true;
    }
    const moved = this.#moves.claim(same);
    const source = same[0];
    if (moved !== null) this.#write([{ kind: 'moved', file, photoId: moved }]);
    else if (source !== undefined) this.#write([{ kind: 'copied', file, photoId: null, source }]);
    return true;
  }

  /** Describes and writes a batch, one batch after the other. */
  async #finish(batch: readonly Decoded[]): Promise<void> {
    const turn = this.#describing.then(async () => {
      if (this.#failed) return;
      const outcomes = await this.#describe(batch);
      for (const { content } of batch) this.#inWork.delete(Buffer.from(content.hash).toString('base64'));
      this.#write(outcomes);
    });
    this.#describing = turn.catch(() => {
      this.#failed = true;
    });
    await turn;
  }

  async #describe(batch: readonly Decoded[]): Promise<Outcome[]> {
    const describer = await this.#options.describer();
    try {
      const descriptions = await describer.describe(batch.map(({ pixels }) => pixels));
      return batch.map((decoded, at) => described(decoded, descriptions[at]));
    } catch {
      // One odd picture must not stop the run at this place for ever: find it.
      return this.#describeOneByOne(describer, batch);
    }
  }

  async #describeOneByOne(describer: PictureDescriber, batch: readonly Decoded[]): Promise<Outcome[]> {
    const outcomes: Outcome[] = [];
    for (const decoded of batch) {
      try {
        const [description] = await describer.describe([decoded.pixels]);
        outcomes.push(described(decoded, description));
        this.#failuresInRow = 0;
      } catch (error) {
        if (++this.#failuresInRow >= oddPicturesInRow) throw error;
        outcomes.push(failure(decoded.task, error, false));
      }
    }
    return outcomes;
  }

  #write(outcomes: readonly Outcome[]): void {
    this.#listener.settled(outcomes, this.#options.store.write(outcomes));
  }
}

function fileOf({ folderId, path, size, modified }: Task) {
  return { folderId, path, size, modified };
}

function described(decoded: Decoded, description: Description | undefined): Outcome {
  if (!description) throw new AkinError('internal', { reason: 'a photo was not described' });
  const { task, content, pixels, thumbnail } = decoded;
  return {
    kind: 'described',
    file: fileOf(task),
    photoId: task.photoId,
    content,
    thumbnail,
    description,
    looks: looksOf(pixels),
  };
}

function failure(task: Task, error: unknown, keep: boolean): Outcome {
  const { code, message } = asAkinError(error);
  return { kind: 'failed', file: fileOf(task), photoId: task.photoId, code, reason: message, keep };
}
