/** Builds a trunk as an ONNX graph, preprocessing included. */
import { layerOutputs } from './layer-outputs.ts';
import type { Architecture, Preprocessing } from './layers.ts';
import { picture } from './layers.ts';
import { OnnxGraph } from './onnx-graph.ts';
import { addLayers } from './onnx-layers.ts';
import type { Tensor } from './tensor.ts';

export const pixelsInput = 'pixels';

/** Names the output of the wanted layer at `index`. */
export function featuresOutput(index: number): string {
  return index === 0 ? 'features' : `features.${index}`;
}

/**
 * The trunk as the bytes of an ONNX model. Input `pixels`: uint8 [batch, height, width, 3], RGB. Output `features`,
 * and `features.1` and so on where more than one layer is wanted: float32 [batch, channels, rows, columns]. Batch,
 * height and width may differ from run to run.
 *
 * @param wanted layers whose output is wanted, by default the last one; what comes after all of them is left out
 */
export function onnxTrunk(
  architecture: Architecture,
  preprocessing: Preprocessing,
  tensors: ReadonlyMap<string, Tensor>,
  wanted: readonly string[] = [architecture.layers.at(-1)!.name],
): Uint8Array {
  const { layers } = architecture;
  const used = layers.slice(0, 1 + layers.findLastIndex(({ name }) => wanted.includes(name)));
  const channels = new Map(layerOutputs(architecture).map((layer) => [layer.name, layer.channels]));
  const graph = new OnnxGraph('trunk');
  addPreprocessing(graph, preprocessing);
  addLayers(graph, used, tensors);
  for (const [index, name] of wanted.entries()) {
    const output = graph.node('Identity', [name], [featuresOutput(index)]);
    graph.output(output, 'float32', ['batch', channels.get(name)!, `rows.${index}`, `columns.${index}`]);
  }
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
