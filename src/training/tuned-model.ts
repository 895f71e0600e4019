/** From trained weights back to a model: in memory, mixed with its parent, and as a folder. */
import { cp, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { architectureOf } from '../model/architecture.ts';
import { encodeHead, headFile } from '../model/head-file.ts';
import type { Head } from '../model/head-file.ts';
import { digestOf, modelFile } from '../model/model-file.ts';
import { readModel, trunkFile } from '../model/model-folder.ts';
import type { Model } from '../model/model-folder.ts';
import { encodeSafetensors } from '../model/safetensors.ts';
import { kernelOrder } from '../model/tensorflow-trunk.ts';
import type { Tensor } from '../model/tensor.ts';
import { projectionName, shiftName } from './network.ts';

/** The parent with the weights that a network was trained to. Its digest is the parent's: it is not on disk. */
export function withWeights(parent: Model, weights: ReadonlyMap<string, Float32Array>): Model {
  const tensors = new Map(parent.tensors);
  for (const layer of architectureOf(parent.architecture).layers) {
    if (layer.kind !== 'convolution') continue;
    const kernel = weights.get(`${layer.name}.weight`);
    const bias = weights.get(`${layer.name}.bias`);
    const { shape } = parent.tensors.get(`${layer.name}.weight`)!;
    if (kernel) {
      const data = toModelOrder(kernel, shape, kernelOrder(layer.depthwise));
      tensors.set(`${layer.name}.weight`, { shape, data });
    }
    if (bias) tensors.set(`${layer.name}.bias`, { shape: [bias.length], data: bias });
  }
  const { shift, projection, ...sizes } = parent.head!;
  const head: Head = {
    ...sizes,
    shift: weights.get(shiftName) ?? shift,
    projection: weights.get(projectionName) ?? projection,
  };
  return { ...parent, tensors, head };
}

/**
 * Weights between the parent's and the tuned model's: parent + share x (tuned - parent). Source: Wortsman et al.,
 * "Robust fine-tuning of zero-shot models", CVPR 2022: such a mix keeps most of what was learnt, and forgets little.
 * @param share 0 to 1
 */
export function mixed(parent: Model, tuned: Model, share: number): Model {
  const between = (one: Float32Array, other: Float32Array) =>
    one === other ? one : one.map((value, at) => value + share * (other[at]! - value));
  const tensors = new Map<string, Tensor>();
  for (const [name, { shape, data }] of parent.tensors) {
    tensors.set(name, { shape, data: between(data, tuned.tensors.get(name)!.data) });
  }
  const [from, to] = [parent.head!, tuned.head!];
  const head: Head = {
    ...from,
    shift: between(from.shift, to.shift),
    projection: between(from.projection, to.projection),
  };
  return { ...parent, tensors, head };
}

/**
 * Writes a model into a folder of its own, whole or not at all, and reads it back.
 * @param folder is replaced when it is there
 * @param model whose `folder` is its parent's: description and licences are taken from there
 * @throws AkinError as `readModel`; what the file system throws
 */
export async function writeModel(folder: string, model: Model, version: number): Promise<Model> {
  const unfinished = `${folder}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { recursive: true });
  // Licence, origin and settings are the parent's; its folder was checked when it was read.
  const parent = JSON.parse(await readFile(path.join(model.folder, modelFile), 'utf8')) as object;
  const trunk = encodeSafetensors(model.tensors, 'F16');
  for (const name of await readdir(model.folder)) {
    if (name.startsWith('LICENSE')) await cp(path.join(model.folder, name), path.join(unfinished, name));
  }
  await writeFile(path.join(unfinished, trunkFile), trunk);
  await writeFile(path.join(unfinished, headFile), encodeHead(model.head!, 'F16'));
  await writeFile(
    path.join(unfinished, modelFile),
    `${JSON.stringify({ ...parent, version, sha256: digestOf(trunk) }, null, 2)}\n`,
  );
  await readModel(unfinished);
  await rm(folder, { recursive: true, force: true });
  await rename(unfinished, folder);
  return readModel(folder);
}

/** Turns a kernel from TensorFlow's order of axes back to the model's. */
function toModelOrder(
  values: Float32Array,
  shape: readonly number[],
  order: readonly number[],
): Float32Array {
  const turned = new Float32Array(values.length);
  const strides = [0, 0, 0, 0];
  // Of each axis of the model's kernel, in TensorFlow's layout.
  for (let axis = 3, stride = 1; axis >= 0; axis--) {
    strides[order[axis]!] = stride;
    stride *= shape[order[axis]!]!;
  }
  let at = 0;
  const [out, inner, height, width] = shape as [number, number, number, number];
  for (let o = 0; o < out; o++) {
    for (let i = 0; i < inner; i++) {
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) {
          turned[at++] = values[o * strides[0]! + i * strides[1]! + y * strides[2]! + x * strides[3]!]!;
        }
      }
    }
  }
  return turned;
}
