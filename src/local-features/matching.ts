import { InferenceSession, Tensor } from 'onnxruntime-node';
import { OnnxGraph } from '../model/onnx-graph.ts';
import { sessionOptions } from '../model/session-options.ts';
import { countOf, localDimensions } from './features.ts';
import type { LocalFeatures } from './features.ts';

/** Pairs of keypoints, the most similar first. */
export interface Matches {
  /** Index of each pair's keypoint among the query's. */
  readonly query: Int32Array;
  /** Index of each pair's keypoint among the other photo's. */
  readonly other: Int32Array;
}

/**
 * Least cosine of two descriptors that may be the same point.
 * Source: Potje et al., "XFeat: Accelerated Features for Lightweight Image Matching", CVPR 2024, the authors' code.
 */
const leastSimilarity = 0.82;

/** What a stored descriptor multiplies a unit vector by. */
const descriptorScale = 127;

/**
 * Mutual nearest neighbours with a cosine of at least 0.82. The products are of whole numbers and exact, so every
 * machine finds the same pairs; swapping the photos swaps each pair and keeps the order. Of several equally similar
 * keypoints the first, which is the strongest, is the nearest.
 *
 * One thread compares two photos; two calls at the same time use two processors, better than two threads would.
 */
export async function matchFeatures(
  query: Pick<LocalFeatures, 'positions' | 'descriptors'>,
  other: Pick<LocalFeatures, 'positions' | 'descriptors'>,
): Promise<Matches> {
  const [queryCount, otherCount] = [countOf(query), countOf(other)];
  if (queryCount === 0 || otherCount === 0) return { query: new Int32Array(), other: new Int32Array() };
  const found = await (
    await session()
  ).run({
    query: new Tensor('int8', query.descriptors, [queryCount, localDimensions]),
    other: new Tensor('int8', other.descriptors, [otherCount, localDimensions]),
  });
  const values = (name: string) => Array.from(found[name]!.data as BigInt64Array, Number);
  const [rows, columns, back] = [values('rows'), values('columns'), values('back')];
  const similarities = found['similarities']!.data as Float32Array;
  const order = Array.from(rows.keys())
    .filter((index) => back[index] === rows[index])
    .sort(
      (a, b) =>
        similarities[b]! - similarities[a]! ||
        rows[a]! + columns[a]! - rows[b]! - columns[b]! ||
        Math.abs(rows[a]! - columns[a]!) - Math.abs(rows[b]! - columns[b]!) ||
        rows[a]! - rows[b]!,
    );
  return {
    query: Int32Array.from(order, (index) => rows[index]!),
    other: Int32Array.from(order, (index) => columns[index]!),
  };
}

/** It holds no weights and nothing of a photo, so one serves everybody for as long as the process runs. */
let shared: Promise<InferenceSession> | undefined;

function session(): Promise<InferenceSession> {
  return (shared ??= InferenceSession.create(matchingGraph(), sessionOptions(1)));
}

/**
 * All products and each row's maximum; only rows that reach the least similarity, rarely more than a tenth, go on to
 * the search for the column of that maximum and for that column's own nearest row.
 */
function matchingGraph(): Uint8Array {
  const graph = new OnnxGraph('matching');
  graph.input('query', 'int8', ['rows', localDimensions]);
  graph.input('other', 'int8', ['columns', localDimensions]);
  const least = graph.initializer('least', Float32Array.of(leastSimilarity * descriptorScale ** 2), []);
  const firstAxis = graph.initializer('first-axis', BigInt64Array.of(0n), [1]);
  const toFloat = { to: { int: 1 } };
  const maximum = { axes: { ints: [1] }, keepdims: { int: 0 } };
  const where = { axis: { int: 1 }, keepdims: { int: 0 } };
  const product = (left: string, right: string, name: string) =>
    graph.node('Gemm', [left, right], [name], { transB: { int: 1 } });

  const a = graph.node('Cast', ['query'], ['a'], toFloat);
  const b = graph.node('Cast', ['other'], ['b'], toFloat);
  const products = product(a, b, 'products');
  const best = graph.node('ReduceMax', [products], ['best'], maximum);
  const similar = graph.node('GreaterOrEqual', [best, least], ['similar']);
  const found = graph.node('NonZero', [similar], ['found']);
  const rows = graph.node('Squeeze', [found, firstAxis], ['rows']);
  graph.node('Gather', [best, rows], ['similarities']);
  const kept = graph.node('Gather', [products, rows], ['kept']);
  const columns = graph.node('ArgMax', [kept], ['columns'], where);
  const nearest = graph.node('Gather', [b, columns], ['nearest']);
  graph.node('ArgMax', [product(nearest, a, 'backwards')], ['back'], where);
  graph.output('rows', 'int64', ['pairs']);
  graph.output('columns', 'int64', ['pairs']);
  graph.output('back', 'int64', ['pairs']);
  graph.output('similarities', 'float32', ['pairs']);
  return graph.encode();
}
