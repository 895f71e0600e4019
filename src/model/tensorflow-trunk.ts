/**
 * Builds a trunk of TensorFlow.js operations. The namespace is handed in, so that whoever trains decides which
 * package and which backend runs it.
 */
import type * as tensorflow from '@tensorflow/tfjs';
import { architectureOf } from './architecture.ts';
import type { Activation, Architecture, Convolution, Layer, Padding, Preprocessing } from './layers.ts';
import { picture } from './layers.ts';
import type { Model } from './model-folder.ts';

type TensorFlow = typeof tensorflow;

export interface TensorflowTrunk {
  readonly channels: number;
  /** The weights by their names in the model, kernels as [height, width, in, out]: what a trainer changes. */
  readonly weights: ReadonlyMap<string, tensorflow.Variable>;
  /** Pictures [batch, height, width, 3], RGB from 0 to 255, to features [batch, rows, columns, channels]. */
  apply(pictures: tensorflow.Tensor4D): tensorflow.Tensor4D;
  dispose(): void;
}

/**
 * Loads the model's trunk into the current backend of `tf`.
 * @param from a layer whose output takes the place of the pictures: only what comes after it is loaded
 */
export function tensorflowTrunk(tf: TensorFlow, model: Model, from: string = picture): TensorflowTrunk {
  const layers = layersAfter(architectureOf(model.architecture), from);
  const weights = loadWeights(tf, layers, model);
  return {
    channels: model.channels,
    weights,
    apply: (input) =>
      tf.tidy(() => {
        const first = from === picture ? preprocess(tf, input, model.preprocessing) : input;
        const outputs = new Map([[from, first]]);
        let last = first;
        for (const layer of layers) {
          last = applyLayer(tf, layer, outputs, weights);
          outputs.set(layer.name, last);
        }
        return last;
      }),
    dispose: () => tf.dispose([...weights.values()]),
  };
}

/**
 * The layers after one of them.
 * @throws RangeError for a layer that is not there, or when what comes after it needs more than its output
 */
export function layersAfter(architecture: Architecture, from: string): readonly Layer[] {
  const at = from === picture ? -1 : architecture.layers.findIndex(({ name }) => name === from);
  if (at < 0 && from !== picture) throw new RangeError(`the trunk has no layer ${from}`);
  const layers = architecture.layers.slice(at + 1);
  const known = new Set([from]);
  for (const layer of layers) {
    const inputs = layer.kind === 'addition' ? layer.inputs : [layer.input];
    if (!inputs.every((input) => known.has(input))) {
      throw new RangeError(`${layer.name} needs more of the trunk than the output of ${from}`);
    }
    known.add(layer.name);
  }
  return layers;
}

/** A [out, in, height, width] kernel's axes in TensorFlow's order: [height, width, in, out]. */
export function kernelOrder(depthwise: boolean): [number, number, number, number] {
  // A depthwise kernel is [height, width, channels, 1]: its filters lie where other kernels have inputs.
  return depthwise ? [2, 3, 0, 1] : [2, 3, 1, 0];
}

/** Turns kernels from [out, in, height, width] to TensorFlow's [height, width, in, out]. */
function loadWeights(
  tf: TensorFlow,
  layers: readonly Layer[],
  model: Model,
): Map<string, tensorflow.Variable> {
  const weights = new Map<string, tensorflow.Variable>();
  for (const layer of layers) {
    if (layer.kind !== 'convolution') continue;
    const kernel = model.tensors.get(`${layer.name}.weight`)!;
    const bias = model.tensors.get(`${layer.name}.bias`)!;
    const shape = kernel.shape as [number, number, number, number];
    const order = kernelOrder(layer.depthwise);
    const turned = tf.tidy(() => tf.transpose(tf.tensor4d(kernel.data, shape), order));
    const straight = tf.tensor1d(bias.data);
    weights.set(`${layer.name}.weight`, tf.variable(turned));
    weights.set(`${layer.name}.bias`, tf.variable(straight));
    tf.dispose([turned, straight]);
  }
  return weights;
}

function preprocess(
  tf: TensorFlow,
  pictures: tensorflow.Tensor4D,
  preprocessing: Preprocessing,
): tensorflow.Tensor4D {
  const values: tensorflow.Tensor4D = tf.cast(pictures, 'float32');
  const ordered = preprocessing.order === 'bgr' ? tf.reverse(values, 3) : values;
  const mean = tf.tensor1d([...preprocessing.mean]);
  const deviation = tf.tensor1d([...preprocessing.deviation]);
  return tf.div(tf.sub(ordered, mean), deviation);
}

function applyLayer(
  tf: TensorFlow,
  layer: Layer,
  outputs: ReadonlyMap<string, tensorflow.Tensor4D>,
  weights: ReadonlyMap<string, tensorflow.Variable>,
): tensorflow.Tensor4D {
  if (layer.kind === 'maximum-pool') {
    const [input, padding] = padded(tf, outputs.get(layer.input)!, layer);
    return tf.maxPool(input, layer.kernel, layer.stride, padding);
  }
  if (layer.kind === 'addition') {
    const [one, other] = layer.inputs;
    return activate(tf, tf.add(outputs.get(one)!, outputs.get(other)!), layer.activation);
  }
  return activate(tf, convolve(tf, layer, outputs.get(layer.input)!, weights), layer.activation);
}

function convolve(
  tf: TensorFlow,
  layer: Convolution,
  unpadded: tensorflow.Tensor4D,
  weights: ReadonlyMap<string, tensorflow.Variable>,
): tensorflow.Tensor4D {
  const [input, padding] = padded(tf, unpadded, layer);
  const kernel = weights.get(`${layer.name}.weight`) as tensorflow.Tensor4D;
  const convolution = layer.depthwise ? tf.depthwiseConv2d : tf.conv2d;
  const sum = convolution(input, kernel, layer.stride, padding) as tensorflow.Tensor4D;
  return tf.add(sum, weights.get(`${layer.name}.bias`)!);
}

/**
 * The input as a layer wants it at its borders, and what is then left to do: native TensorFlow knows no numbers of
 * pixels. Zeros do for a maximum too, as what is pooled has been through an activation.
 */
function padded(
  tf: TensorFlow,
  input: tensorflow.Tensor4D,
  { kernel, stride, padding }: { kernel: number; stride: number; padding: Padding },
): [tensorflow.Tensor4D, 'same' | 'valid'] {
  if (padding === 'same' || (stride === 1 && 2 * padding === kernel - 1)) return [input, 'same'];
  const border: [number, number] = [padding, padding];
  return [padding === 0 ? input : tf.pad(input, [[0, 0], border, border, [0, 0]]), 'valid'];
}

function activate(
  tf: TensorFlow,
  values: tensorflow.Tensor4D,
  activation: Activation | null,
): tensorflow.Tensor4D {
  if (activation === null) return values;
  return activation === 'relu' ? tf.relu(values) : tf.relu6(values);
}
