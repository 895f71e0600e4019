import fc from 'fast-check';
import * as tf from '@tensorflow/tfjs';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { beforeAll, describe, expect, it, test } from 'vitest';
import type { LossName } from '../../src/api-training.ts';
import { pairMasks } from '../../src/training/judged-pairs.ts';
import type { PairMasks } from '../../src/training/judged-pairs.ts';
import { activeShare, batchLoss } from '../../src/training/losses.ts';
import type { LossOptions } from '../../src/training/losses.ts';
import { Random } from '../../src/training/random.ts';
import { allTriplets, referenceActive, referenceLoss, slope } from './loss-reference.ts';

type Rows = readonly (readonly number[])[];

const papers: LossOptions = { loss: 'batch-hard', margin: 'soft', distance: 'euclidean', scale: 1 };
const steady: readonly LossName[] = [
  'batch-hard',
  'batch-all',
  'batch-all-non-zero',
  'adaptive-weighted',
  'triplet',
];
const combinations: LossOptions[] = steady.flatMap((loss) =>
  (['soft', 0.3] as const).flatMap((margin) =>
    (['euclidean', 'squared-euclidean'] as const).map((distance) => ({ ...papers, loss, margin, distance })),
  ),
);

beforeAll(async () => {
  setWasmPaths(new URL('../../node_modules/@tensorflow/tfjs-backend-wasm/dist/', import.meta.url).pathname);
  await tf.setBackend('cpu');
});

function valueOf(rows: Rows, masks: PairMasks, options: LossOptions): number {
  return tf.tidy(() => batchLoss(tf, tf.tensor2d(rows as number[][]), masks, options).dataSync()[0]!);
}

function gradientOf(rows: Rows, masks: PairMasks, options: LossOptions): number[][] {
  return tf.tidy(() => {
    const gradient = tf.grad((x) => batchLoss(tf, x as tf.Tensor2D, masks, options));
    return gradient(tf.tensor2d(rows as number[][])).arraySync() as number[][];
  });
}

/** An anchor in the middle, and others so far from it, each to its own side; only the anchor has positives and negatives. */
function star(positives: number[], negatives: number[]): { rows: number[][]; masks: PairMasks } {
  const distances = [0, ...positives, ...negatives];
  const n = distances.length;
  const masks = { positives: new Float32Array(n * n), negatives: new Float32Array(n * n) };
  masks.positives.fill(1, 1, 1 + positives.length);
  masks.negatives.fill(1, 1 + positives.length, n);
  return {
    rows: distances.map((distance, row) => distances.map((_, column) => (row === column ? distance : 0))),
    masks,
  };
}

function unitRows(n: number, dimensions: number, random: Random): number[][] {
  return Array.from({ length: n }, () => {
    const row = Array.from({ length: dimensions }, () => random.normal());
    const length = Math.hypot(...row);
    return row.map((value) => value / length);
  });
}

/** Labels, some of them none, with some judgements and some more negatives. */
function randomMasks(n: number, random: Random): PairMasks {
  const labels = Array.from({ length: n }, () => (random.below(6) === 0 ? null : random.below(4)));
  const judged = Array.from({ length: 3 }, () => ({
    a: random.below(n),
    b: random.below(n),
    same: random.below(2) === 0,
  }));
  return pairMasks(
    labels,
    judged.filter(({ a, b }) => a !== b),
    (a, b) => (a + b) % 3 === 0,
  );
}

