/** What a backend is to those that train on it. */
import type { AkinError } from '../../errors.ts';
import type { BackendName } from '../../api-training.ts';
import type { TensorFlow } from '../tensorflow.ts';

export interface Backend {
  readonly name: BackendName;
  /** What does the work, as the backend calls it: `CPU`, or a graphics card. */
  readonly device: string;
  /** Whether a processor does the work of a graphics card: correct, and of no use but for tests. */
  readonly software: boolean;
  /** The backend is the current one of this namespace. There is one for the whole process. */
  readonly tf: TensorFlow;
  /**
   * What is wrong with the device, which does not always throw: asked after each step, as what was computed since
   * is worth nothing, and when something was thrown, as that is then only a consequence.
   */
  failure(): AkinError | null;
  /** Frees the device, after all that was made on it was disposed of. */
  close(): Promise<void>;
}

export interface BackendOptions {
  /** Whether a graphics card that is only made believe, by a processor, will do. */
  allowSoftware?: boolean;
}
