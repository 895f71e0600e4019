/** What all kinds of model folders share: `model.json`, and a file of weights that it vouches for. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { AkinError } from '../errors.ts';
import { decodeSafetensors } from './safetensors.ts';
import type { Tensor } from './tensor.ts';

export const modelFile = 'model.json';
export const modelFormat = 1;

/** What a model is for. A trunk's description does not say so: it is older than the other kind. */
const kinds = ['trunk', 'local-features'] as const;
export type ModelKind = (typeof kinds)[number];

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** Every description has these. */
export const commonSchema = z.object({
  format: z.literal(modelFormat),
  name: z.string().min(1),
  version: z.int().positive(),
  architecture: z.string(),
  /** Of the file with the weights. */
  sha256,
  licence: z.string(),
  origin: z.object({
    file: z.string(),
    sha256,
    package: z.string().optional(),
    trainedOn: z.string().optional(),
  }),
});

/** A model that comes with Akin. `AKIN_RESOURCES` names the folder of resources in a packaged app. */
export function shippedModelFolder(name: string): string {
  // Both src/model/ and the bundles in dist/engine/ and dist/cli/ lie two folders below the project's root.
  const resources = process.env['AKIN_RESOURCES'] ?? path.resolve(import.meta.dirname, '../../resources');
  return path.join(resources, 'models', name);
}

/**
 * Reads and checks `model.json`; format and kind are looked at first, since a newer format or another kind may mean
 * anything by the rest.
 * @throws AkinError `model-missing`, `model-damaged`, `model-newer`, `model-other-kind`
 */
export async function readDescription<Description>(
  folder: string,
  kind: ModelKind,
  schema: z.ZodType<Description>,
): Promise<Description> {
  const content = await readOptional(path.join(folder, modelFile));
  if (content === null) throw new AkinError('model-missing', { path: folder });
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(content));
  } catch (error) {
    throw modelDamaged(folder, `${modelFile} is not JSON`, error);
  }
  const format = z.object({ format: z.int() }).safeParse(json);
  if (format.success && format.data.format > modelFormat) {
    throw new AkinError('model-newer', { path: folder, found: format.data.format, known: modelFormat });
  }
  const { data: found } = z.object({ kind: z.enum(kinds).default('trunk') }).safeParse(json);
  if (format.success && found && found.kind !== kind) {
    throw new AkinError('model-other-kind', { path: folder, found: found.kind, wanted: kind });
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw modelDamaged(
    folder,
    `${modelFile}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'unreadable'}`,
  );
}

/**
 * Reads a file of weights and checks it whole: checksum, names, shapes and finite values.
 * @throws AkinError `model-damaged`
 */
export async function readWeights(
  folder: string,
  file: string,
  expectedSha256: string,
  shapes: ReadonlyMap<string, readonly number[]>,
): Promise<Map<string, Tensor>> {
  const weights = await readOptional(path.join(folder, file));
  if (weights === null) throw modelDamaged(folder, `${file} is missing`);
  if (digestOf(weights) !== expectedSha256) throw modelDamaged(folder, `${file} has another checksum`);
  const tensors = decodeSafetensors(weights, folder);
  for (const [name, shape] of shapes) {
    const tensor = tensors.get(name);
    if (!tensor) throw modelDamaged(folder, `${name} is missing`);
    if (tensor.shape.join() !== shape.join()) {
      throw modelDamaged(folder, `${name} is [${tensor.shape.join()}] instead of [${shape.join()}]`);
    }
    if (!tensor.data.every(Number.isFinite))
      throw modelDamaged(folder, `${name} holds a value that is not finite`);
  }
  return tensors;
}

/** Null when there is no such file. @throws AkinError `model-damaged` when it cannot be read */
export async function readOptional(file: string): Promise<Uint8Array | null> {
  try {
    return await readFile(file);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw modelDamaged(file, `it cannot be read (${String(code)})`, error);
  }
}

/** The SHA-256 as 64 lower-case hexadecimal digits. */
export function digestOf(content: Uint8Array | string): string {
  return createHash('sha256').update(content).digest('hex');
}

export function modelDamaged(folder: string, reason: string, cause?: unknown): AkinError {
  return new AkinError('model-damaged', { path: folder, reason }, cause === undefined ? {} : { cause });
}