describe('worked values', () => {
  const { rows, masks } = star([0.5, 1, 0.8], [0.9, 1.2, 1.4]);

  test('batch-hard takes the furthest positive and the nearest negative', () => {
    expect(valueOf(rows, masks, papers)).toBeCloseTo(0.7444, 4);
    expect(valueOf(rows, masks, { ...papers, margin: 0.2 })).toBeCloseTo(0.2 + 1 - 0.9, 5);
    expect(valueOf(rows, masks, { ...papers, distance: 'squared-euclidean', margin: 0.2 })).toBeCloseTo(
      0.2 + 1 - 0.81,
      5,
    );
    expect(valueOf(rows, masks, { ...papers, scale: 10 })).toBeCloseTo(Math.log(1 + Math.exp(1)), 5);
  });

  test('adaptive weights are the softmax of distances', () => {
    expect(valueOf(rows, masks, { ...papers, loss: 'adaptive-weighted' })).toBeCloseTo(0.5474, 4);
    // The two means have four digits each.
    const hinge = valueOf(rows, masks, { ...papers, loss: 'adaptive-weighted', margin: 1 });
    expect(Math.abs(hinge - (1 + 0.8074 - 1.1239))).toBeLessThan(1e-4);
  });

  test('batch-all means over all triplets, non-zero over those with a loss', () => {
    // With a margin of .1: .5 has none; 1 has .2 to .9; .8 has exactly none, .8 + .1 - .9.
    const hinge = { ...papers, margin: 0.1 };
    expect(valueOf(rows, masks, { ...hinge, loss: 'batch-all' })).toBeCloseTo(0.2 / 9, 5);
    expect(valueOf(rows, masks, { ...hinge, loss: 'batch-all-non-zero' })).toBeCloseTo(0.2, 5);
    // With .25: .35 and .05 of 1, .15 of .8.
    const wider = { ...papers, margin: 0.25 };
    expect(valueOf(rows, masks, { ...wider, loss: 'batch-all' })).toBeCloseTo(0.55 / 9, 5);
    expect(valueOf(rows, masks, { ...wider, loss: 'batch-all-non-zero' })).toBeCloseTo(0.55 / 3, 5);
  });

  test('a triplet of descriptors', () => {
    const [query, positive, negative] = [
      [1, 0],
      [0, 1],
      [0.6, 0.8],
    ];
    const triplets = [{ anchor: 0, positive: 1, negative: 2 }];
    const options = { ...papers, loss: 'triplet', margin: 0.1, triplets } as const;
    const none = pairMasks([null, null, null], []);
    // Squared distances 2 and .8.
    expect(valueOf([query!, positive!, negative!], none, options)).toBeCloseTo((0.1 + 2 - 0.8) / 2, 6);
    const [ofQuery, ofPositive, ofNegative] = gradientOf([query!, positive!, negative!], none, options);
    for (const axis of [0, 1]) {
      expect(ofQuery![axis]).toBeCloseTo(negative![axis]! - positive![axis]!, 5);
      expect(ofPositive![axis]).toBeCloseTo(positive![axis]! - query![axis]!, 5);
      expect(ofNegative![axis]).toBeCloseTo(query![axis]! - negative![axis]!, 5);
    }
    expect(gradientOf([query!, negative!, positive!], none, options).flat()).toEqual([0, 0, 0, 0, 0, 0]);
  });
});

