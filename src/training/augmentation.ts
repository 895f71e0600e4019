/**
 * Views of a photo as another shot of the same thing might show it: a part of it, mirrored, turned a little, in other
 * light. What is drawn depends on nothing but the random numbers, and what is made of it on nothing but that, so that
 * a view can be made again at any time.
 */
import { createHash } from 'node:crypto';
import sharp from 'sharp';
import { checkPixels } from '../model/trunk.ts';
import type { RgbPixels } from '../model/trunk.ts';
import { Random } from './random.ts';

/** What is done to a photo. */
export interface Recipe {
  /** Centre of the crop, in pixels of the photo, from its left and top border. */
  readonly centre: readonly [number, number];
  /** Width and height of the crop before it is turned, in pixels of the photo. */
  readonly size: readonly [number, number];
  /** How far the crop is turned about its centre, in radians, clockwise as the picture is seen. */
  readonly angle: number;
  readonly mirrored: boolean;
  /** Factors, 1 for no change; applied in this order. */
  readonly brightness: number;
  readonly contrast: number;
  readonly saturation: number;
}

/** Share of the photo's area in a crop. */
const areas = [0.35, 1] as const;

/** Width by height of a crop, as a factor: it is brought to a square, which changes proportions by at most this. */
const largestAspect = 4 / 3;

/** 10 degrees. */
const largestAngle = Math.PI / 18;

/** Factors of light and colour lie between 1 less this and 1 more. */
const colourChange = 0.2;

/** Weights of red, green and blue in what the eye sees as light. Source: Rec. ITU-R BT.601-7, section 2.5.1. */
const luma = [0.299, 0.587, 0.114] as const;

/**
 * Random numbers that are always the same for one view of one photo.
 * @param photo identifies it, as its hash does @param view tells the photo's views apart
 */
export function randomOfView(seed: number, photo: string, view: string): Random {
  return new Random(createHash('sha256').update(`${seed}/${photo}/${view}`).digest().readUInt32LE());
}

/**
 * Draws a crop that lies within the photo also where it is turned: one that does not fit once turned is made smaller.
 * Of a photo longer than 4:3 it is as much as a crop of that aspect can hold, at most.
 * @param width in pixels @param height in pixels
 */
export function drawRecipe(random: Random, width: number, height: number): Recipe {
  const aspect = width / height;
  const largest = Math.min(1, largestAspect / aspect, largestAspect * aspect);
  const area = between(random, Math.min(areas[0], largest), largest);
  // So that neither side is longer than the photo's.
  const narrowest = Math.max(1 / largestAspect, area * aspect);
  const widest = Math.min(largestAspect, aspect / area);
  const cropAspect = Math.exp(between(random, Math.log(narrowest), Math.log(Math.max(narrowest, widest))));
  const angle = between(random, -largestAngle, largestAngle);
  const [sine, cosine] = [Math.abs(Math.sin(angle)), Math.cos(angle)];
  const wanted = [
    Math.sqrt(area * width * height * cropAspect),
    Math.sqrt((area * width * height) / cropAspect),
  ] as const;
  const turned = [wanted[0] * cosine + wanted[1] * sine, wanted[0] * sine + wanted[1] * cosine] as const;
  const scale = Math.min(1, width / turned[0], height / turned[1]);
  const [left, top] = [(scale * turned[0]) / 2, (scale * turned[1]) / 2];
  return {
    centre: [between(random, left, width - left), between(random, top, height - top)],
    size: [scale * wanted[0], scale * wanted[1]],
    angle,
    mirrored: random.next() < 0.5,
    brightness: between(random, 1 - colourChange, 1 + colourChange),
    contrast: between(random, 1 - colourChange, 1 + colourChange),
    saturation: between(random, 1 - colourChange, 1 + colourChange),
  };
}

/**
 * Makes a view of side x side pixels. Where pixels of the photo are smaller than the view's, they are averaged.
 * @param photo is not changed
 * @throws RangeError when the photo's bytes do not fill its size
 */
export async function augment(photo: RgbPixels, recipe: Recipe, side: number): Promise<RgbPixels> {
  checkPixels(photo);
  const { pixels, toPixels } = await reduced(photo, recipe, side);
  const view = resample(pixels, viewToPhoto(recipe, side).map(toPixels) as [Row, Row], side);
  recolour(view, recipe);
  return { data: view, width: side, height: side };
}

/** A coordinate as a linear function of column and row of the view: by column, by row, at the origin. */
type Row = readonly [number, number, number];

/** Where a point of the view, in its pixels from its upper left corner, lies in the photo. */
function viewToPhoto({ centre, size, angle, mirrored }: Recipe, side: number): [Row, Row] {
  const [sine, cosine] = [Math.sin(angle), Math.cos(angle)];
  const across = ((mirrored ? -1 : 1) * size[0]) / side;
  const down = size[1] / side;
  const [x, y] = [
    [cosine * across, -sine * down],
    [sine * across, cosine * down],
  ] as const;
  const half = side / 2;
  return [
    [x[0], x[1], centre[0] - half * (x[0] + x[1])],
    [y[0], y[1], centre[1] - half * (y[0] + y[1])],
  ];
}

