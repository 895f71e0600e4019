/**
 * The nearest neighbours of many vectors among each other, without missing any: matrix products of blocks that stay in
 * the cache, of steps of seven bits; what may be near by these is compared once more by steps of sixteen bits.
 */
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { OnnxGraph } from '../model/onnx-graph.ts';
import { sessionOptions } from '../model/session-options.ts';
import { Turns } from './turns.ts';

/** Rows and columns of one product: the operands and the result lie in the caches. */
const block = { rows: 1024, columns: 2048 };
/** Only where the largest of so many products may be near, they are looked at one by one. */
const group = 64;

/** Of the steps that are kept, and of those that products are made of, to each side of zero. */
const fineSteps = 32_767;
/** Seven bits, so that two products fit 16 bits, in which some processors add them up. */
const coarseSteps = 63;
const zeroPoint = 128;

/** Rounding to coarse steps moves a product by no more than so many standard deviations of what chance makes of it. */
const deviations = 4;

/** More than rounding tells from 1: neighbours that are nearer are all as good. */
const asNearAsCanBe = 0.9999;

/** No product is as large. */
const never = 2 ** 31 - 1;

export interface NearNeighbour {
  id: number;
  /** The dot product, from -1 to 1. */
  score: number;
}

export interface Neighbourhood {
  id: number;
  /** The nearest first; equally near ones by their photo id. */
  neighbours: NearNeighbour[];
}

/** Vectors of length 1 or 0, in two bytes a number. */
export class VectorTable {
  readonly dimensions: number;
  readonly #capacity: number;
  readonly #steps: Int16Array;
  readonly #ids: Uint32Array;
  #size = 0;

  /** @param capacity how many vectors there will be at most */
  constructor(dimensions: number, capacity: number) {
    this.dimensions = dimensions;
    this.#capacity = capacity;
    this.#steps = new Int16Array(capacity * dimensions);
    this.#ids = new Uint32Array(capacity);
  }

  get size(): number {
    return this.#size;
  }

  /** @throws RangeError when the table is full, and for a vector of another length */
  add(id: number, vector: Float32Array): void {
    if (this.#size === this.#capacity) throw new RangeError('The table is full.');
    if (vector.length !== this.dimensions)
      throw new RangeError(`A vector of ${vector.length} in a table of ${this.dimensions} dimensions.`);
    const begin = this.#size * this.dimensions;
    for (let at = 0; at < vector.length; at++) this.#steps[begin + at] = Math.round(vector[at]! * fineSteps);
    this.#ids[this.#size++] = id;
  }

  id(row: number): number {
    return this.#ids[row]!;
  }

  /** The dot product of two rows, as exact as their steps. */
  score(one: number, other: number): number {
    const { dimensions } = this;
    const steps = this.#steps;
    const [begin, beginOther] = [one * dimensions, other * dimensions];
    let sum = 0;
    for (let at = 0; at < dimensions; at++) sum += steps[begin + at]! * steps[beginOther + at]!;
    return sum / fineSteps ** 2;
  }

  /** All rows in coarse steps, [size, dimensions], `zeroPoint` for 0; and how many of them make 1. */
  async coarse(turns: Turns): Promise<{ bytes: Uint8Array; scale: number }> {
    const steps = this.#steps.subarray(0, this.#size * this.dimensions);
    let largest = 1;
    const slice = 1_000_000;
    for (let begin = 0; begin < steps.length; begin += slice) {
      for (const step of steps.subarray(begin, begin + slice)) largest = Math.max(largest, Math.abs(step));
      await turns.next();
    }
    const factor = coarseSteps / largest;
    const bytes = new Uint8Array(steps.length);
    for (let begin = 0; begin < steps.length; begin += slice) {
      const end = Math.min(begin + slice, steps.length);
      for (let at = begin; at < end; at++) bytes[at] = zeroPoint + Math.round(steps[at]! * factor);
      await turns.next();
    }
    return { bytes, scale: factor * fineSteps };
  }
}

export interface NeighbourOptions {
  /** Rows from this one on are new: neighbours are found for them, among all rows. */
  from: number;
  /** How many neighbours of a row are kept: the nearest. */
  most: number;
  /** Neighbours that are less near do not count. */
  leastScore: number;
  /** Of neighbours that are less near than this, only enough are kept to make these many in all. */
  few?: { most: number; leastScore: number };
  signal: AbortSignal;
  /** Told the share that is done. */
  onProgress?: (share: number) => void;
}

/**
 * The nearest neighbours of the new rows. Others get their turn meanwhile.
 * @returns for each new photo that has any, in the order of the rows
 * @throws what the signal throws
 */
export async function nearestNeighbours(
  table: VectorTable,
  options: NeighbourOptions,
): Promise<Iterable<Neighbourhood>> {
  const { from, signal, onProgress } = options;
  if (table.size - from < 1) return [];
  const turns = new Turns(signal);
  const { bytes, scale } = await table.coarse(turns);
  const nearest = new Nearest(table, scale, options);
  const products = await BlockProducts.create(table, bytes);
  try {
    const pairs = table.size * (table.size - from) - (table.size - from) ** 2 / 2;
    let done = 0;
    for (let column = from; column < table.size; column += block.columns) {
      const columns = Math.min(block.columns, table.size - column);
      products.setColumns(column, columns);
      for (let row = 0; row < column + columns; row += block.rows) {
        const rows = Math.min(block.rows, column + columns - row);
        await turns.next();
        const found = await products.multiply(row, rows);
        await nearest.consider(found, row, column, turns);
        done += rows * columns;
        onProgress?.(Math.min(1, done / pairs));
      }
    }
    return nearest;
  } finally {
    await products.release();
  }
}

/** The nearest neighbours that were found so far, for each new row. */
class Nearest {
  readonly #table: VectorTable;
  readonly #from: number;
  readonly #most: number;
  /** What scores must reach: to be among the few of a row, and among the others. */
  readonly #leastOfFew: number;
  readonly #leastOfMore: number;
  readonly #few: number;
  readonly #rows: Int32Array;
  readonly #scores: Float32Array;
  readonly #counts: Uint32Array;
  /** How many coarse steps' products make a score of 1, and how far rounding may move one. */
  readonly #unit: number;
  readonly #margin: number;
  /** Of all rows, the least product of coarse steps that may be of a neighbour; nothing is for those that are known. */
  readonly #limits: Int32Array;

