/** Writes the layers of a network as nodes of an ONNX graph. */
import type { Convolution, FeatureLayer } from './layers.ts';
import type { Attribute, OnnxGraph } from './onnx-graph.ts';
import type { Tensor } from './tensor.ts';

/** Adds the layers in their order; what they read must be in the graph. Each output bears its layer's name. */
export function addLayers(
  graph: OnnxGraph,
  layers: readonly FeatureLayer[],
  tensors: ReadonlyMap<string, Tensor>,
): void {
  graph.initializer('zero', Float32Array.of(0), []);
  graph.initializer('six', Float32Array.of(6), []);
  for (const layer of layers) addLayer(graph, layer, tensors);
}

function addLayer(graph: OnnxGraph, layer: FeatureLayer, tensors: ReadonlyMap<string, Tensor>): void {
  // The activation is a node of its own, and only its output bears the layer's name.
  const activation = 'activation' in layer ? layer.activation : null;
  const raw = activation === null ? layer.name : `${layer.name}.raw`;
  switch (layer.kind) {
    case 'convolution':
      addConvolution(graph, layer, raw, tensors);
      break;
    case 'addition':
      graph.node('Add', layer.inputs, [raw]);
      break;
    case 'maximum-pool':
      graph.node('MaxPool', [layer.input], [raw], window(layer.kernel, layer.stride, layer.padding));
      break;
    case 'average-pool':
      graph.node('AveragePool', [layer.input], [raw], window(layer.kernel, layer.kernel, 0));
      break;
    case 'space-to-depth':
      graph.node('SpaceToDepth', [layer.input], [raw], { blocksize: { int: layer.side } });
      break;
    case 'resize': {
      const planes = graph.node('Shape', [layer.input], [`${raw}.planes`], { end: { int: 2 } });
      const size = graph.node('Shape', [layer.like], [`${raw}.size`], { start: { int: 2 } });
      const shape = graph.node('Concat', [planes, size], [`${raw}.shape`], { axis: { int: 0 } });
      graph.node('Resize', [layer.input, '', '', shape], [raw], { mode: { string: 'linear' } });
    }
  }
  if (activation === 'relu') graph.node('Relu', [raw], [layer.name]);
  if (activation === 'relu6') graph.node('Clip', [raw, 'zero', 'six'], [layer.name]);
}

function addConvolution(
  graph: OnnxGraph,
  layer: Convolution,
  output: string,
  tensors: ReadonlyMap<string, Tensor>,
): void {
  const names = [`${layer.name}.weight`, `${layer.name}.bias`];
  for (const name of names) {
    const tensor = tensors.get(name)!;
    graph.initializer(name, tensor.data, tensor.shape);
  }
  graph.node('Conv', [layer.input, ...names], [output], {
    ...window(layer.kernel, layer.stride, layer.padding),
    group: { int: layer.depthwise ? layer.inputChannels : 1 },
  });
}

function window(kernel: number, stride: number, padding: number | 'same'): Record<string, Attribute> {
  const attributes = { kernel_shape: { ints: [kernel, kernel] }, strides: { ints: [stride, stride] } };
  if (padding === 'same') return { ...attributes, auto_pad: { string: 'SAME_UPPER' } };
  return { ...attributes, pads: { ints: [padding, padding, padding, padding] } };
}
