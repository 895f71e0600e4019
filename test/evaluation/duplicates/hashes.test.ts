import fc from 'fast-check';
import sharp from 'sharp';
import type { Sharp } from 'sharp';
import { describe, expect, it } from 'vitest';
import { differingBits, hashOfBits } from '../../../src/evaluation/duplicates/bit-hash.ts';
import { CosineTransform, median } from '../../../src/evaluation/duplicates/cosine-transform.ts';
import {
  differenceHash,
  differenceHashOf,
  perceptualHash,
  perceptualHashOf,
} from '../../../src/evaluation/duplicates/difference-and-dct-hash.ts';
import { orientedHashes, pdqDistance, pdqHashes, pdqSquare } from '../../../src/evaluation/duplicates/pdq.ts';
import { randomNumbers } from '../../../src/evaluation/duplicates/random-numbers.ts';
import type { RgbPixels } from '../../../src/model/trunk.ts';
import { realPhoto } from '../../ingest/pictures.ts';

async function photoOf(name: string, width: number, height: number, change = (same: Sharp) => same) {
  const small = await sharp(realPhoto(name)).resize(width, height, { fit: 'fill' }).png().toBuffer();
  const { data, info } = await change(sharp(small)).raw().toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height } satisfies RgbPixels;
}

/** The definition of the transform, term by term. */
function slowTransform(square: ArrayLike<number>, side: number, frequencies: readonly number[]): number[] {
  const wave = (frequency: number, place: number) => Math.cos((Math.PI / side) * frequency * (place + 0.5));
  return frequencies.flatMap((down) =>
    frequencies.map((across) => {
      let sum = 0;
      for (let y = 0; y < side; y++)
        for (let x = 0; x < side; x++) sum += square[y * side + x]! * wave(down, y) * wave(across, x);
      return sum;
    }),
  );
}

describe('bits that differ', () => {
  it('are as many as a count one by one finds', () => {
    const bits = fc.array(fc.boolean(), { minLength: 64, maxLength: 64 });
    fc.assert(
      fc.property(bits, bits, (one, other) => {
        const slow = one.filter((bit, at) => bit !== other[at]).length;
        expect(differingBits(hashOfBits(one), hashOfBits(other))).toBe(slow);
      }),
    );
  });

  it('are all of them for a hash and its opposite', () => {
    expect(differingBits(Uint32Array.of(0xffffffff, 0), Uint32Array.of(0, 0xffffffff))).toBe(64);
  });
});

describe('the cosine transform', () => {
  it('is what its definition says', () => {
    const values = fc.array(fc.integer({ min: 0, max: 255 }), { minLength: 64, maxLength: 64 });
    const frequencies = [0, 1, 3, 6];
    const transform = new CosineTransform(8, frequencies);
    fc.assert(
      fc.property(values, (square) => {
        const slow = slowTransform(square, 8, frequencies);
        for (const [at, value] of transform.of(square).entries()) expect(value).toBeCloseTo(slow[at]!, 6);
      }),
    );
  });

  it('finds a single wave at its place alone', () => {
    const side = 16;
    const wave = Array.from({ length: side * side }, (_, at) =>
      Math.cos((Math.PI / side) * 3 * ((at % side) + 0.5)),
    );
    const found = new CosineTransform(side, [0, 1, 2, 3]).of(wave);
    // Of length 16 down, and half of 16 across.
    for (const [at, value] of found.entries()) expect(value).toBeCloseTo(at === 3 ? 128 : 0, 9);
  });

  it('has a median', () => {
    expect(median(Float64Array.of(5, -1, 3))).toBe(3);
    expect(median(Float64Array.of(4, 10, 1, 2))).toBe(3);
  });
});

describe('the difference hash', () => {
  it('tells where the next pixel is brighter', () => {
    // Each row rises, but the last one falls.
    const grey = Array.from({ length: 72 }, (_, at) => (at < 63 ? at % 9 : 9 - (at % 9)));
    expect([...differenceHashOf(grey)]).toEqual([0xffffffff, 0x00ffffff]);
    expect([...differenceHashOf(new Uint8Array(72))]).toEqual([0, 0]);
  });

  it('changes by few bits for a smaller copy, and by many for another photo', async () => {
    const hash = await differenceHash(await photoOf('black-canyon', 300, 200));
    const small = await differenceHash(await photoOf('black-canyon', 150, 100));
    const other = await differenceHash(await photoOf('nagasaki-boats', 300, 200));
    expect(differingBits(hash, small)).toBeLessThanOrEqual(4);
    expect(differingBits(hash, other)).toBeGreaterThan(15);
  });
});

