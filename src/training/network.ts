/** The part of a model that is trained, as TensorFlow.js operations, from what is frozen to descriptors. */
import type { Depth } from '../api-training.ts';
import { regionGrid } from '../descriptor/regions.ts';
import { architectureOf } from '../model/architecture.ts';
import type { Head } from '../model/head-file.ts';
import { layerOutputs } from '../model/layer-outputs.ts';
import type { Model } from '../model/model-folder.ts';
import { layersAfter, tensorflowTrunk } from '../model/tensorflow-trunk.ts';
import type { TensorflowTrunk } from '../model/tensorflow-trunk.ts';
import type { Tensor1D, Tensor2D, Tensor4D, TensorFlow, Variable } from './tensorflow.ts';

/** What a network makes a descriptor of: one view of a photo. */
export interface View {
  readonly data: Float32Array | Uint8Array;
  /**
   * By depth: `head` [regions, channels], region maxima; `last` [height, width, channels], the output of
   * `frozenLayer`; `full` [height, width, 3], RGB from 0 to 255.
   */
  readonly shape: readonly number[];
}

export type Descriptors = {
  /** [views, dimensions], each of length 1. */
  readonly descriptors: Tensor2D;
  /** [views], from 0 to 1: the length of the mean region vector. All at 1 means that regions are no longer told apart. */
  readonly norms: Tensor1D;
};

export interface Network {
  readonly depth: Depth;
  readonly dimensions: number;
  /** What is trained, by name: `head.shift`, `head.projection`, and the trunk's weights named as in the model. */
  readonly variables: ReadonlyMap<string, Variable>;
  /**
   * Differentiable in the variables. Source: Gordo et al., IJCV 2017, section 3.
   * @param views at depth `head` they may differ in their number of regions, else all have one size
   */
  describe(views: readonly View[]): Descriptors;
  /** A copy of the variables' values. */
  weights(): Promise<Map<string, Float32Array>>;
  /** @throws RangeError when a variable is missing, or of another length */
  restore(weights: ReadonlyMap<string, Float32Array>): void;
  dispose(): void;
}

export const shiftName = 'head.shift';
export const projectionName = 'head.projection';

/** Whether a variable of a network is its head's: those are new to the model, and learn faster. */
export function isOfHead(name: string): boolean {
  return name === shiftName || name === projectionName;
}

/** Keeps lengths, and their gradients, away from a division by zero. */
const smallest = 1e-12;

/**
 * Loads what `depth` trains into the current backend of `tf`.
 * @param model with a head, whose shift and projection training begins with
 */
export function createNetwork(tf: TensorFlow, model: Model, depth: Depth): Network {
  const head = headVariables(tf, model.head!);
  const trunk =
    depth === 'head' ? null : tensorflowTrunk(tf, model, depth === 'last' ? frozenLayer(model) : undefined);
  const variables = new Map([...(trunk?.weights ?? []), ...head]);
  return {
    depth,
    dimensions: model.head!.dimensions,
    variables,
    describe: (views) =>
      tf.tidy(() => {
        const regions = trunk ? mapMaxima(tf, trunk, model, views) : givenMaxima(tf, views);
        return describeRegions(tf, regions, head);
      }) as Descriptors,
    async weights() {
      const values = await Promise.all([...variables.values()].map((variable) => variable.data()));
      return new Map([...variables.keys()].map((name, at) => [name, Float32Array.from(values[at]!)]));
    },
    restore(weights) {
      for (const [name, variable] of variables) {
        const values = weights.get(name);
        if (values?.length !== variable.size) throw new RangeError(`${name} does not fit the network`);
        tf.tidy(() => variable.assign(tf.tensor(values, variable.shape)));
      }
    },
    dispose() {
      trunk?.dispose();
      tf.dispose([...head.values()]);
    },
  };
}

/**
 * The layer whose output depth `last` begins with: of those whose map has twice the side of the last one, and that
 * later layers need nothing before, the last that is no wider than the next. What comes after it holds three quarters
 * of MobileNetV2's weights, and takes a third of its time.
 */
