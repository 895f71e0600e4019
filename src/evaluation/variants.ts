import { cellsOf } from '../descriptor/box.ts';
import type { Box } from '../descriptor/box.ts';
import { createHead } from '../descriptor/head.ts';
import type { HeadSession } from '../descriptor/head.ts';
import { pooledLength, poolMap } from '../descriptor/poolings.ts';
import type { Pooling } from '../descriptor/poolings.ts';
import type { Region } from '../descriptor/regions.ts';
import { sumOfRows } from '../descriptor/vectors.ts';
import { architectureOf } from '../model/architecture.ts';
import type { Head } from '../model/head-file.ts';
import { layerOutputs } from '../model/layer-outputs.ts';
import type { Model } from '../model/model-folder.ts';
import { createLayerTrunk } from '../model/trunk.ts';
import type { FeatureMap, RgbPixels } from '../model/trunk.ts';

/** A layer of a trunk, and what makes a vector of its map. */
export interface Combination {
  readonly layer: string;
  readonly pooling: Pooling;
}

/** A way to make a descriptor. */
export interface Variant extends Combination {
  readonly name: VariantName;
  /** Null where the pooled vectors are only l2-normalised. */
  readonly head: Head | null;
}
export type VariantName = 'gem' | 'raw' | 'whitened';

/** What Akin searches with, which is `whitened`, between two simpler descriptors of the same map. */
export function standardVariants(model: Model): Variant[] {
  const layer = lastLayer(model);
  const { levels, wholeMap } = model.settings;
  const regions = { layer, pooling: { name: 'r-mac', levels, wholeMap } } as const;
  return [
    { name: 'gem', layer, pooling: { name: 'gem', power: 3 }, head: null },
    { name: 'raw', ...regions, head: null },
    ...(model.head === null ? [] : [{ name: 'whitened', ...regions, head: model.head } as const]),
  ];
}

/** The layer whose output is the feature map that Akin searches with. */
export function lastLayer(model: Model): string {
  return architectureOf(model.architecture).layers.at(-1)!.name;
}

export interface VariantDescriber {
  /**
   * Every variant's descriptor of each picture, from one run of the trunk.
   *
   * @param boxes for each picture, the parts of it to describe too: pooled from the whole picture's map. Of R-MAC,
   *   a box is one region, as in search.
   * @returns a list for each picture, in the order of the variants
   */
  describe(pixels: readonly RgbPixels[], boxes?: readonly (readonly Box[])[]): Promise<Described[][]>;
  release(): Promise<void>;
}

/** A picture's descriptor, and those of the boxes. */
export interface Described {
  readonly whole: Float32Array;
  readonly boxes: readonly Float32Array[];
}

/** @param variants of one model; those of the same layer and pooling share the pooling too */
export async function createVariantDescriber(
  model: Model,
  variants: readonly Variant[],
): Promise<VariantDescriber> {
  const layers = [...new Set(variants.map(({ layer }) => layer))];
  const channels = new Map(
    layerOutputs(architectureOf(model.architecture)).map((output) => [output.name, output.channels]),
  );
  const trunk = await createLayerTrunk(model, layers);
  const heads: HeadSession[] = [];
  for (const { head, layer, pooling } of variants)
    heads.push(await createHead(head, pooledLength(pooling, channels.get(layer)!)));

  async function describeMaps(maps: readonly FeatureMap[], box?: Box): Promise<Float32Array[]> {
    const pooled = new Map<string, Float32Array>();
    const descriptors = [];
    for (const [index, { layer, pooling }] of variants.entries()) {
      const key = JSON.stringify([layer, pooling]);
      const map = maps[layers.indexOf(layer)]!;
      const rows = pooled.get(key) ?? (box ? poolBox(map, box, pooling) : poolMap(map, pooling));
      pooled.set(key, rows);
      const head = heads[index]!;
      descriptors.push(sumOfRows(await head.run(rows), head.dimensions));
    }
    return descriptors;
  }

  return {
    async describe(pixels, boxes) {
      const described = [];
      for (const [index, maps] of (await trunk.run(pixels)).entries()) {
        const whole = await describeMaps(maps);
        const parts: Float32Array[][] = [];
        for (const box of boxes?.[index] ?? []) parts.push(await describeMaps(maps, box));
        described.push(
          whole.map((descriptor, variant) => ({
            whole: descriptor,
            boxes: parts.map((part) => part[variant]!),
          })),
        );
      }
      return described;
    },
    async release() {
      await Promise.all([trunk.release(), ...heads.map((head) => head.release())]);
    },
  };
}

function poolBox(map: FeatureMap, box: Box, pooling: Pooling): Float32Array {
  const part = cropMap(map, cellsOf(box, map));
  return poolMap(part, pooling.name === 'r-mac' ? { name: 'mac' } : pooling);
}

function cropMap(map: FeatureMap, { x, y, width, height }: Region): FeatureMap {
  const data = new Float32Array(map.channels * height * width);
  for (let channel = 0; channel < map.channels; channel++) {
    for (let row = 0; row < height; row++) {
      const start = (channel * map.height + y + row) * map.width + x;
      data.set(map.data.subarray(start, start + width), (channel * height + row) * width);
    }
  }
  return { data, channels: map.channels, height, width };
}
