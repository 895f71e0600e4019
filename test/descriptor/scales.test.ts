import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { atScale, pictureSide } from '../../src/descriptor/scales.ts';
import type { RgbPixels } from '../../src/model/trunk.ts';

function plain(width: number, height: number, value = 100): RgbPixels {
  return { data: new Uint8Array(width * height * 3).fill(value), width, height };
}

describe('the side that a picture is decoded to', () => {
  it('is that of the largest scale, in whole pixels', () => {
    expect(pictureSide({ longSide: 512, scales: [1] })).toBe(512);
    expect(pictureSide({ longSide: 512, scales: [0.75, 1, 1.5] })).toBe(768);
    expect(pictureSide({ longSide: 512, scales: [Math.SQRT2, 1, Math.SQRT1_2] })).toBe(724);
  });
});

describe('a picture at a scale', () => {
  it.each([
    ['a large one', 768, 576, 1, 512, 384],
    ['a large one, smaller', 768, 576, 0.75, 384, 288],
    ['a large one, as it is', 768, 576, 1.5, 768, 576],
    ['one in between, enlarged', 600, 400, 1.5, 768, 512],
    ['a small one, as it is', 300, 400, 1, 300, 400],
    ['a small one, enlarged', 300, 400, 1.5, 450, 600],
    ['a small one, smaller', 300, 400, 0.5, 150, 200],
    ['a line', 768, 1, 0.75, 384, 1],
  ])('%s: %i x %i at %d is %i x %i', async (_, width, height, scale, wantedWidth, wantedHeight) => {
    const { data, ...size } = await atScale(plain(width, height), 512, scale);
    expect(size).toEqual({ width: wantedWidth, height: wantedHeight });
    expect(data).toHaveLength(wantedWidth * wantedHeight * 3);
  });

  it('that does not change its size is the very same', async () => {
    const pixels = plain(40, 30);
    expect(await atScale(pixels, 512, 1)).toBe(pixels);
  });

  it('keeps its colours', async () => {
    const halves = plain(64, 32, 10);
    halves.data.fill(250, 0, halves.data.length / 2);
    const { data, width, height } = await atScale(halves, 48, 1);
    expect([width, height]).toEqual([48, 24]);
    expect([...data.subarray(0, 3)]).toEqual([250, 250, 250]);
    expect([...data.subarray(-3)]).toEqual([10, 10, 10]);
  });

  it('has a long side of the scale, and the shape of the picture', async () => {
    const side = fc.integer({ min: 1, max: 200 });
    await fc.assert(
      fc.asyncProperty(side, side, fc.double({ min: 0.25, max: 2, noNaN: true }), async (w, h, scale) => {
        const { data, width, height } = await atScale(plain(w, h), 100, scale);
        expect(data).toHaveLength(width * height * 3);
        const long = Math.min(100, Math.max(w, h)) * scale;
        expect(Math.abs(Math.max(width, height) - long)).toBeLessThanOrEqual(Math.max(0.5, 1 - long));
        const short = (long * Math.min(w, h)) / Math.max(w, h);
        expect(Math.abs(Math.min(width, height) - short)).toBeLessThanOrEqual(
          Math.max(0.5, 1 - short) + 1e-9,
        );
      }),
      { numRuns: 40 },
    );
  });
});
