/** XFeat in plain loops on doubles, written from the paper: slow, and without a line of what it is compared with. */
import type { Tensor } from '../../src/model/tensor.ts';
import type { RgbPixels } from '../../src/model/trunk.ts';

/** [channels, height, width] */
interface Planes {
  data: Float64Array;
  channels: number;
  height: number;
  width: number;
}

interface ReferenceKeypoint {
  x: number;
  y: number;
  score: number;
  /** How far the decision for or against this pixel was from going the other way. */
  margin: number;
  descriptor: number[];
}

/** Every pixel that is a keypoint, strongest first. */
export function referenceFeatures(
  { data, width, height }: RgbPixels,
  tensors: ReadonlyMap<string, Tensor>,
): ReferenceKeypoint[] {
  const picture = normalise(
    plane(up(height, 32), up(width, 32), (y, x) => {
      const place = (Math.min(y, height - 1) * width + Math.min(x, width - 1)) * 3;
      return (data[place]! + data[place + 1]! + data[place + 2]!) / 3 / 255;
    }),
  );
  const conv = (input: Planes, name: string, stride: number, rectify = true) =>
    convolve(input, tensors.get(`${name}.weight`)!, tensors.get(`${name}.bias`)!, stride, rectify);
  const run = (input: Planes, name: string, strides: number[]) =>
    strides.reduce((value, stride, index) => conv(value, `${name}.${index}.layer.0`, stride), input);

  const skip = conv(average(picture, 4), 'skip1.1', 1, false);
  const at4 = run(add(run(picture, 'block1', [1, 2, 1, 2]), skip), 'block2', [1, 1]);
  const at8 = run(at4, 'block3', [2, 1, 1]);
  const at16 = run(at8, 'block4', [2, 1, 1]);
  const at32 = run(at16, 'block5', [2, 1, 1, 1]);
  const pyramid = add(add(at8, enlarge(at16, 2)), enlarge(at32, 4));
  const features = conv(run(pyramid, 'block_fusion', [1, 1]), 'block_fusion.2', 1, false);
  const reliability = conv(run(features, 'heatmap_head', [1, 1]), 'heatmap_head.2', 1, false);
  reliability.data = reliability.data.map((value) => 1 / (1 + Math.exp(-value)));
  const logits = conv(run(cells(picture), 'keypoint_head', [1, 1, 1]), 'keypoint_head.3', 1, false);
  const likelihood = plane(picture.height, picture.width, (y, x) => {
    const shares = column(logits, y >> 3, x >> 3).map(Math.exp);
    return shares[(y % 8) * 8 + (x % 8)]! / shares.reduce((sum, share) => sum + share, 0);
  });
  unitColumns(features);
  return peaks(likelihood, width, height)
    .map(({ x, y, value, margin }) => {
      const [cellY, cellX] = [(y + 0.5) / 8 - 0.5, (x + 0.5) / 8 - 0.5];
      const descriptor = sample(features, cellY, cellX);
      const length = Math.hypot(...descriptor);
      return {
        x,
        y,
        score: value * sample(reliability, cellY, cellX)[0]!,
        margin,
        descriptor: descriptor.map((part) => part / length),
      };
    })
    .sort((one, other) => other.score - one.score);
}

function peaks(map: Planes, width: number, height: number) {
  const found: { x: number; y: number; value: number; margin: number }[] = [];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const value = map.data[y * map.width + x]!;
      let rival = 0.05;
      for (let row = Math.max(0, y - 2); row <= Math.min(map.height - 1, y + 2); row++) {
        for (let column = Math.max(0, x - 2); column <= Math.min(map.width - 1, x + 2); column++) {
          if (row !== y || column !== x) rival = Math.max(rival, map.data[row * map.width + column]!);
        }
      }
      if (value > rival) found.push({ x, y, value, margin: value - rival });
    }
  }
  return found;
}

function plane(height: number, width: number, value: (y: number, x: number) => number): Planes {
  const data = Float64Array.from({ length: height * width }, (_, place) =>
    value(Math.floor(place / width), place % width),
  );
  return { data, channels: 1, height, width };
}

function normalise(input: Planes): Planes {
  const mean = input.data.reduce((sum, value) => sum + value, 0) / input.data.length;
  const variance = input.data.reduce((sum, value) => sum + (value - mean) ** 2, 0) / input.data.length;
  return { ...input, data: input.data.map((value) => (value - mean) / Math.sqrt(variance + 1e-5)) };
}

