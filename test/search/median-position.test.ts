import fc from 'fast-check';
import { expect, it } from 'vitest';
import { medianPosition } from '../../src/search/median-position.ts';

function at(latitude: number, longitude: number) {
  return { latitude, longitude };
}

it('is null without positions', () => {
  expect(medianPosition([])).toBeNull();
});

it('is the position in the middle, or half-way between the two in the middle', () => {
  expect(medianPosition([at(51.75, -1.25)])).toEqual(at(51.75, -1.25));
  expect(medianPosition([at(10, 20), at(30, 40)])).toEqual(at(20, 30));
  expect(medianPosition([at(1, 3), at(2, 1), at(50, 2)])).toEqual(at(2, 2));
});

it('does not mind one that went astray', () => {
  const { latitude, longitude } = medianPosition([at(51.75, -1.25), at(51.75, -1.25), at(0, 0)])!;
  expect([latitude, longitude]).toEqual([51.75, -1.25]);
});

it('stays near the date line', () => {
  expect(medianPosition([at(0, 179), at(0, -179), at(0, -177)])?.longitude).toBe(-179);
  expect(Math.abs(medianPosition([at(0, 179), at(0, -179)])!.longitude)).toBe(180);
});

it('is on the earth, between the outermost', () => {
  const position = fc.record({
    latitude: fc.double({ min: -90, max: 90, noNaN: true }),
    longitude: fc.double({ min: -180, max: 180, noNaN: true }),
  });
  fc.assert(
    fc.property(fc.array(position, { minLength: 1 }), (positions) => {
      const { latitude, longitude } = medianPosition(positions)!;
      expect(latitude).toBeGreaterThanOrEqual(Math.min(...positions.map((one) => one.latitude)));
      expect(latitude).toBeLessThanOrEqual(Math.max(...positions.map((one) => one.latitude)));
      expect(Math.abs(longitude)).toBeLessThanOrEqual(180);
    }),
  );
});
