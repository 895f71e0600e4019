/** Names what was done to a picture, from how two forms of it differ. */
import type { Edit } from '../api-duplicates.ts';
import type { RgbPixels } from '../model/trunk.ts';
import { inPixels, shapeOf } from './affine.ts';
import type { Affine, Size } from './affine.ts';
import { fitTone } from './agreement.ts';
import { seenThrough } from './align.ts';
import type { Fit } from './lay-over.ts';
import { compose, invert } from './affine.ts';
import type { Plane } from './plane.ts';

interface Photo extends Size {
  readonly picture: RgbPixels;
}

/** Less than this may come of rounding when a picture is resized, or of its alignment. */
const least = { cropped: 0.025, resized: 0.015, degrees: 0.35, watermarked: 0.03 };
/** Mean distance of the channels from their mean, of 255: below, a picture is grey. */
const greyest = 2.5;
/** A gain and an offset, of 255, that JPEG does not cause. */
const toned = { gain: 0.06, offset: 8 };

/** @returns plainest first, never empty */
export function findEdits(a: Photo, b: Photo, fit: Fit): Edit[] {
  const { largest, smallest, degrees } = shapeOf(inPixels(fit.map, a, b));
  const [p, q, , r, s] = fit.map;
  const isMirrored = p * s - q * r < 0;
  const quarters = Math.round(degrees / 90);
  const found: Edit[] = [];
  if (isMirrored) found.push('mirrored');
  if (Math.abs(quarters) % (isMirrored ? 2 : 4) !== 0) found.push('rotated');
  if (Math.abs(degrees - 90 * quarters) >= least.degrees) found.push('straightened');
  if (Math.min(fit.overlapA, fit.overlapB) < 1 - least.cropped) found.push(framing(a, b, fit));
  if (Math.abs(Math.log(largest * smallest)) / 2 >= least.resized) found.push('resized');
  const colours = colourEdit(a, b, fit.map);
  if (colours) found.push(colours);
  if (fit.agreement.share < 1 - least.watermarked) found.push('watermarked');
  return found.length > 0 ? found : ['re-saved'];
}

/** What lies around the common part of that which shows more: more picture, an even border, or a screen. */
function framing(a: Photo, b: Photo, { map, overlapA, overlapB }: Fit): Edit {
  const [container, share, toOther] =
    overlapA < overlapB ? [a, overlapB, map] : ([b, overlapA, invert(map) ?? map] as const);
  // Where each shows what the other does not, both were cropped.
  if (share < 1 - 2 * least.cropped) return 'cropped';
  const flatness = flatnessAround(container.picture, toOther);
  if (flatness > 0.85) return 'border';
  return flatness > 0.45 ? 'screenshot' : 'cropped';
}

/** The share of pixels outside the other picture that are like those beside and below them, 0 to 1. */
function flatnessAround({ data, width, height }: RgbPixels, toOther: Affine): number {
  const [a, b, c, d, e, f] = toOther;
  let [outside, even] = [0, 0];
  for (let y = 0; y + 1 < height; y++) {
    for (let x = 0; x + 1 < width; x++) {
      const [column, row] = [(x + 0.5) / width, (y + 0.5) / height];
      const [u, v] = [a * column + b * row + c, d * column + e * row + f];
      if (u > -0.02 && u < 1.02 && v > -0.02 && v < 1.02) continue;
      outside++;
      const at = (y * width + x) * 3 + 1;
      const change = Math.abs(data[at]! - data[at + 3]!) + Math.abs(data[at]! - data[at + width * 3]!);
      if (change <= 2) even++;
    }
  }
  return outside > 0 ? even / outside : 0;
}

/** Whether one is grey and the other is not, or brightness, contrast or colours differ. */
function colourEdit(a: Photo, b: Photo, map: Affine): Edit | null {
  const [chromaA, chromaB] = [chromaOf(a.picture), chromaOf(b.picture)];
  if (Math.min(chromaA, chromaB) < greyest && Math.max(chromaA, chromaB) > 2 * greyest) return 'grey';
  const grid = { width: 48, height: 48 };
  const toA: Affine = [1 / grid.width, 0, 0, 0, 1 / grid.height, 0];
  const unit = { width: 1, height: 1 };
  const isToned = [0, 1, 2].some((channel) => {
    const [one, other] = [channelOf(a.picture, channel), channelOf(b.picture, channel)];
    const tone = fitTone(
      seenThrough(one, inPixels(toA, unit, one), grid).data,
      seenThrough(other, inPixels(compose(map, toA), unit, other), grid).data,
    );
    if (!tone) return false;
    const middle = tone.gain * 128 + tone.offset - 128;
    return Math.abs(Math.log(Math.max(tone.gain, 0.01))) > toned.gain || Math.abs(middle) > toned.offset;
  });
  return isToned ? 'colours' : null;
}

/** Mean distance of the channels from their mean, 0 to 255. */
function chromaOf({ data }: RgbPixels): number {
  let sum = 0;
  for (let at = 0; at < data.length; at += 3) {
    const mean = (data[at]! + data[at + 1]! + data[at + 2]!) / 3;
    for (let channel = 0; channel < 3; channel++) sum += Math.abs(data[at + channel]! - mean);
  }
  return sum / data.length;
}

function channelOf({ data, width, height }: RgbPixels, channel: number): Plane {
  const plane = new Float32Array(width * height);
  for (let pixel = 0; pixel < plane.length; pixel++) plane[pixel] = data[pixel * 3 + channel]!;
  return { data: plane, width, height };
}
