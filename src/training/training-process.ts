/**
 * Starts the process that trains, and hears what it tells.
 *
 * For the build: `src/training/training-main.ts` is a bundle entry of its own -> `dist/engine/training-main.js`.
 */
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BackendName, Depth } from '../api-training.ts';
import type { WireError } from '../api.ts';
import { AkinError, errorCodes } from '../errors.ts';
import type { ErrorCode } from '../errors.ts';
import type { TrainingJob } from './job.ts';
import type { RunListener } from './report.ts';
import { fromTrainingSchema } from './training-messages.ts';
import type { FromTraining, ToTraining } from './training-messages.ts';

const script = fileURLToPath(
  new URL(
    import.meta.url.endsWith('.ts') ? './training-main.ts' : '../engine/training-main.js',
    import.meta.url,
  ),
);
/** Milliseconds that a process has to end in order. */
const patience = 5000;
/** What the process and its libraries print, in the run's folder. */
const logFile = 'log.txt';

export class TrainingProcess {
  /**
   * Until the process has ended.
   * @throws AkinError what ended the run; `cancelled` when it was told to, `training-stopped` when it ended by itself
   */
  readonly ended: Promise<void>;
  readonly #child: ChildProcess;
  readonly #listener: RunListener;

  /** Begins the run, or goes on with it where its folder holds a checkpoint. */
  constructor(job: TrainingJob, listener: RunListener) {
    this.#listener = listener;
    const log = openSync(path.join(job.folder, logFile), 'a');
    try {
      this.#child = start(log);
    } finally {
      closeSync(log);
    }
    this.ended = lastOf(this.#child, (message) => this.#heard(message)).then(() => undefined);
    tell(this.#child, { kind: 'start', job });
  }

  /** Undefined when the process could not be started. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Has it leave a checkpoint and end. */
  cancel(): void {
    tell(this.#child, { kind: 'cancel' });
  }

  /** Waits until it has ended; a process that takes too long is killed. */
  async close(): Promise<void> {
    this.cancel();
    const kill = setTimeout(() => this.#child.kill('SIGKILL'), patience);
    await this.ended.catch(() => undefined);
    clearTimeout(kill);
  }

  #heard(message: FromTraining): void {
    switch (message.kind) {
      case 'began':
        return this.#listener.began(message.backend, message.device, message.steps);
      case 'split':
        return this.#listener.split(message.split);
      case 'progress':
        return this.#listener.progress(message);
      case 'point':
        return this.#listener.point(message.point);
    }
  }
}

/**
 * Tries a backend in a process of its own, as the drivers of graphics cards may take theirs with them.
 * @param modelFolder of a model to measure it with; null to measure nothing
 * @returns what does the work, and the seconds that a step takes for each of its views
 * @throws AkinError `training-backend`; `training-stopped` when the process crashed
 */
export async function tryBackend(
  backend: BackendName,
  modelFolder: string | null,
): Promise<{ device: string; views: Record<Depth, number> | null }> {
  const child = start('ignore');
  const last = lastOf(child, () => undefined);
  tell(child, { kind: 'open', backend, modelFolder });
  const message = await last;
  if (message.kind !== 'opened') throw new AkinError('training-stopped', { reason: message.kind });
  return message;
}

function start(output: number | 'ignore'): ChildProcess {
  return fork(script, {
    serialization: 'advanced',
    stdio: ['ignore', output, output, 'ipc'],
    // What the engine was started with is not for its children.
    execArgv: [],
  });
}

function tell(child: ChildProcess, message: ToTraining): void {
  // One that has ended, or never began, is told nothing.
  if (child.connected) child.send(message, () => undefined);
}

/** Waits for the end of the process. @returns its last message */
async function lastOf(child: ChildProcess, heard: (message: FromTraining) => void): Promise<FromTraining> {
  let last: FromTraining | null = null;
  child.on('message', (raw) => {
    const parsed = fromTrainingSchema.safeParse(raw);
    if (!parsed.success)
      return console.error('A message of the training process was not understood:', parsed.error.message);
    const message = parsed.data;
    if (message.kind === 'done' || message.kind === 'failed' || message.kind === 'opened') last = message;
    else heard(message);
  });
  const [code, signal] = (await once(child, 'close').catch((error: unknown) => [
    error instanceof Error ? error.message : error,
    null,
  ])) as [number | string, string | null];
  // TypeScript does not see that the listener sets it.
  const told = last as FromTraining | null;
  if (told?.kind === 'failed') throw asError(told.error);
  if (told) return told;
  throw new AkinError('training-stopped', { reason: signal ?? `exit code ${code}` });
}

function asError({ code, message, details }: WireError): AkinError {
  return Object.hasOwn(errorCodes, code)
    ? new AkinError(code as ErrorCode, details)
    : new AkinError('internal', { reason: message });
}
