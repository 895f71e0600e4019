import type { Activation, Architecture, Layer, Padding } from '../layers.ts';

/** [expansion, channels, repeats, stride of the first]: Sandler et al. 2018, MobileNetV2, table 2. */
const stages = [
  [1, 16, 1, 1],
  [6, 24, 2, 2],
  [6, 32, 3, 2],
  [6, 64, 4, 2],
  [6, 96, 3, 1],
  [6, 160, 3, 2],
  [6, 320, 1, 1],
] as const;
const stemChannels = 32;
const channels = 1280;

/** MobileNetV2 1.0 with the layer names and the symmetric padding of torchvision. */
export const mobileNetV2: Architecture = {
  layers: layers(),
  channels,
  preprocessing: {
    order: 'rgb',
    mean: [123.675, 116.28, 103.53],
    deviation: [58.395, 57.12, 57.375],
  },
  batchNormEpsilon: 1e-5,
};

function layers(): Layer[] {
  const list: Layer[] = [dense('features.0.0', 'features.0.1', 'picture', 3, stemChannels, 3, 2, 'relu6')];
  let last = 'features.0.0';
  let width: number = stemChannels;
  let index = 1;
  for (const [expansion, outputChannels, repeats, firstStride] of stages) {
    for (let repeat = 0; repeat < repeats; repeat++) {
      const block = `features.${index++}`;
      const stride = repeat === 0 ? firstStride : 1;
      const added = bottleneck(block, last, width, expansion, outputChannels, stride);
      list.push(...added.layers);
      last = added.output;
      width = outputChannels;
    }
  }
  list.push(dense(`features.${index}.0`, `features.${index}.1`, last, width, channels, 1, 1, 'relu6'));
  return list;
}

function bottleneck(
  block: string,
  input: string,
  inputChannels: number,
  expansion: number,
  outputChannels: number,
  stride: number,
): { layers: Layer[]; output: string } {
  const list: Layer[] = [];
  const inner = inputChannels * expansion;
  let last = input;
  let step = 0;
  if (expansion !== 1) {
    const expand = `${block}.conv.${step}`;
    list.push(dense(`${expand}.0`, `${expand}.1`, last, inputChannels, inner, 1, 1, 'relu6'));
    last = `${expand}.0`;
    step++;
  }
  const filter = `${block}.conv.${step}`;
  list.push({
    ...dense(`${filter}.0`, `${filter}.1`, last, inner, inner, 3, stride, 'relu6'),
    depthwise: true,
  });
  const project = `${block}.conv.${step + 1}`;
  list.push(dense(project, `${block}.conv.${step + 2}`, `${filter}.0`, inner, outputChannels, 1, 1, null));
  if (stride !== 1 || inputChannels !== outputChannels) return { layers: list, output: project };
  list.push({ kind: 'addition', name: `${block}.sum`, inputs: [input, project], activation: null });
  return { layers: list, output: `${block}.sum` };
}

function dense(
  name: string,
  batchNorm: string,
  input: string,
  inputChannels: number,
  outputChannels: number,
  kernel: number,
  stride: number,
  activation: Activation | null,
) {
  const padding: Padding = (kernel - 1) / 2;
  return {
    kind: 'convolution',
    name,
    input,
    inputChannels,
    outputChannels,
    depthwise: false,
    kernel,
    stride,
    padding,
    activation,
    batchNorm,
  } as const;
}
