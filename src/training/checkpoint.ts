/** Where a run is, on disk: it goes on from there with the same numbers, as if nothing had happened. */
import { readFile, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { backendSchema } from '../api-training.ts';
import { AkinError } from '../errors.ts';
import { digestOf } from '../model/model-file.ts';
import { decodeSafetensors, encodeSafetensors } from '../model/safetensors.ts';
import { runFiles } from './job.ts';
import { writeWhole } from './run-folder.ts';

const count = z.int().nonnegative();
const measured = z.object({ step: count, precision: z.number() });

const stateSchema = z.object({
  /** Updates that were made. */
  step: count,
  /** Of the whole run. */
  steps: count,
  backend: backendSchema,
  /** Time that it took so far. */
  seconds: z.number().nonnegative(),
  /** Random numbers and turns of what draws batches; whoever wrote it knows what is in it. */
  batches: z.unknown(),
  stopping: z.object({ best: measured.nullable(), last: measured.nullable(), since: count }),
  collapse: z.object({ inRow: count }),
  /** Places of photos that were left out, as they could not be read. */
  unreadable: z.array(count),
});
export type RunState = z.infer<typeof stateSchema>;

export interface Checkpoint {
  readonly state: RunState;
  /** Weights and the optimiser's moments, by name. */
  readonly tensors: ReadonlyMap<string, Float32Array>;
}

/** What the file of the state says of the one with the tensors. */
const fileSchema = z.object({
  state: stateSchema,
  tensors: z.object({ file: z.string().regex(/^[\w.-]+$/), sha256: z.string() }),
});

/**
 * Puts a checkpoint in the place of the one before. The tensors lie in a file of their own for each; that of the state
 * names it, and is replaced last, in one go: until then the old checkpoint is whole, from then on the new one.
 * @throws AkinError `training-disk-full`, with the old checkpoint as it was
 */
export async function writeCheckpoint(folder: string, { state, tensors }: Checkpoint): Promise<void> {
  const shaped = [...tensors].map(([name, data]) => [name, { shape: [data.length], data }] as const);
  const content = encodeSafetensors(new Map(shaped), 'F32');
  const sha256 = digestOf(content);
  const file = `${runFiles.tensors}-${state.step}-${sha256.slice(0, 8)}.safetensors`;
  await writeWhole(path.join(folder, file), content);
  await writeWhole(path.join(folder, runFiles.state), JSON.stringify({ state, tensors: { file, sha256 } }));
  await removeTensors(folder, file);
}

/**
 * The checkpoint of a run's folder; null where there is none.
 * @throws AkinError `run-damaged`
 */
export async function readCheckpoint(folder: string): Promise<Checkpoint | null> {
  const text = await readFile(path.join(folder, runFiles.state), 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  });
  if (text === null) return null;
  try {
    const { state, tensors } = fileSchema.parse(JSON.parse(text));
    const content = await readFile(path.join(folder, tensors.file));
    if (digestOf(content) !== tensors.sha256) throw new Error(`${tensors.file} has another checksum`);
    const decoded = decodeSafetensors(content, tensors.file);
    return { state, tensors: new Map([...decoded].map(([name, { data }]) => [name, data])) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new AkinError('run-damaged', { reason: `its checkpoint is damaged: ${reason}` }, { cause: error });
  }
}

/** Removes the checkpoint: the run has ended. The state goes first, as it is nothing without the tensors. */
export async function removeCheckpoint(folder: string): Promise<void> {
  await rm(path.join(folder, runFiles.state), { force: true });
  await removeTensors(folder, null);
}

async function removeTensors(folder: string, kept: string | null): Promise<void> {
  for (const name of await readdir(folder)) {
    if (name.startsWith(`${runFiles.tensors}-`) && name !== kept) await rm(path.join(folder, name));
  }
}
