/** What a run of training is given: it needs no catalog, and can be read from a file when the run is resumed. */
import { z } from 'zod';
import { trainingSettingsSchema } from '../api-training.ts';

const place = z.int().nonnegative();

/** Places are those in `photos`. */
export const trainingJobSchema = z.object({
  /** The model that training begins with. */
  modelFolder: z.string(),
  /** The run's own: checkpoints, curves, the report and the tuned model. It outlives the process. */
  folder: z.string(),
  /** Where region maxima are kept from one run to the next; null for nowhere. */
  cacheFile: z.string().nullable(),
  photos: z.array(
    z.object({
      id: z.int().positive(),
      /** Path as a byte string, as in `path-bytes.ts`. */
      path: z.string(),
      /** SHA-256 of the content, hexadecimal. */
      hash: z.string(),
    }),
  ),
  /** Albums, or places, to learn from. No photo is in two of them. */
  albums: z.array(z.object({ id: z.int().positive(), name: z.string(), photos: z.array(place) })),
  /** The user's albums, to measure what places taught; empty where albums are the source. */
  ownAlbums: z.array(z.array(place)),
  judgements: z.array(z.object({ photos: z.tuple([place, place]), same: z.boolean() })),
  /** Pairs that are one shot or one file: never on both sides of the split. */
  copies: z.array(z.tuple([place, place])),
  /** A sample of the photos outside the albums: negatives where that is safe, and what must not be forgotten. */
  others: z.array(place),
  /** What is held out, where it is not left to the seed, as in evaluations that others repeat; null otherwise. */
  heldOut: z.object({ albumIds: z.array(z.int().positive()), photos: z.array(place) }).nullable(),
  settings: trainingSettingsSchema,
});
export type TrainingJob = z.infer<typeof trainingJobSchema>;

/** What the files in a run's folder are called. */
export const runFiles = {
  job: 'job.json',
  /** The checkpoint: there is one as long as the run can be resumed. */
  state: 'checkpoint.json',
  /** How the names of files with a checkpoint's tensors begin. */
  tensors: 'checkpoint',
  points: 'points.jsonl',
  split: 'split.json',
  report: 'report.json',
  /** The folder of the proposed model. */
  model: 'model',
} as const;
