import type { Model } from '../model/model-folder.ts';
import { createTrunk } from '../model/trunk.ts';
import type { FeatureMap, RgbPixels, Trunk } from '../model/trunk.ts';
import { createHead } from './head.ts';
import type { HeadSession } from './head.ts';
import { regionMaxima } from './pooling.ts';
import { quantiseRegions } from './quantise.ts';
import type { QuantisedRegions } from './quantise.ts';
import { regionGrid } from './regions.ts';
import { atScale } from './scales.ts';
import { sumOfRows } from './vectors.ts';

/** What search knows of a photo. */
export interface Description {
  /** [dimensions], length 1; the dot product of two is their similarity. */
  descriptor: Float32Array;
  regions: QuantisedRegions;
}

export interface PictureDescriber {
  /**
   * Describes pictures, in their order. Those of one size share a run of the trunk, so a call with many is faster
   * than many calls.
   *
   * @param pixels upright sRGB, brought to the model's `pictureSide` already
   */
  describe(pixels: readonly RgbPixels[]): Promise<Description[]>;
}

export interface Describer extends PictureDescriber {
  /** Of a descriptor. */
  readonly dimensions: number;
  /**
   * The feature map of one picture at scale 1: for boxes, localisation and heat-maps, which then share a run of the
   * trunk.
   * @param pixels as for `describe`
   */
  map(pixels: RgbPixels): Promise<FeatureMap>;
  /** Makes region vectors: the maxima of regions [regions, channels] to [regions, dimensions], each of length 1. */
  vectors(maxima: Float32Array): Promise<Float32Array>;
  release(): Promise<void>;
}

/**
 * Makes R-MAC descriptors: trunk, regions, maximum, l2, shift and projection, l2, sum, l2. Source: Tolias et al.,
 * ICLR 2016, and Gordo et al., IJCV 2017. At several scales, the descriptor is the l2-normalised sum of theirs, the
 * multi-resolution descriptor of Gordo et al., and the regions are those of scale 1.
 *
 * @param options.threads threads that one run uses; one for each processor by default
 */
export async function createDescriber(model: Model, options: { threads?: number } = {}): Promise<Describer> {
  const trunk = await createTrunk(model, options);
  const head = await createHead(model.head, model.channels, options);
  return {
    dimensions: head.dimensions,
    describe: (pixels) => describeAll(trunk, head, model.settings, pixels),
    map: async (pixels) => (await trunk.run([await atScale(pixels, model.settings.longSide, 1)]))[0]!,
    vectors: (maxima) => head.run(maxima),
    async release() {
      await trunk.release();
      await head.release();
    },
  };
}

type GridSettings = Pick<Model['settings'], 'levels' | 'wholeMap'>;

async function describeAll(
  trunk: Trunk,
  head: HeadSession,
  settings: Model['settings'],
  pixels: readonly RgbPixels[],
): Promise<Description[]> {
  if (pixels.length === 0) return [];
  const { longSide, scales } = settings;
  const made: Description[][] = [];
  for (const scale of scales) {
    const scaled = await Promise.all(pixels.map((picture) => atScale(picture, longSide, scale)));
    const maps = await trunk.run(scaled);
    const maxima = maps.map((map) => ({ ...map, maxima: gridMaxima(map, settings) }));
    made.push(await describeMaxima(head, settings, maxima));
  }
  return joinScales(made, scales);
}

/** Region maxima of one feature map. */
export interface MapMaxima {
  /** [regions, channels] */
  readonly maxima: Float32Array;
  /** Of the map, in cells. */
  readonly height: number;
  readonly width: number;
}

/** Descriptions at one scale, of the region maxima of each picture. */
export async function describeMaxima(
  head: HeadSession,
  { levels, wholeMap }: GridSettings,
  maps: readonly MapMaxima[],
): Promise<Description[]> {
  const all = concatenated(maps.map(({ maxima }) => maxima));
  const vectors = await head.run(all);
  const { dimensions } = head;
  let start = 0;
  return maps.map(({ maxima, height, width }) => {
    const length = Math.round((maxima.length / all.length) * vectors.length);
    const own = vectors.subarray(start, (start += length));
    const geometry = { height, width, levels, wholeMap };
    return {
      descriptor: sumOfRows(own, dimensions),
      regions: quantiseRegions(own, dimensions, geometry),
    };
  });
}

/** @param made for each of `scales`, the descriptions of the same pictures */
export function joinScales(
  made: readonly (readonly Description[])[],
  scales: readonly number[],
): Description[] {
  const base = made[scales.indexOf(1)]!;
  if (made.length === 1) return [...base];
  return base.map(({ descriptor, regions }, index) => {
    const descriptors = concatenated(made.map((one) => one[index]!.descriptor));
    return { descriptor: sumOfRows(descriptors, descriptor.length), regions };
  });
}

/** The maxima of every region of the R-MAC grid on this map: [regions, channels]. */
export function gridMaxima(map: FeatureMap, { levels, wholeMap }: GridSettings): Float32Array {
  return regionMaxima(map, regionGrid(map.height, map.width, levels, wholeMap));
}

function concatenated(arrays: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(arrays.reduce((length, array) => length + array.length, 0));
  let start = 0;
  for (const array of arrays) {
    whole.set(array, start);
    start += array.length;
  }
  return whole;
}
