import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeFeatures, encodeFeatures } from '../../src/local-features/encode.ts';
import { countOf, localDimensions } from '../../src/local-features/features.ts';
import type { LocalFeatures } from '../../src/local-features/features.ts';

const side = fc.integer({ min: 1, max: 4096 });

const features = fc
  .record({ width: side, height: side, count: fc.nat(20) })
  .chain(({ width, height, count }) =>
    fc.record({
      width: fc.constant(width),
      height: fc.constant(height),
      positions: fc
        .array(
          fc.tuple(
            fc.double({ min: 0, max: width, maxExcluded: true, noNaN: true }),
            fc.double({ min: 0, max: height, maxExcluded: true, noNaN: true }),
          ),
          { minLength: count, maxLength: count },
        )
        // A single may round up to the border itself.
        .map((pairs) => Float32Array.from(pairs.flatMap(([x, y]) => [inside(x, width), inside(y, height)]))),
      descriptors: fc.int8Array({
        min: -127,
        max: 127,
        minLength: count * localDimensions,
        maxLength: count * localDimensions,
      }),
    }),
  );

function inside(position: number, size: number): number {
  return Math.fround(position) < size ? position : 0;
}

const two: LocalFeatures = {
  width: 320,
  height: 200,
  positions: Float32Array.of(1, 2.5, 319, 199),
  descriptors: Int8Array.from({ length: 2 * localDimensions }, (_, index) => index - 64),
};

describe('features as bytes', () => {
  it('come back: descriptors as they were, positions to a sixteenth of a pixel', () => {
    fc.assert(
      fc.property(features, (given) => {
        const read = decodeFeatures(encodeFeatures(given));
        expect({ ...read, positions: null }).toEqual({ ...given, positions: null });
        expect(read.positions).toHaveLength(given.positions.length);
        for (const [index, position] of read.positions.entries()) {
          expect(Math.abs(position - given.positions[index]!)).toBeLessThanOrEqual(1 / 16);
          expect(position).toBeLessThan(index % 2 === 0 ? given.width : given.height);
        }
        // Once rounded, they stay as they are.
        expect(decodeFeatures(encodeFeatures(read))).toEqual(read);
      }),
    );
  });

  it('come back exactly where keypoints lie on whole pixels', () => {
    const whole = { ...two, positions: Float32Array.of(0, 0, 319, 199) };
    expect(decodeFeatures(encodeFeatures(whole))).toEqual(whole);
  });

  it('take 68 bytes a keypoint', () => {
    expect(encodeFeatures(two)).toHaveLength(16 + 2 * 68);
  });

  it('may be none', () => {
    const none = { width: 1, height: 1, positions: new Float32Array(), descriptors: new Int8Array() };
    expect(countOf(decodeFeatures(encodeFeatures(none)))).toBe(0);
  });

  it('are read from the midst of a larger buffer', () => {
    const content = encodeFeatures(two);
    const buffer = new Uint8Array(content.length + 7);
    buffer.set(content, 3);
    expect(decodeFeatures(buffer.subarray(3, 3 + content.length))).toEqual(two);
    // As SQLite gives them: the descriptors must be nothing but their own bytes.
    const read = decodeFeatures(Buffer.from(content));
    expect(read).toEqual(two);
    expect(read.descriptors.buffer.byteLength).toBe(two.descriptors.length);
  });

  it.each([[-1], [320], [NaN], [Infinity]])('are refused with a keypoint at %d of 320 pixels', (x) => {
    expect(() => encodeFeatures({ ...two, positions: Float32Array.of(1, 2, x, 3) })).toThrow(RangeError);
  });

  it('are refused where two bytes do not reach', () => {
    const wide = { ...two, width: 5000, positions: Float32Array.of(1, 2, 4096, 3) };
    expect(() => encodeFeatures(wide)).toThrow(RangeError);
  });
});

describe('damaged bytes', () => {
  it('are refused at any other length', () => {
    const content = encodeFeatures(two);
    for (let length = 0; length < content.length; length++) {
      expect(() => decodeFeatures(content.subarray(0, length))).toThrow(RangeError);
    }
    expect(() => decodeFeatures(Uint8Array.of(...content, 0))).toThrow(RangeError);
  });

  it('of another form, without a size, or with a keypoint outside are refused', () => {
    const changed = (position: number, value: number) => {
      const content = encodeFeatures(two);
      new DataView(content.buffer).setUint16(position, value, true);
      return () => decodeFeatures(content);
    };
    expect(changed(0, 2)).toThrow(/the form 2/);
    expect(changed(8, 0)).toThrow(/no size/);
    expect(changed(16, 320 * 16)).toThrow(/outside/);
    expect(changed(18, 200 * 16 - 1)).not.toThrow();
  });

  it('either still make features or are refused, nothing else', () => {
    const content = encodeFeatures(two);
    fc.assert(
      fc.property(fc.nat(content.length - 1), fc.nat(255), (index, value) => {
        const changed = content.slice();
        changed[index] = value;
        try {
          const read = decodeFeatures(changed);
          expect(read.descriptors).toHaveLength(countOf(read) * localDimensions);
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
        }
      }),
    );
  });
});
