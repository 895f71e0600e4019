/** A model on disk: `model.json`, the trunk's weights, and a head once one was learnt. */
import path from 'node:path';
import { z } from 'zod';
import { AkinError } from '../errors.ts';
import { architectureOf, isArchitectureName, tensorShapes } from './architecture.ts';
import type { ArchitectureName } from './architecture.ts';
import { decodeHead, headFile } from './head-file.ts';
import type { Head } from './head-file.ts';
import type { Preprocessing } from './layers.ts';
import {
  commonSchema,
  digestOf,
  modelDamaged,
  readDescription,
  readOptional,
  readWeights,
  shippedModelFolder,
} from './model-file.ts';
import type { Tensor } from './tensor.ts';

export const trunkFile = 'trunk.safetensors';

const triple = z.tuple([z.number(), z.number(), z.number()]);

const settingsSchema = z.strictObject({
  /** Pictures are brought to this long side before they enter the trunk, in pixels. */
  longSide: z.int().min(32).max(4096),
  /** Levels of the R-MAC grid. */
  levels: z.int().min(1).max(8),
  /** Whether the whole feature map is a region too. */
  wholeMap: z.boolean(),
  /**
   * Sizes at which a picture is described, as factors of the long side; the descriptor is their mean. Regions are
   * those of factor 1.
   */
  scales: z
    .array(z.number().min(0.25).max(2))
    .max(8)
    .refine((scales) => scales.includes(1) && new Set(scales).size === scales.length)
    .default([1]),
});
export type ModelSettings = z.infer<typeof settingsSchema>;

const descriptionSchema = commonSchema.extend({
  preprocessing: z.strictObject({
    order: z.enum(['rgb', 'bgr']),
    mean: triple,
    deviation: z.tuple([z.number().positive(), z.number().positive(), z.number().positive()]),
  }),
  settings: settingsSchema,
});
export type ModelDescription = z.input<typeof descriptionSchema>;

export interface Model {
  readonly name: string;
  readonly version: number;
  readonly folder: string;
  readonly architecture: ArchitectureName;
  readonly preprocessing: Preprocessing;
  readonly settings: ModelSettings;
  /** Channels of the feature map. */
  readonly channels: number;
  readonly tensors: ReadonlyMap<string, Tensor>;
  /** Null until one was learnt. */
  readonly head: Head | null;
  /** Identifies weights, head and settings but the scales. */
  readonly identity: string;
  /** Identifies weights, head and settings: descriptors made under another digest are recomputed. */
  readonly digest: string;
}

/**
 * The scales that a user may choose instead of one. Measured by test/bench/scales.ts, they gain 3.7 points of mAP on
 * 808 queries of products and lose 1.7 on 23 of buildings, where a size that differs by a pixel moves it by 3; they
 * take 3.3 to 3.8 times as long.
 */
export const threeScales: readonly number[] = [0.75, 1, 1.4142];

/** The model that describes pictures at these scales: another one, as far as descriptors go. */
export function withScales(model: Model, scales: readonly number[]): Model {
  const settings = { ...model.settings, scales: [...scales] };
  return { ...model, settings, digest: digestAt(model.identity, scales) };
}

/** The digest of a model at some scales. One of one scale keeps what it had before there were several. */
export function digestAt(identity: string, scales: readonly number[]): string {
  return scales.length === 1 ? identity : digestOf(JSON.stringify({ identity, scales }));
}

/** The model that comes with Akin. */
export function defaultModelFolder(): string {
  return shippedModelFolder('mobilenet-v2');
}

/**
 * Reads a model and checks it whole: schema, checksum, names, shapes and finite values.
 * @throws AkinError `model-missing`, `model-damaged`, `model-newer`, `model-unknown`, `model-other-kind`
 */
export async function readModel(folder: string): Promise<Model> {
  const description = await readDescription(folder, 'trunk', descriptionSchema);
  const { architecture: name, preprocessing, settings } = description;
  if (!isArchitectureName(name)) throw new AkinError('model-unknown', { path: folder, architecture: name });
  const architecture = architectureOf(name);
  const tensors = await readWeights(folder, trunkFile, description.sha256, tensorShapes(architecture));

  const headContent = await readOptional(path.join(folder, headFile));
  const head = headContent === null ? null : decodeHead(headContent, folder);
  if (head !== null && head.channels !== architecture.channels) {
    throw modelDamaged(
      folder,
      `its head takes ${head.channels} channels, its trunk gives ${architecture.channels}`,
    );
  }
  const { scales, ...others } = settings;
  const parts = { architecture: name, preprocessing, settings: others, trunk: description.sha256 };
  const identity = digestOf(JSON.stringify({ ...parts, head: headContent && digestOf(headContent) }));
  return {
    name: description.name,
    version: description.version,
    folder,
    architecture: name,
    preprocessing,
    settings,
    channels: architecture.channels,
    tensors,
    head,
    identity,
    digest: digestAt(identity, scales),
  };
}
