import fc from 'fast-check';
import sharp from 'sharp';
import type { Sharp } from 'sharp';
import { describe, expect, it } from 'vitest';
import { dot } from '../../src/descriptor/vectors.ts';
import {
  coefficientCount,
  coefficientsOf,
  greySquareOf,
  looksOf,
  signatureDimensions,
  signatureOf,
  signatureSide,
  similarityTurned,
} from '../../src/duplicates/signature.ts';
import { turnUpright } from '../../src/ingest/orientation.ts';
import { realPhoto } from '../ingest/pictures.ts';

const pixels = signatureSide ** 2;

/** A picture of [32, 32] from the value at each place, both from 0 to 1. */
function picture(valueAt: (x: number, y: number) => number): Float64Array {
  return Float64Array.from({ length: pixels }, (_, at) =>
    valueAt(
      ((at % signatureSide) + 0.5) / signatureSide,
      (Math.floor(at / signatureSide) + 0.5) / signatureSide,
    ),
  );
}

/** One of the eight orientations, by the code that turns photos upright. */
function turned(grey: ArrayLike<number>, orientation: number): Uint8Array {
  const data = Uint8Array.from({ length: pixels * 3 }, (_, at) => grey[Math.floor(at / 3)]!);
  const upright = turnUpright({ data, width: signatureSide, height: signatureSide }, orientation);
  return Uint8Array.from({ length: pixels }, (_, at) => upright.data[3 * at]!);
}

async function greyOf(name: string, change: (photo: Sharp) => Sharp = (same) => same) {
  const changed = await change(sharp(realPhoto(name)).resize(320))
    .png()
    .toBuffer();
  const size = { width: signatureSide, height: signatureSide, fit: 'fill' } as const;
  return sharp(changed).resize(size).greyscale().raw().toBuffer();
}

/** The coefficients by their definition, one by one. */
function slowCoefficients(grey: ArrayLike<number>): number[] {
  const found: number[] = [];
  for (let u = 0; u <= 6; u++) {
    for (let v = 0; v <= 6; v++) {
      if (u + v === 0 || u + v > 8) continue;
      let sum = 0;
      for (let y = 0; y < 32; y++)
        for (let x = 0; x < 32; x++)
          sum +=
            grey[y * 32 + x]! *
            Math.cos((Math.PI * u * (x + 0.5)) / 32) *
            Math.cos((Math.PI * v * (y + 0.5)) / 32);
      found.push(Math.sign(sum) * (Math.abs(sum) * Math.sqrt(u * u + v * v)) ** 0.7);
    }
  }
  const length = Math.sqrt(found.reduce((sum, value) => sum + value * value, 0));
  return found.map((value) => (value / length) * 127);
}

const anyPicture = fc.uint8Array({ minLength: pixels, maxLength: pixels });
const anyCoefficients = fc.int8Array({ minLength: coefficientCount, maxLength: coefficientCount });

describe('a grey square', () => {
  it('is made of what each of its pixels covers', () => {
    const [width, height] = [512, 256];
    const data = Uint8Array.from({ length: width * height * 3 }, (_, at) => {
      const [x, y] = [Math.floor(at / 3) % width, Math.floor(at / 3 / width)];
      // Red to the right, green below; a checkerboard of blue that is finer than the square.
      return [x / 2, y, 255 * ((x + y) % 2)][at % 3]!;
    });
    const grey = greySquareOf({ data, width, height });
    expect(grey).toHaveLength(pixels);
    for (const [at, value] of grey.entries()) {
      const [x, y] = [at % 32, Math.floor(at / 32)];
      expect(Math.abs(value - (0.299 * (8 * x + 4) + 0.587 * (8 * y + 4) + 0.114 * 127.5))).toBeLessThan(15);
    }
  });

  it('of a picture smaller than it repeats its pixels', () => {
    const data = Uint8Array.of(0, 0, 0, 255, 255, 255);
    const grey = greySquareOf({ data, width: 2, height: 1 });
    for (const [at, value] of grey.entries()) expect(value).toBeCloseTo(at % 32 < 16 ? 0 : 255, 3);
  });
});

describe('coefficients', () => {
  it('are those of the cosine transform', () => {
    fc.assert(
      fc.property(anyPicture, (grey) => {
        fc.pre(new Set(grey).size > 1);
        const slow = slowCoefficients(grey);
        const found = coefficientsOf(grey);
        expect(found).toHaveLength(slow.length);
        for (const [at, value] of slow.entries()) expect(Math.abs(found[at]! - value)).toBeLessThan(0.51);
      }),
      { numRuns: 30 },
    );
  });

  it('of a single wave are one', () => {
    const wave = coefficientsOf(picture((x, y) => Math.cos(Math.PI * x) * Math.cos(2 * Math.PI * y)));
    // u = 1 and v = 2, after the six of u = 0 and the first two of u = 1.
    expect([...wave].flatMap((value, at) => (value === 0 ? [] : [[at, value]]))).toEqual([[8, 127]]);
  });

  it('are none where all is the same, and the same at another brightness and contrast', () => {
    expect(coefficientsOf(new Uint8Array(pixels).fill(77)).every((value) => value === 0)).toBe(true);
    const grey = picture((x, y) => 100 * x * x + 50 * Math.sin(9 * y) * x);
    expect(coefficientsOf(grey.map((value) => 1.7 * value + 12))).toEqual(coefficientsOf(grey));
  });

  it('want a square of 32', () => {
    expect(() => coefficientsOf(new Uint8Array(31 * 32))).toThrow(RangeError);
  });
});

