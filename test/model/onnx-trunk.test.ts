/** Holds the graph to a convolution written as plain loops, which shares no code with it. */
import { InferenceSession, Tensor as OnnxTensor } from 'onnxruntime-node';
import { expect, test } from 'vitest';
import type { Architecture, Convolution, Padding, Preprocessing } from '../../src/model/layers.ts';
import { onnxTrunk } from '../../src/model/onnx-trunk.ts';
import type { Tensor } from '../../src/model/tensor.ts';
import { randomNumbers, randomTensors } from './weights.ts';

const preprocessing: Preprocessing = { order: 'bgr', mean: [100, 110, 120], deviation: [50, 60, 70] };

test.each<[Padding, number, number]>([
  [1, 3, 2],
  [0, 1, 2],
  ['same', 3, 2],
  ['same', 5, 2],
  ['same', 5, 1],
])('padding %s, kernel %i, stride %i', async (padding, kernel, stride) => {
  const first = convolution('first', 'picture', 3, 4, { kernel, stride, padding });
  const second = {
    ...convolution('second', 'first', 4, 4, { kernel: 3, stride: 1, padding: 1 }),
    depthwise: true,
  };
  const architecture: Architecture = {
    layers: [
      first,
      second,
      { kind: 'addition', name: 'sum', inputs: ['first', 'second'], activation: 'relu6' },
      { kind: 'maximum-pool', name: 'pool', input: 'sum', kernel: 3, stride: 2, padding: 1 },
    ],
    channels: 4,
    preprocessing,
    batchNormEpsilon: 1e-3,
  };
  const tensors = randomTensors(architecture, 5);
  for (const [height, width] of [
    [9, 12],
    [10, 7],
  ] as const) {
    const random = randomNumbers(height);
    const pixels = Uint8Array.from({ length: height * width * 3 }, () => Math.floor(random() * 256));
    const expected = reference(pixels, height, width, first, second, tensors);
    const session = await InferenceSession.create(onnxTrunk(architecture, preprocessing, tensors));
    const { features } = await session.run({
      pixels: new OnnxTensor('uint8', pixels, [1, height, width, 3]),
    });
    await session.release();
    expect(features!.dims).toEqual([1, 4, expected.height, expected.width]);
    const worst = (features!.data as Float32Array).reduce(
      (largest, value, index) => Math.max(largest, Math.abs(value - expected.data[index]!)),
      0,
    );
    expect(worst).toBeLessThan(1e-4);
  }
});

interface Planes {
  data: number[];
  channels: number;
  height: number;
  width: number;
}

function reference(
  pixels: Uint8Array,
  height: number,
  width: number,
  first: Convolution,
  second: Convolution,
  tensors: ReadonlyMap<string, Tensor>,
): Planes {
  const data: number[] = [];
  for (let channel = 0; channel < 3; channel++) {
    for (let place = 0; place < height * width; place++) {
      const value = pixels[place * 3 + (2 - channel)]!;
      data.push((value - preprocessing.mean[channel]!) / preprocessing.deviation[channel]!);
    }
  }
  const one = convolve({ data, channels: 3, height, width }, first, tensors);
  const other = convolve(one, second, tensors);
  const sum = {
    ...one,
    data: one.data.map((value, index) => Math.min(6, Math.max(0, value + other.data[index]!))),
  };
  return windows(sum, 4, 3, 2, 1, (at) => {
    let largest = -Infinity;
    for (let row = 0; row < 3; row++) {
      for (let column = 0; column < 3; column++)
        largest = Math.max(largest, at(null, row, column) ?? -Infinity);
    }
    return largest;
  });
}

function convolve(input: Planes, layer: Convolution, tensors: ReadonlyMap<string, Tensor>): Planes {
  const weight = tensors.get(`${layer.name}.weight`)!.data;
  const bias = tensors.get(`${layer.name}.bias`)!.data;
  const { kernel } = layer;
  const inputs = layer.depthwise ? 1 : input.channels;
  return windows(input, layer.outputChannels, kernel, layer.stride, layer.padding, (at, output) => {
    let sum = bias[output]!;
    for (let channel = 0; channel < inputs; channel++) {
      for (let row = 0; row < kernel; row++) {
        for (let column = 0; column < kernel; column++) {
          const value = at(layer.depthwise ? null : channel, row, column) ?? 0;
          sum += value * weight[((output * inputs + channel) * kernel + row) * kernel + column]!;
        }
      }
    }
    return layer.activation === 'relu' ? Math.max(0, sum) : sum;
  });
}

type Compute = (
  at: (channel: number | null, row: number, column: number) => number | null,
  output: number,
) => number;

/** Slides a window; `at` reads it, null outside the picture and channel null for the output's own. */
function windows(
  input: Planes,
  channels: number,
  kernel: number,
  stride: number,
  padding: Padding,
  compute: Compute,
): Planes {
  const extent = (size: number): [number, number] => {
    if (padding !== 'same') return [Math.floor((size + 2 * padding - kernel) / stride) + 1, padding];
    const count = Math.ceil(size / stride);
    return [count, Math.floor(Math.max(0, (count - 1) * stride + kernel - size) / 2)];
  };
  const [height, top] = extent(input.height);
  const [width, left] = extent(input.width);
  const data: number[] = [];
  for (let output = 0; output < channels; output++) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const at = (channel: number | null, row: number, column: number) => {
          const [inY, inX] = [y * stride + row - top, x * stride + column - left];
          if (inY < 0 || inX < 0 || inY >= input.height || inX >= input.width) return null;
          return input.data[((channel ?? output) * input.height + inY) * input.width + inX]!;
        };
        data.push(compute(at, output));
      }
    }
  }
  return { data, channels, height, width };
}

function convolution(
  name: string,
  input: string,
  inputChannels: number,
  outputChannels: number,
  window: { kernel: number; stride: number; padding: Padding },
): Convolution {
  return {
    kind: 'convolution',
    name,
    input,
    inputChannels,
    outputChannels,
    depthwise: false,
    activation: 'relu',
    batchNorm: `${name}-norm`,
    ...window,
  };
}
