/** Builds a trunk as an ONNX graph, preprocessing included. */
import type { Architecture, Layer, Preprocessing } from './layers.ts';
import { picture } from './layers.ts';
import { OnnxGraph } from './onnx-graph.ts';
import type { Attribute } from './onnx-graph.ts';
import type { Tensor } from './tensor.ts';

export const pixelsInput = 'pixels';
export const featuresOutput = 'features';

/**
 * The trunk as the bytes of an ONNX model. Input `pixels`: uint8 [batch, height, width, 3], RGB. Output `features`:
 * float32 [batch, channels, rows, columns]. Batch, height and width may differ from run to run.
 */
export function onnxTrunk(
  architecture: Architecture,
  preprocessing: Preprocessing,
  tensors: ReadonlyMap<string, Tensor>,
): Uint8Array {
  const graph = new OnnxGraph('trunk');
  addPreprocessing(graph, preprocessing);
  graph.initializer('zero', Float32Array.of(0), []);
  graph.initializer('six', Float32Array.of(6), []);
  for (const layer of architecture.layers) addLayer(graph, layer, tensors);
  graph.node('Identity', [architecture.layers.at(-1)!.name], [featuresOutput]);
  graph.output(featuresOutput, 'float32', ['batch', architecture.channels, 'rows', 'columns']);
  return graph.encode();
}

/** Moves and reorders the bytes first, while they are a quarter of the size that they have as floats. */
function addPreprocessing(graph: OnnxGraph, preprocessing: Preprocessing): void {
  graph.input(pixelsInput, 'uint8', ['batch', 'height', 'width', 3]);
  let bytes = graph.node('Transpose', [pixelsInput], ['planes'], { perm: { ints: [0, 3, 1, 2] } });
  if (preprocessing.order === 'bgr') {
    graph.initializer('reversed', BigInt64Array.of(2n, 1n, 0n), [3]);
    bytes = graph.node('Gather', [bytes, 'reversed'], ['reversed-planes'], { axis: { int: 1 } });
  }
  const values = graph.node('Cast', [bytes], ['values'], { to: { int: 1 } });
  graph.initializer('mean', Float32Array.from(preprocessing.mean), [1, 3, 1, 1]);
  graph.initializer('deviation', Float32Array.from(preprocessing.deviation), [1, 3, 1, 1]);
  const centred = graph.node('Sub', [values, 'mean'], ['centred']);
  graph.node('Div', [centred, 'deviation'], [picture]);
}

function addLayer(graph: OnnxGraph, layer: Layer, tensors: ReadonlyMap<string, Tensor>): void {
  // The activation is a node of its own, and only its output bears the layer's name.
  const activation = layer.kind === 'maximum-pool' ? null : layer.activation;
  const raw = activation === null ? layer.name : `${layer.name}.raw`;
  if (layer.kind === 'convolution') {
    const names = [`${layer.name}.weight`, `${layer.name}.bias`];
    for (const name of names) {
      const tensor = tensors.get(name)!;
      graph.initializer(name, tensor.data, tensor.shape);
    }
    graph.node('Conv', [layer.input, ...names], [raw], {
      ...window(layer.kernel, layer.stride, layer.padding),
      group: { int: layer.depthwise ? layer.inputChannels : 1 },
    });
  } else if (layer.kind === 'addition') {
    graph.node('Add', layer.inputs, [raw]);
  } else {
    graph.node('MaxPool', [layer.input], [raw], window(layer.kernel, layer.stride, layer.padding));
  }
  if (activation === 'relu') graph.node('Relu', [raw], [layer.name]);
  if (activation === 'relu6') graph.node('Clip', [raw, 'zero', 'six'], [layer.name]);
}

function window(kernel: number, stride: number, padding: number | 'same'): Record<string, Attribute> {
  const attributes = { kernel_shape: { ints: [kernel, kernel] }, strides: { ints: [stride, stride] } };
  if (padding === 'same') return { ...attributes, auto_pad: { string: 'SAME_UPPER' } };
  return { ...attributes, pads: { ints: [padding, padding, padding, padding] } };
}