describe('the signature', () => {
  it('is the same in all eight orientations, and of length 1', () => {
    fc.assert(
      fc.property(anyPicture, fc.integer({ min: 1, max: 8 }), (grey, orientation) => {
        fc.pre(new Set(grey).size > 1);
        const own = signatureOf(coefficientsOf(grey));
        const other = signatureOf(coefficientsOf(turned(grey, orientation)));
        expect(own).toHaveLength(signatureDimensions);
        expect(dot(own, own)).toBeCloseTo(1, 5);
        // Nearly: halves may be rounded to either side.
        expect(dot(own, other)).toBeGreaterThan(0.995);
      }),
      { numRuns: 50 },
    );
  });

  it('tells by its signs a picture from its negative', () => {
    const spot = picture((x, y) => Math.exp(-20 * ((x - 0.5) ** 2 + (y - 0.5) ** 2)));
    const own = signatureOf(coefficientsOf(spot));
    expect(dot(own, signatureOf(coefficientsOf(spot.map((value) => -value))))).toBeLessThan(-0.5);
  });

  it('is zero of nothing', () => {
    expect(signatureOf(new Int8Array(coefficientCount)).every((value) => value === 0)).toBe(true);
  });

  it('of a turned, edited copy is nearer than those of other photos', async () => {
    const names = [
      'black-canyon',
      'nagasaki-boats',
      'allium-oreophilum',
      'locomotion-house-cat',
      'airplane-from-above',
    ];
    const signatures = await Promise.all(
      names.map(async (name) => signatureOf(coefficientsOf(await greyOf(name)))),
    );
    for (const [at, name] of names.entries()) {
      const copy = await greyOf(name, (photo) => photo.rotate(90).flop().linear(1.2, 8));
      const similarities = signatures.map((one) => dot(one, signatureOf(coefficientsOf(copy))));
      expect(similarities[at]).toBeGreaterThan(0.9);
      expect(similarities.indexOf(Math.max(...similarities))).toBe(at);
      expect(similarityTurned(coefficientsOf(copy), coefficientsOf(await greyOf(name)))).toBeGreaterThan(
        0.85,
      );
    }
  });
});

describe('looks', () => {
  it('are those of the photo and of the picture that it shows, if it shows one', async () => {
    const photo = await sharp(realPhoto('black-canyon')).resize(300, 200, { fit: 'fill' }).png().toBuffer();
    const looksOfFile = async (image: Sharp) => {
      const { data, info } = await image.removeAlpha().raw().toBuffer({ resolveWithObject: true });
      return looksOf({ data, width: info.width, height: info.height });
    };
    const plain = await looksOfFile(sharp(photo));
    expect(plain).toHaveLength(coefficientCount);
    const screen = sharp({ create: { width: 500, height: 400, channels: 3, background: '#eef' } });
    const shown = await looksOfFile(
      sharp(
        await screen
          .composite([{ input: photo, left: 120, top: 90 }])
          .png()
          .toBuffer(),
      ),
    );
    expect(shown).toHaveLength(2 * coefficientCount);
    expect(similarityTurned(shown.subarray(0, coefficientCount), plain)).toBeLessThan(0.6);
    expect(similarityTurned(shown.subarray(coefficientCount), plain)).toBeGreaterThan(0.95);
  });
});

describe('the similarity of pictures that may be turned', () => {
  it('is that of the best of eight orientations', () => {
    fc.assert(
      fc.property(anyPicture, anyPicture, (one, other) => {
        fc.pre(new Set(one).size > 1 && new Set(other).size > 1);
        const own = slowCoefficients(one);
        const slow = Math.max(
          ...Array.from({ length: 8 }, (_, at) => cosine(own, slowCoefficients(turned(other, at + 1)))),
        );
        expect(similarityTurned(coefficientsOf(one), coefficientsOf(other))).toBeCloseTo(slow, 1);
      }),
      { numRuns: 30 },
    );
  });

  it('is 1 with itself, the same from both sides, and 0 with nothing', () => {
    fc.assert(
      fc.property(anyCoefficients, anyCoefficients, (one, other) => {
        fc.pre(one.some((value) => value !== 0));
        expect(similarityTurned(one, one)).toBeCloseTo(1, 6);
        expect(similarityTurned(one, other)).toBeCloseTo(similarityTurned(other, one), 6);
        expect(similarityTurned(one, new Int8Array(coefficientCount))).toBe(0);
      }),
    );
  });
});

function cosine(a: readonly number[], b: readonly number[]): number {
  const product = (x: readonly number[], y: readonly number[]) =>
    x.reduce((sum, value, at) => sum + value * y[at]!, 0);
  return product(a, b) / Math.sqrt(product(a, a) * product(b, b));
}
