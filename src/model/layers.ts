/** The parts that an architecture is described in. */

/** Pixels at each border, or `same` as TensorFlow means it: output = ceil(input / stride), odd pixel at the end. */
export type Padding = number | 'same';
export type Activation = 'relu' | 'relu6';

/** The picture after preprocessing, for layers that read it. */
export const picture = 'picture';

export interface Convolution {
  readonly kind: 'convolution';
  /** Names the layer's output, its tensors (`NAME.weight`, `NAME.bias`), and the weights in the origin's file. */
  readonly name: string;
  readonly input: string;
  readonly inputChannels: number;
  readonly outputChannels: number;
  /** One filter a channel; input and output channels are then equal. */
  readonly depthwise: boolean;
  /** Kernel side in pixels. */
  readonly kernel: number;
  readonly stride: number;
  readonly padding: Padding;
  readonly activation: Activation | null;
  /** The batch-norm that follows in the origin's file, folded into the convolution at import. */
  readonly batchNorm: string;
}

export interface Addition {
  readonly kind: 'addition';
  readonly name: string;
  readonly inputs: readonly [string, string];
  readonly activation: Activation | null;
}

export interface MaximumPool {
  readonly kind: 'maximum-pool';
  readonly name: string;
  readonly input: string;
  readonly kernel: number;
  readonly stride: number;
  readonly padding: number;
}

export type Layer = Convolution | Addition | MaximumPool;

/** What happens to 8-bit RGB values before the first layer: reordered, then (value - mean) / deviation. */
export interface Preprocessing {
  readonly order: 'rgb' | 'bgr';
  /** In the order of `order`, on the 0..255 scale. */
  readonly mean: readonly [number, number, number];
  readonly deviation: readonly [number, number, number];
}

export interface Architecture {
  readonly layers: readonly Layer[];
  /** Channels of the feature map, the last layer's output. */
  readonly channels: number;
  readonly preprocessing: Preprocessing;
  readonly batchNormEpsilon: number;
}
