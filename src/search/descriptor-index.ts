import { InferenceSession, Tensor } from 'onnxruntime-node';
import { OnnxGraph } from '../model/onnx-graph.ts';

export interface Neighbour {
  photoId: number;
  /** The dot product of two descriptors of length 1: from -1 to 1. */
  score: number;
}

const firstCapacity = 1024;
const growth = 1.5;

/**
 * All descriptors of one model in memory, searched exactly: a matrix product and the best of its scores. The
 * matrix is one array that onnxruntime reads where it lies; it is copied only when it has to grow.
 */
export class DescriptorIndex {
  readonly dimensions: number;
  readonly #session: InferenceSession;
  /** [capacity, dimensions]; the first `size` rows are in use. */
  #rows: Float32Array;
  readonly #photoIds: number[] = [];
  readonly #slots = new Map<number, number>();
  /** Counts deletions, which move rows under a search that has not run yet. */
  #deletions = 0;

  private constructor(dimensions: number, session: InferenceSession, capacity: number) {
    this.dimensions = dimensions;
    this.#session = session;
    this.#rows = new Float32Array(capacity * dimensions);
  }

  /**
   * An empty index.
   * @param dimensions of every descriptor
   * @param expected photos that are soon to come: room for them is made once, instead of again and again
   */
  static async create(dimensions: number, expected = 0): Promise<DescriptorIndex> {
    const session = await InferenceSession.create(searchGraph(dimensions), {
      executionProviders: ['cpu'],
      logSeverityLevel: 3,
    });
    return new DescriptorIndex(dimensions, session, Math.max(firstCapacity, expected));
  }

  /** How many photos it holds. */
  get size(): number {
    return this.#photoIds.length;
  }

  /**
   * Adds a photo, or replaces its descriptor.
   * @throws RangeError when the descriptor has another length than the index's dimensions
   */
  set(photoId: number, descriptor: Float32Array): void {
    this.#check(descriptor);
    let slot = this.#slots.get(photoId);
    if (slot === undefined) {
      slot = this.size;
      this.#reserve(slot + 1);
      this.#photoIds.push(photoId);
      this.#slots.set(photoId, slot);
    }
    this.#rows.set(descriptor, slot * this.dimensions);
  }

  /** Takes a photo out; one that is not there is no error. The last row moves into the gap. */
  delete(photoId: number): void {
    const slot = this.#slots.get(photoId);
    if (slot === undefined) return;
    const last = this.size - 1;
    const moved = this.#photoIds[last]!;
    this.#rows.copyWithin(slot * this.dimensions, last * this.dimensions, (last + 1) * this.dimensions);
    this.#photoIds[slot] = moved;
    this.#slots.set(moved, slot);
    this.#photoIds.pop();
    this.#slots.delete(photoId);
    this.#deletions++;
  }

  /**
   * The `k` photos nearest to `query`, or all where there are fewer, best first; equal scores by photo id.
   * @param query [dimensions], length 1
   * @throws RangeError when the query has another length than the index's dimensions
   */
  async search(query: Float32Array, k: number): Promise<Neighbour[]> {
    this.#check(query);
    for (;;) {
      const { size } = this;
      const wanted = Math.min(Math.floor(k), size);
      if (!(wanted > 0)) return [];
      const deletions = this.#deletions;
      const outputs = await this.#session.run({
        descriptors: new Tensor('float32', this.#rows.subarray(0, size * this.dimensions), [
          size,
          this.dimensions,
        ]),
        query: new Tensor('float32', query, [this.dimensions, 1]),
        wanted: new Tensor('int64', BigInt64Array.of(BigInt(wanted)), [1]),
      });
      // onnxruntime starts on a later turn of the event loop; rows that moved before it did bear the wrong ids.
      if (deletions === this.#deletions) return this.#neighbours(outputs);
    }
  }

  async release(): Promise<void> {
    await this.#session.release();
  }

  #neighbours(outputs: InferenceSession.OnnxValueMapType): Neighbour[] {
    const scores = outputs['scores']!.data as Float32Array;
    const slots = outputs['slots']!.data as BigInt64Array;
    return Array.from(scores, (score, rank) => ({
      photoId: this.#photoIds[Number(slots[rank])]!,
      score: Math.max(-1, Math.min(1, score)),
    })).sort((a, b) => b.score - a.score || a.photoId - b.photoId);
  }

  #reserve(rows: number): void {
    const length = rows * this.dimensions;
    if (length <= this.#rows.length) return;
    const capacity = Math.ceil((this.#rows.length / this.dimensions) * growth);
    const larger = new Float32Array(Math.max(rows, capacity) * this.dimensions);
    larger.set(this.#rows);
    this.#rows = larger;
  }

  #check(vector: Float32Array): void {
    if (vector.length === this.dimensions) return;
    throw new RangeError(`A vector of ${vector.length} in an index of ${this.dimensions} dimensions.`);
  }
}

function searchGraph(dimensions: number): Uint8Array {
  const graph = new OnnxGraph('search');
  graph.input('descriptors', 'float32', ['photos', dimensions]);
  graph.input('query', 'float32', [dimensions, 1]);
  graph.input('wanted', 'int64', [1]);
  graph.initializer('flat', BigInt64Array.of(-1n), [1]);
  const column = graph.node('MatMul', ['descriptors', 'query'], ['column']);
  const products = graph.node('Reshape', [column, 'flat'], ['products']);
  graph.node('TopK', [products, 'wanted'], ['scores', 'slots'], { axis: { int: 0 } });
  graph.output('scores', 'float32', ['k']);
  graph.output('slots', 'int64', ['k']);
  return graph.encode();
}
