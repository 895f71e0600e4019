/**
 * Database augmentation: every photo, the query too, is compared by what it and its neighbours have in common. Source:
 * Gordo et al., IJCV 2017, section 5.3. There the whole database is rewritten beforehand; here only the first matches
 * are, with neighbours from among them, when a query asks for it: their neighbours are nearly all there, and nothing
 * has to be kept up to date while photos come and go. The query is joined with its neighbours, and is one itself: by
 * test/bench/expansion.ts that gains four points on buildings, and without it three are lost.
 */
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { OnnxGraph } from '../model/onnx-graph.ts';
import { sessionOptions } from '../model/session-options.ts';
import { dot } from '../descriptor/vectors.ts';
import { weightedMean } from './expansion.ts';

/** Neighbours that stand in for a photo; chosen by test/bench/expansion.ts among 1, 2, 3, 5, 10 and 20. */
export const augmentedBy = 5;

export interface Augmentation {
  /**
   * The similarity of a query to each of some photos, all joined with their neighbours among query and photos.
   * @param query [dimensions], length 1 @param descriptors as the query
   * @returns one score from -1 to 1 for each, in their order
   */
  scores(query: Float32Array, descriptors: readonly Float32Array[]): Promise<number[]>;
  release(): Promise<void>;
}

export async function createAugmentation(options: { threads?: number } = {}): Promise<Augmentation> {
  const session = await InferenceSession.create(neighbourGraph(), sessionOptions(options.threads));
  return {
    async scores(query, descriptors) {
      if (descriptors.length === 0) return [];
      const all = [query, ...descriptors];
      const neighbours = await nearest(session, all, Math.min(augmentedBy + 1, all.length));
      const joined = all.map((descriptor, at) => {
        const others = neighbours[at]!.filter((other) => other !== at).map((other) => all[other]!);
        return augment(descriptor, others);
      });
      return joined.slice(1).map((photo) => dot(joined[0]!, photo));
    },
    release: () => session.release(),
  };
}

/**
 * The photo weighs 1, its nearest neighbour 1, the next ones evenly less down to 1/k.
 * @param neighbours nearest first; those beyond the first k do not count
 */
function augment(descriptor: Float32Array, neighbours: readonly Float32Array[]): Float32Array {
  const others = neighbours.slice(0, augmentedBy).map((neighbour, rank) => ({
    descriptor: neighbour,
    weight: (augmentedBy - rank) / augmentedBy,
  }));
  return weightedMean([{ descriptor, weight: 1 }, ...others]);
}

/** For each descriptor the places of the `k` nearest, best first, as a rule itself among them. */
async function nearest(
  session: InferenceSession,
  descriptors: readonly Float32Array[],
  k: number,
): Promise<number[][]> {
  const dimensions = descriptors[0]!.length;
  const rows = new Float32Array(descriptors.length * dimensions);
  descriptors.forEach((descriptor, row) => rows.set(descriptor, row * dimensions));
  const outputs = await session.run({
    rows: new Tensor('float32', rows, [descriptors.length, dimensions]),
    wanted: new Tensor('int64', BigInt64Array.of(BigInt(k)), [1]),
  });
  const places = outputs['places']!.data as BigInt64Array;
  return descriptors.map((_, row) => Array.from(places.subarray(row * k, (row + 1) * k), Number));
}

function neighbourGraph(): Uint8Array {
  const graph = new OnnxGraph('neighbours');
  graph.input('rows', 'float32', ['photos', 'dimensions']);
  graph.input('wanted', 'int64', [1]);
  const columns = graph.node('Transpose', ['rows'], ['columns'], { perm: { ints: [1, 0] } });
  const products = graph.node('MatMul', ['rows', columns], ['products']);
  graph.node('TopK', [products, 'wanted'], ['scores', 'places'], { axis: { int: 1 } });
  graph.output('places', 'int64', ['photos', 'k']);
  return graph.encode();
}
