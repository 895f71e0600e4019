/** Runs a trunk on onnxruntime. */
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { architectureOf } from './architecture.ts';
import type { Model } from './model-folder.ts';
import { featuresOutput, onnxTrunk, pixelsInput } from './onnx-trunk.ts';
import { sessionOptions } from './session-options.ts';

/** A picture: [height, width, 3] bytes, sRGB, upright. */
export interface RgbPixels {
  data: Uint8Array;
  width: number;
  height: number;
}

/** [channels, height, width]; the last layer's has been through an activation, so that no value is negative. */
export interface FeatureMap {
  data: Float32Array;
  channels: number;
  height: number;
  width: number;
}

export interface Trunk {
  readonly channels: number;
  /**
   * The feature maps of `pixels`, in their order. Pictures of one size share a batch.
   * @throws RangeError when a picture's bytes do not fill its size
   */
  run(pixels: readonly RgbPixels[]): Promise<FeatureMap[]>;
  release(): Promise<void>;
}

/** Enough to keep the threads busy; more costs memory and gains nothing. */
const largestBatch = 8;

/**
 * Loads the model's trunk.
 * @param options.threads threads that one run uses; one for each processor by default
 */
export async function createTrunk(model: Model, options: { threads?: number } = {}): Promise<Trunk> {
  const last = architectureOf(model.architecture).layers.at(-1)!.name;
  const { run, release } = await createLayerTrunk(model, [last], options);
  return {
    channels: model.channels,
    run: async (pixels) => (await run(pixels)).map(([map]) => map!),
    release,
  };
}

/** A trunk whose layers can be looked at. */
export interface LayerTrunk {
  /**
   * For each of `pixels`, the map of each wanted layer, all from one run. Pictures of one size share a batch.
   * @throws RangeError when a picture's bytes do not fill its size
   */
  run(pixels: readonly RgbPixels[]): Promise<FeatureMap[][]>;
  release(): Promise<void>;
}

/**
 * Loads the model's trunk as far as the last of `layers`.
 * @param layers names of the architecture's layers, at least one
 * @param options.threads threads that one run uses; one for each processor by default
 */
export async function createLayerTrunk(
  model: Model,
  layers: readonly string[],
  options: { threads?: number } = {},
): Promise<LayerTrunk> {
  const graph = onnxTrunk(architectureOf(model.architecture), model.preprocessing, model.tensors, layers);
  const session = await InferenceSession.create(graph, sessionOptions(options.threads));
  return {
    async run(pixels) {
      pixels.forEach(checkPixels);
      const maps = new Array<FeatureMap[]>(pixels.length);
      for (const batch of batchesOf(pixels)) {
        const features = await runBatch(
          session,
          batch.map((index) => pixels[index]!),
          layers.length,
        );
        for (const [position, index] of batch.entries())
          maps[index] = features.map((maps) => maps[position]!);
      }
      return maps;
    },
    release: () => session.release(),
  };
}

/** Indices of pictures of the same size, in groups of at most `largestBatch`. */
function batchesOf(pixels: readonly RgbPixels[]): number[][] {
  const bySize = new Map<string, number[]>();
  for (const [index, { width, height }] of pixels.entries()) {
    const size = `${width}x${height}`;
    bySize.set(size, [...(bySize.get(size) ?? []), index]);
  }
  return [...bySize.values()].flatMap((indices) => {
    const batches = [];
    for (let start = 0; start < indices.length; start += largestBatch) {
      batches.push(indices.slice(start, start + largestBatch));
    }
    return batches;
  });
}

/** @returns for each of the wanted layers, a map for each picture */
async function runBatch(
  session: InferenceSession,
  batch: RgbPixels[],
  layerCount: number,
): Promise<FeatureMap[][]> {
  const { width, height } = batch[0]!;
  const feeds = { [pixelsInput]: new Tensor('uint8', stack(batch), [batch.length, height, width, 3]) };
  const outputs = await session.run(feeds);
  return Array.from({ length: layerCount }, (_, layer) => {
    const features = outputs[featuresOutput(layer)]!;
    const [, channels, rows, columns] = features.dims as [number, number, number, number];
    const values = features.data as Float32Array;
    const size = channels * rows * columns;
    return batch.map((_, index) => ({
      data: values.subarray(index * size, (index + 1) * size),
      channels,
      height: rows,
      width: columns,
    }));
  });
}

function stack(batch: readonly RgbPixels[]): Uint8Array {
  const first = batch[0]!.data;
  if (batch.length === 1) return first;
  const bytes = new Uint8Array(first.length * batch.length);
  for (const [index, { data }] of batch.entries()) bytes.set(data, index * first.length);
  return bytes;
}

/** @throws RangeError when a picture's bytes do not fill its size */
export function checkPixels({ data, width, height }: RgbPixels): void {
  const whole = Number.isInteger(width) && Number.isInteger(height) && width > 0 && height > 0;
  if (!whole || data.length !== width * height * 3) {
    throw new RangeError(`${data.length} bytes do not fill a picture of ${width} x ${height}`);
  }
}
