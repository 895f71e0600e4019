/**
 * Convolutional networks described once, as data. `onnx-trunk.ts` and `tensorflow-trunk.ts` build the same network
 * from such a description; `import/` reads foreign weights by the names in it. Networks for local features are
 * described in the same way, and only run on onnxruntime: `onnx-local-features.ts`.
 */
import {
  efficientNetLite0,
  efficientNetLite1,
  efficientNetLite2,
} from './architectures/efficientnet-lite.ts';
import { mobileNetV2 } from './architectures/mobilenet-v2.ts';
import { resNet50 } from './architectures/resnet-50.ts';
import type { Architecture, Convolution, Network } from './layers.ts';

const architectures = {
  'mobilenet-v2': mobileNetV2,
  'efficientnet-lite0': efficientNetLite0,
  'efficientnet-lite1': efficientNetLite1,
  'efficientnet-lite2': efficientNetLite2,
  'resnet-50': resNet50,
} as const satisfies Record<string, Architecture>;

export type ArchitectureName = keyof typeof architectures;
export const architectureNames = Object.keys(architectures) as ArchitectureName[];

export function isArchitectureName(name: string): name is ArchitectureName {
  return Object.hasOwn(architectures, name);
}

export function architectureOf(name: ArchitectureName): Architecture {
  return architectures[name];
}

/** The convolutions of a network: the only layers with weights. */
export function convolutionsOf(network: Network): Convolution[] {
  return network.layers.filter((layer) => layer.kind === 'convolution');
}

/** [output channels, input channels a filter sees, height, width] of a convolution's weight. */
export function weightShape(layer: Convolution): [number, number, number, number] {
  return [layer.outputChannels, layer.depthwise ? 1 : layer.inputChannels, layer.kernel, layer.kernel];
}

/** Every tensor that a model of this network holds, with its shape. */
export function tensorShapes(network: Network): Map<string, readonly number[]> {
  const shapes = new Map<string, readonly number[]>();
  for (const layer of convolutionsOf(network)) {
    shapes.set(`${layer.name}.weight`, weightShape(layer));
    shapes.set(`${layer.name}.bias`, [layer.outputChannels]);
  }
  return shapes;
}