interface Reduced {
  readonly pixels: RgbPixels;
  /** Turns what gives a coordinate in the photo into what gives it in `pixels`; axis 0 is x. */
  readonly toPixels: (row: Row, axis: number) => Row;
}

/** The part of the photo that the crop lies in, brought down by averaging to about the view's resolution. */
async function reduced(photo: RgbPixels, { centre, size, angle }: Recipe, side: number): Promise<Reduced> {
  const shrinks = size.map((length) => Math.min(1, side / length));
  if (shrinks.every((shrink) => shrink === 1)) return { pixels: photo, toPixels: (row) => row };
  const [sine, cosine] = [Math.abs(Math.sin(angle)), Math.cos(angle)];
  const turned = [size[0] * cosine + size[1] * sine, size[0] * sine + size[1] * cosine];
  // A pixel more at each side, as what lies between two pixels is made of both.
  const from = centre.map((middle, axis) => Math.max(0, Math.floor(middle - turned[axis]! / 2) - 1));
  const to = [photo.width, photo.height].map((length, axis) =>
    Math.min(length, Math.ceil(centre[axis]! + turned[axis]! / 2) + 1),
  );
  const lengths = to.map((end, axis) => end - from[axis]!);
  const [width, height] = lengths.map((length, axis) => Math.max(1, Math.round(length * shrinks[axis]!)));
  const data = await sharp(photo.data, { raw: { width: photo.width, height: photo.height, channels: 3 } })
    .extract({ left: from[0]!, top: from[1]!, width: lengths[0]!, height: lengths[1]! })
    .resize({ width: width!, height: height!, fit: 'fill', kernel: 'linear' })
    .raw()
    .toBuffer();
  const scales = [width! / lengths[0]!, height! / lengths[1]!];
  return {
    pixels: { data, width: width!, height: height! },
    toPixels: ([byColumn, byRow, origin], axis) => {
      const scale = scales[axis]!;
      return [scale * byColumn, scale * byRow, scale * (origin - from[axis]!)];
    },
  };
}

/** Bilinear; beyond its border a picture goes on as it is there. */
function resample({ data, width, height }: RgbPixels, [x, y]: [Row, Row], side: number): Uint8Array {
  const view = new Uint8Array(3 * side * side);
  let target = 0;
  for (let row = 0; row < side; row++) {
    // Centres of pixels lie at halves.
    let column = x[2] + x[0] / 2 + x[1] * (row + 0.5) - 0.5;
    let line = y[2] + y[0] / 2 + y[1] * (row + 0.5) - 0.5;
    for (const end = target + 3 * side; target < end; target += 3, column += x[0], line += y[0]) {
      const inX = Math.min(Math.max(column, 0), width - 1);
      const inY = Math.min(Math.max(line, 0), height - 1);
      const left = Math.floor(inX);
      const top = Math.floor(inY);
      const fromLeft = inX - left;
      const fromTop = inY - top;
      const upper = 3 * (top * width + left);
      const lower = top + 1 < height ? upper + 3 * width : upper;
      const next = left + 1 < width ? 3 : 0;
      for (let channel = 0; channel < 3; channel++) {
        const at = upper + channel;
        const below = lower + channel;
        const above = data[at]! + fromLeft * (data[at + next]! - data[at]!);
        const under = data[below]! + fromLeft * (data[below + next]! - data[below]!);
        view[target + channel] = above + fromTop * (under - above) + 0.5;
      }
    }
  }
  return view;
}

/** Brightness is a factor; contrast one of the distance to the mean grey, saturation to the pixel's own grey. */
function recolour(view: Uint8Array, { brightness, contrast, saturation }: Recipe): void {
  let sum = 0;
  for (let at = 0; at < view.length; at += 3) sum += grey(view, at);
  const middle = (brightness * sum) / (view.length / 3);
  const factor = brightness * contrast;
  const offset = (1 - contrast) * middle + 0.5;
  for (let at = 0; at < view.length; at += 3) {
    const own = (1 - saturation) * factor * grey(view, at) + offset;
    for (let channel = at; channel < at + 3; channel++) {
      const value = saturation * factor * view[channel]! + own;
      view[channel] = value < 0 ? 0 : value > 255 ? 255 : value;
    }
  }
}

function grey(pixels: Uint8Array, at: number): number {
  return luma[0] * pixels[at]! + luma[1] * pixels[at + 1]! + luma[2] * pixels[at + 2]!;
}

function between(random: Random, from: number, to: number): number {
  return from + random.next() * (to - from);
}
