/** Turns a foreign file of weights into a model folder. */
import { copyFile, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { AkinError } from '../../errors.ts';
import { architectureOf } from '../architecture.ts';
import type { ArchitectureName } from '../architecture.ts';
import { digestOf, modelFile, modelFormat, trunkFile } from '../model-folder.ts';
import type { ModelDescription } from '../model-folder.ts';
import { encodeSafetensors } from '../safetensors.ts';
import type { Tensor } from '../tensor.ts';
import { fittingArchitectures, foldBatchNorms } from './fold.ts';
import { knownOrigins } from './known-origins.ts';
import { readLayersModel } from './layers-model.ts';
import { readTorchFile } from './torch-file.ts';
import { weightsDamaged } from './weights-damaged.ts';

/** What Akin was measured with: long side 512, three levels and the whole map. */
const settings = { longSide: 512, levels: 3, wholeMap: true };

export interface ImportOptions {
  /** Told from the weights where not given; Lite1 and Lite2 differ, so that no two architectures fit one file. */
  readonly architecture?: ArchitectureName;
  /** SPDX expression; known for the files in `known-origins.ts`. */
  readonly licence?: string;
  /** Licence texts that go along into the folder. */
  readonly licenceFiles?: readonly string[];
}

/**
 * Reads `source` (a torch file, or the folder of a layers model), folds its batch-norms and writes model.json and
 * trunk.safetensors, half precision, into `folder`.
 * @throws AkinError `model-missing` when nothing is at `source`, `model-damaged` when it is no such file,
 *   `model-unknown` when no architecture fits
 */
export async function importWeights(
  source: string,
  folder: string | ((architecture: ArchitectureName) => string),
  options: ImportOptions = {},
): Promise<{ folder: string; description: ModelDescription }> {
  const { tensors, content } = await readSource(source);
  const name = options.architecture ?? chooseArchitecture(tensors, source);
  const architecture = architectureOf(name);
  const weights = encodeHalf(foldBatchNorms(architecture, tensors, source), source);
  const sha256 = digestOf(content);
  const known = knownOrigins[sha256];
  const description: ModelDescription = {
    format: modelFormat,
    name,
    version: 1,
    architecture: name,
    preprocessing: {
      order: architecture.preprocessing.order,
      mean: [...architecture.preprocessing.mean],
      deviation: [...architecture.preprocessing.deviation],
    },
    settings,
    sha256: digestOf(weights),
    licence: options.licence ?? known?.licence ?? 'unknown',
    origin: {
      file: path.basename(path.resolve(source)),
      sha256,
      ...(known ? { package: known.package, trainedOn: known.trainedOn } : {}),
    },
  };
  const target = typeof folder === 'string' ? folder : folder(name);
  await mkdir(target, { recursive: true });
  await writeFile(path.join(target, trunkFile), weights);
  for (const file of options.licenceFiles ?? []) await copyFile(file, path.join(target, path.basename(file)));
  // Last, so that a folder with a description is a whole model.
  await writeFile(path.join(target, modelFile), `${JSON.stringify(description, null, 2)}\n`);
  return { folder: target, description };
}

async function readSource(source: string): Promise<{ tensors: Map<string, Tensor>; content: Uint8Array }> {
  try {
    if ((await stat(source)).isDirectory()) return await readLayersModel(source);
    const content = await readFile(source);
    return { tensors: readTorchFile(content, source), content };
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      throw new AkinError('model-missing', { path: source }, { cause: error });
    }
    throw error;
  }
}

function chooseArchitecture(tensors: ReadonlyMap<string, Tensor>, source: string): ArchitectureName {
  const [name] = fittingArchitectures(tensors);
  if (name === undefined)
    throw new AkinError('model-unknown', { path: source, architecture: 'none of its own fits' });
  return name;
}

function encodeHalf(tensors: ReadonlyMap<string, Tensor>, source: string): Uint8Array {
  try {
    return encodeSafetensors(tensors, 'F16');
  } catch (error) {
    throw weightsDamaged(source, 'a weight is too large for half precision', error);
  }
}
