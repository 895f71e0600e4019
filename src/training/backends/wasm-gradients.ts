/**
 * Gradients that the WebAssembly backend of TensorFlow.js lacks, or has only as slow loops. What is a product of
 * matrices, or a convolution forwards, goes to its fast kernels; what is left are sums, done here in its memory.
 */
import type * as wasmPackage from '@tensorflow/tfjs-backend-wasm';
import type { Tensor, Tensor2D, Tensor4D, TensorFlow } from '../tensorflow.ts';
import { collectPatches, depthwiseKernelGradient, spread, sumOfRows, sumOfSegments } from './wasm-loops.ts';
import type { Frame } from './wasm-loops.ts';

type KernelConfig = Parameters<TensorFlow['registerKernel']>[0];
type KernelParameters = Parameters<KernelConfig['kernelFunc']>[0];
type Convolution = Parameters<TensorFlow['backend_util']['computeConv2DInfo']>;
type Shape4D = [number, number, number, number];

/** As the gradients of convolutions are asked for. */
interface ConvolutionAttributes {
  strides: Convolution[2];
  pad: Convolution[4];
  dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

/** A kernel; `own` is the package's, where there is one. */
type Kernel = (
  tf: TensorFlow,
  inputs: Record<string, Tensor>,
  attributes: object,
  own: () => Tensor,
) => Tensor;

const kernels: Record<string, Kernel> = {
  Conv2DBackpropFilter: convolutionKernelGradient,
  Conv2DBackpropInput: convolutionInputGradient,
  DepthwiseConv2dNativeBackpropFilter: depthwiseFilterGradient,
  DepthwiseConv2dNativeBackpropInput: depthwiseInputGradient,
  UnsortedSegmentSum: segmentSum,
  BatchMatMul: product,
  Sum: sum,
};

/** Registers the kernels, once in a process, after the package has registered its own. */
export function registerWasmGradients(tf: TensorFlow): void {
  for (const [kernelName, kernel] of Object.entries(kernels)) {
    const own = tf.getKernel(kernelName, 'wasm') as KernelConfig | undefined;
    if (own) tf.unregisterKernel(kernelName, 'wasm');
    tf.registerKernel({
      ...own,
      kernelName,
      backendName: 'wasm',
      kernelFunc: (parameters: KernelParameters) =>
        // Nothing may be left behind but the result.
        tf.tidy(() =>
          kernel(tf, parameters.inputs as Record<string, Tensor>, parameters.attrs ?? {}, () =>
            tf.engine().makeTensorFromTensorInfo(own!.kernelFunc(parameters) as Tensor),
          ),
        ),
    });
  }
}

function convolutionKernelGradient(tf: TensorFlow, { x, dy }: Record<string, Tensor>, attributes: object) {
  const { filterShape } = attributes as { filterShape: Shape4D };
  const frame = frameOf(tf, x!.shape as Shape4D, filterShape, attributes as ConvolutionAttributes, false);
  const size = filterShape[0] * filterShape[1] * filterShape[2];
  const { batch, outputHeight, outputWidth } = frame;
  const patches = isPointwise(frame)
    ? x!
    : make(tf, [batch * outputHeight * outputWidth, size], (out) =>
        collectPatches(values(tf, x!), out, frame),
      );
  const gradients = tf.reshape(dy!, [-1, filterShape[3]]);
  return tf.reshape(tf.matMul(tf.reshape(patches, [-1, size]), gradients, true), filterShape);
}

function convolutionInputGradient(
  tf: TensorFlow,
  { dy, filter }: Record<string, Tensor>,
  attributes: object,
) {
  const { inputShape } = attributes as { inputShape: Shape4D };
  const frame = frameOf(tf, inputShape, filter!.shape as Shape4D, attributes as ConvolutionAttributes, false);
  if (isPointwise(frame)) {
    const kernel: Tensor2D = tf.reshape(filter!, filter!.shape.slice(2) as [number, number]);
    return tf.reshape(
      tf.matMul(tf.reshape(dy!, [-1, frame.outputChannels]), kernel, false, true),
      inputShape,
    );
  }
  const turned: Tensor4D = tf.transpose(tf.reverse(filter as Tensor4D, [0, 1]), [0, 1, 3, 2]);
  return tf.conv2d(spreadOut(tf, dy!, frame), turned, 1, 'valid');
}

function depthwiseFilterGradient(tf: TensorFlow, { x, dy }: Record<string, Tensor>, attributes: object) {
  const { filterShape } = attributes as { filterShape: Shape4D };
  const frame = frameOf(tf, x!.shape as Shape4D, filterShape, attributes as ConvolutionAttributes, true);
  return make(tf, filterShape, (out) => depthwiseKernelGradient(values(tf, x!), values(tf, dy!), out, frame));
}

function depthwiseInputGradient(tf: TensorFlow, { dy, filter }: Record<string, Tensor>, attributes: object) {
  const { inputShape } = attributes as { inputShape: Shape4D };
  const frame = frameOf(tf, inputShape, filter!.shape as Shape4D, attributes as ConvolutionAttributes, true);
  const turned = tf.reverse(filter as Tensor4D, [0, 1]);
  return tf.depthwiseConv2d(spreadOut(tf, dy!, frame), turned, 1, 'valid');
}

/** The gradient of a gather. */
function segmentSum(tf: TensorFlow, { x, segmentIds }: Record<string, Tensor>, attributes: object) {
  const { numSegments } = attributes as { numSegments: number };
  const inner = x!.shape.slice(segmentIds!.rank);
  const length = inner.reduce((product, side) => product * side, 1);
  return make(tf, [numSegments, ...inner], (out) =>
    sumOfSegments(values(tf, x!), values(tf, segmentIds!) as unknown as Int32Array, out, length),
  );
}

/** The package's kernel is fast only for two matrices that lie as they are multiplied. */
function product(tf: TensorFlow, { a, b }: Record<string, Tensor>, attributes: object, own: () => Tensor) {
  const { transposeA, transposeB } = attributes as { transposeA: boolean; transposeB: boolean };
  const isSingle = a!.rank <= 3 && b!.rank <= 3 && (a!.rank < 3 || (a!.shape[0] === 1 && b!.shape[0] === 1));
  if (!isSingle || (!transposeA && !transposeB)) return own();
  const straight = (matrix: Tensor, isTransposed: boolean) => {
    const flat = tf.reshape(matrix, matrix.shape.slice(-2) as [number, number]);
    return isTransposed ? tf.transpose(flat) : flat;
  };
  const result = tf.matMul(straight(a!, transposeA), straight(b!, transposeB));
  return a!.rank === 3 ? tf.reshape(result, [1, ...result.shape]) : result;
}

/** The package's kernel would transpose all to sum over what comes first, as the gradient of a bias does. */
function sum(tf: TensorFlow, { x }: Record<string, Tensor>, attributes: object, own: () => Tensor) {
  const { axis, keepDims } = attributes as { axis: number | number[]; keepDims: boolean };
  const axes = tf.util.parseAxisParam(axis, x!.shape);
  const leads = axes.length < x!.rank && axes.every((side, place) => side === place);
  if (!leads || x!.dtype !== 'float32') return own();
  const inner = x!.shape.slice(axes.length);
  return make(tf, keepDims ? [...axes.map(() => 1), ...inner] : inner, (out) =>
    sumOfRows(values(tf, x!), out),
  );
}

function frameOf(
  tf: TensorFlow,
  inputShape: Shape4D,
  filterShape: Shape4D,
  { strides, pad, dimRoundingMode }: ConvolutionAttributes,
  isDepthwise: boolean,
): Frame {
  const found = tf.backend_util.computeConv2DInfo(
    inputShape,
    filterShape,
    strides,
    1,
    pad,
    dimRoundingMode,
    isDepthwise,
  );
  return {
    batch: found.batchSize,
    height: found.inHeight,
    width: found.inWidth,
    channels: found.inChannels,
    outputHeight: found.outHeight,
    outputWidth: found.outWidth,
    outputChannels: found.outChannels,
    kernelHeight: found.filterHeight,
    kernelWidth: found.filterWidth,
    strideHeight: found.strideHeight,
    strideWidth: found.strideWidth,
    top: found.padInfo.top,
    left: found.padInfo.left,
  };
}

/** Whether each pixel of the output comes of the one at its place. */
function isPointwise(frame: Frame): boolean {
  const isSingle = frame.kernelHeight === 1 && frame.kernelWidth === 1;
  return isSingle && frame.height === frame.outputHeight && frame.width === frame.outputWidth;
}

function spreadOut(tf: TensorFlow, dy: Tensor, frame: Frame): Tensor4D {
  const { batch, height, width, kernelHeight, kernelWidth, outputChannels } = frame;
  const shape = [batch, height + kernelHeight - 1, width + kernelWidth - 1, outputChannels];
  return make(tf, shape, (out) => spread(values(tf, dy), out, frame, outputChannels)) as Tensor4D;
}

/** A tensor whose values `fill` writes. */
function make(tf: TensorFlow, shape: number[], fill: (out: Float32Array) => void): Tensor {
  const backend = tf.backend() as wasmPackage.BackendWasm;
  const info = backend.makeOutput(shape, 'float32');
  fill(backend.typedArrayFromHeap(info) as Float32Array);
  return tf.engine().makeTensorFromTensorInfo(info);
}

/** The values themselves, no copy: only until something is allocated, which may move them. */
function values(tf: TensorFlow, tensor: Tensor): Float32Array {
  return (tf.backend() as wasmPackage.BackendWasm).typedArrayFromHeap(tensor) as Float32Array;
}
