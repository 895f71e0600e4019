/** The numbers of a run, from what the user chose and from how much there is to learn from. */
import type { Depth, TrainingSettings } from '../api-training.ts';

export interface TrainingPlan {
  /** Updates. */
  readonly steps: number;
  /** P and K of a batch. */
  readonly albumsPerBatch: number;
  readonly photosPerAlbum: number;
  /** Photos outside the albums in each batch, on which the model should stay as it is. */
  readonly othersPerBatch: number;
  /** How much staying so weighs beside the loss; see `keepLoss`. */
  readonly keepWeight: number;
  /** Judged pairs in each batch, at most. */
  readonly judgedPerBatch: number;
  /** Views whose activations are in memory at a time. */
  readonly chunk: number;
  /** Rates of the optimiser at the first step; they fall to 0 in a line. */
  readonly headRate: number;
  readonly trunkRate: number;
  /** Distances are multiplied by it: see `LossOptions`. */
  readonly scale: number;
  /** Steps from one measurement of validation photos to the next. */
  readonly measureEvery: number;
  /** Measurements without a better one before it is time to stop. */
  readonly patience: number;
  /** Points of precision that validation photos cannot tell apart. */
  readonly slack: number;
  /** Megabytes that a run takes, at most. */
  readonly megabytes: number;
}

type ByDepth = Omit<TrainingPlan, 'scale'>;

/**
 * Chosen on albums of the training half of a data set of products, and on photos that have nothing to do with them.
 * Trunks: "In Defense of the Triplet Loss" for P and K; a tenth of the head's rate for weights that were learnt on a
 * million pictures.
 */
const shared = { photosPerAlbum: 4, othersPerBatch: 12, judgedPerBatch: 4, patience: 3, slack: 1 };
const plans: Record<Depth, ByDepth> = {
  head: {
    ...shared,
    steps: 300,
    keepWeight: 0.5,
    albumsPerBatch: 18,
    chunk: 128,
    headRate: 1e-3,
    trunkRate: 0,
    measureEvery: 50,
    megabytes: 700,
  },
  last: {
    ...shared,
    steps: 80,
    keepWeight: 4,
    albumsPerBatch: 12,
    chunk: 12,
    headRate: 1e-3,
    trunkRate: 1e-4,
    measureEvery: 20,
    megabytes: 1500,
  },
  full: {
    ...shared,
    steps: 80,
    keepWeight: 4,
    albumsPerBatch: 12,
    chunk: 6,
    headRate: 1e-3,
    trunkRate: 1e-4,
    measureEvery: 20,
    megabytes: 3500,
  },
};

/** Updates from one search for hard albums or triplets to the next (Gordo et al., IJCV 2017, section 4.2). */
export const refreshEvery = 64;

/** Descriptors have length 1: the largest distance, 2, is hardly far for a soft margin. */
const softScale = 10;

/** @param albums to learn from */
export function planOf(settings: TrainingSettings, albums: number): TrainingPlan {
  const plan = plans[settings.depth];
  return {
    ...plan,
    steps: settings.steps ?? plan.steps,
    albumsPerBatch: Math.min(plan.albumsPerBatch, albums),
    scale: settings.margin === 'soft' ? softScale : 1,
  };
}
