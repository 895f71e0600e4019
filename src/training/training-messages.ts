/** What the engine and the process that trains say to each other. Every message is checked where it comes in. */
import { z } from 'zod';
import {
  backendSchema,
  depthSchema,
  splitSchema,
  trainingPhases,
  trainingPointSchema,
} from '../api-training.ts';
import { wireErrorSchema } from '../api.ts';
import { trainingJobSchema } from './job.ts';

const count = z.int().nonnegative();

export const toTrainingSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('start'), job: trainingJobSchema }),
  /** A run leaves a checkpoint, and ends as failed, with `cancelled`. */
  z.object({ kind: z.literal('cancel') }),
  /** Asks whether a backend runs here, and how fast with a model; the process ends once it has answered. */
  z.object({ kind: z.literal('open'), backend: backendSchema, modelFolder: z.string().nullable() }),
]);
export type ToTraining = z.infer<typeof toTrainingSchema>;

export const fromTrainingSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('began'), backend: backendSchema, device: z.string(), steps: count }),
  z.object({ kind: z.literal('split'), split: splitSchema }),
  z.object({ kind: z.literal('progress'), phase: z.enum(trainingPhases), done: count, total: count }),
  z.object({ kind: z.literal('point'), point: trainingPointSchema }),
  z.object({
    kind: z.literal('opened'),
    device: z.string(),
    views: z.record(depthSchema, z.number()).nullable(),
  }),
  /** The last message of a run that ended well: its report and model lie in its folder. */
  z.object({ kind: z.literal('done') }),
  z.object({ kind: z.literal('failed'), error: wireErrorSchema }),
]);
export type FromTraining = z.infer<typeof fromTrainingSchema>;
