/**
 * Reads the weights of a TensorFlow.js layers model (a folder with `model.json` and binary shards) and gives them
 * the names and the layout of torch, so that one importer serves both.
 */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { elementCount } from '../tensor.ts';
import type { Tensor } from '../tensor.ts';
import { weightsDamaged } from './weights-damaged.ts';

const manifestSchema = z.object({
  weightsManifest: z
    .array(
      z.object({
        /** Plain names only: a shard lies beside its manifest. */
        paths: z.array(z.string().regex(/^[\w.-]+$/)).min(1),
        weights: z.array(
          z.object({
            name: z.string(),
            shape: z.array(z.int().nonnegative()).max(8),
            dtype: z.literal('float32'),
            quantization: z.undefined().optional(),
          }),
        ),
      }),
    )
    .min(1),
});

/** Keras' names of variables, as torch calls them. */
const torchNames: Readonly<Record<string, string>> = {
  kernel: 'weight',
  bias: 'bias',
  gamma: 'weight',
  beta: 'bias',
  moving_mean: 'running_mean',
  moving_variance: 'running_var',
};

/**
 * The tensors by their torch names, kernels as [out, in, height, width], and every byte that was read.
 * @throws AkinError `model-damaged`
 */
export async function readLayersModel(
  folder: string,
): Promise<{ tensors: Map<string, Tensor>; content: Uint8Array }> {
  const manifestFile = path.join(folder, 'model.json');
  const manifestContent = await readFile(manifestFile);
  const manifest = parseManifest(manifestContent, manifestFile);
  const tensors = new Map<string, Tensor>();
  const contents: Uint8Array[] = [manifestContent];
  for (const { paths, weights } of manifest.weightsManifest) {
    const group = Buffer.concat(await Promise.all(paths.map((name) => readShard(path.join(folder, name)))));
    contents.push(group);
    let offset = 0;
    for (const { name, shape } of weights) {
      const count = elementCount(shape);
      if (offset + count * 4 > group.length) throw weightsDamaged(folder, 'the shards end early');
      const data = new Float32Array(
        group.buffer.slice(group.byteOffset + offset, group.byteOffset + offset + count * 4),
      );
      offset += count * 4;
      const [torchName, tensor] = inTorchLayout(name, { shape, data });
      tensors.set(torchName, tensor);
    }
    if (offset !== group.length) throw weightsDamaged(folder, 'the shards hold more than the manifest names');
  }
  return { tensors, content: Buffer.concat(contents) };
}

function parseManifest(content: Uint8Array, file: string): z.infer<typeof manifestSchema> {
  try {
    return manifestSchema.parse(JSON.parse(new TextDecoder().decode(content)));
  } catch (error) {
    throw weightsDamaged(file, 'it is not the manifest of a layers model with plain float32 weights', error);
  }
}

async function readShard(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (error) {
    throw weightsDamaged(file, 'the shard cannot be read', error);
  }
}

function inTorchLayout(name: string, tensor: Tensor): [string, Tensor] {
  const slash = name.lastIndexOf('/');
  const variable = name.slice(slash + 1);
  const torchName = torchNames[variable];
  const renamed = slash < 0 || torchName === undefined ? name : `${name.slice(0, slash)}.${torchName}`;
  if (variable !== 'kernel' || tensor.shape.length !== 4) return [renamed, tensor];
  const [height, width, inputs, outputs] = tensor.shape as [number, number, number, number];
  const data = new Float32Array(tensor.data.length);
  const area = height * width;
  for (let place = 0; place < area; place++) {
    for (let input = 0; input < inputs; input++) {
      for (let output = 0; output < outputs; output++) {
        data[(output * inputs + input) * area + place] =
          tensor.data[(place * inputs + input) * outputs + output]!;
      }
    }
  }
  return [renamed, { shape: [outputs, inputs, height, width], data }];
}
