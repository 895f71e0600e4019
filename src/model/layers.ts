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
  /** The batch-norm that follows in the origin's file, folded into the convolution at import; null for none. */
  readonly batchNorm: string | null;
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

/** The layers of a trunk. */
export type Layer = Convolution | Addition | MaximumPool;

/** The mean of squares that lie side by side. */
export interface AveragePool {
  readonly kind: 'average-pool';
  readonly name: string;
  readonly input: string;
  /** Side of a square, and the stride. */
  readonly kernel: number;
}

/** Bilinear, to the height and width of another layer's output; pixels are squares that meet at their borders. */
export interface Resize {
  readonly kind: 'resize';
  readonly name: string;
  readonly input: string;
  readonly like: string;
}

/** Squares that lie side by side become one place each: [1,H,W] to [side x side, H/side, W/side], row by row. */
export interface SpaceToDepth {
  readonly kind: 'space-to-depth';
  readonly name: string;
  readonly input: string;
  readonly side: number;
}

/** The layers of a network for local features. */
export type FeatureLayer = Layer | AveragePool | Resize | SpaceToDepth;

/** What happens to 8-bit RGB values before the first layer: reordered, then (value - mean) / deviation. */
export interface Preprocessing {
  readonly order: 'rgb' | 'bgr';
  /** In the order of `order`, on the 0..255 scale. */
  readonly mean: readonly [number, number, number];
  readonly deviation: readonly [number, number, number];
}

/** A network as far as its weights go. */
export interface Network {
  readonly layers: readonly FeatureLayer[];
  readonly batchNormEpsilon: number;
  /** False where batch-norms only normalise, and learnt no scale and shift of their own. */
  readonly batchNormAffine?: false;
}

export interface Architecture extends Network {
  readonly layers: readonly Layer[];
  /** Channels of the feature map, the last layer's output. */
  readonly channels: number;
  readonly preprocessing: Preprocessing;
}

/** A network that reads a grey picture, and gives keypoints with descriptors. */
export interface LocalFeatureArchitecture extends Network {
  /** The layer with the descriptors before they are normalised: [dimensions, H/cell, W/cell]. */
  readonly descriptors: string;
  readonly dimensions: number;
  /** The layer that says, as logits, which pixel of a cell is a keypoint, or none: [cell x cell + 1, H/cell, W/cell]. */
  readonly keypoints: string;
  /** The layer that says, as a logit, whether a descriptor can be matched: [1, H/cell, W/cell]. */
  readonly reliability: string;
  /** Side of a cell, in pixels. */
  readonly cell: number;
  /** Both sides of the picture must be multiples of this. */
  readonly sideMultiple: number;
  /** The least probability of a keypoint. */
  readonly threshold: number;
  /** Of two keypoints closer than half of this, in pixels, only the stronger is one. */
  readonly neighbourhood: number;
}
