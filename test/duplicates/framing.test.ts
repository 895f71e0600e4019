import { describe, expect, it } from 'vitest';
import type { Affine } from '../../src/duplicates/affine.ts';
import { framingOf } from '../../src/duplicates/framing.ts';
import type { Plane } from '../../src/duplicates/plane.ts';
import { landscape, pictureOf, sequence } from './drawn-pictures.ts';

const size = { width: 240, height: 160 };
/** Of the whole: where the inner picture begins, and its size. */
const place = { left: 60, top: 40, width: 150, height: 100 };
const inner: Affine = [
  size.width / place.width,
  0,
  -place.left / place.width,
  0,
  size.height / place.height,
  -place.top / place.height,
];

function around(outside: (x: number, y: number) => number): Plane {
  const whole = pictureOf(landscape(2), size.width, size.height);
  const data = whole.data.map((value, at) => {
    const [x, y] = [at % size.width, Math.floor(at / size.width)];
    const isInside =
      x >= place.left && x < place.left + place.width && y >= place.top && y < place.top + place.height;
    return isInside ? value : outside(x, y);
  });
  return { ...whole, data };
}

describe('framingOf', () => {
  it('is a crop where the picture goes on', () => {
    expect(framingOf(pictureOf(landscape(2), size.width, size.height), inner)).toBe('cropped');
    const sky = { ...size, data: new Float32Array(size.width * size.height).fill(180) };
    expect(framingOf(sky, inner)).toBe('cropped');
  });

  it('is a border where one colour is around', () => {
    expect(
      framingOf(
        around(() => 250),
        inner,
      ),
    ).toBe('border');
    const random = sequence(4);
    expect(
      framingOf(
        around(() => 20 + 6 * random()),
        inner,
      ),
    ).toBe('border');
  });

  it('is a screenshot where there is more than that', () => {
    const random = sequence(5);
    const isWriting = Array.from({ length: size.height }, (_, y) => y % 12 < 6);
    expect(
      framingOf(
        around((_x, y) => (isWriting[y]! && random() < 0.5 ? 30 : 240)),
        inner,
      ),
    ).toBe('screenshot');
  });
});
