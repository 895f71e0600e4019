/** Finds keypoints and describes them, on onnxruntime. */
import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { LocalFeatureModel } from '../model/local-feature-model.ts';
import { onnxLocalFeatures } from '../model/onnx-local-features.ts';
import { sessionOptions } from '../model/session-options.ts';
import { checkPixels } from '../model/trunk.ts';
import type { RgbPixels } from '../model/trunk.ts';
import { localDimensions } from './features.ts';
import type { LocalFeatures } from './features.ts';

export interface FeatureExtractor {
  /** What the longest side of a picture should be brought to, in pixels; a smaller picture is not enlarged. */
  readonly longSide: number;
  /**
   * The features of one picture, none where it shows nothing that stands out.
   * @throws RangeError when the picture's bytes do not fill its size
   */
  extract(pixels: RgbPixels): Promise<LocalFeatures>;
  release(): Promise<void>;
}

/**
 * Loads a network for local features.
 * @param options.threads threads that one run uses; one for each processor by default
 */
export async function createFeatureExtractor(
  model: LocalFeatureModel,
  options: { threads?: number } = {},
): Promise<FeatureExtractor> {
  const { architecture, settings, tensors } = model;
  const graph = onnxLocalFeatures(architecture, settings.keypoints, tensors);
  const session = await InferenceSession.create(graph, sessionOptions(options.threads));
  return {
    longSide: settings.longSide,
    async extract(pixels) {
      checkPixels(pixels);
      const { width, height } = pixels;
      const paddedWidth = roundUp(width, architecture.sideMultiple);
      const added = [roundUp(height, architecture.sideMultiple) - height, paddedWidth - width];
      const padding = BigInt64Array.from([0, 0, 0, 0, 0, 0, ...added], BigInt);
      const { scores, places, descriptors } = await session.run({
        pixels: new Tensor('uint8', pixels.data, [height, width, 3]),
        padding: new Tensor('int64', padding, [padding.length]),
      });
      return keypointsWithin(
        { width, height },
        paddedWidth,
        scores!.data as Float32Array,
        places!.data as Int32Array,
        descriptors!.data as Int8Array,
      );
    },
    release: () => session.release(),
  };
}

/** Those of the network's places that are keypoints, and do not lie in what was added to the picture. */
function keypointsWithin(
  { width, height }: { width: number; height: number },
  paddedWidth: number,
  scores: Float32Array,
  places: Int32Array,
  descriptors: Int8Array,
): LocalFeatures {
  const positions: number[] = [];
  const kept = new Int8Array(descriptors.length);
  let count = 0;
  for (const [index, place] of places.entries()) {
    const x = place % paddedWidth;
    const y = Math.floor(place / paddedWidth);
    if (scores[index] === 0 || x >= width || y >= height) continue;
    positions.push(x, y);
    const start = index * localDimensions;
    kept.set(descriptors.subarray(start, start + localDimensions), count * localDimensions);
    count++;
  }
  return {
    width,
    height,
    positions: Float32Array.from(positions),
    descriptors: kept.slice(0, count * localDimensions),
  };
}

function roundUp(size: number, multiple: number): number {
  return Math.ceil(size / multiple) * multiple;
}
