import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  flatnessOf,
  greyOf,
  halve,
  pyramidOf,
  shrink,
  squeeze,
  valueAt,
} from '../../src/duplicates/plane.ts';
import type { Plane } from '../../src/duplicates/plane.ts';

const planes = fc
  .record({ width: fc.integer({ min: 1, max: 12 }), height: fc.integer({ min: 1, max: 12 }) })
  .chain(({ width, height }) =>
    fc
      .array(fc.integer({ min: 0, max: 255 }), { minLength: width * height, maxLength: width * height })
      .map((values): Plane => ({ data: Float32Array.from(values), width, height })),
  );

function meanOf({ data }: Plane): number {
  return data.reduce((sum, value) => sum + value, 0) / data.length;
}

/** What a pixel of the smaller picture covers, by cutting each pixel into many. */
function squeezedSlowly(plane: Plane, width: number, height: number): number[] {
  const fine = 24;
  const sums = new Float64Array(width * height);
  const counts = new Float64Array(width * height);
  for (let y = 0; y < height * plane.height * fine; y++) {
    for (let x = 0; x < width * plane.width * fine; x += fine) {
      const to = Math.floor(y / (plane.height * fine)) * width + Math.floor(x / (plane.width * fine));
      const from = Math.floor(y / (height * fine)) * plane.width + Math.floor(x / (width * fine));
      sums[to]! += plane.data[from]!;
      counts[to]! += 1;
    }
  }
  return [...sums].map((sum, at) => sum / counts[at]!);
}

describe('greyOf', () => {
  it('weighs the channels', () => {
    const { data } = greyOf({
      data: Uint8Array.of(255, 0, 0, 0, 255, 0, 0, 0, 255, 9, 9, 9),
      width: 2,
      height: 2,
    });
    for (const [at, value] of [76.245, 149.685, 29.07, 9].entries()) expect(data[at]).toBeCloseTo(value, 3);
  });
});

describe('halve', () => {
  it('takes the mean of four', () => {
    const half = halve({ data: Float32Array.of(1, 3, 10, 10, 5, 7, 20, 0), width: 4, height: 2 });
    expect({ ...half, data: [...half.data] }).toEqual({ width: 2, height: 1, data: [4, 10] });
  });

  it('keeps a side of one pixel', () => {
    const half = halve({ data: Float32Array.of(2, 4, 6), width: 1, height: 3 });
    expect({ ...half, data: [...half.data] }).toEqual({ width: 1, height: 1, data: [3] });
  });
});

describe('pyramidOf', () => {
  it('shows all of the picture on every level, whatever its size', () => {
    fc.assert(
      fc.property(fc.integer({ min: 64, max: 200 }), fc.integer({ min: 64, max: 200 }), (width, height) => {
        const data = Float32Array.from({ length: width * height }, (_, at) => at % width);
        for (const level of pyramidOf({ data, width, height })) {
          expect(meanOf(level)).toBeCloseTo((width - 1) / 2, 2);
        }
      }),
    );
  });

  it('ends before a side has fewer than 16 pixels', () => {
    const plane = { data: new Float32Array(427 * 320), width: 427, height: 320 };
    expect(pyramidOf(plane).map(({ width, height }) => [width, height])).toEqual([
      [427, 320],
      [213, 160],
      [106, 80],
      [53, 40],
      [26, 20],
    ]);
  });
});

describe('squeeze', () => {
  it('is the mean of what each pixel covers', () => {
    fc.assert(
      fc.property(
        planes,
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 5 }),
        (plane, width, height) => {
          const { data } = squeeze(plane, width, height);
          const wanted = squeezedSlowly(plane, width, height);
          for (const [at, value] of wanted.entries()) expect(Math.abs(data[at]! - value)).toBeLessThan(0.01);
        },
      ),
      { numRuns: 30 },
    );
  });

  it('keeps the mean', () => {
    fc.assert(
      fc.property(planes, (plane) => {
        expect(Math.abs(meanOf(squeeze(plane, 3, 4)) - meanOf(plane))).toBeLessThan(0.01);
      }),
    );
  });
});

describe('shrink', () => {
  it('is near to squeezing the whole picture', () => {
    const plane = {
      data: Float32Array.from({ length: 200 * 100 }, (_, at) => 128 + (at % 200) / 4 - at / 1000),
      width: 200,
      height: 100,
    };
    const [fast, slow] = [shrink(pyramidOf(plane), 20, 10), squeeze(plane, 20, 10)];
    expect([...fast.data].every((value, at) => Math.abs(value - slow.data[at]!) < 3)).toBe(true);
  });
});

describe('valueAt', () => {
  const plane = { data: Float32Array.of(0, 10, 20, 30, 40, 50), width: 3, height: 2 };

  it('is the pixel at its centre, and linear between centres', () => {
    expect(valueAt(plane, 1.5, 0.5)).toBe(10);
    expect(valueAt(plane, 1.75, 0.5)).toBe(12.5);
    expect(valueAt(plane, 1.5, 1)).toBe(25);
    expect(valueAt(plane, 2.5, 1.5)).toBe(50);
  });

  it('goes on to the edge, and is nothing outside', () => {
    expect(valueAt(plane, 0, 0)).toBe(0);
    expect(valueAt(plane, 3, 2)).toBe(50);
    expect(valueAt(plane, 3.01, 1)).toBeNaN();
    expect(valueAt(plane, -0.01, 1)).toBeNaN();
  });
});

describe('flatnessOf', () => {
  it('is all of an even picture and nothing of a chequered one', () => {
    const even = { data: new Float32Array(64).fill(7), width: 8, height: 8 };
    const chequered = { ...even, data: even.data.map((_, at) => (((at >> 3) + at) % 2) * 100) };
    expect(flatnessOf(even)).toBe(1);
    expect(flatnessOf(chequered)).toBe(0);
  });
});
