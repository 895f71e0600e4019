import type { Architecture, Layer } from './layers.ts';
import { picture } from './layers.ts';

/** What a layer gives, for those who look into a trunk. */
export interface LayerOutput {
  readonly name: string;
  readonly channels: number;
  /** Pixels of the picture from one cell of the map to the next. */
  readonly stride: number;
  /** Whether no value can be negative: an activation has been at it. */
  readonly rectified: boolean;
}

/** The outputs of all layers of an architecture, from the picture on. */
export function layerOutputs({ layers }: Architecture): LayerOutput[] {
  const known = new Map<string, LayerOutput>([
    [picture, { name: picture, channels: 3, stride: 1, rectified: false }],
  ]);
  return layers.map((layer) => {
    const inputs = (layer.kind === 'addition' ? layer.inputs : [layer.input]).map((name) => known.get(name)!);
    const output = outputOf(layer, inputs);
    known.set(layer.name, output);
    return output;
  });
}

function outputOf(layer: Layer, inputs: readonly LayerOutput[]): LayerOutput {
  const { name } = layer;
  const { channels, stride } = inputs[0]!;
  const untouched = inputs.every(({ rectified }) => rectified);
  if (layer.kind === 'maximum-pool')
    return { name, channels, stride: stride * layer.stride, rectified: untouched };
  if (layer.kind === 'addition')
    return { name, channels, stride, rectified: untouched || layer.activation !== null };
  return {
    name,
    channels: layer.outputChannels,
    stride: stride * layer.stride,
    rectified: layer.activation !== null,
  };
}
