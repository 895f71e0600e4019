/** Where the batches of a run come from: samplers, what was judged, and photos outside the albums. */
import { z } from 'zod';
import type { TrainingSettings } from '../api-training.ts';
import { HardAlbumSampler } from './hard-albums.ts';
import { HardNegativeSampler } from './hard-negatives.ts';
import { JudgedPairs, pairMasks, pairRelation } from './judged-pairs.ts';
import type { AllowedNegatives, PairMasks } from './judged-pairs.ts';
import type { Triplet } from './losses.ts';
import type { TrainingParts } from './parts.ts';
import { PkSampler } from './pk-sampler.ts';
import type { Batch, DescribePhotos } from './pk-sampler.ts';
import { refreshEvery } from './plan.ts';
import type { TrainingPlan } from './plan.ts';
import { Random } from './random.ts';
import type { SafeNegatives } from './safe-negatives.ts';

export interface BatchSourceOptions {
  readonly settings: TrainingSettings;
  readonly plan: TrainingPlan;
  readonly parts: TrainingParts;
  /** Null where photos outside the albums are never negatives. */
  readonly safe: SafeNegatives | null;
}

/** What a step learns from. */
export interface StepBatch {
  /** Places of the photos; those from `learnt` on are drawn to stay as they are. */
  readonly photos: readonly number[];
  /** The album of each, null for none. */
  readonly labels: readonly (number | null)[];
  readonly learnt: number;
  /** Of all photos. */
  readonly masks: PairMasks;
  readonly triplets?: readonly Triplet[];
}

interface Sampler {
  next(): Batch;
  refresh?(describe: DescribePhotos): Promise<void>;
  readonly state: unknown;
  restore(state: unknown): void;
}

const words = z.array(z.number());
const turns = { random: words, waiting: words };
const samplerSchemas = {
  random: z.object(turns),
  'hard-albums': z.object({ ...turns, pools: z.array(words).nullable() }),
  'hard-negatives': z.object({ random: words, mined: z.array(words) }),
};

export class BatchSource {
  readonly #options: BatchSourceOptions;
  readonly #judged: JudgedPairs;
  readonly #sampler: Sampler;
  #random: Random;

  constructor(options: BatchSourceOptions) {
    const { settings, parts } = options;
    const albums = parts.albums.map(({ training }) => training);
    this.#options = options;
    this.#judged = new JudgedPairs(parts.judged, albums);
    this.#sampler = this.#samplerOf(albums);
    // Another stream than the sampler's: what it draws must not depend on how often this one is asked.
    this.#random = new Random((settings.seed ^ 0x5bd1e995) >>> 0);
  }

  /** From 0 up to 1, for a loss that draws. */
  readonly random = (): number => this.#random.next();

  /**
   * The batch of a step. To draw what is hard it has photos described at some of the steps.
   * @throws what `describe` throws, perhaps after having drawn: `restore` what was before
   */
  async next(step: number, describe: DescribePhotos): Promise<StepBatch> {
    const { plan, parts } = this.#options;
    if (step % refreshEvery === 0) await this.#sampler.refresh?.(describe);
    const batch = this.#judged.addTo(this.#sampler.next(), plan.judgedPerBatch, this.#random);
    const others = this.#random.sample(parts.othersTraining, plan.othersPerBatch);
    const photos = [...batch.photos, ...others];
    const labels = [...batch.labels, ...others.map(() => null)];
    const masks = pairMasks(labels, this.#judged.within(photos), this.#allowed(photos, labels));
    return { ...batch, photos, labels, masks, learnt: batch.photos.length };
  }

  /** Plain, to be stored. */
  get state(): unknown {
    return { sampler: this.#sampler.state, random: this.#random.state };
  }

  /** @throws RangeError, ZodError for a state of another run */
  restore(state: unknown): void {
    const sampler = samplerSchemas[this.#options.settings.sampling];
    const parsed = z.object({ sampler, random: words }).parse(state);
    this.#sampler.restore(parsed.sampler);
    this.#random = new Random(parsed.random);
  }

  #samplerOf(albums: readonly (readonly number[])[]): Sampler {
    const { settings, plan, parts, safe } = this.#options;
    const random = new Random(settings.seed);
    if (settings.sampling === 'random') return new PkSampler(albums, { ...plan, random });
    if (settings.sampling === 'hard-albums') return new HardAlbumSampler(albums, { ...plan, random });
    const inAlbums = new Set(albums.flat());
    const judged = parts.judged.flatMap(({ a, b }) => [a, b]);
    const others = [...new Set([...(safe ? parts.othersTraining : []), ...judged])].filter(
      (photo) => !inAlbums.has(photo),
    );
    const photos = [...inAlbums, ...others];
    const labels = [...albums.flatMap((album, label) => album.map(() => label)), ...others.map(() => null)];
    const relation = pairRelation(labels, this.#judged.within(photos), this.#allowed(photos, labels));
    // About as many photos as batches of the other samplers have.
    const triplets = Math.ceil((plan.albumsPerBatch * plan.photosPerAlbum) / 3);
    const { margin } = settings;
    return new HardNegativeSampler(
      { photos, labels, relation },
      { triplets, margin, scale: plan.scale, random },
    );
  }

  /** Of places in these lists. */
  #allowed(photos: readonly number[], labels: readonly (number | null)[]): AllowedNegatives {
    const { safe } = this.#options;
    return (a, b) => {
      if (!safe) return false;
      const [one, other] = [labels[a]!, labels[b]!];
      if (one === null) return other !== null && safe(photos[a]!, other);
      return other === null && safe(photos[b]!, one);
    };
  }
}
