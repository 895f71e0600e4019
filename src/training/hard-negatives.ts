/** Batches of the triplets that the network gets most wrong. */
import type { Margin } from '../api-training.ts';
import { rowProduct } from './distances.ts';
import type { PairRelation } from './judged-pairs.ts';
import { hasLoss } from './losses.ts';
import type { Triplet } from './losses.ts';
import type { Batch, DescribePhotos } from './pk-sampler.ts';
import { Random } from './random.ts';
import type { RandomState } from './random.ts';

/** Plain, to be stored. */
export interface HardNegativeState {
  readonly random: RandomState;
  /** For each photo with triplets: its row, then positive and negative of each of them. */
  readonly mined: readonly (readonly number[])[];
}

/** What there is to mine: each photo is known by its row in these. */
export interface MinedPhotos {
  /** Places among all photos. */
  readonly photos: readonly number[];
  /** The album of each, null for none. */
  readonly labels: readonly (number | null)[];
  /** Of two rows. */
  readonly relation: PairRelation;
}

export interface HardNegativeOptions {
  /** Triplets of a batch. */
  readonly triplets: number;
  readonly margin: Margin;
  /** As in `LossOptions`. */
  readonly scale: number;
  /** The sampler's own: nobody else draws from it. */
  readonly random: Random;
}

/** N of the paper: photos that are described at each `refresh`, at most. */
const mostDescribed = 5000;
/** Triplets that are kept of each photo. */
const tripletsPerPhoto = 25;

/**
 * Batches of triplets whose loss was above 0 when they were mined: a photo by chance, and by chance one of the 25 of
 * its triplets with the highest loss, again and again. Where none are left, and before the first `refresh`, triplets by
 * chance. Each photo is in a batch once, whatever number of its triplets it is in.
 *
 * Source: Gordo et al., "End-to-end Learning of Deep Visual Representations for Image Retrieval", section 4.2.
 */
export class HardNegativeSampler {
  readonly #among: MinedPhotos;
  readonly #options: HardNegativeOptions;
  #random: Random;
  #mined: readonly (readonly number[])[] = [];

  constructor(among: MinedPhotos, options: HardNegativeOptions) {
    this.#among = among;
    this.#options = options;
    this.#random = options.random;
  }

  next(): Batch {
    const triplets = this.#mined.length > 0 ? this.#drawMined() : this.#drawAny();
    const rows = [
      ...new Set(triplets.flatMap(({ anchor, positive, negative }) => [anchor, positive, negative])),
    ];
    const places = new Map(rows.map((row, place) => [row, place]));
    return {
      photos: rows.map((row) => this.#among.photos[row]!),
      labels: rows.map((row) => this.#among.labels[row]!),
      triplets: triplets.map(({ anchor, positive, negative }) => ({
        anchor: places.get(anchor)!,
        positive: places.get(positive)!,
        negative: places.get(negative)!,
      })),
    };
  }

  /** Mines anew. */
  async refresh(describe: DescribePhotos): Promise<void> {
    const { photos, relation } = this.#among;
    const rows = this.#random.sample([...photos.keys()], mostDescribed);
    const descriptors = await describe(rows.map((row) => photos[row]!));
    const mined = mineTriplets(
      descriptors,
      rows.length,
      (a, b) => relation(rows[a]!, rows[b]!),
      this.#options,
    );
    this.#mined = [...Map.groupBy(mined, ({ anchor }) => anchor)].map(([anchor, triplets]) => [
      rows[anchor]!,
      ...triplets.flatMap(({ positive, negative }) => [rows[positive]!, rows[negative]!]),
    ]);
  }

  get state(): HardNegativeState {
    return { random: this.#random.state, mined: this.#mined };
  }

  restore({ random, mined }: HardNegativeState): void {
    this.#random = new Random(random);
    this.#mined = mined;
  }

  #drawMined(): Triplet[] {
    return Array.from({ length: this.#options.triplets }, () => {
      const [anchor, ...pairs] = this.#mined[this.#random.below(this.#mined.length)]! as [number];
      const at = 2 * this.#random.below(pairs.length / 2);
      return { anchor, positive: pairs[at]!, negative: pairs[at + 1]! };
    });
  }

  /** Fewer where there are not so many photos with a positive. */
  #drawAny(): Triplet[] {
    const { photos, relation } = this.#among;
    const rows = [...photos.keys()];
    const triplets: Triplet[] = [];
    for (const anchor of this.#random.shuffle(rows)) {
      if (triplets.length === this.#options.triplets) break;
      const related = (kind: 'positive' | 'negative') =>
        this.#random.sample(
          rows.filter((row) => relation(anchor, row) === kind),
          1,
        );
      const [[positive], [negative]] = [related('positive'), related('negative')];
      if (positive !== undefined && negative !== undefined) triplets.push({ anchor, positive, negative });
    }
    return triplets;
  }
}

/**
 * For each row that has any, its 25 triplets with the highest loss, of those with a loss: as they come, the highest
 * first, of equal ones those of earlier rows. Distances are squared, as those of the loss `triplet` are.
 *
 * The i-th furthest positive with the j-th nearest negative has no more loss than any of the (i + 1)(j + 1) - 1 pairs
 * of a positive before or at i and a negative before or at j: only pairs where (i + 1)(j + 1) <= 25 come into question.
 * @param descriptors [n, dimensions], each of length 1
 */
export function mineTriplets(
  descriptors: Float32Array,
  n: number,
  relation: PairRelation,
  { margin, scale }: { margin: Margin; scale: number },
): Triplet[] {
  const dimensions = descriptors.length / n;
  const lists = () => Array.from({ length: n }, () => new Largest(tripletsPerPhoto));
  const [furthest, nearest] = [lists(), lists()];
  for (let a = 0; a < n; a++) {
    for (let b = a + 1; b < n; b++) {
      const known = relation(a, b);
      if (known === null) continue;
      const squared = 2 - 2 * rowProduct(descriptors, a, descriptors, b, dimensions);
      const [list, value] = known === 'positive' ? [furthest, squared] : [nearest, -squared];
      list[a]!.add(b, value);
      list[b]!.add(a, value);
    }
  }
  return furthest.flatMap((positives, anchor) => {
    const negatives = nearest[anchor]!;
    const triplets = positives.items.flatMap((positive, i) =>
      negatives.items.slice(0, Math.floor(tripletsPerPhoto / (i + 1))).map((negative) => ({
        difference: positive.value + negative.value,
        triplet: { anchor, positive: positive.row, negative: negative.row },
      })),
    );
    return triplets
      .filter(({ difference }) => hasLoss(scale * difference, margin))
      .sort((one, other) => other.difference - one.difference)
      .slice(0, tripletsPerPhoto)
      .map(({ triplet }) => triplet);
  });
}

/** The largest of many values, the largest first; of equal ones, those that came first. */
class Largest {
  readonly items: { readonly row: number; readonly value: number }[] = [];
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  add(row: number, value: number): void {
    const { items } = this;
    if (items.length === this.#most && value <= items.at(-1)!.value) return;
    let at = items.length;
    while (at > 0 && items[at - 1]!.value < value) at--;
    items.splice(at, 0, { row, value });
    if (items.length > this.#most) items.pop();
  }
}
