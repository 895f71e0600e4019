/** Names what was done to a picture, from how two forms of it differ. */
import type { Edit } from '../api-duplicates.ts';
import type { RgbPixels } from '../model/trunk.ts';
import { inPixels, invert, shapeOf } from './affine.ts';
import type { Affine, Size } from './affine.ts';
import { framingOf } from './framing.ts';
import { seenTogether } from './lay-over.ts';
import type { Fit } from './lay-over.ts';
import { greyOf, pyramidOf } from './plane.ts';
import type { Pyramid } from './plane.ts';

interface Photo extends Size {
  readonly picture: RgbPixels;
}

/** Less than this may come of rounding when a picture is resized, or of its alignment. */
const least = { cropped: 0.025, resized: 0.015, degrees: 0.35, watermarked: 0.03 };
/** Mean distance of the channels from their mean, of 255: below, a picture is grey. */
const greyest = 2.5;
/** What JPEG does not do to contrast (a factor), brightness (of 255) and saturation (a factor). */
const toned = { contrast: 1.08, brightness: 8, saturation: 1.15 };
/** The long side of what is looked at for its colours, in pixels. */
const colourSide = 48;

/** @returns plainest first, never empty */
export function findEdits(a: Photo, b: Photo, fit: Fit): Edit[] {
  const { largest, smallest, degrees } = shapeOf(inPixels(fit.map, a, b));
  const [p, q, , r, s] = fit.map;
  const isMirrored = p * s - q * r < 0;
  const quarters = Math.round(degrees / 90);
  const found: Edit[] = [];
  if (isMirrored) found.push('mirrored');
  // What is mirrored from left to right is also upside down, turned by two quarters.
  if (Math.abs(quarters) % (isMirrored ? 2 : 4) !== 0) found.push('rotated');
  if (Math.abs(degrees - 90 * quarters) >= least.degrees) found.push('straightened');
  if (Math.min(fit.overlapA, fit.overlapB) < 1 - least.cropped) found.push(framing(a, b, fit));
  if (Math.abs(Math.log(largest * smallest)) / 2 >= least.resized) found.push('resized');
  const colours = colourEdit(a, b, fit.map);
  if (colours) found.push(colours);
  if (fit.agreement.share < 1 - least.watermarked) found.push('watermarked');
  return found.length > 0 ? found : ['re-saved'];
}

function framing(a: Photo, b: Photo, { map, overlapA, overlapB }: Fit): Edit {
  // Where each shows what the other does not, both were cropped.
  if (Math.max(overlapA, overlapB) < 1 - 2 * least.cropped) return 'cropped';
  if (overlapA < overlapB) return framingOf(greyOf(a.picture), map);
  const back = invert(map);
  return back ? framingOf(greyOf(b.picture), back) : 'cropped';
}

/** Whether one is grey and the other is not, or brightness, contrast or colours differ. */
function colourEdit(a: Photo, b: Photo, map: Affine): Edit | null {
  const [ofA, ofB] = [channelsOf(a.picture), channelsOf(b.picture)];
  const channels = ofA.flatMap((channel, at) => seenTogether(channel, ofB[at]!, map, colourSide) ?? []);
  if (channels.length < 3) return null;
  const chromaA = chromaOf(channels.map((seen) => seen.a.data));
  const chromaB = chromaOf(channels.map((seen) => seen.b.data));
  const [paler, richer] = [Math.min(chromaA, chromaB), Math.max(chromaA, chromaB)];
  if (paler < greyest && richer > 2 * greyest) return 'grey';
  const isToned = channels.some(({ a: one, b: other }) => {
    const [x, y] = [spreadOf(one.data), spreadOf(other.data)];
    return (
      Math.abs(x.mean - y.mean) > toned.brightness ||
      Math.max(x.deviation, y.deviation) > toned.contrast * Math.min(x.deviation, y.deviation) + 1
    );
  });
  return isToned || (richer > toned.saturation * paler && richer > 2 * greyest) ? 'colours' : null;
}

/** Mean distance of the channels from their mean, 0 to 255. @param channels [3][pixels]; NaN where there is nothing */
function chromaOf(channels: readonly Float32Array[]): number {
  const [red, green, blue] = channels as [Float32Array, Float32Array, Float32Array];
  let [sum, count] = [0, 0];
  for (const [at, r] of red.entries()) {
    const [g, b] = [green[at]!, blue[at]!];
    const mean = (r + g + b) / 3;
    if (Number.isNaN(mean)) continue;
    sum += (Math.abs(r - mean) + Math.abs(g - mean) + Math.abs(b - mean)) / 3;
    count++;
  }
  return count > 0 ? sum / count : 0;
}

function spreadOf(values: Float32Array): { mean: number; deviation: number } {
  const known = values.filter((value) => !Number.isNaN(value));
  const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
  const squares = known.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / known.length) };
}

/** A photo is compared with several others. */
const known = new WeakMap<RgbPixels, readonly Pyramid[]>();

/** Red, green and blue, no larger than it takes: colours show from afar. */
function channelsOf(picture: RgbPixels): readonly Pyramid[] {
  const before = known.get(picture);
  if (before) return before;
  const { data, width, height } = picture;
  const shrinking = Math.max(1, Math.floor(Math.min(width, height) / colourSide));
  const size = { width: Math.floor(width / shrinking), height: Math.floor(height / shrinking) };
  const channels = [0, 1, 2].map((channel) => {
    const plane = new Float32Array(size.width * size.height);
    for (let y = 0; y < size.height * shrinking; y++) {
      const to = Math.floor(y / shrinking) * size.width;
      for (let x = 0; x < size.width * shrinking; x++) {
        plane[to + Math.floor(x / shrinking)]! += data[(y * width + x) * 3 + channel]! / shrinking ** 2;
      }
    }
    return pyramidOf({ data: plane, ...size });
  });
  known.set(picture, channels);
  return channels;
}
