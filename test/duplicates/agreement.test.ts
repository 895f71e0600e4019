import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { agreementOf, blockSide } from '../../src/duplicates/agreement.ts';
import { fitTone, residualOf } from '../../src/duplicates/tone.ts';
import { landscape, pictureOf, sequence } from './drawn-pictures.ts';

const [width, height] = [64, 48];
const picture = pictureOf(landscape(3), width, height);
const like = (change: (value: number, at: number) => number) => ({
  ...picture,
  data: picture.data.map(change),
});

describe('agreementOf', () => {
  it('is complete for the same picture, brighter and with more contrast', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.3, max: 3, noNaN: true }),
        fc.double({ min: -100, max: 100, noNaN: true }),
        (gain, offset) => {
          const { share, correlation, residual, blocks } = agreementOf(
            picture,
            like((value) => gain * value + offset),
          );
          expect(share).toBeCloseTo(1, 5);
          expect(correlation).toBeCloseTo(1, 4);
          expect(residual).toBeLessThan(1e-3);
          expect(blocks).toBe((width / blockSide) * (height / blockSide));
        },
      ),
    );
  });

  it('is nearly nothing for another picture, and for the negative', () => {
    expect(agreementOf(picture, pictureOf(landscape(4), width, height)).share).toBeLessThan(0.3);
    expect(
      agreementOf(
        picture,
        like((value) => 255 - value),
      ).share,
    ).toBe(0);
  });

  it('loses the blocks that are covered, and no others', () => {
    const random = sequence(1);
    const covered = like((value, at) => (Math.floor(at / width) < 2 * blockSide ? 255 * random() : value));
    const { share, correlation } = agreementOf(picture, covered);
    expect(share).toBeGreaterThan(0.6);
    expect(share).toBeLessThan(0.72);
    expect(correlation).toBeGreaterThan(0.99);
  });

  it('counts flat blocks by their brightness', () => {
    const sky = { ...picture, data: new Float32Array(width * height).fill(200) };
    const same = agreementOf(sky, { ...sky, data: sky.data.map((value, at) => value + (at % 2)) });
    expect(same).toMatchObject({ share: 1, textured: 0 });
  });

  it('passes over blocks with missing pixels', () => {
    const torn = like((value, at) => (at % width < blockSide ? Number.NaN : value));
    expect(agreementOf(picture, torn)).toMatchObject({
      blocks: (width / blockSide - 1) * (height / blockSide),
    });
    expect(
      agreementOf(
        picture,
        like(() => Number.NaN),
      ),
    ).toEqual({
      share: 0,
      correlation: 0,
      textured: 0,
      residual: 1,
      blocks: 0,
    });
  });

  it('is the mean of the correlations of blocks, each computed as the textbook does', () => {
    const random = sequence(7);
    const noisy = like((value) => value + 10 * (random() - 0.5));
    const correlations: number[] = [];
    for (let top = 0; top < height; top += blockSide) {
      for (let left = 0; left < width; left += blockSide) {
        const places = Array.from(
          { length: blockSide ** 2 },
          (_, at) => (top + Math.floor(at / blockSide)) * width + left + (at % blockSide),
        );
        const [x, y] = [picture, noisy].map(({ data }) => places.map((place) => data[place]!)) as [
          number[],
          number[],
        ];
        const [meanX, meanY] = [x, y].map(
          (some) => some.reduce((sum, value) => sum + value) / some.length,
        ) as [number, number];
        const product = x.reduce((sum, value, at) => sum + (value - meanX) * (y[at]! - meanY), 0);
        const lengths = [x.map((v) => v - meanX), y.map((v) => v - meanY)].map((some) => Math.hypot(...some));
        correlations.push(product / (lengths[0]! * lengths[1]!));
      }
    }
    const least = Math.min(...correlations);
    // All blocks of this picture have enough contrast to count in full.
    expect(least).toBeGreaterThan(0.85);
    const mean = correlations.reduce((sum, value) => sum + value) / correlations.length;
    expect(agreementOf(picture, noisy).correlation).toBeCloseTo(mean, 4);
  });
});

describe('fitTone', () => {
  it('finds gain and offset, and what they leave', () => {
    const [a, b] = [
      [0, 10, 20, Number.NaN],
      [5, 25, 45, 7],
    ];
    expect(fitTone(a!, b!)).toEqual({ gain: 2, offset: 5 });
    expect(residualOf(a!, b!, { gain: 2, offset: 4 })).toBe(1);
    // A flat picture tells brightness only.
    expect(fitTone([4, 4], [9, 11])).toEqual({ gain: 1, offset: 6 });
    expect(fitTone([Number.NaN], [1])).toBeNull();
  });
});
