/** A part of a photo, as search takes it, and the cells of the feature map that it covers. */
import { AkinError } from '../errors.ts';
import type { FeatureMap } from '../model/trunk.ts';
import { regionMaxima } from './pooling.ts';
import type { Region } from './regions.ts';

/** [x, y, width, height] as fractions of the upright photo, from its top left corner. */
export type Box = [number, number, number, number];

/** The size of a feature map in cells. */
type MapSize = Pick<FeatureMap, 'width' | 'height'>;

/** Whether there is anything of the photo in the box: numbers, an area, and at least a part of it inside. */
export function isBox([x, y, width, height]: Readonly<Box>): boolean {
  return [x, y, width, height].every(Number.isFinite) && isSpan(x, width) && isSpan(y, height);
}

/** Whether the part of a side from `start` on, of this length, shares more than an end with the whole side. */
function isSpan(start: number, length: number): boolean {
  return Math.min(1, start + length) > Math.max(0, start);
}

/**
 * The cells that a box covers: its edges go to the nearest edges of cells, and a box between two edges gets the cell
 * that its middle lies in. What reaches beyond the photo is cut off.
 *
 * @throws AkinError `box-empty` when nothing of the photo is in the box
 */
export function cellsOf(box: Readonly<Box>, { width, height }: MapSize): Region {
  if (!isBox(box)) throw new AkinError('box-empty', { box: box.join(', ') });
  const [columns, rows] = [span(box[0], box[2], width), span(box[1], box[3], height)];
  return { x: columns.first, y: rows.first, width: columns.count, height: rows.count };
}

function span(start: number, length: number, cells: number): { first: number; count: number } {
  const from = Math.max(0, start) * cells;
  const to = Math.min(1, start + length) * cells;
  const first = Math.round(from);
  const count = Math.round(to) - first;
  if (count > 0) return { first, count };
  return { first: Math.min(cells - 1, Math.floor((from + to) / 2)), count: 1 };
}

/** The box that a region of the feature map covers. */
export function boxOf({ x, y, width, height }: Region, map: MapSize): Box {
  return [x / map.width, y / map.height, width / map.width, height / map.height];
}

/**
 * Describes what is inside a box: the maxima of its cells on the map of the whole photo, made a region vector.
 * The photo is not cut, since its surroundings help: what a cell answers to is larger than the cell. Source: Tolias
 * et al., ICLR 2016, section 4; Gordo et al., IJCV 2017, section 5.1. An R-MAC grid inside the box, summed, was
 * measured as well: three points of mAP worse for boxes round buildings, two better for those round products.
 *
 * @param vectors the head: [rows, channels] to [rows, dimensions]
 * @returns [dimensions], length 1
 * @throws AkinError `box-empty`
 */
export async function describeBox(
  map: FeatureMap,
  box: Readonly<Box>,
  vectors: (maxima: Float32Array) => Promise<Float32Array>,
): Promise<Float32Array> {
  return vectors(regionMaxima(map, [cellsOf(box, map)]));
}