  constructor(
    table: VectorTable,
    scale: number,
    { from, leastScore, most, few = { most, leastScore } }: NeighbourOptions,
  ) {
    const fresh = table.size - from;
    this.#table = table;
    this.#from = from;
    this.#most = most;
    this.#few = few.most;
    this.#leastOfFew = few.leastScore;
    this.#leastOfMore = leastScore;
    this.#rows = new Int32Array(fresh * most);
    this.#scores = new Float32Array(fresh * most);
    this.#counts = new Uint32Array(fresh);
    this.#unit = scale ** 2;
    // Rounding is off by something uniform in [-1/2, 1/2], of variance 1/12, times a number of the other vector.
    this.#margin = deviations * Math.sqrt((2 * scale ** 2) / 12 + table.dimensions / 144);
    this.#limits = new Int32Array(table.size)
      .fill(this.#limitOf(this.#leastOfFew), from)
      .fill(never, 0, from);
  }

  #limitOf(score: number): number {
    return score >= asNearAsCanBe ? never : Math.floor(score * this.#unit - this.#margin);
  }

  /** Takes what is near of a block of products. @param row of the block's first row @param column likewise */
  async consider(block: ProductBlock, row: number, column: number, turns: Turns): Promise<void> {
    const groups = block.columns / group;
    const ofGroups = this.#limitsOfGroups(column, groups);
    for (let at = 0; at < block.largest.length; at += groups) {
      this.#considerRow(block, at, row + at / groups, column, ofGroups);
      if (turns.isOver) await turns.next();
    }
  }

  /** @param at the first of the row's groups in the block @param column the block's first */
  #considerRow(
    { products, largest }: ProductBlock,
    at: number,
    row: number,
    column: number,
    ofGroups: Int32Array,
  ): void {
    const limits = this.#limits;
    for (let place = 0; place < ofGroups.length; place++) {
      if (largest[at + place]! < Math.min(limits[row]!, ofGroups[place]!)) continue;
      const first = column + place * group;
      const end = Math.min(first + group, limits.length);
      // Each pair once, and no row with itself.
      for (let other = Math.max(first, row + 1); other < end; other++) {
        const product = products[(at + place) * group + other - first]!;
        if (product >= limits[row]! || product >= limits[other]!) this.#take(row, other);
      }
    }
  }

