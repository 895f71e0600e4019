import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { l2Normalise } from '../../src/descriptor/vectors.ts';
import { DescriptorIndex } from '../../src/search/descriptor-index.ts';

const opened: DescriptorIndex[] = [];

async function open(dimensions: number): Promise<DescriptorIndex> {
  const index = await DescriptorIndex.create(dimensions);
  opened.push(index);
  return index;
}

afterEach(async () => {
  for (const index of opened.splice(0)) await index.release();
});

/** Every photo's score, computed one by one in float64. */
function bruteForce(photos: ReadonlyMap<number, Float32Array>, query: Float32Array): Map<number, number> {
  return new Map(
    [...photos].map(([photoId, vector]) => [photoId, vector.reduce((sum, v, i) => sum + v * query[i]!, 0)]),
  );
}

const dimensions = 5;
const vector = fc
  .array(fc.float({ min: -1, max: 1, noNaN: true }), { minLength: dimensions, maxLength: dimensions })
  .map((values) => l2Normalise(Float32Array.from(values)));
const photoId = fc.integer({ min: 1, max: 30 });
const change = fc.oneof(
  fc.record({ kind: fc.constant('set' as const), photoId, vector }),
  fc.record({ kind: fc.constant('delete' as const), photoId }),
);

describe('DescriptorIndex', () => {
  it('finds what brute force finds, after any additions, replacements and deletions', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(change, { maxLength: 60 }), vector, fc.nat(40), async (changes, query, k) => {
        const index = await DescriptorIndex.create(dimensions);
        const photos = new Map<number, Float32Array>();
        for (const step of changes) {
          if (step.kind === 'set') {
            index.set(step.photoId, step.vector);
            photos.set(step.photoId, step.vector);
          } else {
            index.delete(step.photoId);
            photos.delete(step.photoId);
          }
        }
        const found = await index.search(query, k);
        await index.release();
        const expected = bruteForce(photos, query);
        const best = [...expected.values()].sort((a, b) => b - a).slice(0, k);
        expect(index.size).toBe(photos.size);
        expect(found).toHaveLength(best.length);
        expect(new Set(found.map((match) => match.photoId)).size).toBe(found.length);
        for (const [rank, match] of found.entries()) {
          expect(match.score).toBeCloseTo(best[rank]!, 5);
          expect(match.score).toBeCloseTo(expected.get(match.photoId)!, 5);
          expect(Math.abs(match.score)).toBeLessThanOrEqual(1);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('gives equal scores by photo id, whatever the order of their coming', async () => {
    const index = await open(2);
    for (const id of [9, 4, 7, 1]) index.set(id, Float32Array.of(1, 0));
    index.set(5, Float32Array.of(0, 1));
    index.delete(4);
    const found = await index.search(Float32Array.of(1, 0), 4);
    expect(found.map((match) => match.photoId)).toEqual([1, 7, 9, 5]);
  });

  it('grows past its first capacity without losing a row', async () => {
    const index = await open(3);
    const angles = Array.from({ length: 3000 }, (_, i) => i / 2000);
    for (const [i, angle] of angles.entries())
      index.set(i + 1, Float32Array.of(Math.cos(angle), Math.sin(angle), 0));
    const [first] = await index.search(Float32Array.of(1, 0, 0), 1);
    const last = await index.search(Float32Array.of(Math.cos(1.5), Math.sin(1.5), 0), 5000);
    expect(first?.photoId).toBe(1);
    expect(last).toHaveLength(3000);
  });

  it('gives right ids when photos go while a search waits', async () => {
    const index = await open(2);
    index.set(1, Float32Array.of(0, 1));
    index.set(2, Float32Array.of(0, -1));
    index.set(3, Float32Array.of(1, 0));
    const searching = index.search(Float32Array.of(1, 0), 1);
    index.delete(1);
    expect((await searching).map((match) => match.photoId)).toEqual([3]);
  });

  it('finds nothing in an empty index, and nothing for k = 0', async () => {
    const index = await open(2);
    expect(await index.search(Float32Array.of(1, 0), 10)).toEqual([]);
    index.set(1, Float32Array.of(1, 0));
    expect(await index.search(Float32Array.of(1, 0), 0)).toEqual([]);
  });

  it('refuses vectors of another length', async () => {
    const index = await open(2);
    expect(() => index.set(1, new Float32Array(3))).toThrow(RangeError);
    await expect(index.search(new Float32Array(1), 1)).rejects.toThrow(RangeError);
    expect(index.size).toBe(0);
  });
});
