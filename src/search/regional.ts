/**
 * Compares a query with photos region by region, by the region vectors that the catalog keeps. Sources: Razavian et
 * al., "Visual instance retrieval with deep convolutional networks", MTA 2016, section 3 (the distance of a query's
 * regions is that to the nearest region of the other photo, averaged); Tolias et al., ICLR 2016, section 4.
 */
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { boxOf } from '../descriptor/box.ts';
import type { Box } from '../descriptor/box.ts';
import { regionLayout } from '../descriptor/quantise.ts';
import type { RegionLayout } from '../descriptor/quantise.ts';
import { RegionTable, unpackSteps } from '../descriptor/region-products.ts';
import { OnnxGraph } from '../model/onnx-graph.ts';
import { sessionOptions } from '../model/session-options.ts';

/** How many of the first matches are compared by regions: for a whole photo, and for a box. */
export const reranked = { photo: 200, box: 2000 };

/** What was compared: the best pair of regions, each region of the query with its best, or a box. */
export type RegionalRule = 'best-pair' | 'sum' | 'box';

/** What the regions of a photo say; scores are cosines, from -1 to 1. */
export interface RegionalMatch {
  /** Of the best pair of a region of the query and one of the photo. */
  bestPair: number;
  /** The mean, over the regions of the query, of the best one of the photo. */
  sum: number;
  /** The photo's region in the best pair. */
  box: Box;
}

export interface RegionalMatcher {
  /**
   * @param query [regions, dimensions]; for a box, its descriptor alone
   * @param photos the encoded region vectors of each
   * @returns in their order; null where a photo's region vectors are missing, damaged or of another model
   */
  match(query: Float32Array, photos: readonly (Uint8Array | undefined)[]): Promise<(RegionalMatch | null)[]>;
  release(): Promise<void>;
}

/**
 * How much regions weigh beside the descriptors' 1. Measured by test/bench/regional-quality.ts, mAP in per cent on
 * buildings and on products: descriptors alone 64.2 and 67.8; with the best pair 69.2 and 69.6 at weight 1, and
 * 62.7 and 65.9 without the descriptors; with the sum 67.6 and 69.5 at weight 3. For boxes round buildings 68.8 by
 * descriptors and 78.7 at weight 1.5; for the middle of photos of products 66.7 and 67.8.
 */
const weights: Record<RegionalRule, number> = { 'best-pair': 1, sum: 3, box: 1.5 };

/**
 * The score that a photo is ranked by once its regions are known: a weighted mean, so from -1 to 1 like both.
 *
 * @param score the similarity of the descriptors
 * @param match null leaves the score as it is
 */
export function regionalScore(score: number, match: RegionalMatch | null, rule: RegionalRule): number {
  if (match === null) return score;
  const weight = weights[rule];
  return (score + weight * (rule === 'sum' ? match.sum : match.bestPair)) / (1 + weight);
}

/** Photos in one matrix product: a few megabytes at a time. */
const batchSize = 200;

/** Room is made for this many of each at first: what photos of 3:4 have. */
const usualRegions = 21;

/**
 * @param dimensions of a region vector of the query
 * @param options.threads threads that one run uses; one for each processor by default
 */
export async function createRegionalMatcher(
  dimensions: number,
  options: { threads?: number } = {},
): Promise<RegionalMatcher> {
  const session = await InferenceSession.create(productGraph(), sessionOptions(options.threads));
  return {
    match: (query, photos) => matchAll(session, new RegionalQuery(query, dimensions), photos),
    release: () => session.release(),
  };
}

async function matchAll(
  session: InferenceSession,
  query: RegionalQuery,
  photos: readonly (Uint8Array | undefined)[],
): Promise<(RegionalMatch | null)[]> {
  if (query.regions === 1) return matchTable(query, photos);
  const matches: (RegionalMatch | null)[] = [];
  const rows = new RegionRows(query);
  for (let start = 0; start < photos.length; start += batchSize) {
    const batch = photos.slice(start, start + batchSize).map((blob) => rows.add(blob));
    const products = await multiply(session, rows.take(), query);
    let row = 0;
    for (const layout of batch) {
      const end = row + (layout?.regions.length ?? 0);
      const own = products.subarray(row * query.regions, end * query.regions);
      matches.push(layout && query.best(layout, own));
      row = end;
    }
  }
  return matches;
}

/** One vector needs no matrix. */
function matchTable(
  query: RegionalQuery,
  photos: readonly (Uint8Array | undefined)[],
): (RegionalMatch | null)[] {
  const table = new RegionTable(query.vectors);
  return photos.map((blob) => {
    const layout = layoutOf(blob, query.dimensions);
    return layout && query.best(layout, table.products(blob!, layout));
  });
}