describe('every loss', () => {
  it.each(combinations)(
    '$loss, $margin, $distance is that of a slow reference, and so is its slope',
    (options) => {
      fc.assert(
        fc.property(fc.integer({ min: 0, max: 10_000 }), fc.constantFrom(1, 3), (seed, scale) => {
          const random = new Random(seed);
          const n = 4 + random.below(8);
          const rows = unitRows(n, 4, random);
          const masks = randomMasks(n, random);
          const scaled = { ...options, scale };
          const expected = referenceLoss(rows, masks, scaled);
          expect(Math.abs(valueOf(rows, masks, scaled) - expected)).toBeLessThan(1e-5 * (1 + expected));
          const wanted = slope(rows, (moved) => referenceLoss(moved, masks, scaled)).flat();
          const found = gradientOf(rows, masks, scaled).flat();
          const length = Math.hypot(...wanted);
          const error = Math.hypot(...found.map((value, at) => value - wanted[at]!));
          // Differences in float64 are exact to about 1e-9, the loss is in float32.
          expect(error).toBeLessThan(2e-4 * (0.1 + length));
        }),
        { numRuns: 12 },
      );
    },
  );

  it.each(combinations)('$loss, $margin, $distance does not depend on the order of the batch', (options) => {
    const random = new Random(11);
    const rows = unitRows(9, 5, random);
    // Two photos are alike.
    rows[4] = [...rows[1]!];
    const masks = pairMasks([0, 0, 1, 1, 2, 2, 0, 1, 2], []);
    const order = random.shuffle([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    const shuffle = (mask: Float32Array): Float32Array =>
      Float32Array.from(order.flatMap((row) => order.map((column) => mask[row * 9 + column]!)));
    const shuffled = { positives: shuffle(masks.positives), negatives: shuffle(masks.negatives) };
    const shuffledRows = order.map((row) => rows[row]!);
    expect(valueOf(shuffledRows, shuffled, options)).toBeCloseTo(valueOf(rows, masks, options), 5);
    const gradient = gradientOf(rows, masks, options);
    for (const [place, values] of gradientOf(shuffledRows, shuffled, options).entries())
      for (const [at, value] of values.entries()) expect(value).toBeCloseTo(gradient[order[place]!]![at]!, 4);
  });

  it.each([...combinations, { ...papers, loss: 'batch-sample', random: (): number => 0.5 } as const])(
    '$loss, $margin, $distance of photos that are all alike is that of no distance, with no slope',
    (options) => {
      const rows = Array.from({ length: 6 }, () => [0.6, 0.8, 0]);
      const masks = pairMasks([0, 0, 0, 1, 1, 1], []);
      const collapsed =
        (options.margin === 'soft' ? Math.LN2 : options.margin) * (options.loss === 'triplet' ? 0.5 : 1);
      expect(valueOf(rows, masks, options)).toBeCloseTo(collapsed, 4);
      for (const value of gradientOf(rows, masks, options).flat()) expect(Math.abs(value)).toBeLessThan(1e-6);
    },
  );

  it.each([...combinations, { ...papers, loss: 'batch-sample', random: (): number => 0.5 } as const])(
    '$loss, $margin, $distance of a batch without triplets is 0',
    (options) => {
      const rows = unitRows(3, 4, new Random(1));
      for (const masks of [
        pairMasks([0, 1, 2], []),
        pairMasks([0, 0, 0], []),
        pairMasks([null, 0, null], []),
      ]) {
        expect(valueOf(rows, masks, options)).toBe(0);
        expect(gradientOf(rows, masks, options).flat().map(Math.abs)).toEqual(
          Array.from({ length: 12 }, () => 0),
        );
      }
    },
  );

  it.each([...combinations, { ...papers, loss: 'batch-sample', random: (): number => 0.5 } as const])(
    '$loss, $margin, $distance leaves out anchors without a positive or a negative',
    (options) => {
      const rows = unitRows(4, 4, new Random(2));
      const alone = pairMasks([0, 0, 1], []);
      // The fourth knows nobody; the third has no positive.
      const more = pairMasks([0, 0, 1, null], []);
      expect(valueOf(rows, more, options)).toBeCloseTo(valueOf(rows.slice(0, 3), alone, options), 5);
      expect(gradientOf(rows, more, options)[3]!.map(Math.abs)).toEqual([0, 0, 0, 0]);
    },
  );
});

describe('photos that are alike', () => {
  const hinge: LossOptions = { ...papers, margin: 1 };

  it('share the gradient of one as furthest positives and as nearest negatives', () => {
    // The anchor in the middle, twice the positive above, twice the negative to the right.
    const rows = [
      [0, 0],
      [0, 1],
      [0, 1],
      [2, 0],
      [2, 0],
    ];
    const { masks } = star([1, 1], [1, 1]);
    const once = gradientOf([rows[0]!, rows[1]!, rows[3]!], star([1], [1]).masks, { ...hinge, margin: 2 });
    const twice = gradientOf(rows, masks, { ...hinge, margin: 2 });
    const close = (found: number[], wanted: number[]): void => {
      for (const [at, value] of found.entries()) expect(value).toBeCloseTo(wanted[at]!, 5);
    };
    close(once[0]!, [1, -1]);
    close(twice[0]!, [1, -1]);
    for (const place of [1, 2]) close(twice[place]!, [0, 0.5]);
    for (const place of [3, 4]) close(twice[place]!, [-0.5, 0]);
  });

  it('of which one is an anchor and the other its positive give no slope to each other, and none that is undefined', () => {
    const rows = [
      [1, 0],
      [1, 0],
      [0, 1],
    ];
    const gradient = gradientOf(rows, pairMasks([0, 0, 1], []), { ...hinge, margin: 10 });
    const towards = Math.SQRT1_2;
    // Half of the two anchors each: away from the negative.
    for (const place of [0, 1]) {
      expect(gradient[place]![0]).toBeCloseTo(-towards / 2, 5);
      expect(gradient[place]![1]).toBeCloseTo(towards / 2, 5);
    }
    expect(gradient[2]![1]).toBeCloseTo(-towards, 5);
  });
});

describe('batch-sample', () => {
  const { rows, masks } = star([0.5, 1, 0.8], [0.9, 1.2, 1.4]);

  it('draws far positives and near negatives more often, as their softmax says', () => {
    const random = new Random(1);
    const options: LossOptions = { ...papers, loss: 'batch-sample', margin: 10, random: () => random.next() };
    const counts = new Map<string, number>();
    const rounds = 3000;
    for (let round = 0; round < rounds; round++) {
      const key = (valueOf(rows, masks, options) - 10).toFixed(2);
      counts.set(key, (counts.get(key) ?? 0) + 1 / rounds);
    }
    const positives = [0.2501, 0.4123, 0.3376];
    const negatives = [0.426, 0.3156, 0.2584];
    const expected = new Map<string, number>();
    for (const [p, far] of [0.5, 1, 0.8].entries()) {
      for (const [n, near] of [0.9, 1.2, 1.4].entries()) {
        const key = (far - near).toFixed(2);
        expected.set(key, (expected.get(key) ?? 0) + positives[p]! * negatives[n]!);
      }
    }
    expect([...counts.keys()].sort()).toEqual([...expected.keys()].sort());
    for (const [key, share] of expected) expect(Math.abs(counts.get(key)! - share)).toBeLessThan(0.04);
  });

  it('draws the same by the same random numbers, and has the slope of what it drew', () => {
    const batch = unitRows(8, 4, new Random(3));
    const labels = pairMasks([0, 0, 1, 1, 2, 2, 0, 1], []);
    const options = (): LossOptions => {
      const random = new Random(5);
      return { ...papers, loss: 'batch-sample', random: () => random.next() };
    };
    expect(valueOf(batch, labels, options())).toBe(valueOf(batch, labels, options()));
    const wanted = slope(batch, (moved) => valueOf(moved, labels, options()), 1e-3).flat();
    // Differences of float32 numbers.
    for (const [at, value] of gradientOf(batch, labels, options()).flat().entries())
      expect(Math.abs(value - wanted[at]!)).toBeLessThan(2e-3);
  });

  it('needs random numbers', () => {
    expect(() => valueOf(rows, masks, { ...papers, loss: 'batch-sample' })).toThrow(TypeError);
  });
});

it('frees all memory but its result', () => {
  const random = new Random(1);
  const x = tf.tensor2d(unitRows(6, 4, random));
  const before = tf.memory().numTensors;
  for (const options of combinations) {
    batchLoss(tf, x, pairMasks([0, 0, 1, 1, 2, 2], []), options).dispose();
    tf.grad((rows) => batchLoss(tf, rows as tf.Tensor2D, pairMasks([0, 0, 1, 1, 2, 2], []), options))(
      x,
    ).dispose();
  }
  expect(tf.memory().numTensors).toBe(before);
  x.dispose();
});

it('is the same on WebAssembly, whose kernels are fewer', async () => {
  const random = new Random(8);
  const n = 24;
  const rows = unitRows(n, 32, random);
  const masks = randomMasks(n, random);
  const triplets = allTriplets(masks, n).slice(0, 20);
  const all: LossOptions[] = [
    ...combinations,
    { ...papers, loss: 'triplet', margin: 0.1, triplets },
    { ...papers, loss: 'batch-sample', random: (): number => 0.5 },
  ];
  const results = (): number[][] =>
    all.map((options) => [valueOf(rows, masks, options), ...gradientOf(rows, masks, options).flat()]);
  const expected = results();
  await tf.setBackend('wasm');
  try {
    const found = results();
    for (const [index, values] of found.entries()) {
      const wanted = expected[index]!;
      const error = Math.hypot(...values.map((value, at) => value - wanted[at]!));
      expect(error, all[index]!.loss).toBeLessThan(1e-4 * Math.hypot(...wanted));
    }
  } finally {
    await tf.setBackend('cpu');
  }
});

describe('activeShare', () => {
  it('counts triplets, or anchors, that have a loss', () => {
    const rows = Float32Array.of(0, 1, 2.2, 3);
    const masks = pairMasks([0, 0, 1, 1], []);
    // Anchors: 1 - 2.2, 1 - 1.2, .8 - 1.2, .8 - 2.
    const hinge: LossOptions = { ...papers, margin: 0.3 };
    expect(activeShare(rows, masks, hinge)).toBe(1 / 4);
    // Triplets: those, and 1 - 3, 1 - 2, .8 - 2.2, .8 - 3.
    expect(activeShare(rows, masks, { ...hinge, loss: 'batch-all' })).toBe(1 / 8);
    expect(activeShare(rows, masks, papers)).toBe(1);
    // ln(1 + e^x) is above 1e-5 where x is above -11.5: for those of -12, as for 0 and 3, it is not.
    expect(activeShare(rows, masks, { ...papers, scale: 10 })).toBe(2 / 4);
    expect(activeShare(rows, pairMasks([0, 1, 2, 3], []), hinge)).toBe(0);
  });

  it.each(combinations)('of $loss, $margin, $distance is that of a slow reference', (options) => {
    fc.assert(
      fc.property(fc.nat(10_000), fc.constantFrom(1, 10), (seed, scale) => {
        const random = new Random(seed);
        const n = 4 + random.below(8);
        const rows = unitRows(n, 4, random).map((row) => row.map(Math.fround));
        const masks = randomMasks(n, random);
        const scaled = { ...options, scale };
        const found = activeShare(Float32Array.from(rows.flat()), masks, scaled);
        expect(found).toBeCloseTo(referenceActive(rows, masks, scaled), 10);
      }),
      { numRuns: 15 },
    );
  });

  it('counts mined triplets alone, where there are some', () => {
    const rows = Float32Array.of(0, 1, 2.2, 3);
    const triplets = [
      { anchor: 1, positive: 0, negative: 2 },
      { anchor: 0, positive: 1, negative: 3 },
    ];
    const options: LossOptions = { ...papers, loss: 'triplet', margin: 1, triplets };
    expect(activeShare(rows, pairMasks([0, 0, 1, 1], []), options)).toBe(1 / 2);
  });
});
