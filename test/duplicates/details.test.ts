import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { blockSide } from '../../src/duplicates/agreement.ts';
import type { Seen } from '../../src/duplicates/align.ts';
import { compareDetails, takeDetails } from '../../src/duplicates/details.ts';
import { landscape, pictureOf, sequence } from './drawn-pictures.ts';

const size = { width: 6 * blockSide, height: 4 * blockSide };
const pixels = blockSide * blockSide;

function seen(valueAt: (x: number, y: number) => number): Seen {
  const data = Float32Array.from({ length: size.width * size.height }, (_, at) =>
    valueAt(at % size.width, Math.floor(at / size.width)),
  );
  return { data, ...size };
}

/** Of one block: mean over rows, over columns and over all, by their definitions. */
function slowDetails(block: readonly number[]): number[] {
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  return block.map((value, at) => {
    const row = mean(
      block.filter((_, other) => Math.floor(other / blockSide) === Math.floor(at / blockSide)),
    );
    const column = mean(block.filter((_, other) => other % blockSide === at % blockSide));
    return value - row - column + mean([...block]);
  });
}

describe('takeDetails', () => {
  it('takes the means of rows and columns off', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 255 }), { minLength: pixels, maxLength: pixels }),
        (block) => {
          const details = new Float64Array(pixels);
          const picture = { data: Float32Array.from(block), width: blockSide, height: blockSide };
          const deviation = takeDetails(picture, 0, 0, details);
          const expected = slowDetails(block);
          for (const [at, value] of expected.entries()) expect(details[at]).toBeCloseTo(value, 6);
          const squares = expected.reduce((sum, value) => sum + value * value, 0);
          expect(deviation).toBeCloseTo(Math.sqrt(squares / pixels), 6);
        },
      ),
    );
  });

  it('leaves nothing of what is a sum of something across and something down', () => {
    const random = sequence(1);
    const [across, down] = [size.width, size.height].map((length) =>
      Array.from({ length }, () => 100 * random()),
    ) as [number[], number[]];
    const sum = seen((x, y) => across[x]! + down[y]!);
    expect(takeDetails(sum, 2 * blockSide, blockSide, new Float64Array(pixels))).toBeLessThan(1e-4);
  });
});

describe('compareDetails', () => {
  const picture: Seen = pictureOf(landscape(1), size.width, size.height);
  const other: Seen = pictureOf(landscape(2), size.width, size.height);

  it('finds all of them in the same picture, however bright it is and of whatever contrast', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.6, max: 2, noNaN: true }),
        fc.double({ min: -90, max: 90, noNaN: true }),
        (gain, offset) => {
          const toned = { ...picture, data: picture.data.map((value) => gain * value + offset) };
          expect(compareDetails(picture, toned)).toEqual({ blocks: 24, share: 1 });
        },
      ),
    );
  });

  it('finds hardly any in another picture', () => {
    const random = sequence(3);
    const noise = () => seen(() => 80 + 90 * random());
    expect(compareDetails(noise(), noise()).blocks).toBe(24);
    expect(compareDetails(noise(), noise()).share).toBeLessThan(0.05);
    // In smooth ones, some blocks are alike by chance.
    expect(compareDetails(picture, other).share).toBeLessThan(0.4);
  });

  it('finds none that skies or rows have in common', () => {
    const sky = seen((x, y) => 90 + 2 * y + x / 2);
    const rows = seen((_, y) => (y % 5 < 2 ? 20 : 230));
    expect(compareDetails(sky, sky)).toEqual({ blocks: 0, share: 0 });
    expect(compareDetails(rows, rows)).toEqual({ blocks: 0, share: 0 });
    // What only one of them shows does not agree.
    expect(compareDetails(sky, picture)).toEqual({ blocks: 24, share: 0 });
    expect(compareDetails(picture, sky)).toEqual({ blocks: 24, share: 0 });
  });

  it('tells lines of one text from those of another, which have the same rows', () => {
    const text = (seed: number) => {
      const random = sequence(seed);
      const letters = Array.from({ length: size.width * size.height }, () => (random() < 0.5 ? 40 : 160));
      return seen((x, y) => (y % 6 < 4 ? letters[y * size.width + x]! : 250));
    };
    expect(compareDetails(text(1), text(1)).share).toBe(1);
    expect(compareDetails(text(1), text(2)).share).toBeLessThan(0.1);
  });

  it('is the same whichever comes first, and leaves out blocks of which a part is missing', () => {
    const covered: Seen = {
      ...picture,
      data: picture.data.map((value, at) =>
        at % size.width < 2 * blockSide + 1 ? other.data[at]! : at % size.width > 40 ? Number.NaN : value,
      ),
    };
    const there = compareDetails(picture, covered);
    expect(compareDetails(covered, picture)).toEqual(there);
    expect(there.blocks).toBe(20);
    expect(there.share).toBeGreaterThan(0.4);
    expect(there.share).toBeLessThan(0.7);
  });
});
