/** The losses once more, pair by pair in plain numbers, as the papers write them. */
import type { LossOptions, Triplet } from '../../src/training/losses.ts';
import type { PairMasks } from '../../src/training/judged-pairs.ts';

interface Side {
  readonly positives: number[];
  readonly negatives: number[];
}

export function referenceLoss(
  rows: readonly (readonly number[])[],
  masks: PairMasks,
  options: LossOptions,
): number {
  const { loss, triplets } = options;
  if (loss === 'triplet') {
    const squared = { ...options, distance: 'squared-euclidean' } as const;
    if (triplets)
      return 0.5 * mean(triplets.map((triplet) => phi(difference(rows, triplet, squared), options)));
    const all = allTriplets(masks, rows.length).map((triplet) =>
      phi(difference(rows, triplet, squared), options),
    );
    return 0.5 * mean(all.filter((value) => value > 1e-5));
  }
  if (loss === 'batch-all' || loss === 'batch-all-non-zero') {
    const all = allTriplets(masks, rows.length).map((triplet) =>
      phi(difference(rows, triplet, options), options),
    );
    return mean(loss === 'batch-all' ? all : all.filter((value) => value > 1e-5));
  }
  return mean(
    anchorSides(rows, masks, options).map(({ positives, negatives }) => {
      if (loss === 'batch-hard') return phi(Math.max(...positives) - Math.min(...negatives), options);
      if (loss !== 'adaptive-weighted') throw new Error(`No reference for ${loss}.`);
      return phi(weighted(positives, 1) - weighted(negatives, -1), options);
    }),
  );
}

/** What has a loss above 1e-5, of all. */
export function referenceActive(
  rows: readonly (readonly number[])[],
  masks: PairMasks,
  options: LossOptions,
): number {
  const single = (triplet: Triplet): number =>
    2 * referenceLoss(rows, masks, { ...options, loss: 'triplet', triplets: [triplet] });
  const triplets = options.triplets ?? allTriplets(masks, rows.length);
  const active = (values: number[]): number => mean(values.map((value) => (value > 1e-5 ? 1 : 0)));
  if (options.loss === 'triplet') return active(triplets.map(single));
  if (options.loss === 'batch-hard' || options.loss === 'adaptive-weighted') {
    return active(
      rows.flatMap((_, anchor) => {
        const own = onlyAnchor(masks, rows.length, anchor);
        return allTriplets(own, rows.length).length === 0 ? [] : [referenceLoss(rows, own, options)];
      }),
    );
  }
  return active(triplets.map((triplet) => phi(difference(rows, triplet, options), options)));
}

/** The slope of a function of the rows, by differences to both sides. */
export function slope(
  rows: readonly (readonly number[])[],
  of: (rows: readonly (readonly number[])[]) => number,
  step = 1e-5,
): number[][] {
  const moved = (row: number, column: number, by: number): number[][] =>
    rows.map((values, index) =>
      values.map((value, at) => (index === row && at === column ? value + by : value)),
    );
  return rows.map((values, row) =>
    values.map((_, column) => (of(moved(row, column, step)) - of(moved(row, column, -step))) / (2 * step)),
  );
}

export function allTriplets({ positives, negatives }: PairMasks, n: number): Triplet[] {
  const places = Array.from({ length: n }, (_, place) => place);
  return places.flatMap((anchor) =>
    places
      .filter((positive) => positives[anchor * n + positive] === 1)
      .flatMap((positive) =>
        places
          .filter((negative) => negatives[anchor * n + negative] === 1)
          .map((negative) => ({ anchor, positive, negative })),
      ),
  );
}

function onlyAnchor({ positives, negatives }: PairMasks, n: number, anchor: number): PairMasks {
  const keep = (mask: Float32Array): Float32Array =>
    mask.map((value, place) => (Math.floor(place / n) === anchor ? value : 0));
  return { positives: keep(positives), negatives: keep(negatives) };
}

function anchorSides(
  rows: readonly (readonly number[])[],
  { positives, negatives }: PairMasks,
  options: LossOptions,
): Side[] {
  const n = rows.length;
  return rows
    .map((_, anchor) => {
      const within = (mask: Float32Array): number[] =>
        rows.flatMap((_, other) =>
          mask[anchor * n + other] === 1 ? [distance(rows, anchor, other, options)] : [],
        );
      return { positives: within(positives), negatives: within(negatives) };
    })
    .filter((side) => side.positives.length > 0 && side.negatives.length > 0);
}

function difference(rows: readonly (readonly number[])[], triplet: Triplet, options: LossOptions): number {
  const { anchor, positive, negative } = triplet;
  return distance(rows, anchor, positive, options) - distance(rows, anchor, negative, options);
}

function distance(
  rows: readonly (readonly number[])[],
  one: number,
  other: number,
  options: LossOptions,
): number {
  const squared = rows[one]!.reduce((sum, value, at) => sum + (value - rows[other]![at]!) ** 2, 0);
  return options.scale * (options.distance === 'euclidean' ? Math.sqrt(squared) : squared);
}

function weighted(values: readonly number[], sign: 1 | -1): number {
  const weights = values.map((value) => Math.exp(sign * value));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return values.reduce((total, value, index) => total + (value * weights[index]!) / sum, 0);
}

function phi(value: number, { margin }: LossOptions): number {
  return margin === 'soft' ? Math.log(1 + Math.exp(value)) : Math.max(0, margin + value);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}
