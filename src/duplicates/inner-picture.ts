/** Finds the picture in a picture: what a border surrounds, or a screenshot shows. */
import type { RgbPixels } from '../model/trunk.ts';

/** In pixels. */
export interface Area {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Longest side of what is looked at, in pixels: every so many pixels of a larger picture. */
const longSide = 256;
/** Colours are counted in steps of 8, and are those of the page if they differ from its colour by less than this. */
const step = 8;
const pageTolerance = 14;
/** What a page and a picture on it cover at least, and what part of its outline a picture fills, as shares. */
const least = { page: 0.08, picture: 0.03, filled: 0.6 };
/** A picture that leaves less of a page is the whole. */
const mostOfWhole = 0.94;

/**
 * The largest thing that lies on a page of one colour, or null. A plain sky may be taken for a page, so it may be no
 * picture; and one that has the colour of the page at its edges is found without these.
 */
export function innerPicture(pixels: RgbPixels): Area | null {
  const small = sampled(pixels);
  const { width, height } = small;
  const page = pageOf(small);
  if (!page) return null;
  const isPicture = Uint8Array.from({ length: width * height }, (_, at) => {
    const distance = [0, 1, 2].map((channel) => Math.abs(small.data[3 * at + channel]! - page[channel]!));
    return Math.max(...distance) >= pageTolerance ? 1 : 0;
  });
  const thing = largestThing(isPicture, width, height);
  if (!thing) return null;
  const { left, top, right, bottom, count } = thing;
  const area = (right - left) * (bottom - top);
  const isWhole = area > mostOfWhole * width * height;
  if (isWhole || area < least.picture * width * height || count < least.filled * area) return null;
  const [across, down] = [pixels.width / width, pixels.height / height];
  const [x, y] = [Math.round(left * across), Math.round(top * down)];
  return {
    left: x,
    top: y,
    width: Math.max(1, Math.round(right * across) - x),
    height: Math.max(1, Math.round(bottom * down) - y),
  };
}

function sampled({ data, width, height }: RgbPixels): RgbPixels {
  const scale = Math.min(1, longSide / Math.max(width, height));
  const size = {
    width: Math.max(1, Math.round(width * scale)),
    height: Math.max(1, Math.round(height * scale)),
  };
  const small = new Uint8Array(size.width * size.height * 3);
  for (let y = 0, to = 0; y < size.height; y++) {
    const row = Math.floor(((y + 0.5) * height) / size.height) * width;
    for (let x = 0; x < size.width; x++, to += 3) {
      const from = 3 * (row + Math.floor(((x + 0.5) * width) / size.width));
      small.set(data.subarray(from, from + 3), to);
    }
  }
  return { data: small, ...size };
}

/** The colour that most pixels have, null where they are too few to be a page. */
function pageOf({ data, width, height }: RgbPixels): [number, number, number] | null {
  const levels = 256 / step;
  const counts = new Uint32Array(levels ** 3);
  const binAt = (at: number) =>
    (Math.floor(data[at]! / step) * levels + Math.floor(data[at + 1]! / step)) * levels +
    Math.floor(data[at + 2]! / step);
  let commonest = 0;
  for (let at = 0; at < data.length; at += 3) {
    const bin = binAt(at);
    if (++counts[bin]! > counts[commonest]!) commonest = bin;
  }
  if (counts[commonest]! < least.page * width * height) return null;
  const sums: [number, number, number] = [0, 0, 0];
  for (let at = 0; at < data.length; at += 3) {
    if (binAt(at) !== commonest) continue;
    for (const channel of [0, 1, 2] as const) sums[channel] += data[at + channel]!;
  }
  return [sums[0] / counts[commonest]!, sums[1] / counts[commonest]!, sums[2] / counts[commonest]!];
}

interface Thing {
  left: number;
  top: number;
  /** One past the last. */
  right: number;
  bottom: number;
  /** Pixels. */
  count: number;
}

/** The largest set of pixels that hang together by their sides. */
function largestThing(isPicture: Uint8Array, width: number, height: number): Thing | null {
  const left = isPicture.slice();
  const open = new Int32Array(width * height);
  let largest: Thing | null = null;
  for (let start = 0; start < left.length; start++) {
    if (!left[start]) continue;
    const thing: Thing = { left: width, top: height, right: 0, bottom: 0, count: 0 };
    let waiting = 0;
    const visit = (at: number) => {
      left[at] = 0;
      open[waiting++] = at;
    };
    visit(start);
    while (waiting > 0) {
      const at = open[--waiting]!;
      const [x, y] = [at % width, Math.floor(at / width)];
      thing.count++;
      thing.left = Math.min(thing.left, x);
      thing.right = Math.max(thing.right, x + 1);
      thing.top = Math.min(thing.top, y);
      thing.bottom = Math.max(thing.bottom, y + 1);
      if (x > 0 && left[at - 1]) visit(at - 1);
      if (x + 1 < width && left[at + 1]) visit(at + 1);
      if (y > 0 && left[at - width]) visit(at - width);
      if (y + 1 < height && left[at + width]) visit(at + width);
    }
    if (!largest || thing.count > largest.count) largest = thing;
  }
  return largest;
}
