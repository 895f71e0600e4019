/**
 * R-MAC once more, written from the papers in plain loops and float64, to hold the product to: grid, maxima, l2,
 * shift, projection, l2, sum, l2. It shares no code with src/descriptor.
 */
import type { Head } from '../../src/model/head-file.ts';
import type { FeatureMap } from '../../src/model/trunk.ts';

interface Settings {
  levels: number;
  wholeMap: boolean;
}

/** Corners of a region, in cells; `right` and `bottom` lie outside it. */
interface Corners {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** The descriptor of a feature map: [dimensions], length 1. Without a head, of the l2-normalised maxima. */
export function referenceDescriptor(map: FeatureMap, head: Head | null, settings: Settings): number[] {
  const sum: number[] = [];
  for (const region of referenceVectors(map, head, settings)) {
    for (const [index, value] of region.entries()) sum[index] = (sum[index] ?? 0) + value;
  }
  return unit(sum);
}

/** The region vectors of a feature map, each of length 1, in the grid's order. */
export function referenceVectors(map: FeatureMap, head: Head | null, settings: Settings): number[][] {
  return referenceGrid(map.height, map.width, settings).map((region) => {
    const vector = unit(referenceMaxima(map, region));
    return head === null ? vector : unit(referenceProjection(vector, head));
  });
}

/** Written after the authors' `rmac_regionvec_act.m`. */
export function referenceGrid(H: number, W: number, { levels, wholeMap }: Settings): Corners[] {
  const w = Math.min(H, W);
  const steps = [2, 3, 4, 5, 6, 7];
  const errors = steps.map((step) => {
    const b = (Math.max(H, W) - w) / (step - 1);
    return Math.abs((w ** 2 - w * b) / w ** 2 - 0.4);
  });
  const extra = errors.indexOf(Math.min(...errors)) + 1;
  const Wd = H < W ? extra : 0;
  const Hd = H > W ? extra : 0;
  const regions: Corners[] = wholeMap ? [{ left: 0, top: 0, right: W, bottom: H }] : [];
  for (let l = 1; l <= levels; l++) {
    const wl = Math.floor((2 * w) / (l + 1));
    if (wl < 1) continue;
    const wl2 = Math.floor(wl / 2 - 1);
    const bw = l + Wd === 1 ? 0 : (W - wl) / (l + Wd - 1);
    const bh = l + Hd === 1 ? 0 : (H - wl) / (l + Hd - 1);
    for (let j = 0; j <= l + Hd - 1; j++) {
      for (let i = 0; i <= l + Wd - 1; i++) {
        const left = Math.floor(wl2 + i * bw) - wl2;
        const top = Math.floor(wl2 + j * bh) - wl2;
        regions.push({ left, top, right: left + wl, bottom: top + wl });
      }
    }
  }
  return regions;
}

/** The maximum of every channel in a region. */
export function referenceMaxima({ data, channels, height, width }: FeatureMap, region: Corners): number[] {
  const maxima: number[] = [];
  for (let channel = 0; channel < channels; channel++) {
    const values: number[] = [];
    for (let y = region.top; y < region.bottom; y++) {
      for (let x = region.left; x < region.right; x++) values.push(data[(channel * height + y) * width + x]!);
    }
    maxima.push(Math.max(...values));
  }
  return maxima;
}

/** Generalised-mean pooling with power 3, of length 1. */
export function referenceGeneralisedMean({ data, channels, height, width }: FeatureMap): number[] {
  const means: number[] = [];
  for (let channel = 0; channel < channels; channel++) {
    const cells = [...data.subarray(channel * height * width, (channel + 1) * height * width)];
    means.push(Math.cbrt(cells.reduce((sum, cell) => sum + cell * cell * cell, 0) / cells.length));
  }
  return unit(means);
}

function referenceProjection(vector: readonly number[], head: Head): number[] {
  const projected: number[] = [];
  for (let row = 0; row < head.dimensions; row++) {
    let sum = 0;
    for (let channel = 0; channel < head.channels; channel++) {
      sum += head.projection[row * head.channels + channel]! * (vector[channel]! + head.shift[channel]!);
    }
    projected.push(sum);
  }
  return projected;
}

/** The same direction with length 1; zeros stay zeros. */
export function unit(vector: readonly number[]): number[] {
  const length = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
  return length === 0 ? [...vector] : vector.map((value) => value / length);
}
