/** A model for local features on disk: `model.json` and the network's weights. */
import { z } from 'zod';
import { AkinError } from '../errors.ts';
import { tensorShapes } from './architecture.ts';
import { xFeat } from './architectures/xfeat.ts';
import type { LocalFeatureArchitecture } from './layers.ts';
import { commonSchema, digestOf, readDescription, readWeights, shippedModelFolder } from './model-file.ts';
import type { Tensor } from './tensor.ts';

export const localFeatureWeightsFile = 'local-features.safetensors';

const architectures = { xfeat: xFeat } as const satisfies Record<string, LocalFeatureArchitecture>;

export type LocalFeatureArchitectureName = keyof typeof architectures;
export const localFeatureArchitectureNames = Object.keys(architectures) as LocalFeatureArchitectureName[];

export function isLocalFeatureArchitectureName(name: string): name is LocalFeatureArchitectureName {
  return Object.hasOwn(architectures, name);
}

export function localFeatureArchitectureOf(name: LocalFeatureArchitectureName): LocalFeatureArchitecture {
  return architectures[name];
}

const settingsSchema = z.strictObject({
  /** Pictures are brought to this long side before keypoints are looked for, in pixels. */
  longSide: z.int().min(32).max(4096),
  /** The most keypoints of a photo. Even the smallest picture has more places than the most that is allowed. */
  keypoints: z.int().min(16).max(1024),
});
type LocalFeatureSettings = z.infer<typeof settingsSchema>;

const descriptionSchema = commonSchema.extend({
  kind: z.literal('local-features'),
  settings: settingsSchema,
});
export type LocalFeatureModelDescription = z.infer<typeof descriptionSchema>;

export interface LocalFeatureModel {
  readonly name: string;
  readonly version: number;
  readonly folder: string;
  readonly architecture: LocalFeatureArchitecture;
  readonly settings: LocalFeatureSettings;
  readonly tensors: ReadonlyMap<string, Tensor>;
  /** Identifies weights and settings: features made under another digest are computed anew. */
  readonly digest: string;
}

/** The model for local features that comes with Akin. */
export function defaultLocalFeatureModelFolder(): string {
  return shippedModelFolder('xfeat');
}

/**
 * Reads a model for local features and checks it whole.
 * @throws AkinError `model-missing`, `model-damaged`, `model-newer`, `model-unknown`, `model-other-kind`
 */
export async function readLocalFeatureModel(folder: string): Promise<LocalFeatureModel> {
  const description = await readDescription(folder, 'local-features', descriptionSchema);
  const { name, version, architecture: architectureName, settings, sha256 } = description;
  if (!isLocalFeatureArchitectureName(architectureName)) {
    throw new AkinError('model-unknown', { path: folder, architecture: architectureName });
  }
  const architecture = localFeatureArchitectureOf(architectureName);
  const tensors = await readWeights(folder, localFeatureWeightsFile, sha256, tensorShapes(architecture));
  const identity = { architecture: architectureName, settings, weights: sha256 };
  return {
    name,
    version,
    folder,
    architecture,
    settings,
    tensors,
    digest: digestOf(JSON.stringify(identity)),
  };
}
