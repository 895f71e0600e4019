import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  isTransposed,
  orientationMap,
  orientations,
  turnPixels,
  turnSquare,
} from '../../src/duplicates/orientation.ts';
import { applyHomography } from '../../src/local-features/homography.ts';
import type { RgbPixels } from '../../src/model/trunk.ts';

const pictures = fc
  .record({ width: fc.integer({ min: 1, max: 9 }), height: fc.integer({ min: 1, max: 9 }) })
  .chain(({ width, height }) =>
    fc
      .uint8Array({ minLength: width * height * 3, maxLength: width * height * 3 })
      .map((data): RgbPixels => ({ data, width, height })),
  );
const anyOrientation = fc.constantFrom(...orientations);

function pixelAt({ data, width }: RgbPixels, x: number, y: number): number[] {
  return [...data.slice((y * width + x) * 3, (y * width + x) * 3 + 3)];
}

describe('turnPixels', () => {
  // Columns a, b, c in two rows: "abc" over "def".
  const letters: RgbPixels = {
    data: Uint8Array.from([...'abcdef'].flatMap((letter) => [letter.charCodeAt(0), 0, 0])),
    width: 3,
    height: 2,
  };
  const read = ({ data, width, height }: RgbPixels): string[] =>
    Array.from({ length: height }, (_row, y) =>
      Array.from({ length: width }, (_column, x) => String.fromCharCode(data[(y * width + x) * 3]!)).join(''),
    );

  it('turns clockwise by quarters', () => {
    const turns = ([0, 1, 2, 3] as const).map((quarters) =>
      read(turnPixels(letters, { quarters, mirrored: false })),
    );
    expect(turns).toEqual([
      ['abc', 'def'],
      ['da', 'eb', 'fc'],
      ['fed', 'cba'],
      ['cf', 'be', 'ad'],
    ]);
  });

  it('mirrors from left to right, then turns', () => {
    const turns = ([0, 1, 2, 3] as const).map((quarters) =>
      read(turnPixels(letters, { quarters, mirrored: true })),
    );
    expect(turns).toEqual([
      ['cba', 'fed'],
      ['fc', 'eb', 'da'],
      ['def', 'abc'],
      ['ad', 'be', 'cf'],
    ]);
  });

  it('puts each pixel where the map says', () => {
    fc.assert(
      fc.property(pictures, anyOrientation, fc.nat(), fc.nat(), (picture, orientation, column, row) => {
        const [x, y] = [column % picture.width, row % picture.height];
        const turned = turnPixels(picture, orientation);
        const [u, v] = applyHomography(
          orientationMap(orientation),
          (x + 0.5) / picture.width,
          (y + 0.5) / picture.height,
        )!;
        expect(turned.width === picture.width || isTransposed(orientation)).toBe(true);
        expect(pixelAt(turned, Math.floor(u * turned.width), Math.floor(v * turned.height))).toEqual(
          pixelAt(picture, x, y),
        );
      }),
    );
  });

  it('has eight different forms of a picture', () => {
    expect(
      new Set(orientations.map((orientation) => read(turnPixels(letters, orientation)).join('/'))).size,
    ).toBe(8);
  });
});

describe('turnSquare', () => {
  it('turns numbers as pixels are turned', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 7 }), anyOrientation, (side, orientation) => {
        const square = Float32Array.from({ length: side * side }, (_, at) => at);
        const data = Uint8Array.from({ length: side * side * 3 }, (_, at) => Math.floor(at / 3));
        const turned = turnPixels({ data, width: side, height: side }, orientation);
        expect([...turnSquare(square, side, orientation)]).toEqual(
          [...turned.data].filter((_, at) => at % 3 === 0),
        );
      }),
    );
  });
});
