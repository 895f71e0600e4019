import { picture } from '../layers.ts';
import type { Activation, Convolution, FeatureLayer, LocalFeatureArchitecture } from '../layers.ts';

/** [input channels, channels, kernel, stride] of each block's convolutions: Potje et al. 2024, XFeat, section 3.2. */
const blocks = {
  block1: [
    [1, 4, 3, 1],
    [4, 8, 3, 2],
    [8, 8, 3, 1],
    [8, 24, 3, 2],
  ],
  block2: [
    [24, 24, 3, 1],
    [24, 24, 3, 1],
  ],
  block3: [
    [24, 64, 3, 2],
    [64, 64, 3, 1],
    [64, 64, 1, 1],
  ],
  block4: [
    [64, 64, 3, 2],
    [64, 64, 3, 1],
    [64, 64, 3, 1],
  ],
  block5: [
    [64, 128, 3, 2],
    [128, 128, 3, 1],
    [128, 128, 3, 1],
    [128, 64, 1, 1],
  ],
  block_fusion: [
    [64, 64, 3, 1],
    [64, 64, 3, 1],
  ],
  heatmap_head: [
    [64, 64, 1, 1],
    [64, 64, 1, 1],
  ],
  keypoint_head: [
    [64, 64, 1, 1],
    [64, 64, 1, 1],
    [64, 64, 1, 1],
  ],
} as const;

/**
 * XFeat (Potje et al. 2024, XFeat: Accelerated Features for Lightweight Image Matching, sections 3.2 and 3.3) with the
 * layer names of the published weights, without the matcher that refines coarse matches. The threshold and the
 * neighbourhood are those of the published detector.
 */
export const xFeat: LocalFeatureArchitecture = {
  layers: layers(),
  descriptors: 'block_fusion.2',
  dimensions: 64,
  keypoints: 'keypoint_head.3',
  reliability: 'heatmap_head.2',
  cell: 8,
  sideMultiple: 32,
  threshold: 0.05,
  neighbourhood: 5,
  batchNormEpsilon: 1e-5,
  batchNormAffine: false,
};

function layers(): FeatureLayer[] {
  const block1 = block('block1', picture);
  const block2 = block('block2', 'block1-skip1');
  const block3 = block('block3', last(block2));
  const block4 = block('block4', last(block3));
  const block5 = block('block5', last(block4));
  const fusion = block('block_fusion', 'pyramid');
  const reliability = block('heatmap_head', 'block_fusion.2');
  const keypoints = block('keypoint_head', 'cells');
  return [
    ...block1,
    { kind: 'average-pool', name: 'skip1.0', input: picture, kernel: 4 },
    convolution('skip1.1', null, 'skip1.0', [1, 24, 1, 1], null),
    add('block1-skip1', last(block1), 'skip1.1'),
    ...[...block2, ...block3, ...block4, ...block5],
    { kind: 'resize', name: 'block4-resized', input: last(block4), like: last(block3) },
    { kind: 'resize', name: 'block5-resized', input: last(block5), like: last(block3) },
    add('block3-block4', last(block3), 'block4-resized'),
    add('pyramid', 'block3-block4', 'block5-resized'),
    ...fusion,
    convolution('block_fusion.2', null, last(fusion), [64, 64, 1, 1], null),
    ...reliability,
    convolution('heatmap_head.2', null, last(reliability), [64, 1, 1, 1], null),
    { kind: 'space-to-depth', name: 'cells', input: picture, side: 8 },
    ...keypoints,
    convolution('keypoint_head.3', null, last(keypoints), [64, 65, 1, 1], null),
  ];
}

type Shape = readonly [inputChannels: number, outputChannels: number, kernel: number, stride: number];

function block(name: keyof typeof blocks, input: string): Convolution[] {
  return blocks[name].map((shape, index) =>
    convolution(
      `${name}.${index}.layer.0`,
      `${name}.${index}.layer.1`,
      index === 0 ? input : `${name}.${index - 1}.layer.0`,
      shape,
      'relu',
    ),
  );
}

function convolution(
  name: string,
  batchNorm: string | null,
  input: string,
  [inputChannels, outputChannels, kernel, stride]: Shape,
  activation: Activation | null,
): Convolution {
  const padding = Math.floor(kernel / 2);
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
  };
}

function add(name: string, one: string, other: string): FeatureLayer {
  return { kind: 'addition', name, inputs: [one, other], activation: null };
}

function last(list: readonly Convolution[]): string {
  return list.at(-1)!.name;
}
