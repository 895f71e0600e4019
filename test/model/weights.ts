/** Random weights of any architecture, in the forms in which weights are published. */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { convolutionsOf, tensorShapes, weightShape } from '../../src/model/architecture.ts';
import type { Network } from '../../src/model/layers.ts';
import type { Tensor } from '../../src/model/tensor.ts';
import { elementCount } from '../../src/model/tensor.ts';

/** A small generator (Park and Miller 1988), so that every run sees the same weights. */
export function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48271) % 2147483647) / 2147483647;
}

/** Convolutions and batch-norms as a torch state dictionary, scaled so that activations neither die nor explode. */
export function randomSource(network: Network, seed = 1): Map<string, Tensor> {
  const random = randomNumbers(seed);
  const tensors = new Map<string, Tensor>();
  const add = (name: string, shape: readonly number[], draw: () => number) => {
    tensors.set(name, { shape, data: Float32Array.from({ length: elementCount(shape) }, draw) });
  };
  for (const layer of convolutionsOf(network)) {
    const shape = weightShape(layer);
    const spread = Math.sqrt(6 / (shape[1] * shape[2] * shape[3]));
    add(`${layer.name}.weight`, shape, () => (2 * random() - 1) * spread);
    if (layer.batchNorm === null) {
      add(`${layer.name}.bias`, [shape[0]], () => 0.5 * random());
      continue;
    }
    if (network.batchNormAffine !== false) {
      add(`${layer.batchNorm}.weight`, [shape[0]], () => 0.6 + 0.4 * random());
      add(`${layer.batchNorm}.bias`, [shape[0]], () => 0.5 * random());
    }
    add(`${layer.batchNorm}.running_mean`, [shape[0]], () => 0.2 * random() - 0.1);
    add(`${layer.batchNorm}.running_var`, [shape[0]], () => 0.8 + 0.4 * random());
  }
  return tensors;
}

/** Folded weights, as a model holds them. */
export function randomTensors(network: Network, seed = 1): Map<string, Tensor> {
  const random = randomNumbers(seed);
  const tensors = new Map<string, Tensor>();
  for (const [name, shape] of tensorShapes(network)) {
    const spread = Math.sqrt(6 / (elementCount(shape) / shape[0]!));
    const draw = () => (2 * random() - 1) * (shape.length === 1 ? 0.5 : spread);
    tensors.set(name, { shape, data: Float32Array.from({ length: elementCount(shape) }, draw) });
  }
  return tensors;
}

/** Writes a layers model: Keras names, kernels as [height, width, in, out], a shard that cuts a tensor in two. */
export async function writeLayersModel(folder: string, tensors: ReadonlyMap<string, Tensor>): Promise<void> {
  await mkdir(folder, { recursive: true });
  const weights: { name: string; shape: readonly number[]; dtype: string }[] = [];
  const parts: Buffer[] = [];
  for (const [name, tensor] of tensors) {
    const dot = name.lastIndexOf('.');
    const layer = name.slice(0, dot);
    const isNorm = layer.startsWith('bn');
    const variable = {
      weight: isNorm ? 'gamma' : 'kernel',
      bias: isNorm ? 'beta' : 'bias',
      running_mean: 'moving_mean',
      running_var: 'moving_variance',
    }[name.slice(dot + 1)]!;
    const turned = variable === 'kernel' ? lastToFirst(tensor) : tensor;
    weights.push({ name: `${layer}/${variable}`, shape: turned.shape, dtype: 'float32' });
    parts.push(Buffer.from(turned.data.buffer, turned.data.byteOffset, turned.data.byteLength));
  }
  const bytes = Buffer.concat(parts);
  const cut = Math.floor(bytes.length / 2) + 1;
  await writeFile(path.join(folder, 'shard1'), bytes.subarray(0, cut));
  await writeFile(path.join(folder, 'shard2'), bytes.subarray(cut));
  const weightsManifest = [{ paths: ['shard1', 'shard2'], weights }];
  await writeFile(
    path.join(folder, 'model.json'),
    JSON.stringify({ format: 'layers-model', weightsManifest }),
  );
}

/** [out, in, height, width] to [height, width, in, out]. */
function lastToFirst({ shape, data }: Tensor): Tensor {
  const [outputs, inputs, height, width] = shape as [number, number, number, number];
  const turned: number[] | Float32Array = new Float32Array(data.length);
  for (let output = 0; output < outputs; output++) {
    for (let input = 0; input < inputs; input++) {
      for (let place = 0; place < height * width; place++) {
        turned[(place * inputs + input) * outputs + output] =
          data[(output * inputs + input) * height * width + place]!;
      }
    }
  }
  return { shape: [height, width, inputs, outputs], data: turned };
}
