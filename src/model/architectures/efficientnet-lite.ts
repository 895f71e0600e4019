import type { Activation, Architecture, Convolution, Layer } from '../layers.ts';

/**
 * [expansion, channels, kernel, repeats, stride of the first]: Tan and Le 2019, EfficientNet, table 1, without
 * squeeze-and-excitation and with ReLU6 as in its Lite form.
 */
const stages = [
  [1, 16, 3, 1, 1],
  [6, 24, 3, 2, 2],
  [6, 40, 5, 2, 2],
  [6, 80, 3, 3, 2],
  [6, 112, 5, 3, 1],
  [6, 192, 5, 4, 2],
  [6, 320, 3, 1, 1],
] as const;
const stemChannels = 32;
const channels = 1280;

export const efficientNetLite0 = efficientNetLite(1, 1);
export const efficientNetLite1 = efficientNetLite(1, 1.1);
export const efficientNetLite2 = efficientNetLite(1.1, 1.2);

/** Lite scales neither the stem nor the head in width, and neither the first nor the last stage in depth. */
function efficientNetLite(widthFactor: number, depthFactor: number): Architecture {
  return {
    layers: layers(widthFactor, depthFactor),
    channels,
    preprocessing: { order: 'rgb', mean: [127, 127, 127], deviation: [128, 128, 128] },
    batchNormEpsilon: 1e-3,
  };
}

function layers(widthFactor: number, depthFactor: number): Layer[] {
  const list: Layer[] = [convolution('_conv_stem', '_bn0', 'picture', 3, stemChannels, 3, 2, 'relu6')];
  let last = '_conv_stem';
  let width: number = stemChannels;
  let index = 0;
  for (const [stage, [expansion, unscaled, kernel, unscaledRepeats, firstStride]] of stages.entries()) {
    const outputChannels = scaledChannels(unscaled, widthFactor);
    const scaled = stage > 0 && stage < stages.length - 1;
    const repeats = scaled ? Math.ceil(unscaledRepeats * depthFactor) : unscaledRepeats;
    for (let repeat = 0; repeat < repeats; repeat++) {
      const stride = repeat === 0 ? firstStride : 1;
      const added = block(`_blocks.${index++}`, last, width, expansion, outputChannels, kernel, stride);
      list.push(...added.layers);
      last = added.output;
      width = outputChannels;
    }
  }
  list.push(convolution('_conv_head', '_bn1', last, width, channels, 1, 1, 'relu6'));
  return list;
}

/** Rounds to a multiple of 8, and never down by more than a tenth. */
function scaledChannels(unscaled: number, factor: number): number {
  const wanted = unscaled * factor;
  const rounded = Math.max(8, Math.floor((wanted + 4) / 8) * 8);
  return rounded < 0.9 * wanted ? rounded + 8 : rounded;
}

function block(
  name: string,
  input: string,
  inputChannels: number,
  expansion: number,
  outputChannels: number,
  kernel: number,
  stride: number,
): { layers: Layer[]; output: string } {
  const list: Layer[] = [];
  const inner = inputChannels * expansion;
  const [expand, filter, project] = [
    `${name}._expand_conv`,
    `${name}._depthwise_conv`,
    `${name}._project_conv`,
  ];
  if (expansion !== 1)
    list.push(convolution(expand, `${name}._bn0`, input, inputChannels, inner, 1, 1, 'relu6'));
  const filtered = expansion === 1 ? input : expand;
  list.push({
    ...convolution(filter, `${name}._bn1`, filtered, inner, inner, kernel, stride, 'relu6'),
    depthwise: true,
  });
  list.push(convolution(project, `${name}._bn2`, filter, inner, outputChannels, 1, 1, null));
  if (stride !== 1 || inputChannels !== outputChannels) return { layers: list, output: project };
  list.push({ kind: 'addition', name: `${name}.sum`, inputs: [input, project], activation: null });
  return { layers: list, output: `${name}.sum` };
}

function convolution(
  name: string,
  batchNorm: string,
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
    padding: 'same',
    activation,
    batchNorm,
  };
}
