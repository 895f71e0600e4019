/** A model on disk: `model.json`, the trunk's weights, and a head once one was learnt. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { AkinError } from '../errors.ts';
import { architectureOf, isArchitectureName, tensorShapes } from './architecture.ts';
import type { ArchitectureName } from './architecture.ts';
import { decodeHead, headFile } from './head-file.ts';
import type { Head } from './head-file.ts';
import type { Preprocessing } from './layers.ts';
import { decodeSafetensors } from './safetensors.ts';
import type { Tensor } from './tensor.ts';

export const modelFile = 'model.json';
export const trunkFile = 'trunk.safetensors';
export const modelFormat = 1;

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const triple = z.tuple([z.number(), z.number(), z.number()]);

const settingsSchema = z.strictObject({
  /** Pictures are brought to this long side before they enter the trunk, in pixels. */
  longSide: z.int().min(32).max(4096),
  /** Levels of the R-MAC grid. */
  levels: z.int().min(1).max(8),
  /** Whether the whole feature map is a region too. */
  wholeMap: z.boolean(),
});
export type ModelSettings = z.infer<typeof settingsSchema>;

export const modelSchema = z.object({
  format: z.literal(modelFormat),
  name: z.string().min(1),
  version: z.int().positive(),
  architecture: z.string(),
  preprocessing: z.strictObject({
    order: z.enum(['rgb', 'bgr']),
    mean: triple,
    deviation: z.tuple([z.number().positive(), z.number().positive(), z.number().positive()]),
  }),
  settings: settingsSchema,
  /** Of the file with the trunk's weights. */
  sha256,
  licence: z.string(),
  origin: z.object({
    file: z.string(),
    sha256,
    package: z.string().optional(),
    trainedOn: z.string().optional(),
  }),
});
export type ModelDescription = z.infer<typeof modelSchema>;

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
  /** Identifies weights, head and settings: descriptors made under another digest are recomputed. */
  readonly digest: string;
}

/** The model that comes with Akin. `AKIN_RESOURCES` names the folder of resources in a packaged app. */
export function defaultModelFolder(): string {
  // Both src/model/ and the bundles in dist/engine/ and dist/cli/ lie two folders below the project's root.
  const resources = process.env['AKIN_RESOURCES'] ?? path.resolve(import.meta.dirname, '../../resources');
  return path.join(resources, 'models', 'mobilenet-v2');
}

/**
 * Reads a model and checks it whole: schema, checksum, names, shapes and finite values.
 * @throws AkinError `model-missing`, `model-damaged`, `model-newer`, `model-unknown`
 */
export async function readModel(folder: string): Promise<Model> {
  const content = await readOptional(path.join(folder, modelFile));
  if (content === null) throw new AkinError('model-missing', { path: folder });
  const description = parseDescription(content, folder);
  const { architecture: name, preprocessing, settings } = description;
  if (!isArchitectureName(name)) throw new AkinError('model-unknown', { path: folder, architecture: name });
  const architecture = architectureOf(name);

  const weights = await readOptional(path.join(folder, trunkFile));
  if (weights === null) throw damaged(folder, `${trunkFile} is missing`);
  if (digestOf(weights) !== description.sha256) throw damaged(folder, `${trunkFile} has another checksum`);
  const tensors = decodeSafetensors(weights, folder);
  checkTensors(tensors, tensorShapes(architecture), folder);

  const headContent = await readOptional(path.join(folder, headFile));
  const head = headContent === null ? null : decodeHead(headContent, folder);
  if (head !== null && head.channels !== architecture.channels) {
    throw damaged(
      folder,
      `its head takes ${head.channels} channels, its trunk gives ${architecture.channels}`,
    );
  }
  const identity = { architecture: name, preprocessing, settings, trunk: description.sha256 };
  const digest = digestOf(JSON.stringify({ ...identity, head: headContent && digestOf(headContent) }));
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
    digest,
  };
}

/** Parses `model.json`; the format is looked at first, since a newer one may mean anything by the rest. */
function parseDescription(content: Uint8Array, folder: string): ModelDescription {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(content));
  } catch (error) {
    throw new AkinError(
      'model-damaged',
      { path: folder, reason: `${modelFile} is not JSON` },
      { cause: error },
    );
  }
  const format = z.object({ format: z.int() }).safeParse(json);
  if (format.success && format.data.format > modelFormat) {
    throw new AkinError('model-newer', { path: folder, found: format.data.format, known: modelFormat });
  }
  const parsed = modelSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw damaged(folder, `${modelFile}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'unreadable'}`);
}

function checkTensors(
  tensors: ReadonlyMap<string, Tensor>,
  shapes: ReadonlyMap<string, readonly number[]>,
  folder: string,
): void {
  for (const [name, shape] of shapes) {
    const tensor = tensors.get(name);
    if (!tensor) throw damaged(folder, `${name} is missing`);
    if (tensor.shape.join() !== shape.join()) {
      throw damaged(folder, `${name} is [${tensor.shape.join()}] instead of [${shape.join()}]`);
    }
    if (!tensor.data.every(Number.isFinite))
      throw damaged(folder, `${name} holds a value that is not finite`);
  }
}

async function readOptional(file: string): Promise<Uint8Array | null> {
  try {
    return await readFile(file);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw new AkinError(
      'model-damaged',
      { path: file, reason: `it cannot be read (${String(code)})` },
      { cause: error },
    );
  }
}

/** The SHA-256 as 64 lower-case hexadecimal digits. */
export function digestOf(content: Uint8Array | string): string {
  return createHash('sha256').update(content).digest('hex');
}

function damaged(folder: string, reason: string): AkinError {
  return new AkinError('model-damaged', { path: folder, reason });
}
