import type { Activation, Architecture, Convolution, Layer } from '../layers.ts';

/** [blocks, inner channels, stride of the first]: He et al. 2016, Deep Residual Learning, table 1, 50 layers. */
const stages = [
  [3, 64, 1],
  [4, 128, 2],
  [6, 256, 2],
  [3, 512, 2],
] as const;
const stemChannels = 64;
/** A block ends in four times as many channels as its inner convolutions have. */
const expansion = 4;

/** ResNet-50 v1 with the layer names of Keras: the stride sits in the first 1x1 of a stage. */
export const resNet50: Architecture = {
  layers: layers(),
  channels: 512 * expansion,
  preprocessing: { order: 'bgr', mean: [103.939, 116.779, 123.68], deviation: [1, 1, 1] },
  batchNormEpsilon: 1e-3,
};

function layers(): Layer[] {
  const list: Layer[] = [
    { ...convolution('conv1', 'picture', 3, stemChannels, 7, 2, 'relu'), batchNorm: 'bn_conv1' },
    { kind: 'maximum-pool', name: 'pool1', input: 'conv1', kernel: 3, stride: 2, padding: 1 },
  ];
  let last = 'pool1';
  let width: number = stemChannels;
  for (const [index, [blocks, inner, firstStride]] of stages.entries()) {
    for (let repeat = 0; repeat < blocks; repeat++) {
      const name = `${index + 2}${String.fromCharCode('a'.charCodeAt(0) + repeat)}`;
      list.push(...block(name, last, width, inner, repeat === 0 ? firstStride : 1, repeat === 0));
      last = `res${name}`;
      width = inner * expansion;
    }
  }
  return list;
}

function block(
  name: string,
  input: string,
  inputChannels: number,
  inner: number,
  stride: number,
  projected: boolean,
): Layer[] {
  const branch = (part: string) => `res${name}_branch${part}`;
  const outer = inner * expansion;
  const list: Layer[] = [
    convolution(branch('2a'), input, inputChannels, inner, 1, stride, 'relu'),
    convolution(branch('2b'), branch('2a'), inner, inner, 3, 1, 'relu'),
    convolution(branch('2c'), branch('2b'), inner, outer, 1, 1, null),
  ];
  if (projected) list.push(convolution(branch('1'), input, inputChannels, outer, 1, stride, null));
  const shortcut = projected ? branch('1') : input;
  list.push({ kind: 'addition', name: `res${name}`, inputs: [branch('2c'), shortcut], activation: 'relu' });
  return list;
}

function convolution(
  name: string,
  input: string,
  inputChannels: number,
  outputChannels: number,
  kernel: number,
  stride: number,
  activation: Activation | null,
): Convolution {
  return {
    kind: 'convolution',
    name,
    input,
    inputChannels,
    outputChannels,
    depthwise: false,
    kernel,
    stride,
    padding: (kernel - 1) / 2,
    activation,
    batchNorm: name.replace(/^res/, 'bn'),
  };
}
