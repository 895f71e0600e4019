/**
 * A run of training as a process of its own: the engine stays responsive beside it, and stays when native code crashes.
 * It does one thing, the run that it is told to do or the opening of a backend, and ends.
 */
import { constants, setPriority } from 'node:os';
import type { BackendName } from '../api-training.ts';
import { asAkinError } from '../errors.ts';
import { readModel } from '../model/model-folder.ts';
import { openBackend } from './backends/open-backend.ts';
import { probeBackend } from './backends/probe.ts';
import type { TrainingJob } from './job.ts';
import { train } from './train.ts';
import { toTrainingSchema } from './training-messages.ts';
import type { FromTraining } from './training-messages.ts';

/** Milliseconds that a run has to leave a checkpoint once the engine is gone. */
const patience = 10_000;

const stopping = new AbortController();

function send(message: FromTraining): void {
  // An engine that was killed has hung up unseen; `disconnect` follows.
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
}

async function run(job: TrainingJob): Promise<FromTraining> {
  await train(
    job,
    {
      began: (backend, device, steps) => send({ kind: 'began', backend, device, steps }),
      split: (split) => send({ kind: 'split', split }),
      progress: ({ phase, done, total }) => send({ kind: 'progress', phase, done, total }),
      point: (point) => send({ kind: 'point', point }),
    },
    stopping.signal,
  );
  return { kind: 'done' };
}

async function open(name: BackendName, modelFolder: string | null): Promise<FromTraining> {
  const backend = await openBackend(name);
  const { device } = backend;
  try {
    const views = modelFolder === null ? null : await probeBackend(backend, await readModel(modelFolder));
    return { kind: 'opened', device, views };
  } catch (error) {
    throw backend.failure() ?? error;
  } finally {
    await backend.close();
  }
}

/** Ends the process once its last message was sent. */
async function end(work: Promise<FromTraining>): Promise<void> {
  const last = await work.catch((thrown: unknown): FromTraining => {
    // For the log of the run: what crosses the boundary says less.
    console.error(thrown);
    const { code, message, details } = asAkinError(thrown);
    return { kind: 'failed', error: { code, message, details: { ...details } } };
  });
  // Native threads may still be at it.
  if (process.connected) process.send?.(last, undefined, undefined, () => process.exit(0));
  else process.exit(0);
}

// Threads that are started from now on have it, too.
setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
process.on('message', (raw) => {
  const parsed = toTrainingSchema.safeParse(raw);
  if (!parsed.success) return;
  const message = parsed.data;
  if (message.kind === 'cancel') stopping.abort();
  else void end(message.kind === 'start' ? run(message.job) : open(message.backend, message.modelFolder));
});
process.on('disconnect', () => {
  stopping.abort();
  setTimeout(() => process.exit(0), patience);
});
// Ctrl-C in a terminal reaches every process; the engine ends this one in order.
process.on('SIGINT', () => undefined);
