/** What the words of `akin evaluate` ask for. */
import path from 'node:path';
import { InvalidArgumentError } from 'commander';
import { poolingNames } from '../descriptor/poolings.ts';
import type { Pooling, PoolingName } from '../descriptor/poolings.ts';
import { AkinError } from '../errors.ts';
import { listFolder, photosOf } from '../evaluation/dataset-folder.ts';
import type { Dataset, Protocol } from '../evaluation/dataset.ts';
import { learnHeads } from '../evaluation/learn-heads.ts';
import type { ReadingOptions } from '../evaluation/pictures.ts';
import { lastLayer, standardVariants } from '../evaluation/variants.ts';
import type { Combination, Variant } from '../evaluation/variants.ts';
import { architectureOf } from '../model/architecture.ts';
import { layerOutputs } from '../model/layer-outputs.ts';
import type { LayerOutput } from '../model/layer-outputs.ts';
import type { Model } from '../model/model-folder.ts';

export interface EvaluateOptions {
  json?: boolean;
  model: string;
  protocol?: Protocol;
  pooling?: PoolingName[];
  layer?: string[];
  layers?: boolean;
  levels?: number;
  wholeMap?: boolean;
  power?: number;
  whiten?: string;
  longSide?: number;
  boxes?: boolean;
  refinements?: boolean;
  perQuery?: boolean;
  plot?: string;
}

/**
 * The combinations of layers and poolings to measure; null where nothing was chosen, so that it is the standard ones.
 * @throws AkinError `layer-unknown`
 */
export function combinationsOf(model: Model, options: EvaluateOptions): Combination[] | null {
  const { pooling, layer, levels, wholeMap, power, whiten } = options;
  if ([pooling, layer, levels, wholeMap, power, whiten].every((choice) => choice === undefined)) return null;
  const known = new Set(layersOf(model).map(({ name }) => name));
  const layers = layer ?? [lastLayer(model)];
  for (const name of layers) {
    if (!known.has(name)) throw new AkinError('layer-unknown', { layer: name });
  }
  const names = pooling ?? ['r-mac'];
  return layers.flatMap((name) =>
    names.map((one) => ({ layer: name, pooling: poolingOf(one, model, options) })),
  );
}

function poolingOf(name: PoolingName, { settings }: Model, options: EvaluateOptions): Pooling {
  const { levels = settings.levels, wholeMap = settings.wholeMap, power = 3 } = options;
  if (name === 'r-mac') return { name, levels, wholeMap };
  if (name === 'r-mac-concatenated') return { name, levels };
  return name === 'gem' ? { name, power } : { name };
}

export function layersOf(model: Model): LayerOutput[] {
  return layerOutputs(architectureOf(model.architecture));
}

/**
 * What to measure: each combination without a projection, and with one where it was learnt, by the model or now.
 * @param whiten a folder of unrelated photos to learn from
 * @throws AkinError `whitening-photos-missing` when there are not two of them
 */
export async function variantsOf(
  model: Model,
  combinations: readonly Combination[] | null,
  whiten: string | undefined,
  options: (total: number) => ReadingOptions,
): Promise<Variant[]> {
  const standard = standardVariants(model);
  if (combinations === null) return standard;
  const heads = whiten === undefined ? null : await learnFrom(whiten, model, combinations, options);
  return combinations.flatMap((combination, index): Variant[] => {
    const own = standard.find((variant) => variant.head !== null && isSame(variant, combination));
    const head = heads?.[index] ?? own?.head;
    const raw = { name: 'raw', ...combination, head: null } as const;
    return head ? [raw, { name: 'whitened', ...combination, head }] : [raw];
  });
}

async function learnFrom(
  folder: string,
  model: Model,
  combinations: readonly Combination[],
  options: (total: number) => ReadingOptions,
) {
  const listed = await listFolder(path.resolve(folder)).catch((error: unknown) => {
    throw new AkinError('folder-missing', { path: folder }, { cause: error });
  });
  const photos = photosOf(listed).map((photo) => path.join(listed.root, photo));
  if (photos.length < 2) throw new AkinError('whitening-photos-missing', { path: folder });
  return learnHeads(model, combinations, photos, options(photos.length));
}

function isSame(one: Combination, other: Combination): boolean {
  return one.layer === other.layer && JSON.stringify(one.pooling) === JSON.stringify(other.pooling);
}

/**
 * The data set with the queries that `--boxes` or `--no-boxes` wants; without either, with those of its protocol.
 *
 * @param folder names it in an error
 * @throws AkinError `dataset-without-boxes`
 */
export function withBoxes(dataset: Dataset, boxes: boolean | undefined, folder: string): Dataset {
  if (boxes === undefined) return dataset;
  const { queries, boxQueries, byDifficulty } = dataset;
  if (boxes) {
    if (boxQueries?.length) return { ...dataset, queries: boxQueries };
    if (queries.some(({ box }) => box)) return dataset;
    throw new AkinError('dataset-without-boxes', { path: folder });
  }
  const whole = (list: typeof queries) => list.map(({ box: _box, ...query }) => query);
  if (!byDifficulty) return { ...dataset, queries: whole(queries) };
  const { easy, medium, hard } = byDifficulty;
  return {
    ...dataset,
    queries: whole(queries),
    byDifficulty: { easy: whole(easy), medium: whole(medium), hard: whole(hard) },
  };
}

export function parsePoolings(text: string): PoolingName[] {
  return text.split(',').map((word) => {
    const name = poolingNames.find((known) => known === word.trim());
    if (name === undefined) throw new InvalidArgumentError(`Choose of ${poolingNames.join(', ')}.`);
    return name;
  });
}

export function parseNames(text: string): string[] {
  return text.split(',').map((word) => word.trim());
}

export function parseLevels(text: string): number {
  return parseWhole(text, 1, 8);
}

export function parseLongSide(text: string): number {
  return parseWhole(text, 32, 4096);
}

export function parsePower(text: string): number {
  const power = Number(text);
  if (!(power >= 0.1 && power <= 1000)) throw new InvalidArgumentError('It must be from 0.1 to 1000.');
  return power;
}

function parseWhole(text: string, min: number, max: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < min || value > max)
    throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`);
  return value;
}
