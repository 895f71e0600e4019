/** What learns: a network, its optimiser, and what draws the batches. One step is one update. */
import type { TrainingPoint, TrainingSettings } from '../api-training.ts';
import type { Model } from '../model/model-folder.ts';
import { z } from 'zod';
import { Adam } from './adam.ts';
import { batchMetrics } from './batch-metrics.ts';
import type { BatchSigns } from './collapse.ts';
import { spread } from './collapse.ts';
import { JudgedPairs, pairMasks } from './judged-pairs.ts';
import type { PairMasks } from './judged-pairs.ts';
import { keepLoss } from './keep-loss.ts';
import { activeShare, batchLoss } from './losses.ts';
import type { LossOptions } from './losses.ts';
import { createNetwork, isOfHead } from './network.ts';
import type { Network, View } from './network.ts';
import type { TrainingParts } from './parts.ts';
import type { Batch } from './pk-sampler.ts';
import { PkSampler } from './pk-sampler.ts';
import type { TrainingPlan } from './plan.ts';
import { Random } from './random.ts';
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
}

export interface StepResult {
  readonly point: Omit<TrainingPoint, 'heldOut'>;
  readonly signs: BatchSigns;
}

const words = z.array(z.number());
const batchesSchema = z.object({
  sampler: z.object({ random: words, waiting: words }),
  random: words,
});

export class Learner {
  readonly #tf: TensorFlow;
  readonly #options: LearnerOptions;
  readonly #network: Network;
  /** The network as it was, for what is to stay so. */
  readonly #parent: Network;
  readonly #adam: Adam;
  readonly #sampler: PkSampler;
  readonly #judged: JudgedPairs;
  #random: Random;
  #step = 0;

  constructor(tf: TensorFlow, options: LearnerOptions) {
    const { parent, settings, plan, parts } = options;
    this.#tf = tf;
    this.#options = options;
    this.#network = createNetwork(tf, parent, settings.depth);
    this.#parent = createNetwork(tf, parent, settings.depth);
    this.#adam = new Adam(tf, this.#network.variables, (name) =>
      isOfHead(name) ? plan.headRate : plan.trunkRate,
    );
    const albums = parts.albums.map(({ training }) => training);
    this.#sampler = new PkSampler(albums, { ...plan, random: new Random(settings.seed) });
    this.#judged = new JudgedPairs(parts.judged, albums);
    // Another stream than the sampler's: what it draws must not depend on how often this one is asked.
    this.#random = new Random((settings.seed ^ 0x5bd1e995) >>> 0);
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
    const { settings, plan, parts, views } = this.#options;
    const before = this.#drawState();
    try {
      const batch = this.#judged.addTo(this.#sampler.next(), plan.judgedPerBatch, this.#random);
      const others = this.#random.sample(parts.othersTraining, plan.othersPerBatch);
      const masks = pairMasks(batch.labels, this.#judged.within(batch.photos));
      const options: LossOptions = { ...settings, scale: plan.scale, random: () => this.#random.next() };
      const all = await views.views([...batch.photos, ...others], this.#step);
      const count = batch.photos.length;
      const kept = this.#describeOthers(all.slice(count));
      let own: Scalar | undefined;
      try {
        const made = await gradientsOf(
          this.#tf,
          this.#network,
          all,
          (descriptors) => {
            const { loss, sum } = this.#losses(descriptors, count, masks, options, kept);
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
        return this.#result(batch, masks, options, { ...made, loss: loss! }, factor);
      } finally {
        kept?.dispose();
        own?.dispose();
      }
    } catch (error) {
      this.#restoreDraws(before);
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
    return { batches: this.#drawState(), tensors };
  }

  /** @throws RangeError, ZodError for a state of another run */
  restore(step: number, batches: unknown, tensors: ReadonlyMap<string, Float32Array>): void {
    this.#restoreDraws(batchesSchema.parse(batches));
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
  #losses(
    descriptors: Tensor2D,
    count: number,
    masks: PairMasks,
    options: LossOptions,
    kept: Tensor2D | null,
  ) {
    const tf = this.#tf;
    const loss = tf.keep(batchLoss(tf, tf.slice(descriptors, [0, 0], [count, -1]), masks, options));
    const sum = tf.tidy(() => {
      if (!kept) return tf.mul(loss, 1).asScalar();
      const keeping = keepLoss(tf, tf.slice(descriptors, [count, 0]), kept);
      return tf.add<Tensor>(loss, tf.mul(keeping, this.#options.plan.keepWeight)).asScalar();
    });
    return { loss, sum };
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
    { photos, labels }: Batch,
    masks: PairMasks,
    options: LossOptions,
    made: { loss: number; descriptors: Float32Array; norm: number },
    learningRate: number,
  ): StepResult {
    const { dimensions } = this.#network;
    const own = made.descriptors.subarray(0, photos.length * dimensions);
    const { top1, precision } = batchMetrics(own, labels);
    const { loss, norm } = made;
    return {
      point: {
        step: this.#step,
        loss,
        top1,
        precision,
        active: activeShare(own, masks, options),
        norm,
        learningRate: learningRate * this.#options.plan.headRate,
      },
      signs: { loss, spread: spread(own, dimensions), norm, precision },
    };
  }

  #drawState(): z.infer<typeof batchesSchema> {
    const { random, waiting } = this.#sampler.state;
    return {
      sampler: { random: [...random], waiting: [...waiting] },
      random: [...this.#random.state],
    };
  }

  #restoreDraws({ sampler, random }: z.infer<typeof batchesSchema>): void {
    this.#sampler.restore(sampler);
    this.#random = new Random(random);
  }
}
