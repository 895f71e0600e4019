/**
 * Builds a trunk of TensorFlow.js operations. The namespace is handed in, so that whoever trains decides which
 * package and which backend runs it.
 */
import type * as tensorflow from '@tensorflow/tfjs';
import { architectureOf, convolutionsOf } from './architecture.ts';
import type { Activation, Architecture, Convolution, Layer, Preprocessing } from './layers.ts';
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

/** Loads the model's trunk into the current backend of `tf`. */
export function tensorflowTrunk(tf: TensorFlow, model: Model): TensorflowTrunk {
  const architecture = architectureOf(model.architecture);
  const weights = loadWeights(tf, architecture, model);
  return {
    channels: model.channels,
    weights,
    apply: (pictures) =>
      tf.tidy(() => {
        const outputs = new Map([[picture, preprocess(tf, pictures, model.preprocessing)]]);
        let last = outputs.get(picture)!;
        for (const layer of architecture.layers) {
          last = applyLayer(tf, layer, outputs, weights);
          outputs.set(layer.name, last);
        }
        return last;
      }),
    dispose: () => tf.dispose([...weights.values()]),
  };
}

/** Turns kernels from [out, in, height, width] to TensorFlow's [height, width, in, out]. */
function loadWeights(
  tf: TensorFlow,
  architecture: Architecture,
  model: Model,
): Map<string, tensorflow.Variable> {
  const weights = new Map<string, tensorflow.Variable>();
  for (const layer of convolutionsOf(architecture)) {
    const kernel = model.tensors.get(`${layer.name}.weight`)!;
    const bias = model.tensors.get(`${layer.name}.bias`)!;
    const shape = kernel.shape as [number, number, number, number];
    // A depthwise kernel is [height, width, channels, 1]: its filters lie where other kernels have inputs.
    const order = layer.depthwise ? [2, 3, 0, 1] : [2, 3, 1, 0];
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
    return tf.maxPool(outputs.get(layer.input)!, layer.kernel, layer.stride, layer.padding);
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
  input: tensorflow.Tensor4D,
  weights: ReadonlyMap<string, tensorflow.Variable>,
): tensorflow.Tensor4D {
  const kernel = weights.get(`${layer.name}.weight`) as tensorflow.Tensor4D;
  const convolution = layer.depthwise ? tf.depthwiseConv2d : tf.conv2d;
  const sum = convolution(input, kernel, layer.stride, layer.padding) as tensorflow.Tensor4D;
  return tf.add(sum, weights.get(`${layer.name}.bias`)!);
}

function activate(
  tf: TensorFlow,
  values: tensorflow.Tensor4D,
  activation: Activation | null,
): tensorflow.Tensor4D {
  if (activation === null) return values;
  return activation === 'relu' ? tf.relu(values) : tf.relu6(values);
}