describe('the perceptual hash', () => {
  it('is made of the signs of low frequencies around their median', () => {
    const random = randomNumbers(3);
    const grey = Array.from({ length: 1024 }, () => Math.floor(random() * 256));
    const slow = slowTransform(grey, 32, [0, 1, 2, 3, 4, 5, 6, 7]);
    const middle = (slow.toSorted((a, b) => a - b)[31]! + slow.toSorted((a, b) => a - b)[32]!) / 2;
    expect([...perceptualHashOf(grey)]).toEqual([...hashOfBits(slow.map((value) => value > middle))]);
  });

  it('changes by few bits for a paler copy, and by many for another photo', async () => {
    const hash = await perceptualHash(await photoOf('black-canyon', 300, 200));
    const pale = await perceptualHash(
      await photoOf('black-canyon', 300, 200, (same) => same.linear(0.7, 50)),
    );
    const other = await perceptualHash(await photoOf('nagasaki-boats', 300, 200));
    expect(differingBits(hash, pale)).toBeLessThanOrEqual(4);
    expect(differingBits(hash, other)).toBeGreaterThan(15);
  });
});

describe('PDQ', () => {
  it('takes a photo of 64 x 64 as it is, in grey', async () => {
    const photo = await photoOf('black-canyon', 64, 64);
    const square = pdqSquare(photo);
    const at = 64 * 20 + 7;
    const [red, green, blue] = photo.data.slice(3 * at, 3 * at + 3);
    expect(square).toHaveLength(4096);
    expect(square[at]).toBeCloseTo(0.299 * red! + 0.587 * green! + 0.114 * blue!, 9);
  });

  it('smooths by the mean of a window, twice, of what is inside', () => {
    // A window of 2 takes each place and the next one: 1 2 2 0 ... becomes 1.5 2 1 0 ..., and then 1.75 1.5 0.5 0 ...
    const data = new Uint8Array(3 * 256 * 64);
    for (let y = 0; y < 64; y++)
      for (const [x, value] of [120, 240, 240].entries())
        data.fill(value, 3 * (256 * y + x), 3 * (256 * y + x + 1));
    const square = pdqSquare({ data, width: 256, height: 64 });
    // The first place of 64 across 256 pixels is at 2.
    expect(square[0]).toBeCloseTo(60, 6);
    expect(square[1]).toBeCloseTo(0, 6);
  });

  it('has the median of the frequencies from 1 to 16 for a threshold', async () => {
    const photo = await photoOf('nagasaki-boats', 64, 64);
    const slow = slowTransform(
      pdqSquare(photo),
      64,
      Array.from({ length: 16 }, (_, at) => at + 1),
    );
    const ordered = slow.toSorted((a, b) => a - b);
    const middle = (ordered[127]! + ordered[128]!) / 2;
    expect([...pdqHashes(photo)[0]!]).toEqual([...hashOfBits(slow.map((value) => value > middle))]);
  });

  const turns: [string, (photo: Sharp) => Sharp][] = [
    ['as it is', (photo) => photo],
    ['turned by 90', (photo) => photo.rotate(90)],
    ['turned by 180', (photo) => photo.rotate(180)],
    ['turned by 270', (photo) => photo.rotate(270)],
    ['mirrored', (photo) => photo.flop()],
    ['upside down', (photo) => photo.flip()],
    ['transposed', (photo) => photo.rotate(90).flop()],
    ['transposed the other way', (photo) => photo.rotate(270).flop()],
  ];

  it.each(turns)('knows from the coefficients the hash of a photo %s', async (_name, turn) => {
    const exact = pdqHashes(await photoOf('black-canyon', 64, 64));
    const turned = pdqHashes(await photoOf('black-canyon', 64, 64, turn));
    // What is exactly as large as the median in the one need not be so in the other, to the last digit.
    expect(pdqDistance(exact, turned[0]!)).toBeLessThanOrEqual(1);
    const real = pdqHashes(await photoOf('black-canyon', 500, 333));
    const realTurned = pdqHashes(await photoOf('black-canyon', 500, 333, turn));
    expect(pdqDistance(real, realTurned[0]!)).toBeLessThanOrEqual(16);
  });

  it('has eight hashes that are far apart, and far from those of another photo', async () => {
    const hashes = pdqHashes(await photoOf('black-canyon', 300, 200));
    for (const [at, hash] of hashes.entries())
      for (const other of hashes.slice(at + 1)) expect(differingBits(hash, other)).toBeGreaterThan(60);
    const other = pdqHashes(await photoOf('nagasaki-boats', 300, 200));
    expect(pdqDistance(hashes, other[0]!)).toBeGreaterThan(60);
  });

  it('sets half of the bits', () => {
    const random = randomNumbers(5);
    const hashes = orientedHashes(Float64Array.from({ length: 256 }, () => random() - 0.5));
    for (const hash of hashes) expect(differingBits(hash, new Uint32Array(8))).toBe(128);
  });
});
