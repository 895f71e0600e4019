import { describe, expect, it } from 'vitest';
import { l2Normalise } from '../../src/descriptor/vectors.ts';
import { CandidateSearch } from '../../src/duplicates/candidates.ts';
import { coefficientCount, coefficientsOf } from '../../src/duplicates/signature.ts';
import { seededRandom } from '../bench/seeded-random.ts';

const signal = new AbortController().signal;
const dimensions = 64;
const random = seededRandom(6);

function direction(): Float32Array {
  return l2Normalise(Float32Array.from({ length: dimensions }, () => random() + random() - 1));
}

/** A vector whose similarity with another is about as wanted. */
function at(similarity: number, of: Float32Array): Float32Array {
  const away = direction();
  const side = Math.sqrt(1 - similarity ** 2);
  return l2Normalise(of.map((value, index) => similarity * value + side * away[index]!));
}

function look(): Int8Array {
  return coefficientsOf(Float32Array.from({ length: 1024 }, () => random()));
}

/** Of all photos, by id; none are known before. */
async function find(
  photos: readonly [number, Float32Array, Int8Array?][],
  known: readonly [number, Float32Array, Int8Array?][] = [],
): Promise<Map<number, number[]>> {
  const search = new CandidateSearch(dimensions, photos.length + known.length);
  for (const [id, descriptor, coefficients] of known) search.add(id, descriptor, coefficients);
  search.beginNew();
  for (const [id, descriptor, coefficients] of photos) search.add(id, descriptor, coefficients);
  const found = await search.find({ signal });
  return new Map([...found].map(([id, candidates]) => [id, [...candidates]]));
}

describe('candidates', () => {
  it('are those with near descriptors, the nearest first', async () => {
    const own = direction();
    const found = await find([
      [1, own],
      [2, at(0.6, own)],
      [3, at(0.9, own)],
      [4, own.map((value) => -value)],
    ]);
    expect(found.get(1)).toEqual([3, 2]);
    expect(found.get(3)).toEqual([1, 2]);
    expect(found.has(4)).toBe(false);
  });

  it('are a few of those that are further away, and more of the near ones', async () => {
    const own = direction();
    const far = Array.from({ length: 30 }, (_, index) => [100 + index, at(0.22, own)] as const);
    const near = Array.from({ length: 30 }, (_, index) => [200 + index, at(0.6, own)] as const);
    const alone = await find(
      [[1, own]],
      far.map(([id, vector]) => [id, vector]),
    );
    expect(alone.get(1)!.length).toBeLessThanOrEqual(8);
    expect(alone.get(1)!.length).toBeGreaterThan(0);
    const both = await find(
      [[1, own]],
      [...far, ...near].map(([id, vector]) => [id, vector]),
    );
    expect(both.get(1)).toHaveLength(20);
    expect(both.get(1)!.every((id) => id >= 200)).toBe(true);
  });

  it('are those that look alike, too, however they are turned', async () => {
    const picture = Float32Array.from({ length: 1024 }, (_, place) => {
      const [x, y] = [place % 32, Math.floor(place / 32)];
      return x * x + 3 * Math.sin(x / 4) * y + 40 * Math.cos(y / 5);
    });
    const turned = picture.map((_, place) => picture[(31 - (place % 32)) * 32 + Math.floor(place / 32)]!);
    const found = await find([
      [1, direction(), coefficientsOf(picture)],
      [2, direction(), coefficientsOf(turned)],
      [3, direction(), look()],
      [4, direction(), new Int8Array(coefficientCount)],
      [5, direction()],
    ]);
    expect(found.get(1)).toContain(2);
    expect(found.get(2)).toContain(1);
    for (const id of [3, 4, 5]) expect(found.get(1)).not.toContain(id);
  });

  it('are those of a picture in a photo, and never the photo itself', async () => {
    const [screen, seen] = [look(), look()];
    const found = await find([
      [1, direction(), Int8Array.of(...screen, ...seen)],
      [2, direction(), seen],
      [3, direction(), Int8Array.of(...seen, ...seen)],
    ]);
    expect([...found.get(1)!].sort()).toEqual(expect.arrayContaining([2, 3]));
    expect(found.get(2)).toContain(1);
    expect(found.get(3)).not.toContain(3);
    expect(new Set(found.get(3)).size).toBe(found.get(3)!.length);
  });

  it('are named once, though both ways lead to them', async () => {
    const [own, seen] = [direction(), look()];
    const found = await find([
      [1, own, seen],
      [2, at(0.9, own), seen],
    ]);
    expect([...found]).toEqual([
      [1, [2]],
      [2, [1]],
    ]);
  });

  it('are found for new photos only, among all', async () => {
    const [own, seen] = [direction(), look()];
    const known: [number, Float32Array, Int8Array][] = [
      [7, at(0.8, own), look()],
      [8, at(0.7, own), look()],
      [9, direction(), seen],
    ];
    const found = await find([[1, own, seen]], known);
    expect([...found.keys()]).toEqual([1]);
    expect(found.get(1)!.slice(0, 2)).toEqual([7, 8]);
    expect(found.get(1)).toContain(9);
    expect(await find([], known)).toEqual(new Map());
  });
});
