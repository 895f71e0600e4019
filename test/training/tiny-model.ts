import { Random } from '../../src/training/random.ts';
import type { Model } from '../../src/model/model-folder.ts';

/** A head of small random numbers on a trunk of `channels` channels, which has no weights of its own. */
export function tinyModel(channels: number, dimensions: number, seed = 1): Model {
  const random = new Random(seed);
  const numbers = (length: number) =>
    Float32Array.from({ length }, () => random.normal() / Math.sqrt(channels));
  return {
    name: 'tiny',
    version: 1,
    folder: '',
    architecture: 'mobilenet-v2',
    preprocessing: { order: 'rgb', mean: [0, 0, 0], deviation: [1, 1, 1] },
    settings: { longSide: 64, levels: 3, wholeMap: true, scales: [1] },
    channels,
    tensors: new Map(),
    head: { shift: numbers(channels), projection: numbers(channels * dimensions), dimensions, channels },
    identity: 'tiny',
    digest: 'tiny',
  };
}
