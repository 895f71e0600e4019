/**
 * What people do to photos, done to a photo: each edit at several strengths. There are two sets of strengths: thresholds
 * are chosen with the one and judged with the other. They have none in common; only to turn by a right angle, to mirror
 * and to make grey have no strength, and are in both.
 */
import sharp from 'sharp';
import type { Sharp } from 'sharp';
import type { RgbPixels } from '../../model/trunk.ts';
import { drawOnScreen, drawWatermark } from './drawings.ts';
import type { Random } from './random-numbers.ts';

export interface EditOfPhoto {
  /** As in `cropped 70 %`. */
  readonly name: string;
  /** The kind of edit, as in `cropped`. */
  readonly edit: string;
  /** @returns a JPEG file */
  apply(photo: RgbPixels, random: Random): Promise<Uint8Array>;
}

export type Strengths = 'choosing' | 'evaluation';

/** What is kept of a photo's quality by everything that is no re-compression. */
const usualQuality = 90;

/** All edits at all strengths of a set, in an order that does not change. */
export function editsOf(strengths: Strengths): EditOfPhoto[] {
  const of = <Value>(choosing: readonly Value[], evaluation: readonly Value[]) =>
    strengths === 'choosing' ? choosing : evaluation;
  return [
    ...of([15, 45], [10, 30]).map((quality) =>
      edit('re-saved', `quality ${quality}`, (image) => image, quality),
    ),
    ...of([0.3, 0.65], [0.25, 0.5]).map((scale) =>
      edit('resized', percent(scale), (image, { width, height }) =>
        image.resize(Math.round(width * scale), Math.round(height * scale)),
      ),
    ),
    ...of([0.55, 0.8], [0.5, 0.7]).map((area) =>
      edit('cropped', percent(area), (image, photo, random) => image.extract(cropOf(photo, area, random))),
    ),
    ...[90, 180, 270].map((degrees) => edit('rotated', `${degrees}°`, (image) => image.rotate(degrees))),
    edit('mirrored', 'left to right', (image) => image.flop()),
    edit('mirrored', 'upside down', (image) => image.flip()),
    ...of([1.5, -4], [-2, 5]).map((degrees) =>
      edit('straightened', `${degrees}°`, (image, photo) => straighten(image, photo, degrees)),
    ),
    ...of([0.75, 1.25], [0.65, 1.35]).map((factor) =>
      edit('brightness', `x ${factor}`, (image) => image.linear(factor, 0)),
    ),
    ...of([0.7, 1.3], [0.6, 1.45]).map((factor) =>
      edit('contrast', `x ${factor}`, (image) => image.linear(factor, 128 * (1 - factor))),
    ),
    ...of([1.4, 0.5], [1.7, 0.3]).map((saturation) =>
      edit('colour', `saturation ${saturation}`, (image) => image.modulate({ saturation })),
    ),
    ...of([0.9], [0.82]).map((blue) =>
      edit('colour', `warmer ${blue}`, (image) => image.linear([2 - blue, 1, blue], [0, 0, 0])),
    ),
    edit('grey', '', (image) => image.greyscale()),
    ...of([0.4, 0.75], [0.55, 0.9]).map((opacity) =>
      edit('watermarked', percent(opacity), (image, photo, random) =>
        image.composite([drawWatermark(photo, opacity, random)]),
      ),
    ),
    ...of([0.03, 0.09], [0.05, 0.12]).map((share) =>
      edit('border', percent(share), (image, photo, random) => border(image, photo, share, random)),
    ),
    ...of([0.75, 0.5], [0.65, 0.42]).map((share) =>
      edit('screenshot', percent(share), (image, photo, random) => drawOnScreen(image, photo, share, random)),
    ),
  ];
}

type Change = (image: Sharp, photo: RgbPixels, random: Random) => Sharp | Promise<Sharp>;

function edit(kind: string, strength: string, change: Change, quality = usualQuality): EditOfPhoto {
  return {
    name: `${kind} ${strength}`.trim(),
    edit: kind,
    async apply(photo, random) {
      const changed = await change(imageOf(photo), photo, random);
      return changed.jpeg({ quality }).toBuffer();
    },
  };
}

/** @param photo [height, width, 3] */
export function imageOf({ data, width, height }: RgbPixels): Sharp {
  return sharp(data, { raw: { width, height, channels: 3 } });
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

/** A part with this share of the area, anywhere, between half and twice as wide for its height as the photo is. */
function cropOf({ width, height }: RgbPixels, area: number, random: Random) {
  // Half of what is cut goes off the width, more or less.
  const across = area ** (0.3 + 0.4 * random());
  const size = { width: Math.round(width * across), height: Math.round((height * area) / across) };
  return {
    ...size,
    left: Math.floor(random() * (width - size.width + 1)),
    top: Math.floor(random() * (height - size.height + 1)),
  };
}

/** Turned, and cut to the largest part of the photo's form without empty corners. */
async function straighten(image: Sharp, { width, height }: RgbPixels, degrees: number): Promise<Sharp> {
  const turned = await image.rotate(degrees).raw().toBuffer({ resolveWithObject: true });
  const angle = (Math.abs(degrees) * Math.PI) / 180;
  const [long, short] = [Math.max(width, height), Math.min(width, height)];
  // The corner of the inner part that meets the edge first is the one of the long side.
  const scale = short / (long * Math.sin(angle) + short * Math.cos(angle));
  const size = { width: Math.floor(width * scale) - 2, height: Math.floor(height * scale) - 2 };
  const { info } = turned;
  return sharp(turned.data, { raw: { width: info.width, height: info.height, channels: 3 } }).extract({
    ...size,
    left: Math.round((info.width - size.width) / 2),
    top: Math.round((info.height - size.height) / 2),
  });
}

function border(image: Sharp, { width, height }: RgbPixels, share: number, random: Random): Sharp {
  const margin = Math.round(share * Math.max(width, height));
  const grey = random() < 0.5 ? 255 : Math.round(random() * 60);
  return image.extend({
    top: margin,
    bottom: margin,
    left: margin,
    right: margin,
    background: { r: grey, g: grey, b: grey },
  });
}
