/** Builds a network for local features as an ONNX graph, from bytes to quantised descriptors. */
import { picture } from './layers.ts';
import type { LocalFeatureArchitecture } from './layers.ts';
import { OnnxGraph } from './onnx-graph.ts';
import { addLayers } from './onnx-layers.ts';
import type { Tensor } from './tensor.ts';

/**
 * The network as the bytes of an ONNX model.
 *
 * Inputs: `pixels`, uint8 [height, width, 3], RGB; `padding`, int64 [8], how much `Pad` adds to [1, 1, height, width]
 * before and after. With it both sides must be multiples of the architecture's.
 *
 * Outputs, strongest keypoint first: `scores`, float32 [count], probability times reliability, 0 where there are
 * fewer keypoints; `places`, int32 [count], y x padded width + x; `descriptors`, int8 [count, dimensions], unit
 * vectors times 127. The detector is that of Potje et al. 2024, section 3.3.
 */
export function onnxLocalFeatures(
  architecture: LocalFeatureArchitecture,
  count: number,
  tensors: ReadonlyMap<string, Tensor>,
): Uint8Array {
  const graph = new OnnxGraph('local-features');
  addPreprocessing(graph);
  addLayers(graph, architecture.layers, tensors);
  addDetection(graph, architecture, count);
  addDescription(graph, architecture);
  graph.output('scores', 'float32', [count]);
  graph.output('places', 'int32', [count]);
  graph.output('descriptors', 'int8', [count, architecture.dimensions]);
  return graph.encode();
}

/** The mean of the three colours, from 0 to 1, brought to mean 0 and deviation 1 over the picture. */
function addPreprocessing(graph: OnnxGraph): void {
  graph.input('pixels', 'uint8', ['height', 'width', 3]);
  graph.input('padding', 'int64', [8]);
  const values = graph.node('Cast', ['pixels'], ['values'], { to: { int: 1 } });
  graph.initializer('thirds', new Float32Array(3).fill(1 / 3 / 255), [3, 1]);
  const grey = graph.node('MatMul', [values, 'thirds'], ['grey']);
  graph.initializer('two-first-axes', BigInt64Array.of(0n, 1n), [2]);
  graph.initializer('last-axis', BigInt64Array.of(-1n), [1]);
  const flat = graph.node('Squeeze', [grey, 'last-axis'], ['flat']);
  const plane = graph.node('Unsqueeze', [flat, 'two-first-axes'], ['plane']);
  const padded = graph.node('Pad', [plane, 'padding'], ['padded'], { mode: { string: 'edge' } });
  graph.initializer('one', Float32Array.of(1), [1]);
  graph.initializer('nought', Float32Array.of(0), [1]);
  graph.node('InstanceNormalization', [padded, 'one', 'nought'], [picture], { epsilon: { float: 1e-5 } });
}

/** Keypoints are pixels more likely than any other near by; a cell's last probability says that it has none. */
function addDetection(graph: OnnxGraph, architecture: LocalFeatureArchitecture, count: number): void {
  const { cell, threshold, neighbourhood } = architecture;
  const shares = graph.node('Softmax', [architecture.keypoints], ['shares'], { axis: { int: 1 } });
  graph.initializer('first', BigInt64Array.of(0n), [1]);
  graph.initializer('none', BigInt64Array.of(BigInt(cell * cell)), [1]);
  graph.initializer('channel-axis', BigInt64Array.of(1n), [1]);
  const inCells = graph.node('Slice', [shares, 'first', 'none', 'channel-axis'], ['in-cells']);
  const likelihood = graph.node('DepthToSpace', [inCells], ['likelihood'], { blocksize: { int: cell } });

  const border = (neighbourhood - 1) / 2;
  const largest = graph.node('MaxPool', [likelihood], ['largest'], {
    kernel_shape: { ints: [neighbourhood, neighbourhood] },
    pads: { ints: [border, border, border, border] },
  });
  graph.initializer('threshold', Float32Array.of(threshold), []);
  const isPeak = graph.node('Equal', [likelihood, largest], ['is-peak']);
  const isLikely = graph.node('Greater', [likelihood, 'threshold'], ['is-likely']);
  const isKeypoint = graph.node('And', [isPeak, isLikely], ['is-keypoint']);

  const reliable = graph.node('Sigmoid', [architecture.reliability], ['reliable']);
  // By size instead of by scale, for which onnxruntime takes a way that is slow for a single channel.
  const shape = graph.node('Shape', [likelihood], ['shape']);
  const smooth = graph.node('Resize', [reliable, '', '', shape], ['smooth'], { mode: { string: 'linear' } });
  const strength = graph.node('Mul', [likelihood, smooth], ['strength']);
  const kept = graph.node('Where', [isKeypoint, strength, 'zero'], ['kept']);
  graph.initializer('row-of-all', BigInt64Array.of(-1n), [1]);
  const row = graph.node('Reshape', [kept, 'row-of-all'], ['row']);
  graph.initializer('count', BigInt64Array.of(BigInt(count)), [1]);
  graph.node('TopK', [row, 'count'], ['scores', 'chosen'], { axis: { int: 0 } });
  graph.node('Cast', ['chosen'], ['places'], { to: { int: 6 } });
}

