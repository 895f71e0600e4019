/** Batches of P albums with K photos each (Hermans et al., "In Defense of the Triplet Loss", section 2). */
import type { Triplet } from './losses.ts';
import { Random } from './random.ts';
import type { RandomState } from './random.ts';

export interface Batch {
  /** Places among all photos; a photo of a small album may be there twice. */
  readonly photos: readonly number[];
  /** The album of each, by its place among the albums; null for none. */
  readonly labels: readonly (number | null)[];
  /** What the batch was put together for, where it was mined. */
  readonly triplets?: readonly Triplet[];
}

/** Descriptors of photos by the model as it is now, [photos, dimensions], each of length 1. */
export type DescribePhotos = (photos: readonly number[]) => Promise<Float32Array>;

/** Plain, to be stored. */
export interface PkState {
  readonly random: RandomState;
  /** Albums that wait for their turn. */
  readonly waiting: readonly number[];
}

export interface PkOptions {
  /** P; all where there are fewer. */
  albumsPerBatch: number;
  /** K; smaller albums give all their photos and as evenly as can be some of them again. */
  photosPerAlbum: number;
  /** The sampler's own: nobody else draws from it. */
  random: Random;
}

/** Albums come round in turns, shuffled anew each time, none twice in a batch; photos are drawn afresh. */
export class PkSampler {
  readonly #albums: readonly (readonly number[])[];
  readonly #photosPerAlbum: number;
  readonly #albumsPerBatch: number;
  #random: Random;
  #turns: AlbumTurns;

  /** @param albums places of their photos; none is empty */
  constructor(albums: readonly (readonly number[])[], { albumsPerBatch, photosPerAlbum, random }: PkOptions) {
    this.#albums = albums;
    this.#albumsPerBatch = Math.min(albumsPerBatch, albums.length);
    this.#photosPerAlbum = photosPerAlbum;
    this.#random = random;
    this.#turns = new AlbumTurns(albums.length, []);
  }

  next(): Batch {
    const labels = this.#turns.take(this.#albumsPerBatch, this.#random);
    return batchOf(this.#albums, labels, this.#photosPerAlbum, this.#random);
  }

  get state(): PkState {
    return { random: this.#random.state, waiting: this.#turns.waiting };
  }

  restore({ random, waiting }: PkState): void {
    this.#random = new Random(random);
    this.#turns = new AlbumTurns(this.#albums.length, waiting);
  }
}

/** Gives every album its turn before any has a second one. */
export class AlbumTurns {
  readonly #albums: number;
  #waiting: number[];

  constructor(albums: number, waiting: readonly number[]) {
    this.#albums = albums;
    this.#waiting = [...waiting];
  }

  get waiting(): readonly number[] {
    return [...this.#waiting];
  }

  /** So many different albums: those that still wait, then the first of a new round. */
  take(count: number, random: Random): number[] {
    const taken = this.#waiting.splice(0, count);
    if (taken.length < count) {
      const round = random.shuffle(Array.from({ length: this.#albums }, (_, album) => album));
      const fresh = round.filter((album) => !taken.includes(album)).slice(0, count - taken.length);
      this.#waiting = round.filter((album) => !fresh.includes(album));
      taken.push(...fresh);
    }
    return taken;
  }
}

/** So many photos of each of the albums, which are told by their places. */
export function batchOf(
  albums: readonly (readonly number[])[],
  labels: readonly number[],
  photosPerAlbum: number,
  random: Random,
): Batch {
  return {
    photos: labels.flatMap((label) => drawn(albums[label]!, photosPerAlbum, random)),
    labels: labels.flatMap((label) => Array.from({ length: photosPerAlbum }, () => label)),
  };
}

function drawn(photos: readonly number[], count: number, random: Random): number[] {
  const whole = Math.floor(count / photos.length);
  const repeated = Array.from({ length: whole }, () => photos).flat();
  return [...repeated, ...random.sample(photos, count - repeated.length)];
}