  /** The least of the limits of each group of rows, as columns of a block. */
  #limitsOfGroups(column: number, groups: number): Int32Array {
    const least = new Int32Array(groups).fill(never);
    const end = Math.min(column + groups * group, this.#limits.length);
    for (let row = column; row < end; row++) {
      const place = Math.floor((row - column) / group);
      least[place] = Math.min(least[place]!, this.#limits[row]!);
    }
    return least;
  }

  #take(row: number, other: number): void {
    const score = this.#table.score(row, other);
    if (row >= this.#from) this.#insert(row - this.#from, other, score);
    this.#insert(other - this.#from, row, score);
  }

  #insert(place: number, neighbour: number, score: number): void {
    if (score < this.#leastOfFew) return;
    const count = this.#counts[place]!;
    const least = this.#leastOf(place);
    // Whether those that are there leave room for one more.
    const isRoom =
      count < this.#few || (count < this.#most && Math.min(score, this.#scores[least]!) >= this.#leastOfMore);
    if (!isRoom && score <= this.#scores[least]!) return;
    const at = isRoom ? place * this.#most + count : least;
    this.#rows[at] = neighbour;
    this.#scores[at] = score;
    if (isRoom) this.#counts[place] = count + 1;
    this.#limits[this.#from + place] = this.#limitOf(this.#lowest(place));
  }

  /** What one more neighbour must reach, or exceed. */
  #lowest(place: number): number {
    const count = this.#counts[place]!;
    if (count < this.#few) return this.#leastOfFew;
    const least = this.#scores[this.#leastOf(place)]!;
    return count < this.#most ? Math.min(least, this.#leastOfMore) : least;
  }

  /** Where the least near neighbour of a row is. */
  #leastOf(place: number): number {
    const begin = place * this.#most;
    const end = begin + this.#counts[place]!;
    let least = begin;
    for (let at = begin + 1; at < end; at++) if (this.#scores[at]! < this.#scores[least]!) least = at;
    return least;
  }

  /** Made one by one: there may be millions of neighbours. */
  *[Symbol.iterator](): Generator<Neighbourhood> {
    for (const [place, count] of this.#counts.entries()) {
      if (count === 0) continue;
      const begin = place * this.#most;
      const neighbours = Array.from({ length: count }, (_, at) => ({
        id: this.#table.id(this.#rows[begin + at]!),
        score: this.#scores[begin + at]!,
      }));
      neighbours.sort((a, b) => b.score - a.score || a.id - b.id);
      yield { id: this.#table.id(this.#from + place), neighbours };
    }
  }
}

interface ProductBlock {
  /** [rows, columns] */
  products: Int32Array;
  /** [rows, columns / group]: the largest of each group. */
  largest: Int32Array;
  columns: number;
}

/** Products of coarse steps, block by block, on onnxruntime. */
class BlockProducts {
  readonly #session: InferenceSession;
  readonly #table: VectorTable;
  readonly #bytes: Uint8Array;
  /** [dimensions, columns], a multiple of `group` columns. */
  #columns = new Int8Array();
  #columnCount = 0;
  // The memory of results is used again and again.
  readonly #products = new Int32Array(block.rows * block.columns);
  readonly #largest = new Int32Array((block.rows * block.columns) / group);

  private constructor(session: InferenceSession, table: VectorTable, bytes: Uint8Array) {
    this.#session = session;
    this.#table = table;
    this.#bytes = bytes;
  }

  static async create(table: VectorTable, bytes: Uint8Array): Promise<BlockProducts> {
    const session = await InferenceSession.create(productGraph(table.dimensions), sessionOptions());
    return new BlockProducts(session, table, bytes);
  }

  setColumns(from: number, count: number): void {
    const { dimensions } = this.#table;
    this.#columnCount = Math.ceil(count / group) * group;
    this.#columns = new Int8Array(dimensions * this.#columnCount);
    for (let column = 0; column < count; column++) {
      const begin = (from + column) * dimensions;
      for (let at = 0; at < dimensions; at++)
        this.#columns[at * this.#columnCount + column] = this.#bytes[begin + at]! - zeroPoint;
    }
  }

  async multiply(from: number, count: number): Promise<ProductBlock> {
    const { dimensions } = this.#table;
    const columns = this.#columnCount;
    const products = this.#products.subarray(0, count * columns);
    const largest = this.#largest.subarray(0, (count * columns) / group);
    const rows = this.#bytes.subarray(from * dimensions, (from + count) * dimensions);
    await this.#session.run(
      {
        rows: new Tensor('uint8', rows, [count, dimensions]),
        columns: new Tensor('int8', this.#columns, [dimensions, columns]),
      },
      {
        products: new Tensor('int32', products, [count, columns]),
        largest: new Tensor('int32', largest, [largest.length]),
      },
    );
    return { products, largest, columns };
  }

  release(): Promise<void> {
    return this.#session.release();
  }
}

function productGraph(dimensions: number): Uint8Array {
  const graph = new OnnxGraph('neighbours');
  graph.input('rows', 'uint8', ['rows', dimensions]);
  graph.input('columns', 'int8', [dimensions, 'columns']);
  const zero = graph.initializer('zero', Uint8Array.of(zeroPoint), []);
  const groups = graph.initializer('groups', BigInt64Array.of(-1n, BigInt(group)), [2]);
  const products = graph.node('MatMulInteger', ['rows', 'columns', zero], ['products']);
  const grouped = graph.node('Reshape', [products, groups], ['grouped']);
  graph.node('ReduceMax', [grouped], ['largest'], { axes: { ints: [1] }, keepdims: { int: 0 } });
  graph.output('products', 'int32', ['rows', 'columns']);
  graph.output('largest', 'int32', ['groups']);
  return graph.encode();
}