/** Null where there is nothing that could be compared. */
function layoutOf(blob: Uint8Array | undefined, dimensions: number): RegionLayout | null {
  if (!blob) return null;
  try {
    const layout = regionLayout(blob);
    return layout.dimensions <= dimensions ? layout : null;
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** @returns [rows, regions of the query] */
async function multiply(
  session: InferenceSession,
  rows: Float32Array,
  query: RegionalQuery,
): Promise<Float32Array> {
  if (rows.length === 0) return rows;
  const outputs = await session.run({
    rows: new Tensor('float32', rows, [rows.length / query.stride, query.stride]),
    columns: new Tensor('float32', query.columns(), [query.stride, query.regions]),
  });
  return outputs['products']!.data as Float32Array;
}

/** The steps of some photos' region vectors as one matrix, whose memory is used again and again. */
class RegionRows {
  readonly #dimensions: number;
  readonly #stride: number;
  #matrix: Float32Array;
  #rows = 0;

  constructor({ dimensions, stride }: RegionalQuery) {
    this.#dimensions = dimensions;
    this.#stride = stride;
    this.#matrix = new Float32Array(batchSize * usualRegions * stride);
  }

  add(blob: Uint8Array | undefined): RegionLayout | null {
    const layout = layoutOf(blob, this.#dimensions);
    if (!layout) return null;
    this.#reserve(layout.regions.length);
    unpackSteps(blob!, layout, this.#matrix, this.#stride, this.#rows);
    this.#rows += layout.regions.length;
    return layout;
  }

  /** What was added since the last time, [rows, stride]; it is overwritten by what is added next. */
  take(): Float32Array {
    const rows = this.#matrix.subarray(0, this.#rows * this.#stride);
    this.#rows = 0;
    return rows;
  }

  #reserve(more: number): void {
    const needed = (this.#rows + more) * this.#stride;
    if (needed <= this.#matrix.length) return;
    const larger = new Float32Array(2 * needed);
    larger.set(this.#matrix);
    this.#matrix = larger;
  }
}

class RegionalQuery {
  /** [regions, dimensions] */
  readonly vectors: Float32Array;
  readonly dimensions: number;
  readonly regions: number;
  /** The dimensions, and one more where they are odd. */
  readonly stride: number;
  /** For a number of leading dimensions, one over the length that each region has in them. */
  readonly #scales = new Map<number, Float32Array>();

  constructor(vectors: Float32Array, dimensions: number) {
    this.vectors = vectors;
    this.dimensions = dimensions;
    this.regions = vectors.length / dimensions;
    this.stride = dimensions + (dimensions % 2);
  }

  /** [stride, regions] */
  columns(): Float32Array {
    const { vectors, dimensions, regions, stride } = this;
    const columns = new Float32Array(stride * regions);
    for (const [at, value] of vectors.entries()) {
      columns[(at % dimensions) * regions + Math.floor(at / dimensions)] = value;
    }
    return columns;
  }

  /** @param products of a photo's steps with the query: [regions of the photo, regions of the query] */
  best(photo: RegionLayout, products: Float32Array): RegionalMatch {
    const scales = this.#scalesFor(photo.dimensions);
    let sum = 0;
    let bestPair = -Infinity;
    let best = 0;
    for (let own = 0; own < this.regions; own++) {
      let nearest = -Infinity;
      for (let region = 0; region < photo.regions.length; region++) {
        const score = products[region * this.regions + own]! * photo.scales[region]! * scales[own]!;
        if (score > nearest) nearest = score;
        if (score > bestPair) {
          bestPair = score;
          best = region;
        }
      }
      sum += nearest;
    }
    return { bestPair, sum: sum / this.regions, box: boxOf(photo.regions[best]!, photo.geometry) };
  }

  #scalesFor(dimensions: number): Float32Array {
    const known = this.#scales.get(dimensions);
    if (known) return known;
    const scales = Float32Array.from({ length: this.regions }, (_, region) => {
      const start = region * this.dimensions;
      const length = Math.hypot(...this.vectors.subarray(start, start + dimensions));
      return length === 0 ? 0 : 1 / length;
    });
    this.#scales.set(dimensions, scales);
    return scales;
  }
}

function productGraph(): Uint8Array {
  const graph = new OnnxGraph('regions');
  graph.input('rows', 'float32', ['rows', 'dimensions']);
  graph.input('columns', 'float32', ['dimensions', 'regions']);
  graph.node('MatMul', ['rows', 'columns'], ['products']);
  graph.output('products', 'float32', ['rows', 'regions']);
  return graph.encode();
}
