/** Batches of albums that are mistaken for each other, together with others. */
import { rowProduct } from './distances.ts';
import { AlbumTurns, batchOf } from './pk-sampler.ts';
import type { Batch, DescribePhotos, PkOptions, PkState } from './pk-sampler.ts';
import { Random } from './random.ts';

/** Plain, to be stored. */
export interface HardAlbumState extends PkState {
  /** By album, those that are nearest to it; null before the first `refresh`. */
  readonly pools: readonly (readonly number[])[] | null;
}

/** H of the paper. */
const poolSize = 50;
/** Photos that a `refresh` has described, about: it is to cost less than the steps between two of them. */
const mostDescribed = 5000;

/**
 * Batches of P albums with K photos each: one album whose turn it is, ceil((P - 1) / 2) of those nearest to it, and
 * others by chance; none twice. Before the first `refresh` all come in turns, as `PkSampler` gives them.
 *
 * Source: Ristani and Tomasi, "Features for Multi-Target Multi-Camera Tracking and Re-Identification", section 3.2.
 */
export class HardAlbumSampler {
  readonly #albums: readonly (readonly number[])[];
  readonly #photosPerAlbum: number;
  readonly #albumsPerBatch: number;
  #random: Random;
  #turns: AlbumTurns;
  #pools: readonly (readonly number[])[] | null = null;

  /** @param albums places of their photos; none is empty */
  constructor(albums: readonly (readonly number[])[], { albumsPerBatch, photosPerAlbum, random }: PkOptions) {
    this.#albums = albums;
    this.#albumsPerBatch = Math.min(albumsPerBatch, albums.length);
    this.#photosPerAlbum = photosPerAlbum;
    this.#random = random;
    this.#turns = new AlbumTurns(albums.length, []);
  }

  next(): Batch {
    const labels = this.#pools
      ? this.#aroundAnchor(this.#pools)
      : this.#turns.take(this.#albumsPerBatch, this.#random);
    return batchOf(this.#albums, labels, this.#photosPerAlbum, this.#random);
  }

  /** Finds anew which albums are near each other. Of large albums, a part speaks for the whole. */
  async refresh(describe: DescribePhotos): Promise<void> {
    const most = Math.max(1, Math.floor(mostDescribed / this.#albums.length));
    const drawn = this.#albums.map((photos) => this.#random.sample(photos, most));
    const descriptors = await describe(drawn.flat());
    this.#pools = nearestAlbums(
      drawn.map(({ length }) => length),
      descriptors,
      poolSize,
    );
  }

  get state(): HardAlbumState {
    return { random: this.#random.state, waiting: this.#turns.waiting, pools: this.#pools };
  }

  restore({ random, waiting, pools }: HardAlbumState): void {
    this.#random = new Random(random);
    this.#turns = new AlbumTurns(this.#albums.length, waiting);
    this.#pools = pools;
  }

  #aroundAnchor(pools: readonly (readonly number[])[]): number[] {
    const [anchor] = this.#turns.take(1, this.#random) as [number];
    const wanted = this.#albumsPerBatch - 1;
    const near = this.#random.sample(pools[anchor]!, Math.ceil(wanted / 2));
    const taken = new Set([anchor, ...near]);
    const left = [...this.#albums.keys()].filter((album) => !taken.has(album));
    return [...taken, ...this.#random.sample(left, wanted - near.length)];
  }
}

/**
 * For each album the nearest others, in the order in which they first appear among the neighbours of its first photo:
 * the order of their nearest photos, equal ones as they are given.
 * @param sizes photos of each album
 * @param descriptors [photos, dimensions], album by album
 */
export function nearestAlbums(
  sizes: readonly number[],
  descriptors: Float32Array,
  most: number,
): readonly (readonly number[])[] {
  const owners = sizes.flatMap((size, album) => Array.from({ length: size }, () => album));
  const dimensions = descriptors.length / owners.length;
  return sizes.map((_, album) => {
    const query = owners.indexOf(album);
    const nearest = new Float64Array(sizes.length).fill(-Infinity);
    for (const [photo, owner] of owners.entries()) {
      if (owner === album) continue;
      const similarity = rowProduct(descriptors, query, descriptors, photo, dimensions);
      nearest[owner] = Math.max(nearest[owner]!, similarity);
    }
    return [...sizes.keys()]
      .filter((other) => other !== album)
      .sort((one, other) => nearest[other]! - nearest[one]! || one - other)
      .slice(0, most);
  });
}
