/** What is known about pairs of photos: by their albums, and by what the user judged. */
import type { Batch } from './pk-sampler.ts';
import type { Random } from './random.ts';

/** Places, in a batch or among all photos. */
export interface JudgedPair {
  readonly a: number;
  readonly b: number;
  readonly same: boolean;
}

/** [n, n] each, 1 or 0: whether the photo of the column is a positive, or a negative, of the row's. Nobody is their own. */
export interface PairMasks {
  positives: Float32Array;
  negatives: Float32Array;
}

/** Whether two photos belong together, do not, or nothing is known; the same both ways. */
export type PairRelation = (a: number, b: number) => 'positive' | 'negative' | null;

/** May these two photos, at least one of which is of no album, be taken for different things? */
export type AllowedNegatives = (a: number, b: number) => boolean;

/**
 * Photos of one album belong together, photos of two albums do not, and of photos of no album nothing is known but what
 * `allowedNegatives` says. What was judged counts more: "same" makes any two photos positives, "different" makes them
 * negatives, even within an album.
 * @param labels the album of each photo, null for none
 * @param judged without contradictions
 * @param allowedNegatives never, when left out
 */
export function pairRelation(
  labels: readonly (number | null)[],
  judged: readonly JudgedPair[],
  allowedNegatives: AllowedNegatives = () => false,
): PairRelation {
  const n = labels.length;
  const judgements = new Map<number, boolean>();
  for (const { a, b, same } of judged) {
    judgements.set(a * n + b, same);
    judgements.set(b * n + a, same);
  }
  return (a, b) => {
    if (a === b) return null;
    const same = judgements.size > 0 ? judgements.get(a * n + b) : undefined;
    if (same !== undefined) return same ? 'positive' : 'negative';
    const [label, other] = [labels[a]!, labels[b]!];
    if (label !== null && other !== null) return label === other ? 'positive' : 'negative';
    return allowedNegatives(a, b) ? 'negative' : null;
  };
}

/** Says of every two photos of a batch what `pairRelation` says. */
export function pairMasks(
  labels: readonly (number | null)[],
  judged: readonly JudgedPair[],
  allowedNegatives?: AllowedNegatives,
): PairMasks {
  const n = labels.length;
  const relation = pairRelation(labels, judged, allowedNegatives);
  const masks = { positives: new Float32Array(n * n), negatives: new Float32Array(n * n) };
  for (let a = 0; a < n; a++) {
    for (let b = a + 1; b < n; b++) {
      const known = relation(a, b);
      if (known === null) continue;
      const mask = known === 'positive' ? masks.positives : masks.negatives;
      mask[a * n + b] = 1;
      mask[b * n + a] = 1;
    }
  }
  return masks;
}

/** Brings what was judged into batches, in which two photos of a pair seldom meet by themselves. */
export class JudgedPairs {
  readonly #judged: readonly JudgedPair[];
  readonly #albums: readonly (readonly number[])[];
  readonly #labels = new Map<number, number>();

  /**
   * @param judged places among all photos
   * @param albums places of what is learnt from, as samplers have them
   */
  constructor(judged: readonly JudgedPair[], albums: readonly (readonly number[])[]) {
    this.#judged = judged;
    this.#albums = albums;
    for (const [label, photos] of albums.entries())
      for (const photo of photos) this.#labels.set(photo, label);
  }

  /**
   * The batch and, after its photos, those that are missing of so many judged pairs. A photo of an album that is not in
   * the batch brings another of that album along: without a positive, "different" would teach nothing.
   * @param most pairs
   */
  addTo(batch: Batch, most: number, random: Random): Batch {
    const photos = [...batch.photos];
    const labels = [...batch.labels];
    const present = new Set(photos);
    const add = (photo: number): void => {
      if (present.has(photo)) return;
      present.add(photo);
      photos.push(photo);
      labels.push(this.#labels.get(photo) ?? null);
    };
    for (const { a, b } of random.sample(this.#judged, most)) {
      for (const photo of [a, b]) {
        const label = this.#labels.get(photo);
        if (label !== undefined && !labels.includes(label)) {
          const mates = this.#albums[label]!.filter((mate) => mate !== a && mate !== b);
          for (const mate of random.sample(mates, 1)) add(mate);
        }
        add(photo);
      }
    }
    return { ...batch, photos, labels };
  }

  /** What was judged about photos of a batch, by their places in it. A photo that is there twice counts each time. */
  within(photos: readonly number[]): JudgedPair[] {
    const places = new Map<number, number[]>();
    for (const [place, photo] of photos.entries()) places.set(photo, [...(places.get(photo) ?? []), place]);
    return this.#judged.flatMap(({ a, b, same }) =>
      (places.get(a) ?? []).flatMap((one) =>
        (places.get(b) ?? []).map((other) => ({ a: one, b: other, same })),
      ),
    );
  }
}
