import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { dot, l2Normalise } from '../../src/descriptor/vectors.ts';
import { DescriptorIndex } from '../../src/search/descriptor-index.ts';
import { PhotoSet } from '../../src/search/photo-set.ts';
import { seededRandom } from '../bench/seeded-random.ts';

/** An index with the float32 descriptors beside it, as the catalog has them. */
class Photos {
  readonly vectors = new Map<number, Float32Array>();
  readonly index: DescriptorIndex;
  /** How many descriptors were read for the last query. */
  read = 0;

  constructor(dimensions: number) {
    this.index = new DescriptorIndex(dimensions, (photoIds) => {
      this.read = photoIds.length;
      return photoIds.map((photoId) => this.vectors.get(photoId));
    });
  }

  set(photoId: number, vector: Float32Array): void {
    this.index.set(photoId, vector);
    this.vectors.set(photoId, vector);
  }

  delete(photoId: number): void {
    this.index.delete(photoId);
    this.vectors.delete(photoId);
  }

  clear(): void {
    for (const photoId of [...this.vectors.keys()]) this.delete(photoId);
  }

  /** Every photo's score, computed one by one in float64; best first, equal ones by photo id. */
  ranked(query: Float32Array, allowed?: ReadonlySet<number>): { photoId: number; score: number }[] {
    return [...this.vectors]
      .filter(([photoId]) => allowed?.has(photoId) ?? true)
      .map(([photoId, vector]) => ({
        photoId,
        score: Math.max(
          -1,
          Math.min(
            1,
            vector.reduce((sum, v, i) => sum + v * query[i]!, 0),
          ),
        ),
      }))
      .sort((a, b) => b.score - a.score || a.photoId - b.photoId);
  }
}

const dimensions = 5;
const vector = fc
  .array(fc.float({ min: -1, max: 1, noNaN: true }), { minLength: dimensions, maxLength: dimensions })
  .map((values) => l2Normalise(Float32Array.from(values)));
// Few photos and few vectors: replacements, deletions and ties happen all the time.
const photoId = fc.integer({ min: 1, max: 30 });
const common = fc.constantFrom(...[0, 1, 2].map((at) => unitVector(at, dimensions)));
const change = fc.oneof(
  fc.record({ kind: fc.constant('set' as const), photoId, vector: fc.oneof(vector, common) }),
  fc.record({ kind: fc.constant('delete' as const), photoId }),
);

function unitVector(at: number, length: number): Float32Array {
  const unit = new Float32Array(length);
  unit[at] = 1;
  return unit;
}

let photos: Photos;
let flat: Photos;
beforeAll(() => {
  photos = new Photos(dimensions);
  flat = new Photos(2);
});
beforeEach(() => {
  photos.clear();
  flat.clear();
});
afterAll(async () => {
  await photos.index.release();
  await flat.index.release();
});

describe('DescriptorIndex', () => {
  it('finds what brute force finds, with and without a filter, after any changes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(change, { maxLength: 60 }),
        fc.oneof(vector, common),
        fc.nat(40),
        fc.option(fc.uniqueArray(fc.integer({ min: 1, max: 40 })), { nil: undefined }),
        async (changes, query, k, filter) => {
          photos.clear();
          for (const step of changes) {
            if (step.kind === 'set') photos.set(step.photoId, step.vector);
            else photos.delete(step.photoId);
          }
          const found = await photos.index.search(query, k, filter && { allowed: new PhotoSet(filter) });
          expect(photos.index.size).toBe(photos.vectors.size);
          expect(found).toEqual(photos.ranked(query, filter && new Set(filter)).slice(0, k));
        },
      ),
      { numRuns: 300 },
    );
  });

  it('gives equal scores by photo id, whatever the order of their coming', async () => {
    for (const id of [9, 4, 7, 1]) flat.set(id, Float32Array.of(1, 0));
    flat.set(5, Float32Array.of(0, 1));
    flat.delete(4);
    const found = await flat.index.search(Float32Array.of(1, 0), 4);
    expect(found.map((match) => match.photoId)).toEqual([1, 7, 9, 5]);
  });

  it('reads a bounded number of float32 descriptors, however many are equally good', async () => {
    for (let id = 6000; id > 0; id--) flat.set(id, Float32Array.of(1, 0));
    const found = await flat.index.search(Float32Array.of(1, 0), 3);
    expect(found.map((match) => match.photoId)).toEqual([1, 2, 3]);
    expect(flat.read).toBeLessThan(1100);
  });

  it('gives right results when photos go, come and change while a search waits', async () => {
    flat.set(1, Float32Array.of(0, 1));
    flat.set(2, Float32Array.of(0, -1));
    flat.set(3, Float32Array.of(1, 0));
    const searching = flat.index.search(Float32Array.of(1, 0), 1);
    flat.delete(1);
    flat.set(2, Float32Array.of(-1, 0));
    flat.set(4, Float32Array.of(0, 1));
    expect(await searching).toEqual([{ photoId: 3, score: 1 }]);
  });

  it('leaves out what its owner no longer has', async () => {
    flat.set(1, Float32Array.of(1, 0));
    flat.set(2, Float32Array.of(0, 1));
    flat.vectors.delete(1);
    expect(await flat.index.search(Float32Array.of(1, 0), 5)).toEqual([{ photoId: 2, score: 0 }]);
    flat.index.delete(1);
  });

  it('finds nothing in an empty index, nothing for k = 0, and nothing where nothing is allowed', async () => {
    const query = Float32Array.of(1, 0);
    expect(await flat.index.search(query, 10)).toEqual([]);
    flat.set(1, Float32Array.of(1, 0));
    expect(await flat.index.search(query, 0)).toEqual([]);
    expect(await flat.index.search(query, 10, { allowed: new PhotoSet() })).toEqual([]);
  });

  it('takes a vector of zeros, stored and asked for', async () => {
    flat.set(1, Float32Array.of(0, 0));
    flat.set(2, Float32Array.of(0, -1));
    expect(await flat.index.search(Float32Array.of(0, 1), 2)).toEqual(flat.ranked(Float32Array.of(0, 1)));
    const found = await flat.index.search(Float32Array.of(0, 0), 2);
    expect(found.map((match) => match.photoId)).toEqual([1, 2]);
  });

  it('refuses vectors of another length, and what is no photo id', async () => {
    expect(() => flat.index.set(1, new Float32Array(3))).toThrow(RangeError);
    for (const id of [0, -1, 1.5, 2 ** 32, Number.NaN])
      expect(() => flat.index.set(id, new Float32Array(2))).toThrow(RangeError);
    await expect(flat.index.search(new Float32Array(1), 1)).rejects.toThrow(RangeError);
    expect(flat.index.size).toBe(0);
    flat.set(2 ** 32 - 1, Float32Array.of(1, 0));
    expect(await flat.index.search(Float32Array.of(1, 0), 1)).toEqual([{ photoId: 2 ** 32 - 1, score: 1 }]);
  });

  it('finds what came after a search, though the memory had to grow', async () => {
    const wide = new Photos(2048);
    const query = unitVector(5, 2048);
    wide.set(1, query);
    expect(await wide.index.search(query, 2)).toEqual([{ photoId: 1, score: 1 }]);
    for (let id = 2; id <= 4000; id++) wide.set(id, unitVector(id % 2048, 2048));
    const found = await wide.index.search(query, 5);
    await wide.index.release();
    expect(found.map((match) => match.photoId)).toEqual([1, 5, 2053, 2, 3]);
  });

  it('ends what waits with `cancelled` when it is released', async () => {
    const released = new Photos(2);
    released.set(1, Float32Array.of(1, 0));
    const searching = expect(released.index.search(Float32Array.of(1, 0), 1)).rejects;
    const cancelled = searching.toMatchObject({ code: 'cancelled' });
    await released.index.release();
    await cancelled;
  });
});

