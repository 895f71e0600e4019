import type { Box } from '../descriptor/box.ts';
import type { Model } from '../model/model-folder.ts';
import { damaged } from './dataset-folder.ts';
import { readPictures } from './pictures.ts';
import type { Picture, ReadingOptions } from './pictures.ts';
import type { PixelBox, Query, Questions } from './query.ts';
import { createVariantDescriber } from './variants.ts';
import type { Variant } from './variants.ts';

/** One variant's descriptors of a data set. */
export interface DescribedDataset {
  /** Of each photo. */
  readonly photos: readonly Float32Array[];
  /** Of each query's box, by the query. */
  readonly boxes: ReadonlyMap<Query, Float32Array>;
}

/**
 * Describes the photos of a data set, and the boxes of those queries that have one, in every variant. Each photo
 * passes the trunk once. A photo that cannot be read gets a descriptor of zeros.
 *
 * @returns in the order of the variants
 * @throws AkinError `dataset-damaged` for a box outside its photo, and what `readPictures` throws
 */
export async function describeDataset(
  model: Model,
  variants: readonly Variant[],
  { photos }: Pick<Questions, 'photos'>,
  queries: readonly Query[],
  options: ReadingOptions,
): Promise<DescribedDataset[]> {
  const asked = Map.groupBy(
    queries.filter(({ box }) => box !== undefined),
    ({ photo }) => photo,
  );
  const described = variants.map(() => ({
    photos: new Array<Float32Array>(photos.length),
    boxes: new Map<Query, Float32Array>(),
  }));
  const describer = await createVariantDescriber(model, variants);
  try {
    for await (const pictures of readPictures(photos, options)) {
      const made = await describer.describe(
        pictures.map(({ pixels }) => pixels),
        pictures.map((picture) =>
          (asked.get(picture.place) ?? []).map(({ box }) => boxOf(box!, picture, photos[picture.place]!)),
        ),
      );
      for (const [index, { place }] of pictures.entries()) {
        for (const [variant, { whole, boxes }] of made[index]!.entries()) {
          described[variant]!.photos[place] = whole;
          for (const [position, query] of (asked.get(place) ?? []).entries())
            described[variant]!.boxes.set(query, boxes[position]!);
        }
      }
    }
  } finally {
    await describer.release();
  }
  for (const { photos: descriptors } of described) {
    const length = descriptors.find((descriptor) => descriptor !== undefined)?.length ?? 0;
    for (let place = 0; place < descriptors.length; place++) descriptors[place] ??= new Float32Array(length);
  }
  return described;
}

/** A box of a ground truth as a box of the photo. @throws AkinError `dataset-damaged` when it lies outside */
export function boxOf(
  [left, top, right, bottom]: PixelBox,
  { width, height }: Pick<Picture, 'width' | 'height'>,
  file: string,
): Box {
  const [x, y] = [Math.max(0, left), Math.max(0, top)];
  const [endX, endY] = [Math.min(width, right), Math.min(height, bottom)];
  if (x >= endX || y >= endY)
    throw damaged(
      file,
      `the box ${left} ${top} ${right} ${bottom} lies outside its ${width} x ${height} pixels`,
    );
  return [x / width, y / height, (endX - x) / width, (endY - y) / height];
}