/** Zeros around the picture, as many as keep its size at stride 1. */
function convolve(input: Planes, weight: Tensor, bias: Tensor, stride: number, rectify: boolean): Planes {
  const [channels, inputs, kernel] = weight.shape as [number, number, number, number];
  const reach = (kernel - 1) / 2;
  const [height, width] = [Math.ceil(input.height / stride), Math.ceil(input.width / stride)];
  const data = new Float64Array(channels * height * width);
  for (let output = 0; output < channels; output++) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        let sum = bias.data[output]!;
        for (let row = 0; row < kernel; row++) {
          const inY = y * stride + row - reach;
          if (inY < 0 || inY >= input.height) continue;
          for (let column = 0; column < kernel; column++) {
            const inX = x * stride + column - reach;
            if (inX < 0 || inX >= input.width) continue;
            for (let channel = 0; channel < inputs; channel++) {
              sum +=
                input.data[(channel * input.height + inY) * input.width + inX]! *
                weight.data[((output * inputs + channel) * kernel + row) * kernel + column]!;
            }
          }
        }
        data[(output * height + y) * width + x] = rectify ? Math.max(0, sum) : sum;
      }
    }
  }
  return { data, channels, height, width };
}

function add(one: Planes, other: Planes): Planes {
  return { ...one, data: one.data.map((value, index) => value + other.data[index]!) };
}

function average(input: Planes, side: number): Planes {
  return plane(input.height / side, input.width / side, (y, x) => {
    let sum = 0;
    for (let place = 0; place < side * side; place++) {
      const row = y * side + Math.floor(place / side);
      sum += input.data[row * input.width + x * side + (place % side)]!;
    }
    return sum / side ** 2;
  });
}

/** The 64 pixels of each cell as channels, row by row. */
function cells(input: Planes): Planes {
  const [height, width] = [input.height / 8, input.width / 8];
  const data = new Float64Array(input.data.length);
  for (let y = 0; y < input.height; y++) {
    for (let x = 0; x < input.width; x++) {
      const channel = (y % 8) * 8 + (x % 8);
      data[(channel * height + (y >> 3)) * width + (x >> 3)] = input.data[y * input.width + x]!;
    }
  }
  return { data, channels: 64, height, width };
}

function enlarge(input: Planes, factor: number): Planes {
  const [height, width] = [input.height * factor, input.width * factor];
  const data = new Float64Array(input.channels * height * width);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const values = sample(input, (y + 0.5) / factor - 0.5, (x + 0.5) / factor - 0.5);
      for (const [channel, value] of values.entries()) data[(channel * height + y) * width + x] = value;
    }
  }
  return { data, channels: input.channels, height, width };
}

/** All channels between four cells; beyond the border lies what is at it. */
function sample(input: Planes, y: number, x: number): number[] {
  const [cellY, cellX] = [clamp(y, input.height - 1), clamp(x, input.width - 1)];
  const [top, left] = [Math.floor(cellY), Math.floor(cellX)];
  const [bottom, right] = [Math.min(top + 1, input.height - 1), Math.min(left + 1, input.width - 1)];
  const [down, across] = [cellY - top, cellX - left];
  const [a, b, c, d] = [
    column(input, top, left),
    column(input, top, right),
    column(input, bottom, left),
    column(input, bottom, right),
  ];
  return a.map(
    (value, channel) =>
      (value * (1 - across) + b[channel]! * across) * (1 - down) +
      (c[channel]! * (1 - across) + d[channel]! * across) * down,
  );
}

function column(input: Planes, y: number, x: number): number[] {
  const size = input.height * input.width;
  return Array.from(
    { length: input.channels },
    (_, channel) => input.data[channel * size + y * input.width + x]!,
  );
}

function unitColumns(input: Planes): void {
  const size = input.height * input.width;
  for (let place = 0; place < size; place++) {
    let squares = 0;
    for (let channel = 0; channel < input.channels; channel++)
      squares += input.data[channel * size + place]! ** 2;
    for (let channel = 0; channel < input.channels; channel++)
      input.data[channel * size + place]! /= Math.sqrt(squares);
  }
}

function clamp(value: number, largest: number): number {
  return Math.min(Math.max(value, 0), largest);
}

function up(size: number, multiple: number): number {
  return Math.ceil(size / multiple) * multiple;
}