export function frozenLayer(model: Pick<Model, 'architecture'>): string {
  const architecture = architectureOf(model.architecture);
  const outputs = layerOutputs(architecture);
  const stride = outputs.at(-1)!.stride / 2;
  const cuts = outputs.filter((output) => output.stride === stride && isCut(output.name));
  const narrow = cuts.filter(({ channels }, at) => channels < (cuts[at + 1]?.channels ?? 0));
  return (narrow.at(-1) ?? cuts.at(-1)!).name;

  function isCut(name: string): boolean {
    try {
      return layersAfter(architecture, name).length > 0;
    } catch {
      return false;
    }
  }
}

/** Regions of several views, one after the other. */
interface Regions {
  /** [regions, channels] */
  readonly maxima: Tensor2D;
  /** [views, regions], 1 where a region is of a view. */
  readonly owners: Tensor2D;
}

function headVariables(
  tf: TensorFlow,
  { shift, projection, dimensions, channels }: Head,
): Map<string, Variable> {
  const values = [tf.tensor1d(shift), tf.tensor2d(projection, [dimensions, channels])];
  const [shiftVariable, projectionVariable] = values.map((value) => tf.variable(value));
  tf.dispose(values);
  return new Map([
    [shiftName, shiftVariable!],
    [projectionName, projectionVariable!],
  ]);
}

function givenMaxima(tf: TensorFlow, views: readonly View[]): Regions {
  const channels = views[0]!.shape[1]!;
  const counts = views.map(({ shape }) => shape[0]!);
  const total = counts.reduce((sum, count) => sum + count, 0);
  const rows = new Float32Array(total * channels);
  const owners = new Float32Array(views.length * total);
  let row = 0;
  for (const [view, { data }] of views.entries()) {
    rows.set(data, row * channels);
    owners.fill(1, view * total + row, view * total + row + counts[view]!);
    row += counts[view]!;
  }
  return { maxima: tf.tensor2d(rows, [total, channels]), owners: tf.tensor2d(owners, [views.length, total]) };
}

function mapMaxima(tf: TensorFlow, trunk: TensorflowTrunk, model: Model, views: readonly View[]): Regions {
  const maps = trunk.apply(stacked(tf, views));
  const [count, height, width, channels] = maps.shape;
  const { levels, wholeMap } = model.settings;
  // A slice and a maximum have gradients on every backend, a crop has none.
  const maxima = regionGrid(height, width, levels, wholeMap).map((region) =>
    tf.max<Tensor2D>(
      tf.slice(maps, [0, region.y, region.x, 0], [count, region.height, region.width, channels]),
      [1, 2],
    ),
  );
  const own = tf.eye(count);
  return {
    maxima: tf.concat2d(maxima, 0),
    owners: tf.concat2d(
      maxima.map(() => own),
      1,
    ),
  };
}

function stacked(tf: TensorFlow, views: readonly View[]): Tensor4D {
  const [height, width, channels] = views[0]!.shape as [number, number, number];
  const size = height * width * channels;
  const values = new Float32Array(views.length * size);
  for (const [at, { data }] of views.entries()) values.set(data, at * size);
  return tf.tensor4d(values, [views.length, height, width, channels]);
}

function describeRegions(
  tf: TensorFlow,
  { maxima, owners }: Regions,
  head: ReadonlyMap<string, Variable>,
): Descriptors {
  const centred = tf.add(unit(tf, maxima), head.get(shiftName)!);
  const vectors = unit(tf, tf.matMul<Tensor2D>(centred, head.get(projectionName)!, false, true));
  const sums = tf.matMul<Tensor2D>(owners, vectors);
  const norms = tf.div<Tensor1D>(lengths(tf, sums).squeeze([1]), tf.sum(owners, 1));
  return { descriptors: unit(tf, sums), norms };
}

function unit(tf: TensorFlow, rows: Tensor2D): Tensor2D {
  return tf.div(rows, lengths(tf, rows));
}

/** [rows, 1] */
function lengths(tf: TensorFlow, rows: Tensor2D): Tensor2D {
  return tf.sqrt(tf.add(tf.sum<Tensor2D>(tf.square(rows), 1, true), smallest));
}