/** Reads the normalised descriptors at the keypoints, between the centres of four cells. */
function addDescription(graph: OnnxGraph, architecture: LocalFeatureArchitecture): void {
  // In two steps: onnxruntime's LpNormalization is slow along any axis but the last.
  const lengths = graph.node('ReduceL2', [architecture.descriptors], ['lengths'], { axes: { ints: [1] } });
  graph.initializer('least-length', Float32Array.of(1e-12), []);
  const divisors = graph.node('Max', [lengths, 'least-length'], ['divisors']);
  const unit = graph.node('Div', [architecture.descriptors, divisors], ['unit']);
  // From -1 to 1 over the whole picture, the centre of the first pixel half a pixel inside.
  const height = graph.node('Shape', [picture], ['height-of-all'], { start: { int: 2 }, end: { int: 3 } });
  const width = graph.node('Shape', [picture], ['width-of-all'], { start: { int: 3 }, end: { int: 4 } });
  const x = graph.node('Mod', ['chosen', width], ['x']);
  const y = graph.node('Div', ['chosen', width], ['y']);
  graph.initializer('half', Float32Array.of(0.5), []);
  graph.initializer('two', Float32Array.of(2), []);
  graph.initializer('unity', Float32Array.of(1), []);
  const within = (place: string, size: string) => {
    const number = graph.node('Cast', [place], [`${place}.number`], { to: { int: 1 } });
    const extent = graph.node('Cast', [size], [`${place}.extent`], { to: { int: 1 } });
    const centre = graph.node('Add', [number, 'half'], [`${place}.centre`]);
    const doubled = graph.node('Mul', [centre, 'two'], [`${place}.doubled`]);
    const fraction = graph.node('Div', [doubled, extent], [`${place}.fraction`]);
    return graph.node('Sub', [fraction, 'unity'], [`${place}.within`]);
  };
  graph.initializer('grid-shape', BigInt64Array.of(1n, 1n, -1n, 1n), [4]);
  const columns = graph.node('Reshape', [within(x, width), 'grid-shape'], ['columns']);
  const rows = graph.node('Reshape', [within(y, height), 'grid-shape'], ['rows']);
  const grid = graph.node('Concat', [columns, rows], ['grid'], { axis: { int: 3 } });
  const sampled = graph.node('GridSample', [unit, grid], ['sampled'], {
    mode: { string: 'bilinear' },
    padding_mode: { string: 'border' },
    align_corners: { int: 0 },
  });
  graph.initializer('table-shape', BigInt64Array.of(BigInt(architecture.dimensions), -1n), [2]);
  const table = graph.node('Reshape', [sampled, 'table-shape'], ['table']);
  const listed = graph.node('Transpose', [table], ['listed'], { perm: { ints: [1, 0] } });
  const units = graph.node('LpNormalization', [listed], ['units'], { axis: { int: 1 }, p: { int: 2 } });
  graph.initializer('largest-step', Float32Array.of(127), []);
  const steps = graph.node('Mul', [units, 'largest-step'], ['steps']);
  const rounded = graph.node('Round', [steps], ['rounded']);
  graph.node('Cast', [rounded], ['descriptors'], { to: { int: 3 } });
}
