import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dot, l2Normalise } from '../../src/descriptor/vectors.ts';
import { nearestNeighbours, VectorTable } from '../../src/duplicates/nearest-neighbours.ts';
import type { NeighbourOptions } from '../../src/duplicates/nearest-neighbours.ts';
import { seededRandom } from '../bench/seeded-random.ts';
import { syntheticDescriptors } from '../bench/synthetic-descriptors.ts';

const never = new AbortController().signal;
const all = { from: 0, leastScore: 0.5, most: 8, signal: never };

type Found = Map<number, { id: number; score: number }[]>;

/** Photo ids are ten times the place, and one. */
const idOf = (row: number) => 10 * row + 1;

function tableOf(rows: readonly Float32Array[]): VectorTable {
  const table = new VectorTable(rows[0]?.length ?? 4, rows.length);
  for (const [row, vector] of rows.entries()) table.add(idOf(row), vector);
  return table;
}

async function find(rows: readonly Float32Array[], change: Partial<NeighbourOptions> = {}): Promise<Found> {
  const found = await nearestNeighbours(tableOf(rows), { ...all, ...change });
  return new Map([...found].map(({ id, neighbours }) => [id, neighbours]));
}

/** Compares each with each, in float32. */
function slowly(
  rows: readonly Float32Array[],
  { from, leastScore, most, few = { most, leastScore } }: NeighbourOptions,
): Found {
  const found: Found = new Map();
  for (let row = from; row < rows.length; row++) {
    const scores = rows
      .map((vector, other) => ({ id: idOf(other), score: dot(vector, rows[row]!) }))
      .filter(({ id, score }) => id !== idOf(row) && score >= few.leastScore)
      .sort((a, b) => b.score - a.score || a.id - b.id);
    const kept = scores.slice(0, most).filter(({ score }, rank) => rank < few.most || score >= leastScore);
    if (kept.length > 0) found.set(idOf(row), kept);
  }
  return found;
}

/** Which of two photos is nearer, and which just counts, is not told where they are as near to a ten-thousandth. */
function expectSame(found: Found, slow: Found, leastScore: number): void {
  for (const id of new Set([...found.keys(), ...slow.keys()])) {
    const own = found.get(id) ?? [];
    const expected = slow.get(id) ?? [];
    for (let rank = 0; rank < Math.max(own.length, expected.length); rank++) {
      const scores = [own[rank]?.score ?? leastScore, expected[rank]?.score ?? leastScore] as const;
      expect(Math.abs(scores[0] - scores[1])).toBeLessThan(1e-4);
    }
    expect(new Set(own.map((neighbour) => neighbour.id)).size).toBe(own.length);
  }
}

function rowsOf(matrix: Float32Array, dimensions: number): Float32Array[] {
  return Array.from({ length: matrix.length / dimensions }, (_, row) =>
    matrix.slice(row * dimensions, (row + 1) * dimensions),
  );
}

const unit = (...values: number[]) => l2Normalise(Float32Array.from(values));

describe('nearest neighbours', () => {
  it('are those of a few vectors', async () => {
    const found = await find([unit(1, 0), unit(0, 1), unit(4, 3), unit(-1, 0)]);
    expect([...found.keys()]).toEqual([1, 11, 21]);
    expect(found.get(1)).toEqual([{ id: 21, score: expect.closeTo(0.8, 4) }]);
    expect(found.get(21)).toEqual([
      { id: 1, score: expect.closeTo(0.8, 4) },
      { id: 11, score: expect.closeTo(0.6, 4) },
    ]);
  });

  it('are those that comparing each with each finds, over several blocks', async () => {
    const rows = rowsOf(syntheticDescriptors(2500, 24, 3), 24);
    const options = { ...all, leastScore: 0.6 };
    expectSame(await find(rows, options), slowly(rows, options), 0.6);
  });

  it('of new photos are found among all', async () => {
    const rows = rowsOf(syntheticDescriptors(2200, 16, 4), 16);
    for (const from of [2199, 2100, 1000]) {
      const options = { ...all, from };
      const found = await find(rows, options);
      expect([...found.keys()].every((id) => id >= idOf(from))).toBe(true);
      expectSame(found, slowly(rows, options), 0.5);
    }
    expect(await find(rows, { from: 2200 })).toEqual(new Map());
  });

  it('are a few that are far, and more that are near', async () => {
    const rows = rowsOf(syntheticDescriptors(1500, 32, 9), 32);
    for (const few of [
      { most: 3, leastScore: 0.2 },
      { most: 8, leastScore: 0.4 },
    ]) {
      const options = { ...all, leastScore: 0.7, few };
      const slow = slowly(rows, options);
      expect(new Set([...slow.values()].map(({ length }) => length)).size).toBeGreaterThan(
        few.most === 3 ? 4 : 7,
      );
      expectSame(await find(rows, options), slow, few.leastScore);
    }
  });

  it('are those of any vectors', async () => {
    const random = seededRandom(8);
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 90 }),
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 5 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.constantFrom(1, 3, 9),
        async (count, dimensions, most, share, peak) => {
          // A high power leaves one number large and the others small: the worst for steps that all share.
          const rows = Array.from({ length: count }, () =>
            l2Normalise(Float32Array.from({ length: dimensions }, () => (2 * random() - 1) ** peak)),
          );
          const options = { ...all, from: Math.floor(share * count), most, leastScore: 0.3 };
          expectSame(await find(rows, options), slowly(rows, options), 0.3);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('of more equal photos than are wanted are some of them', async () => {
    const found = await find(Array.from({ length: 200 }, () => unit(3, 4, 5)));
    expect(found.size).toBe(200);
    for (const [id, neighbours] of found) {
      expect(neighbours).toHaveLength(8);
      expect(neighbours.some((neighbour) => neighbour.id === id)).toBe(false);
      expect(neighbours.every(({ score }) => score > 0.9999)).toBe(true);
    }
  });

  it('of nothing are none', async () => {
    expect(await find([new Float32Array(4), new Float32Array(4), unit(1, 2, 3, 4)])).toEqual(new Map());
    expect(await find([])).toEqual(new Map());
  });
});

describe('the search', () => {
  it('ends when it is cancelled, and tells how far it is', async () => {
    const rows = rowsOf(syntheticDescriptors(3000, 8, 5), 8);
    const controller = new AbortController();
    const shares: number[] = [];
    const search = find(rows, {
      signal: controller.signal,
      onProgress: (share) => {
        shares.push(share);
        if (share > 0.5) controller.abort();
      },
    });
    await expect(search).rejects.toThrow(controller.signal.reason as Error);
    expect(shares.length).toBeGreaterThan(1);
    expect(shares).toEqual(shares.toSorted((a, b) => a - b));
    expect(shares.at(-1)).toBeLessThan(1);
  });

  it('refuses vectors that do not fit its table', () => {
    const table = new VectorTable(3, 1);
    expect(() => table.add(1, unit(1, 2))).toThrow(RangeError);
    table.add(1, unit(1, 2, 2));
    expect(() => table.add(2, unit(1, 2, 2))).toThrow('full');
  });
});
