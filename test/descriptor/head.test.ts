import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHead } from '../../src/descriptor/head.ts';
import type { HeadSession } from '../../src/descriptor/head.ts';
import { defaultModelFolder, readModel } from '../../src/model/model-folder.ts';
import type { Head } from '../../src/model/head-file.ts';
import { unit } from './reference.ts';

const channels = 6;
const dimensions = 4;

const value = fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 6000 })).map((steps) => steps / 1000);
const weight = fc.integer({ min: -2000, max: 2000 }).map((steps) => steps / 1000);

function arrayOf(length: number, entry: fc.Arbitrary<number>): fc.Arbitrary<Float32Array> {
  return fc.array(entry, { minLength: length, maxLength: length }).map((values) => Float32Array.from(values));
}

const anyHead = fc
  .record({ shift: arrayOf(channels, weight), projection: arrayOf(channels * dimensions, weight) })
  .map((parts): Head => ({ ...parts, channels, dimensions }));

/** l2, then shift, then projection: in float64, before the last l2. */
function projected(head: Head, maxima: readonly number[]): number[] {
  const centred = unit(maxima).map((entry, channel) => entry + head.shift[channel]!);
  return Array.from({ length: head.dimensions }, (_, row) =>
    centred.reduce((sum, entry, i) => sum + entry * head.projection[row * head.channels + i]!, 0),
  );
}

async function runOnce(head: Head | null, maxima: Float32Array, width = channels): Promise<Float32Array> {
  const session = await createHead(head, width, { threads: 1 });
  try {
    return await session.run(maxima);
  } finally {
    await session.release();
  }
}

describe('with a head', () => {
  it('does l2, shift, projection, l2, in this order', async () => {
    // l2 of (3, 4) is (.6, .8); shifted by (-.5, 1) it is (.1, 1.8); projected (1.8, .3); of length 1.8248.
    const head = {
      shift: Float32Array.of(-0.5, 1),
      projection: Float32Array.of(0, 1, 3, 0),
      dimensions: 2,
      channels: 2,
    };
    const [first, second] = await runOnce(head, Float32Array.of(3, 4), 2);
    expect(first).toBeCloseTo(1.8 / Math.hypot(1.8, 0.3), 6);
    expect(second).toBeCloseTo(0.3 / Math.hypot(1.8, 0.3), 6);
  });

  it('agrees with plain loops in float64, row by row', async () => {
    await fc.assert(
      fc.asyncProperty(
        anyHead,
        fc.integer({ min: 1, max: 5 }),
        fc.infiniteStream(value),
        async (head, rows, entries) => {
          const maxima = Float32Array.from(entries.take(rows * channels));
          const vectors = await runOnce(head, maxima);
          expect(vectors).toHaveLength(rows * dimensions);
          for (let row = 0; row < rows; row++) {
            const expected = projected(head, [...maxima.subarray(row * channels, (row + 1) * channels)]);
            // Where hardly anything is left after the projection, its direction is rounding.
            if (Math.hypot(...expected) < 1e-2) continue;
            for (const [i, entry] of unit(expected).entries())
              expect(vectors[row * dimensions + i]).toBeCloseTo(entry, 3);
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('gives finite numbers for a silent region, and zeros where nothing is left', async () => {
    const shift = Float32Array.of(1, 2);
    const head = { shift, projection: Float32Array.of(1, 0, 0, 1), dimensions: 2, channels: 2 };
    const silent = await runOnce(head, new Float32Array(2), 2);
    for (const [i, entry] of unit([1, 2]).entries()) expect(silent[i]).toBeCloseTo(entry, 6);
    const nothing = { ...head, projection: new Float32Array(4) };
    expect([...(await runOnce(nothing, Float32Array.of(1, 1), 2))]).toEqual([0, 0]);
  });
});

describe('without a head', () => {
  it('gives the maxima length 1, and leaves zeros zero', async () => {
    const vectors = await runOnce(null, Float32Array.of(3, 0, 4, 0, 0, 0), 3);
    expect([...vectors].map((entry) => +entry.toFixed(6))).toEqual([0.6, 0, 0.8, 0, 0, 0]);
  });
});

describe('the head that comes with Akin', () => {
  let head: Head;
  let session: HeadSession;

  beforeAll(async () => {
    const model = await readModel(defaultModelFolder());
    head = model.head!;
    session = await createHead(head, model.channels, { threads: 1 });
  });
  afterAll(() => session.release());

  it('projects 1280 channels to 512 dimensions as plain loops in float64 do', async () => {
    expect([head.channels, head.dimensions, session.dimensions]).toEqual([1280, 512, 512]);
    const maxima = Float32Array.from({ length: 3 * 1280 }, (_, i) => Math.max(0, 6 * Math.sin(i * i)));
    const vectors = await session.run(maxima);
    for (let row = 0; row < 3; row++) {
      const expected = unit(projected(head, [...maxima.subarray(row * 1280, (row + 1) * 1280)]));
      for (const [i, entry] of expected.entries()) expect(vectors[row * 512 + i]).toBeCloseTo(entry, 4);
    }
  });
});
