import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { heatMap } from '../../src/search/heat-map.ts';
import { Target } from '../../src/search/target.ts';
import { referenceMaxima } from '../descriptor/reference.ts';

/** Looks for the first of two channels. */
const query = { channels: 2, width: 1, height: 1, data: Float32Array.of(1, 0) };
const target = new Target(query, { x: 0, y: 0, width: 1, height: 1 }, null);

describe('heatMap', () => {
  it('says 0.1 and less are cold, 0.45 and more hot, and what lies between evenly', () => {
    const cosines = [0, 0.1, 0.275, 0.45, 1];
    for (const [index, cosine] of cosines.entries()) {
      const data = Float32Array.of(cosine, Math.sqrt(1 - cosine * cosine));
      const { values } = heatMap({ channels: 2, width: 1, height: 1, data }, target);
      expect(values[0]).toBeCloseTo([0, 0, 0.5, 1, 1][index]!, 5);
    }
  });

  it('compares each cell with its neighbours, of which there are fewer at the border', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 7 }),
        fc.integer({ min: 1, max: 7 }),
        fc.infiniteStream(fc.integer({ min: 0, max: 9 })),
        (width, height, stream) => {
          const map = {
            channels: 2,
            width,
            height,
            data: Float32Array.from(stream.take(2 * width * height)),
          };
          const heat = heatMap(map, target);
          expect([heat.width, heat.height]).toEqual([width, height]);
          expect(heat.values).toHaveLength(width * height);
          for (const [cell, value] of heat.values.entries()) {
            const [x, y] = [cell % width, Math.floor(cell / width)];
            const [one, other] = referenceMaxima(map, {
              left: Math.max(0, x - 1),
              top: Math.max(0, y - 1),
              right: Math.min(width, x + 2),
              bottom: Math.min(height, y + 2),
            }) as [number, number];
            const cosine = one === 0 ? 0 : one / Math.hypot(one, other);
            expect(value).toBeCloseTo(Math.min(1, Math.max(0, (cosine - 0.1) / 0.35)), 5);
          }
        },
      ),
    );
  });
});