describe('DescriptorIndex with many photos', () => {
  const count = 20_000;
  const long = 100;
  let many: Photos;
  let queries: Float32Array[];

  beforeAll(() => {
    // Scenes of a few photos each that differ little, and one of a thousand that hardly differ at all.
    const random = seededRandom(5);
    const next = () => 2 * random() - 1;
    const near = (centre: Float32Array, spread: number) =>
      l2Normalise(centre.map((value) => value + spread * next()));
    many = new Photos(long);
    let centre: Float32Array = new Float32Array(long);
    for (let id = 1; id <= count; id++) {
      if (id % 8 === 1) centre = near(new Float32Array(long), 1);
      many.set(id, near(id <= 1000 ? unitVector(3, long) : centre, id <= 1000 ? 0.001 : 0.1));
    }
    queries = [7, 500, 3000, 12_345, 19_999].map((id) => many.vectors.get(id)!);
  });
  afterAll(async () => many.index.release());

  it('finds exactly what float32 finds, with and without a filter', async () => {
    const some = new Set(Array.from({ length: count / 10 }, (_, at) => 1 + ((at * 7919) % count)));
    for (const query of queries) {
      expect(await many.index.search(query, 100)).toEqual(many.ranked(query).slice(0, 100));
      const found = await many.index.search(query, 100, { allowed: new PhotoSet(some) });
      expect(found).toEqual(many.ranked(query, some).slice(0, 100));
    }
  });

  it('finds for many queries at once what it finds for each', async () => {
    const asked = Array.from({ length: 70 }, (_, at) => many.vectors.get(1 + at * 280)!);
    const found = await many.index.searchMany(asked, 10);
    for (const [at, query] of asked.entries()) expect(found[at]).toEqual(await many.index.search(query, 10));
    expect(await many.index.searchMany([], 10)).toEqual([]);
  });

  it('answers searches that run side by side, while photos come and go', async () => {
    const searching = queries.map((query) => many.index.search(query, 50));
    const gone = [...many.vectors].filter(([photoId]) => photoId % 5 === 0);
    for (const [photoId] of gone) many.delete(photoId);
    const found = await Promise.all(searching);
    for (const [at, query] of queries.entries()) expect(found[at]).toEqual(many.ranked(query).slice(0, 50));
    for (const [photoId, restored] of gone) many.set(photoId, restored);
    expect(await many.index.search(queries[0]!, 50)).toEqual(many.ranked(queries[0]!).slice(0, 50));
  });

  it('gives scores that are the dot products of the float32 descriptors', async () => {
    for (const { photoId, score } of await many.index.search(queries[2]!, 20))
      expect(score).toBe(Math.min(1, dot(many.vectors.get(photoId)!, queries[2]!)));
  });
});

it('lets a process end that never releases it', async () => {
  const module = new URL('../../src/search/descriptor-index.ts', import.meta.url).href;
  const script = `import(${JSON.stringify(module)}).then(async ({ DescriptorIndex }) => {
    const vector = Float32Array.of(1, 0);
    const index = new DescriptorIndex(2, (photoIds) => photoIds.map(() => vector));
    index.set(1, vector);
    console.log(JSON.stringify(await index.search(vector, 1)));
  });`;
  const child = spawn(process.execPath, ['--eval', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  expect(output.trim()).toBe('[{"photoId":1,"score":1}]');
  expect(code).toBe(0);
});
