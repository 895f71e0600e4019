/**
 * Two copies of a picture without details, as of a clear sky or a dark room: there is nothing to align them by, and
 * nothing to tell an edit from another shot. They are one only if they agree as they are, in every colour.
 */
import type { RgbPixels } from '../model/trunk.ts';
import { blockSide } from './agreement.ts';
import { compareDetails } from './details.ts';
import { isTransposed, orientations, turnSquare } from './orientation.ts';
import type { Orientation } from './orientation.ts';
import { pyramidOf, shrink } from './plane.ts';
import type { Plane, Pyramid } from './plane.ts';

/** Side of the squares that are compared, and the long side of the picture that is searched for details. */
const side = 24;
const searchedSide = 112;
/** Blocks with details of a picture that is plain, as a share of all that it may have. */
const mostDetailed = 0.02;
/** Grey values that no place may differ by, in any channel. */
const tolerance = 6;
/** Width / height differ by no more than this factor. */
const mostUnlikeAspects = 1.02;

/** What a picture without details looks like; null for every other. */
export interface PlainPicture {
  /** Red, green and blue, each [side, side]. */
  readonly channels: readonly Float32Array[];
  readonly aspect: number;
}

/** @param pyramid of the picture in grey */
export function plainPicture({ data, width, height }: RgbPixels, pyramid: Pyramid): PlainPicture | null {
  const scale = Math.min(1, searchedSide / Math.max(width, height));
  const small = shrink(
    pyramid,
    Math.max(1, Math.round(width * scale)),
    Math.max(1, Math.round(height * scale)),
  );
  const blocks = (small.width * small.height) / blockSide ** 2;
  if (compareDetails(small, small).blocks > mostDetailed * blocks) return null;
  const channels = [0, 1, 2].map((channel) => {
    const plane: Plane = {
      data: Float32Array.from({ length: width * height }, (_, pixel) => data[pixel * 3 + channel]!),
      width,
      height,
    };
    return shrink(pyramidOf(plane), side, side).data;
  });
  return { channels, aspect: width / height };
}

/** The first orientation in which one is the other, with their mean difference, 0 to 255; null if there is none. */
export function samePlainPicture(
  a: PlainPicture,
  b: PlainPicture,
): { orientation: Orientation; difference: number } | null {
  for (const orientation of orientations) {
    const ratio = (isTransposed(orientation) ? 1 / a.aspect : a.aspect) / b.aspect;
    if (Math.max(ratio, 1 / ratio) > mostUnlikeAspects) continue;
    let [most, sum] = [0, 0];
    for (const [channel, values] of a.channels.entries()) {
      for (const [at, value] of turnSquare(values, side, orientation).entries()) {
        const difference = Math.abs(value - b.channels[channel]![at]!);
        most = Math.max(most, difference);
        sum += difference;
      }
    }
    if (most <= tolerance) return { orientation, difference: sum / (3 * side * side) };
  }
  return null;
}
