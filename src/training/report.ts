/** What a run tells while it goes on, and in the end. */
import { z } from 'zod';
import { backendSchema, exampleSchema, figuresSchema } from '../api-training.ts';
import type { BackendName, Split, TrainingPoint, trainingPhases } from '../api-training.ts';

export interface PhaseProgress {
  phase: (typeof trainingPhases)[number];
  done: number;
  total: number;
}

/** Told as they come about. */
export interface RunListener {
  began(backend: BackendName, device: string, steps: number): void;
  split(split: Split): void;
  progress(progress: PhaseProgress): void;
  point(point: TrainingPoint): void;
}

/** Lies in the run's folder when it ends, beside the model. */
export const trainingReportSchema = z.object({
  backend: backendSchema,
  device: z.string(),
  steps: z.int().nonnegative(),
  figures: figuresSchema,
  examples: z.object({ improved: z.array(exampleSchema), worse: z.array(exampleSchema) }),
});
export type TrainingReport = z.infer<typeof trainingReportSchema>;
