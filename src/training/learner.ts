/** What learns: a network, its optimiser, and what draws the batches. One step is one update. */
import { setImmediate } from 'node:timers/promises';
import type { TrainingPoint, TrainingSettings } from '../api-training.ts';
import type { Model } from '../model/model-folder.ts';
import { Adam } from './adam.ts';
import { batchMetrics } from './batch-metrics.ts';
import { BatchSource } from './batch-source.ts';
import type { StepBatch } from './batch-source.ts';
import type { BatchSigns } from './collapse.ts';
import { spread } from './collapse.ts';
import { keepLoss } from './keep-loss.ts';
import { activeShare, batchLoss } from './losses.ts';
import type { LossOptions } from './losses.ts';
import { createNetwork, isOfHead } from './network.ts';
import type { Network, View } from './network.ts';
import type { TrainingParts } from './parts.ts';
import type { TrainingPlan } from './plan.ts';
import type { SafeNegatives } from './safe-negatives.ts';
import { rateFactor } from './schedule.ts';
import { gradientsOf } from './step.ts';
import type { Scalar, Tensor, Tensor2D, TensorFlow } from './tensorflow.ts';
import { withWeights } from './tuned-model.ts';
import type { ViewSource } from './views.ts';

export interface LearnerOptions {
  readonly parent: Model;
  readonly settings: TrainingSettings;
  readonly plan: TrainingPlan;
  readonly parts: TrainingParts;
  readonly views: ViewSource;
  /** Null where photos outside the albums are never negatives. */
  readonly safe: SafeNegatives | null;
}

export interface StepResult {
  readonly point: Omit<TrainingPoint, 'heldOut'>;
  readonly signs: BatchSigns;
}

export class Learner {
  readonly #tf: TensorFlow;
  readonly #options: LearnerOptions;
  readonly #network: Network;
  /** The network as it was, for what is to stay so. */
  readonly #parent: Network;
  readonly #adam: Adam;
  readonly #source: BatchSource;
  #step = 0;

  constructor(tf: TensorFlow, options: LearnerOptions) {
    const { parent, settings, plan } = options;
    this.#tf = tf;
    this.#options = options;
    this.#network = createNetwork(tf, parent, settings.depth);
    this.#parent = createNetwork(tf, parent, settings.depth);
    this.#adam = new Adam(tf, this.#network.variables, (name) =>
      isOfHead(name) ? plan.headRate : plan.trunkRate,
    );
    this.#source = new BatchSource(options);
  }

  /** Updates that were made. */
  get step(): number {
    return this.#step;
  }

  /**
   * Makes an update.
   * @throws what the signal throws, with nothing changed; AkinError `photo-*`
   */
  async next(signal: AbortSignal): Promise<StepResult> {
    const { plan, views } = this.#options;
    const before = this.#source.state;
    try {
      const batch = await this.#source.next(this.#step, (photos) => this.#describePhotos(photos, signal));
      const options = this.#lossOptions(batch);
      const all = await views.views(batch.photos, this.#step);
      const kept = this.#describeOthers(all.slice(batch.learnt));
      let own: Scalar | undefined;
      try {
        const made = await gradientsOf(
          this.#tf,
          this.#network,
          all,
          (descriptors) => {
            const { loss, sum } = this.#losses(descriptors, batch, options, kept);
            own = loss;
            return sum;
          },
          { chunk: plan.chunk, signal },
        );
        const [loss] = await own!.data();
        const factor = rateFactor({ kind: 'linear' }, this.#step, plan.steps);
        this.#adam.apply(made.gradients, factor);
        this.#tf.dispose([...made.gradients.values()]);
        this.#step += 1;
        return this.#result(batch, options, { ...made, loss: loss! }, factor);
      } finally {
        kept?.dispose();
        own?.dispose();
      }
    } catch (error) {
      this.#source.restore(before);
      throw error;
    }
  }

  /** The model as it is now, in memory. */
  async model(): Promise<Model> {
    return withWeights(this.#options.parent, await this.#network.weights());
  }

  weights(): Promise<Map<string, Float32Array>> {
    return this.#network.weights();
  }

  /** All that `restore` needs to go on with the same numbers. */
  async state(): Promise<{ batches: unknown; tensors: Map<string, Float32Array> }> {
    const tensors = new Map([...(await this.#network.weights()), ...(await this.#adam.state())]);
    return { batches: this.#source.state, tensors };
  }

  /** @throws RangeError, ZodError for a state of another run */
  restore(step: number, batches: unknown, tensors: ReadonlyMap<string, Float32Array>): void {
    this.#source.restore(batches);
    this.#network.restore(tensors);
    this.#adam.restore(tensors);
    this.#step = step;
  }

  dispose(): void {
    this.#adam.dispose();
    this.#parent.dispose();
    this.#network.dispose();
  }

  /** The batch's own loss, which the caller disposes of, and the sum that is made small. */
  #losses(descriptors: Tensor2D, { masks, learnt }: StepBatch, options: LossOptions, kept: Tensor2D | null) {
    const tf = this.#tf;
    const loss = tf.keep(batchLoss(tf, descriptors, masks, options));
    const sum = tf.tidy(() => {
      if (!kept) return tf.mul(loss, 1).asScalar();
      const keeping = keepLoss(tf, tf.slice(descriptors, [learnt, 0]), kept);
      return tf.add<Tensor>(loss, tf.mul(keeping, this.#options.plan.keepWeight)).asScalar();
    });
    return { loss, sum };
  }

  #lossOptions({ triplets }: StepBatch): LossOptions {
    const { settings, plan } = this.#options;
    const options = { ...settings, scale: plan.scale, random: this.#source.random };
    return triplets ? { ...options, triplets } : options;
  }

  /** By the network as it is now, from one view of each photo. */
  async #describePhotos(photos: readonly number[], signal: AbortSignal): Promise<Float32Array> {
    const { plan, views } = this.#options;
    const { dimensions } = this.#network;
    const all = new Float32Array(photos.length * dimensions);
    for (let from = 0; from < photos.length; from += plan.chunk) {
      await setImmediate();
      signal.throwIfAborted();
      const part = await views.views(photos.slice(from, from + plan.chunk), this.#step);
      const { descriptors, norms } = this.#network.describe(part);
      all.set(await descriptors.data(), from * dimensions);
      this.#tf.dispose([descriptors, norms]);
    }
    return all;
  }

  #describeOthers(views: readonly View[]): Tensor2D | null {
    if (views.length === 0) return null;
    const { chunk } = this.#options.plan;
    const parts: Tensor2D[] = [];
    for (let from = 0; from < views.length; from += chunk) {
      const { descriptors, norms } = this.#parent.describe(views.slice(from, from + chunk));
      norms.dispose();
      parts.push(descriptors);
    }
    const all = this.#tf.concat2d(parts, 0);
    this.#tf.dispose(parts);
    return all;
  }

  #result(
    { labels, masks, learnt }: StepBatch,
    options: LossOptions,
    made: { loss: number; descriptors: Float32Array; norm: number },
    learningRate: number,
  ): StepResult {
    const { dimensions } = this.#network;
    const own = made.descriptors.subarray(0, learnt * dimensions);
    const { top1, precision } = batchMetrics(made.descriptors, labels);
    const { loss, norm } = made;
    return {
      point: {
        step: this.#step,
        loss,
        top1,
        precision,
        active: activeShare(made.descriptors, masks, options),
        norm,
        learningRate: learningRate * this.#options.plan.headRate,
      },
      signs: { loss, spread: spread(own, dimensions), norm, precision },
    };
  }
}
