/** Turns a foreign file of weights into a model folder. */
import { copyFile, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { AkinError } from '../../errors.ts';
import { architectureOf, isArchitectureName } from '../architecture.ts';
import { localFeatureArchitectureOf, localFeatureWeightsFile } from '../local-feature-model.ts';
import type { LocalFeatureModelDescription } from '../local-feature-model.ts';
import { digestOf, modelFile, modelFormat } from '../model-file.ts';
import { trunkFile } from '../model-folder.ts';
import type { ModelDescription } from '../model-folder.ts';
import { encodeSafetensors } from '../safetensors.ts';
import type { Tensor } from '../tensor.ts';
import { fittingArchitectures, foldBatchNorms } from './fold.ts';
import type { ImportedArchitecture } from './fold.ts';
import { knownOrigins } from './known-origins.ts';
import { readLayersModel } from './layers-model.ts';
import { readTorchFile } from './torch-file.ts';
import { weightsDamaged } from './weights-damaged.ts';

/** What Akin was measured with: of a trunk long side 512, three levels and the whole map. */
const trunkSettings = { longSide: 512, levels: 3, wholeMap: true };
const localFeatureSettings = { longSide: 512, keypoints: 512 };

export interface ImportOptions {
  /** Told from the weights where not given; Lite1 and Lite2 differ, so that no two architectures fit one file. */
  readonly architecture?: ImportedArchitecture;
  /** SPDX expression; known for the files in `known-origins.ts`. */
  readonly licence?: string;
  /** Licence texts that go along into the folder. */
  readonly licenceFiles?: readonly string[];
}

/**
 * Reads `source` (a torch file, or the folder of a layers model), folds its batch-norms and writes model.json and
 * the weights, half precision, into `folder`. Weights that the architecture does not name are left out.
 * @throws AkinError `model-missing` when nothing is at `source`, `model-damaged` when it is no such file,
 *   `model-unknown` when no architecture fits
 */
export async function importWeights(
  source: string,
  folder: string | ((architecture: ImportedArchitecture) => string),
  options: ImportOptions = {},
): Promise<{ folder: string; description: ModelDescription | LocalFeatureModelDescription }> {
  const { tensors, content } = await readSource(source);
  const architecture = options.architecture ?? chooseArchitecture(tensors, source);
  const { network, weightsFile, specific } = kindOf(architecture);
  const weights = encodeHalf(foldBatchNorms(network, tensors, source), source);
  const sha256 = digestOf(content);
  const known = knownOrigins[sha256];
  const description = {
    format: modelFormat as typeof modelFormat,
    name: architecture,
    version: 1,
    architecture,
    ...specific,
    sha256: digestOf(weights),
    licence: options.licence ?? known?.licence ?? 'unknown',
    origin: {
      file: path.basename(path.resolve(source)),
      sha256,
      ...(known ? { package: known.package, trainedOn: known.trainedOn } : {}),
    },
  } satisfies ModelDescription | LocalFeatureModelDescription;
  const target = typeof folder === 'string' ? folder : folder(architecture);
  await mkdir(target, { recursive: true });
  await writeFile(path.join(target, weightsFile), weights);
  for (const file of options.licenceFiles ?? []) await copyFile(file, path.join(target, path.basename(file)));
  // Last, so that a folder with a description is a whole model.
  await writeFile(path.join(target, modelFile), `${JSON.stringify(description, null, 2)}\n`);
  return { folder: target, description };
}

/** What one kind of model has and the other has not. */
function kindOf(name: ImportedArchitecture) {
  if (!isArchitectureName(name)) {
    const specific = { kind: 'local-features' as const, settings: localFeatureSettings };
    return { network: localFeatureArchitectureOf(name), weightsFile: localFeatureWeightsFile, specific };
  }
  const network = architectureOf(name);
  const { order, mean, deviation } = network.preprocessing;
  const preprocessing: ModelDescription['preprocessing'] = {
    order,
    mean: [...mean],
    deviation: [...deviation],
  };
  return { network, weightsFile: trunkFile, specific: { preprocessing, settings: trunkSettings } };
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

function chooseArchitecture(tensors: ReadonlyMap<string, Tensor>, source: string): ImportedArchitecture {
  const name = fittingArchitectures(tensors)[0];
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
